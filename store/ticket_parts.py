"""What hangs on a ticket: legs, offers, service clocks and surveys."""

from __future__ import annotations

from datetime import datetime

from domain.clock import ClockState, ServiceClock
from domain.satisfaction import Survey
from domain.ticket import Leg, Offer, OfferState
from store.rows import Db, VersionedRows
from store.tables import clocks, legs, offers, surveys


class TicketParts:
    """The part of :class:`domain.repositories.Tickets` that is about the things on a ticket.

    Every ``save_…`` writes with ``version`` + 1 and raises Conflict when the stored version differs.
    """

    def __init__(self, db: Db) -> None:
        self._legs = VersionedRows(db, legs, Leg)
        self._offers = VersionedRows(db, offers, Offer)
        self._clocks = VersionedRows(db, clocks, ServiceClock)
        self._surveys = VersionedRows(db, surveys, Survey)

    def add_leg(self, leg: Leg) -> None:
        self._legs.add(leg)

    def save_leg(self, leg: Leg) -> Leg:
        return self._legs.save(leg)

    def legs(self, ticket_id: str) -> list[Leg]:
        """In the order of opening."""
        found = self._legs.select(legs.c.ticket_id == ticket_id)
        return self._legs.list(found.order_by(legs.c.opened_at, legs.c.id))

    def leg(self, leg_id: str) -> Leg:
        return self._legs.get(leg_id)

    def add_offer(self, offer: Offer) -> None:
        self._offers.add(offer)

    def save_offer(self, offer: Offer) -> Offer:
        return self._offers.save(offer)

    def offer(self, offer_id: str) -> Offer:
        return self._offers.get(offer_id)

    def offers(self, ticket_id: str) -> list[Offer]:
        """In the order of offering."""
        found = self._offers.select(offers.c.ticket_id == ticket_id)
        return self._offers.list(found.order_by(offers.c.at, offers.c.id))

    def open_offers_to(self, agent_id: str) -> list[Offer]:
        found = self._offers.select(offers.c.to_agent == agent_id, offers.c.state == OfferState.OPEN)
        return self._offers.list(found.order_by(offers.c.at, offers.c.id))

    def expired_offers(self, now: datetime, limit: int = 50) -> list[Offer]:
        """Open offers whose time is over, oldest first."""
        found = self._offers.select(offers.c.state == OfferState.OPEN, offers.c.expires_at <= now)
        return self._offers.list(found.order_by(offers.c.expires_at, offers.c.id).limit(limit))

    def add_clock(self, clock: ServiceClock) -> None:
        self._clocks.add(clock)

    def save_clock(self, clock: ServiceClock) -> ServiceClock:
        return self._clocks.save(clock)

    def clocks(self, ticket_id: str) -> list[ServiceClock]:
        """In the order of starting."""
        found = self._clocks.select(clocks.c.ticket_id == ticket_id)
        return self._clocks.list(found.order_by(clocks.c.started_at, clocks.c.id))

    def due_clocks(self, now: datetime, limit: int = 50) -> list[ServiceClock]:
        c = clocks.c
        found = self._clocks.select(c.next_at.is_not(None), c.next_at <= now, c.state == ClockState.RUNNING)
        return self._clocks.list(found.order_by(c.next_at, c.id).limit(limit))

    def add_survey(self, survey: Survey) -> None:
        self._surveys.add(survey)

    def save_survey(self, survey: Survey) -> Survey:
        return self._surveys.save(survey)

    def surveys(self, ticket_id: str) -> list[Survey]:
        """In the order of asking."""
        found = self._surveys.select(surveys.c.ticket_id == ticket_id)
        return self._surveys.list(found.order_by(surveys.c.asked_at, surveys.c.id))
