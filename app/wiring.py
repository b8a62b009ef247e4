"""Chooses who provides what: the only place that names concrete classes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter

from actions.back_ends.http import HttpUtility
from actions.back_ends.local_sms import LocalSms
from actions.back_ends.sample import open_sample
from actions.registry import BusinessActions
from actions.world import World
from app import __version__
from app.attempts import StoredAttempts
from app.demo import demo_sign_ins
from app.doors import hotline_routers, words_of
from app.facts import HouseFacts
from app.health import Health
from app.learning import lesson_export
from app.metrics import Metrics
from app.places import AreaKinds
from app.pull import PullSender
from app.settings import HOUSE, Settings
from app.threads import Threads
from bot.dialogue.engine import load_dialogue
from bot.inbox import InboxDoor
from bot.library import Library
from bot.outbox import Deliverer
from bot.phrasing import load_phrases
from bot.turn import Turn
from bot.understanding.articles import read_articles
from bot.understanding.cascade import Cascade, build_understander
from bot.understanding.client import RasaClient
from bot.understanding.knowledge import ArticleFinder, answer_from
from bot.understanding.process import RasaProcess
from bot.voice import BotVoice
from bot.worker import Worker
from desk.assembly import build as build_desk
from desk.deps import DemoSignIn, DeskDeps, ShownSms
from domain.clock import Clock, SystemClock
from domain.errors import Unavailable
from domain.ports import Cache, Phrasing, PresenceBoard, RateLimiter, Sender, Signals
from domain.utility_port import UtilityPort
from router.deadlines import Deadlines
from router.intake import Intake
from router.people import load_people
from router.policies import load_calendar, load_policies
from router.responsibility import ResponsibilityService
from router.rules import load_rules
from router.ticker import Ticker
from store.embedded import EmbeddedCache, EmbeddedLimiter, EmbeddedPresence, EmbeddedSignals
from store.redis_ports import RedisCache, RedisLimiter, RedisPresence, RedisSignals
from store.sql import SqlStore

if TYPE_CHECKING:
    from app.telegram_door import TelegramDoor

NLU_DATA = HOUSE / "nlu_data"
PULL_CHANNELS = ("web", "console", "hotline")
MEANING_S = 30.0
"""Between looks for a newly trained model of meaning."""
TIDY_S = 3600.0
"""Between removals of what no page will ask for again."""
TICK_S = 2.0
"""How often the clocks of tickets are looked at."""


@dataclass(frozen=True, slots=True)
class Nerve:
    """What connects processes; losing any of it costs speed, never a message."""

    signals: Signals
    cache: Cache
    limiter: RateLimiter
    presence: PresenceBoard


def open_store(settings: Settings, clock: Clock | None = None) -> SqlStore:
    """The database of these settings."""
    return SqlStore(settings.database, clock=clock or SystemClock())


def rasa_process(settings: Settings, model: Path) -> RasaProcess:
    """The intent engine on the loopback, not yet started."""
    return RasaProcess(
        settings.rasa_python,
        model,
        settings.own_rasa_port,
        settings.secret("rasa"),
        settings.logs_dir / "rasa.log",
    )


def build_understanding(settings: Settings, utility: UtilityPort, cache: Cache) -> Cascade:
    """The understanding as a customer meets it, with the places that the utility knows."""
    names = [name for area in utility.areas() for name in (area.name_zh, area.name_en, *area.aliases)]
    return build_understander(
        HOUSE / "config.yml",
        settings.rasa_address,
        settings.secret("rasa"),
        cache=cache,
        areas=names,
        timeout_s=settings.rasa_timeout_s,
        models_dir=settings.models_dir,
    )


def build_finder(settings: Settings, understander: Cascade, regions: Iterable[str]) -> ArticleFinder:
    """The search over the articles that hold in these regions; it hears with the understanding's encoder."""
    shelf = read_articles(NLU_DATA / "knowledge", regions)
    threshold = answer_from(HOUSE / "config.yml")
    return ArticleFinder(shelf, threshold, settings.models_dir, understander.vector)


def build_utility(
    settings: Settings, clock: Clock, progress: Callable[[float], None] = lambda _: None
) -> UtilityPort:
    """The utility's systems: by REST where an address is set, else the embedded sample.

    ``progress`` hears 0 to 1 while the sample is being seeded.
    """
    if settings.utility_url:
        return HttpUtility(settings.utility_url, settings.utility_token, settings.utility_timeout_s)
    path = settings.data_dir / "utility.db"
    return open_sample(path, clock, load_policies(), load_calendar(), progress)


def build_nerve(settings: Settings) -> Nerve:
    """Redis where one is set, else its in-process twins."""
    if settings.redis_url:
        redis = settings.redis_url
        return Nerve(RedisSignals(redis), RedisCache(redis), RedisLimiter(redis), RedisPresence(redis))
    return Nerve(EmbeddedSignals(), EmbeddedCache(), EmbeddedLimiter(), EmbeddedPresence())


class House:
    """Everything of one process, put together; nothing runs until it is started."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self._settings = settings
        self.clock = clock or SystemClock()
        self.store = open_store(settings, self.clock)
        self.nerve = build_nerve(settings)
        self.sms = LocalSms(settings.data_dir / "sms", self.clock)
        self.metrics = Metrics(self.store)
        self._threads = Threads()
        utility = build_utility(settings, self.clock)
        phrasing = load_phrases(NLU_DATA / "phrases")
        dialogue = load_dialogue(NLU_DATA, phrasing)
        self.rasa = RasaClient(
            settings.rasa_address, settings.secret("rasa"), timeout_s=settings.rasa_timeout_s
        )
        voice = BotVoice(phrasing, dialogue, frozenset({"telegram"}))
        policies = load_policies()
        rules, deadlines = load_rules(), Deadlines(policies, load_calendar())
        area_kind = AreaKinds(utility)
        self.tickets = Intake(rules, deadlines, voice, area_kind)
        self.responsibility = ResponsibilityService(
            store=self.store,
            clock=self.clock,
            voice=voice,
            signals=self.nerve.signals,
            rules=rules,
            deadlines=deadlines,
            area_kind=area_kind,
        )
        self._ticker = Ticker(
            store=self.store,
            voice=voice,
            signals=self.nerve.signals,
            rules=rules,
            deadlines=deadlines,
            area_kind=area_kind,
        )
        self.door = InboxDoor(self.store, self.nerve.signals, self.clock)
        world = World(
            utility, self.sms, StoredAttempts(self.store), phrasing, settings.secret("codes").encode()
        )
        self._understander = build_understanding(settings, utility, self.nerve.cache)
        self._finder = build_finder(settings, self._understander, (*policies.regions, world.region))
        facts = HouseFacts(policies, world.tariffs, world.region)
        self._knowledge = Library(self._finder.shelf, self._finder, facts, settings.address)
        self._turn = Turn(
            store=self.store,
            understander=self._understander,
            knowledge=self._knowledge,
            dialogue=dialogue,
            actions=BusinessActions(world),
            tickets=self.tickets,
            phrasing=phrasing,
            voice=voice,
            signals=self.nerve.signals,
            clock=self.clock,
        )
        self._phrasing = phrasing
        self._telegram = self._telegram_door(phrasing) if settings.telegram_token else None
        self.health = Health({"database": self._database, "understanding": self._understanding})

    def routers(self) -> list[APIRouter]:
        """The doors that speak HTTP."""
        telegram = self._telegram.routers() if self._telegram else []
        hotline = hotline_routers(self._settings, self.store, self.door, self._phrasing)
        return [build_desk(self._desk_deps()), *hotline, *telegram]

    def start_web(self) -> None:
        """Listen where listening takes more than an open port."""
        if self._telegram:
            self._telegram.start()

    def start_work(self) -> None:
        """Answer, send, and run the clocks."""
        self._threads.every("meaning", MEANING_S, self._refresh)
        for number in range(1, self._settings.workers + 1):
            worker = Worker(
                f"worker-{number}",
                store=self.store,
                turn=self._turn,
                signals=self.nerve.signals,
                clock=self.clock,
                lease_s=self._settings.lease_s,
                observe=self.metrics.observe_turn,
            )
            self._threads.start(f"worker-{number}", worker.run)
        senders: dict[str, Sender] = {name: PullSender(name, self.nerve.signals) for name in PULL_CHANNELS}
        if self._telegram:
            senders["telegram"] = self._telegram.telegram
        deliverer = Deliverer(self.store, senders, self.tickets, self.nerve.signals, self.clock)
        self._threads.start("outbox", deliverer.run)
        self._threads.every("tidy", TIDY_S, lambda: self.store.tidy(self.clock.now()))
        self._threads.every("clocks", TICK_S, lambda: self._ticker.tick(self.clock.now()))

    def wait_ready(self) -> None:
        """Return when a message can be answered whole."""
        while not self.health.report().ready:
            time.sleep(0.2)

    def stop(self) -> None:
        """Finish what is in hand, then let go of everything."""
        self._threads.stop()
        if self._telegram:
            self._telegram.telegram.close()
        self.rasa.close()
        self.store.close()

    def _telegram_door(self, phrasing: Phrasing) -> TelegramDoor:
        # aiogram takes seconds to import; whoever has no bot need not wait for it.
        from app.telegram_door import TelegramDoor

        return TelegramDoor(self._settings, self.store, self.door, words_of(phrasing))

    def _refresh(self) -> None:
        """Take up what was newly trained: the encoder first, since the articles' index is read with it."""
        self._understander.refresh()
        self._finder.refresh()

    def _database(self) -> str:
        try:
            self.store.check()
        except Unavailable as error:
            return str(error)
        return ""

    def _understanding(self) -> str:
        return "" if self.rasa.ready() else "the intent engine is starting or does not answer"

    def _desk_deps(self) -> DeskDeps:
        settings = self._settings
        return DeskDeps(
            store=self.store,
            responsibility=self.responsibility,
            knowledge=self._knowledge,
            accept=self.door.accept,
            await_answer=self.door.await_answer,
            signals=self.nerve.signals,
            presence=self.nerve.presence,
            limiter=self.nerve.limiter,
            clock=self.clock,
            secret=settings.secret("web").encode(),
            demo_sign_ins=self._demo_sign_ins(),
            read_sms=self._read_sms if settings.demo else None,
            messages_per_minute=settings.chat_messages_per_minute,
            messages_per_minute_per_address=settings.chat_messages_per_minute_per_address,
            export_lessons=lesson_export(settings, self.store, self.clock),
            departments=load_people().departments,
            embed_origins=settings.embed_origins,
            version=__version__,
        )

    def _read_sms(self) -> list[ShownSms]:
        return [ShownSms(record.at, record.phone, record.text) for record in self.sms.newest()]

    def _demo_sign_ins(self) -> list[DemoSignIn]:
        return [
            DemoSignIn(agent.login, sign_ins[agent.login], agent.name)
            for sign_ins in [demo_sign_ins(self._settings)]
            for agent in load_people().agents
            if agent.login in sign_ins
        ]
