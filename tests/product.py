"""The whole product, running: web, workers, outbox, clocks and Rasa, on SQLite, with a Telegram of our own.

``tests/conftest.py`` imports the fixture. One copy serves all tests of a run that ask for it, so each of them
brings its own customer, and none counts what others may have left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from actions.back_ends.local_sms import LocalSms
from app.demo import demo_sign_ins
from app.settings import Settings
from app.wiring import build_utility, open_store
from bench.launch import Copy, free_port, running_copy
from domain.clock import SystemClock
from domain.ledger import Entry
from domain.message import Message
from domain.repositories import TicketQuery
from domain.satisfaction import Survey
from domain.ticket import Ticket
from store.sql import SqlStore
from tests.fakes.telegram_api import TOKEN as TELEGRAM_TOKEN
from tests.fakes.telegram_api import TelegramApi, running_telegram_api
from tests.prepared import prepare_copy
from tests.seat import Seat

HOTLINE_TOKEN = "hotline-of-the-test-run"
ALL_LINES = 100_000


@dataclass
class Product:
    """The running copy, seen from the door, from the database and from the log."""

    copy: Copy
    settings: Settings
    store: SqlStore
    telegram: TelegramApi

    @property
    def url(self) -> str:
        return self.copy.url

    def texts(self, phone: str) -> list[str]:
        """Text messages that went to a phone, newest first."""
        gateway = LocalSms(self.settings.data_dir / "sms", SystemClock())
        return [sms.text for sms in gateway.newest() if sms.phone == phone]

    def code(self, phone: str) -> str:
        """The newest code that went to a phone."""
        return re.search(r"\d{6}", self.texts(phone)[0]).group()

    @contextmanager
    def seat(self, login: str, language: str = "zh") -> Iterator[Seat]:
        """An agent signed in at the desk."""
        seat = Seat(self.url, login, self.password(login), language)
        try:
            yield seat
        finally:
            seat.http.close()

    def password(self, login: str) -> str:
        return demo_sign_ins(self.settings)[login]

    def last_bill_fen(self, account_no: str) -> int:
        """What the utility's own books say about last month."""
        today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
        last = date(today.year - (today.month == 1), (today.month - 2) % 12 + 1, 1)
        bill = build_utility(self.settings, SystemClock()).bill(account_no, f"{last:%Y-%m}")
        assert bill is not None
        return bill.total_fen

    def newest_ticket(self) -> Ticket:
        with self.store.read() as tx:
            return tx.tickets.find(TicketQuery(order="newest", limit=1))[0]

    def ticket(self, number: str) -> Ticket:
        with self.store.read() as tx:
            found = tx.tickets.by_number(number)
        assert found is not None
        return found

    def ledger(self, ticket: Ticket) -> list[Entry]:
        with self.store.read() as tx:
            return tx.ledger.of(ticket.id)

    def surveys(self, ticket: Ticket) -> list[Survey]:
        with self.store.read() as tx:
            return tx.tickets.surveys(ticket.id)

    def messages(self, conversation_id: str) -> list[Message]:
        with self.store.read() as tx:
            return tx.conversations.messages(conversation_id, limit=ALL_LINES)

    def idle(self) -> bool:
        """Every message has been answered, and every answer sent."""
        with self.store.read() as tx:
            return not tx.inbox.waiting() and not tx.outbox.waiting()

    def logs(self) -> str:
        """Everything that any of its processes has logged."""
        folder = self.settings.data_dir
        files = [*folder.glob("*.log"), *(folder / "logs").glob("*.log")]
        return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in files)


@pytest.fixture(scope="session")
def product(
    tmp_path_factory: pytest.TempPathFactory, seeded_utility: Path, rasa_model: Path
) -> Iterator[Product]:
    """One running copy for all tests of this run."""
    data_dir, port = tmp_path_factory.mktemp("product"), free_port()
    prepare_copy(data_dir, seeded_utility, rasa_model)
    with running_telegram_api() as telegram:
        given: dict[str, Any] = {
            "hotline_token": HOTLINE_TOKEN,
            "telegram_token": TELEGRAM_TOKEN,
            "telegram_api": telegram.url,
            "telegram_mode": "webhook",
            "public_url": f"http://127.0.0.1:{port}",
            # All that an operator could make it log is searched for what it must not hold.
            "log_level": "debug",
            # Tests write faster than people do.
            "chat_messages_per_minute": 1000,
        }
        environment = {f"SHOUWEN_{name.upper()}": str(value) for name, value in given.items()}
        with running_copy(data_dir, {"all": "run"}, environment, port) as copy:
            copy.wait_ready()
            settings = Settings(data_dir=data_dir, port=port, **given)
            store = open_store(settings)
            yield Product(copy, settings, store, telegram)
            store.close()
