"""What ``/metrics`` tells (Prometheus). Counted in this process, or read from the database when asked."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from domain.ports import Store
from domain.repositories import TicketQuery

TURN_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The registry of one process."""

    def __init__(self, store: Store) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_StoreCollector(store))
        self._turns = Histogram(
            "shouwen_turn_seconds",
            "Time from taking a message to saving its answer",
            buckets=TURN_BUCKETS_S,
            registry=self._registry,
        )

    def observe_turn(self, seconds: float) -> None:
        """A turn was saved after so many seconds."""
        self._turns.observe(seconds)

    def page(self) -> bytes:
        """The metrics in Prometheus' text form."""
        return generate_latest(self._registry)


class _StoreCollector(Collector):
    """Queue lengths, read when the page is asked for, so that they are right in every process."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> Iterator[Metric]:
        with self._store.read() as tx:
            inbox, outbox = tx.inbox.waiting(), tx.outbox.waiting()
            codes = [queue.code for queue in tx.people.queues()]
            queues = {code: tx.tickets.count(TicketQuery(queues=[code], open_only=True)) for code in codes}
        yield GaugeMetricFamily("shouwen_inbox_waiting", "Messages not yet answered", value=inbox)
        yield GaugeMetricFamily("shouwen_outbox_waiting", "Deliveries not yet sent", value=outbox)
        tickets = GaugeMetricFamily("shouwen_tickets_open", "Open tickets by queue", labels=["queue"])
        for code, count in sorted(queues.items()):
            tickets.add_metric([code], count)
        yield tickets
