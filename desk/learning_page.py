"""``/desk/learning``: what was not understood, an agent's label for it, and the export for review."""

from __future__ import annotations

from urllib.parse import urlencode

import structlog
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from desk.chat_page import remember_language
from desk.labelling import label, take_back
from desk.labels import name_of, options
from desk.pages import DeskPages
from desk.puzzles import PAGE, Puzzles
from desk.signin import SignedIn
from desk.web import route_refusing
from desk.wording import Words, language_of
from domain.errors import RuleBroken, ShouwenError
from domain.learning import Progress, PuzzleQuery, Stage

log = structlog.get_logger(__name__)

FILTERS = ("language", "channel", "guess")


class LearningPages(DeskPages):
    """The learning page, and the changes made on it."""

    def router(self) -> APIRouter:
        """All paths under ``/desk/learning``."""
        router = APIRouter(
            prefix="/desk/learning",
            include_in_schema=False,
            route_class=route_refusing(self._refuse, ShouwenError),
        )
        router.add_api_route("", self.page, methods=["GET"])
        router.add_api_route("/export", self.export, methods=["POST"])
        router.add_api_route("/{lesson}", self.page, methods=["GET"])
        router.add_api_route("/{lesson}/label", self.label, methods=["POST"])
        router.add_api_route("/{lesson}/undo", self.undo, methods=["POST"])
        return router

    def page(self, request: Request, lesson: str = "") -> Response:
        """The list of one stage, with one sentence open when the path names it."""
        signed = self._sign_ins.of(request)
        words = self._words[language_of(request)]
        stage = _stage(request.query_params.get("stage", ""))
        chosen = {name: request.query_params.get(name, "")[:40] for name in FILTERS}
        number = _number(request.query_params.get("page", ""))
        query = PuzzleQuery(**chosen, limit=PAGE + 1, offset=(number - 1) * PAGE)
        with self._deps.store.read() as tx:
            cursor = tx.feed.last()
            puzzles = Puzzles(tx, signed.agent, words, self._deps.clock.now())
            lines = puzzles.lines(stage, query)
            progress = puzzles.progress()
            filters = puzzles.filters()
            sheet = puzzles.sheet(lesson) if lesson else None
        kept = {"stage": stage.value, **{name: value for name, value in chosen.items() if value}}
        page = self._templates.page(
            "learning.html",
            t=words,
            lang=words.language,
            me=signed.agent,
            my_name=signed.agent.called(words.language),
            csrf=signed.csrf,
            cursor=cursor,
            stage=stage.value,
            stages=[(each.value, progress.count(each)) for each in Stage],
            done=_done(progress),
            total=progress.total,
            chosen=chosen,
            filtered=any(chosen.values()),
            filters=filters,
            lines=lines[:PAGE],
            query=urlencode(kept),
            earlier=urlencode({**kept, "page": number - 1}) if number > 1 else "",
            later=urlencode({**kept, "page": number + 1}) if len(lines) > PAGE else "",
            sheet=sheet,
            options=options(words),
            may_export=self._may_export(signed),
            script_words={
                "loading": words("learning.loading"),
                "live_down": words("desk.live_down"),
                "live_back": words("desk.live_back"),
                "not_sent": words("desk.not_sent"),
                "no_label": words("rule.no_label"),
                "label_missing": words("rule.label_missing"),
            },
            version=self._deps.version,
        )
        self._sign_ins.keep(request, page, signed)
        remember_language(request, page)
        return page

    # ---- changes ----

    async def label(self, request: Request, lesson: str) -> Response:
        """One label; whose colleague was faster is told, and her own view is noted."""
        signed, form = await self._changing(request)
        words = self._words[language_of(request)]
        meaning = form.get("label", "")
        return await run_in_threadpool(self._label, request, signed, lesson, meaning, words)

    def _label(
        self, request: Request, signed: SignedIn, lesson_id: str, meaning: str, words: Words
    ) -> Response:
        now = self._deps.clock.now()
        with self._deps.store.write() as tx:
            counts = label(tx, signed.agent, lesson_id, meaning, now)
            tx.feed.add("lesson", now, agent_id=signed.agent.id)
            taken = Puzzles(tx, signed.agent, words, now).taken(counts, meaning)
        self._deps.signals.signal("feed")
        if (counts.by, counts.label) != (signed.agent.id, meaning):
            return self._answer(request, 409, taken)
        return self._answer(request, 200, words("learning.done_label", label=name_of(meaning, words)))

    async def undo(self, request: Request, lesson: str) -> Response:
        """Take a label back."""
        signed, _ = await self._changing(request)
        words = self._words[language_of(request)]

        def work() -> None:
            now = self._deps.clock.now()
            with self._deps.store.write() as tx:
                take_back(tx, signed.agent, lesson, now)
                tx.feed.add("lesson", now, agent_id=signed.agent.id)

        await run_in_threadpool(work)
        self._deps.signals.signal("feed")
        return self._answer(request, 200, words("learning.done_undo"))

    async def export(self, request: Request) -> Response:
        """Write what was labelled to a file for review."""
        signed, _ = await self._changing(request)
        words = self._words[language_of(request)]
        return await run_in_threadpool(self._export, request, signed, words)

    def _export(self, request: Request, signed: SignedIn, words: Words) -> Response:
        if self._deps.export_lessons is None or not self._may_export(signed):
            return self._answer(request, 403, words("learning.supervisors_export"))
        try:
            done = self._deps.export_lessons(signed.agent.id)
        except OSError as error:
            log.error("learning.export_failed", error=type(error).__name__)
            return self._answer(request, 503, words("learning.export_failed"))
        if not done.path:
            raise RuleBroken("nothing_to_export", "nothing waits for review")
        self._deps.signals.signal("feed")
        name = done.path.rsplit("/", 1)[-1]
        told = words("learning.done_export", file=name, n=done.sentences, two=done.two_requests)
        return self._answer(request, 200, told)

    # ---- inside ----

    def _may_export(self, signed: SignedIn) -> bool:
        return self._deps.export_lessons is not None and signed.agent.may_supervise()

    def _back(self, request: Request, status: int) -> str:
        """The list; a sentence that was not labelled stays open."""
        lesson = request.path_params.get("lesson", "")
        return (
            f"/desk/learning/{lesson}"
            if lesson and request.method == "POST" and status >= 400
            else "/desk/learning"
        )


def _stage(asked: str) -> Stage:
    return Stage(asked) if asked in set(Stage) else Stage.OPEN


def _number(asked: str) -> int:
    return max(int(asked), 1) if asked.isdecimal() and len(asked) < 5 else 1


def _done(progress: Progress) -> int:
    return progress.total - progress.count(Stage.OPEN)
