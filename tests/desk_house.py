"""A small whole house for the desk's tests: real database, router and HTTP, and a bot that only repeats."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from actions.back_ends.tariff_files import load_tariffs
from app.facts import HouseFacts
from bot.inbox import InboxDoor
from bot.library import Library
from bot.understanding.articles import read_articles
from bot.understanding.data import NLU_DATA
from bot.understanding.knowledge import ArticleFinder, answer_from
from desk import DemoSignIn, DeskDeps, ShownSms, build
from desk.passwords import hash_password
from domain.conversation import Claim, Mode
from domain.facts import CustomerWrote, HandoverRequested, MessageDelivered
from domain.message import Author, Choice, Inbound, Message
from domain.ports import Saying
from domain.repositories import Transaction
from domain.ticket import Ticket
from router.deadlines import Deadlines
from router.intake import Intake
from router.people import seed_people
from router.policies import load_calendar, load_policies
from router.responsibility import ResponsibilityService
from router.rules import load_rules
from store.embedded import EmbeddedLimiter, EmbeddedPresence, EmbeddedSignals
from store.sql import SqlStore

PASSWORD = "correct horse"
_HASH = hash_password(PASSWORD)


class HouseClock:
    """The real time plus what a test adds."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class PlainVoice:
    """Speaks to customers in bare phrase keys; agents' words as they are."""

    def tell(
        self,
        tx: Transaction,
        conversation_id: str,
        saying: Saying,
        now: datetime,
        *,
        ticket_id: str = "",
        expect_survey: bool = False,
    ) -> Message:
        words = " ".join([saying.phrase, *(str(value) for value in saying.values.values())])
        return tx.conversations.append(conversation_id, Author.BOT, "bot", words, now, ticket_id=ticket_id)

    def relay(
        self, tx: Transaction, conversation_id: str, agent_id: str, text: str, ticket_id: str, now: datetime
    ) -> Message:
        return tx.conversations.append(
            conversation_id, Author.AGENT, agent_id, text, now, ticket_id=ticket_id
        )

    def floor(self, tx: Transaction, conversation_id: str, ticket_id: str | None, now: datetime) -> None:
        tx.conversations.set_mode(
            conversation_id, Mode.BOT if ticket_id is None else Mode.AGENT, ticket_id or "", now
        )


class Echo:
    """Answers each message once with its own words; the word "choices" brings buttons, an agent silence."""

    def __init__(self, store: SqlStore, signals: EmbeddedSignals, intake: Intake, clock: HouseClock) -> None:
        self._store, self._signals, self._intake, self._clock = store, signals, intake, clock
        self._stop = threading.Event()
        self.paused = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._signals.signal("inbox")
        self._thread.join(5)

    def _run(self) -> None:
        while not self._stop.is_set():
            if self.paused.is_set() or not self._turn():
                self._signals.wait(["inbox"], 0.1)

    def _turn(self) -> bool:
        with self._store.write() as tx:
            claim = tx.inbox.claim("echo", self._clock.now(), 30)
            if claim is None:
                return False
            self._answer(tx, claim)
            tx.inbox.settle(claim, self._clock.now())
        for topic in (f"answered:{claim.inbound_id}", f"conversation:{claim.conversation.id}", "feed"):
            self._signals.signal(topic)
        return True

    def _answer(self, tx: Transaction, claim: Claim) -> None:
        now, talk = self._clock.now(), claim.conversation
        if talk.mode is Mode.AGENT:
            self._intake.customer_wrote(tx, CustomerWrote(talk.ticket_id, talk.id, claim.inbound_id), now)
            return
        choices = (
            (Choice("是，没电了", "yes"), Choice("不是", "no")) if "choices" in claim.inbound.text else ()
        )
        text = f"收到：{claim.inbound.payload or claim.inbound.text}"
        tx.conversations.append(
            talk.id, Author.BOT, "bot", text, now, choices=choices, reply_to=claim.inbound_id
        )


@dataclass
class House:
    """The running house."""

    url: str
    deps: DeskDeps
    store: SqlStore
    clock: HouseClock
    door: InboxDoor
    intake: Intake
    desk: ResponsibilityService
    echo: Echo

    def customer_says(self, text: str, address: str = "visitor", name: str = "") -> str:
        """Through the inbox, as any channel would; the conversation's id."""
        message_id = f"{address}:{time.monotonic_ns()}"
        receipt = self.door.accept(
            Inbound("web", message_id, address, text, display_name=name, language="zh")
        )
        assert self.door.await_answer(receipt.inbound_id, 10)
        return receipt.conversation_id

    def ticket(
        self,
        cls: str = "FLT",
        subject: str = "lv_fault",
        text: str = "家里停电了，户号0312345678，电话13812345678",
        address: str = "visitor",
        name: str = "王女士",
        **more: str,
    ) -> Ticket:
        """A ticket as the bot hands it over."""
        conversation_id = self.customer_says(text, address, name)
        now = self.clock.now()
        with self.store.write() as tx:
            talk = tx.conversations.get(conversation_id)
            if name:
                tx.contacts.save(replace(tx.contacts.get(talk.contact_id), name=name))
            fact = HandoverRequested(
                source=f"{conversation_id}:{time.monotonic_ns()}",
                conversation_id=conversation_id,
                contact_id=talk.contact_id,
                intent="report_outage",
                cls=cls,
                subject=subject,
                summary=text,
                language="zh",
                facts={"phone": "13812345678", "address": "翠湖小区3栋2单元"},
                account_no="0312345678",
                area=more.get("area", "翠湖小区"),
                wants_person=True,
            )
            opened = self.intake.hand_over(tx, fact, now)
        self.deps.signals.signal("feed")
        with self.store.read() as tx:
            return tx.tickets.get(opened.ticket_id)

    def delivered(self, ticket_id: str) -> None:
        """The outbox reports that the result reached the customer."""
        with self.store.write() as tx:
            message = tx.tickets.get(ticket_id).result_message_id
            self.intake.delivered(tx, MessageDelivered(ticket_id, message), self.clock.now())

    def read(self, ticket_id: str) -> Ticket:
        with self.store.read() as tx:
            return tx.tickets.get(ticket_id)


@contextmanager
def running_house(folder: Path, **settings: object) -> Iterator[House]:
    """Build, serve and stop a house; ``settings`` replace fields of DeskDeps."""
    clock, signals, voice = HouseClock(), EmbeddedSignals(), PlainVoice()
    store = SqlStore(f"sqlite:///{folder / 'desk.sqlite3'}", clock=clock)
    store.migrate(lambda _: None)
    staff_hashes = dict.fromkeys(
        ("lin.yue", "zhao.min", "chen.gang", "sun.tao", "luo.cheng", "wang.fang", "tang.wei"), _HASH
    )
    with store.write() as tx:
        staff = seed_people(tx, staff_hashes)
    rules, deadlines = load_rules(), Deadlines(load_policies(), load_calendar())
    intake = Intake(rules, deadlines, voice, lambda _: "urban")
    desk = ResponsibilityService(
        store=store,
        clock=clock,
        voice=voice,
        signals=signals,
        rules=rules,
        deadlines=deadlines,
        area_kind=lambda _: "urban",
    )
    door = InboxDoor(store, signals, clock)
    deps = DeskDeps(
        store=store,
        responsibility=desk,
        knowledge=_library(),
        accept=door.accept,
        await_answer=door.await_answer,
        signals=signals,
        presence=EmbeddedPresence(),
        limiter=EmbeddedLimiter(),
        clock=clock,
        secret=b"s" * 32,
        version="test",
        departments=staff.departments,
        messages_per_minute=1000,
        demo_sign_ins=[DemoSignIn("chen.gang", PASSWORD, "陈刚"), DemoSignIn("luo.cheng", PASSWORD, "罗成")],
        read_sms=lambda: [ShownSms(clock.now(), "138****5678", "验证码 428613，5 分钟内有效。")],
    )
    deps = replace(deps, **settings)
    web = FastAPI()
    web.include_router(build(deps))
    echo = Echo(store, signals, intake, clock)
    echo.start()
    with _served(web) as url:
        yield House(url, deps, store, clock, door, intake, desk, echo)
    echo.stop()
    store.close()


def _library() -> Library:
    """The real articles, found by words alone."""
    shelf = read_articles(NLU_DATA / "knowledge")
    finder = ArticleFinder(shelf, answer_from(NLU_DATA.parent / "config.yml"))
    return Library(shelf, finder, HouseFacts(load_policies(), load_tariffs(), "cuihu"))


@contextmanager
def _served(web: FastAPI) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(web, log_level="warning", timeout_graceful_shutdown=1, lifespan="off", ws="none")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
