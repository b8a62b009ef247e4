"""Utilities that answer late, wrongly or not at all: always one error, and no doubled change."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest

from actions.back_ends.http import KEY_HEADER, HttpUtility
from actions.back_ends.rest_server import operations, utility_server
from actions.back_ends.sample import SampleUtility
from actions.back_ends.wire import encode
from domain.errors import BackEndUnavailable
from domain.outage import FaultKind, FaultReport, WorkOrder
from tests.contract.test_utility import NOW, TOKEN, sample  # noqa: F401 - the fixture
from tests.fakes.serving import serving

Answer = Callable[[BaseHTTPRequestHandler, int], None]


@contextmanager
def bad_utility(answer: Answer, timeout_s: float = 5.0) -> Iterator[tuple[HttpUtility, list[str]]]:
    """A client of a server that answers its n-th request by ``answer(handler, n)``; the keys it saw."""
    keys: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            keys.append(self.headers.get(KEY_HEADER, ""))
            answer(self, len(keys))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the base class
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    client = HttpUtility(f"http://127.0.0.1:{server.server_port}", TOKEN, timeout_s=timeout_s)
    try:
        yield client, keys
    finally:
        client.close()
        server.shutdown()
        server.server_close()
        thread.join(5)


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"boom"),
        (500, b'{"error": "internal"}'),
        (503, b'{"error": "unavailable"}'),
        (200, b"<html>login</html>"),
        (200, b""),
        (200, b"[]"),
        (200, b'{"answer": 7}'),
        (200, b'{"answer": {"account_no": 7}}'),
        (200, b'{"answer": {"account_no": "1", "customer_class": "alien"}}'),
        (401, b'{"error": "not_authentic"}'),
        (404, b"not here"),
        (404, b'{"error": "unknown_operation"}'),
        (302, b""),
    ],
)
def test_an_answer_that_makes_no_sense_is_no_answer(status: int, body: bytes) -> None:
    with bad_utility(lambda handler, _: send(handler, status, body)) as (client, _):
        with pytest.raises(BackEndUnavailable):
            client.find_account("0312010101")
        with pytest.raises(BackEndUnavailable):
            client.bills("0312010101", "2026-01", "2026-12")


def test_a_silent_utility_is_given_up_after_the_time_limit() -> None:
    over = Event()

    def keep_silent(_handler: BaseHTTPRequestHandler, _n: int) -> None:
        over.wait(30)

    with bad_utility(keep_silent, timeout_s=0.2) as (client, keys):
        try:
            with pytest.raises(BackEndUnavailable):
                client.areas()
        finally:
            over.set()
        assert len(keys) == 2


def test_nobody_listens() -> None:
    gone = HttpUtility("http://127.0.0.1:9", TOKEN, timeout_s=1)
    with pytest.raises(BackEndUnavailable):
        gone.areas()
    gone.close()


def test_a_change_is_repeated_with_its_own_key() -> None:
    order = json.dumps({"answer": encode(WorkOrder("1", NOW))}).encode()

    def first_time_lost(handler: BaseHTTPRequestHandler, n: int) -> None:
        send(handler, 502 if n == 1 else 200, b"" if n == 1 else order)

    with bad_utility(first_time_lost) as (client, keys):
        assert client.report_fault(FaultReport(FaultKind.METER, "blank"), "the key") == WorkOrder("1", NOW)
        assert keys == ["the key", "the key"]


def test_the_server_lets_nobody_in_without_the_token_and_reads_strictly(
    sample: SampleUtility,  # noqa: F811 - the fixture
) -> None:
    with serving(utility_server(sample, TOKEN)) as url:
        good = {"Authorization": f"Bearer {TOKEN}"}
        cases = [
            ({}, "areas", "{}", 401),
            ({"Authorization": "Bearer other"}, "areas", "{}", 401),
            (good, "areas", "{}", 200),
            (good, "areas", "[]", 400),
            (good, "areas", "{", 400),
            (good, "areas", '{"more": 1}', 400),
            (good, "bills", '{"account_no": "0312010101"}', 400),
            (good, "bills", '{"account_no": 312010101, "first": "2026-01", "last": "2026-02"}', 400),
            (good, "payment_link", '{"account_no": "0312010101", "fen": 100}', 400),
            (good, "bring_up_to_date", "{}", 404),
            (good, "find_account", '{"account_no": "9999999999"}', 200),
            (good, "balance", '{"account_no": "9999999999"}', 404),
        ]
        for headers, operation, body, status in cases:
            answer = httpx.post(f"{url}/v1/{operation}", content=body, headers=headers)
            assert (operation, body, answer.status_code) == (operation, body, status)


def test_every_operation_is_spoken_and_written_down() -> None:
    page = (Path(__file__).parents[2] / "docs" / "utility-api.md").read_text(encoding="utf-8")
    for operation in operations():
        assert callable(getattr(HttpUtility, operation))
        assert f"| `{operation}` |" in page
