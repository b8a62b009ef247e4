"""The agents' console: sign-in, the board with one open ticket, and the moves on it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from desk.board import Board
from desk.chat_page import remember_language
from desk.console_stream import ConsoleStream
from desk.deps import DeskDeps
from desk.dossier import Desk
from desk.live import stream
from desk.moves import MOVES, Asked
from desk.pages import DeskPages
from desk.refusals import moved_on_words, taken_words
from desk.signin import NotSignedIn, SignedIn
from desk.times import local
from desk.views import Dossier
from desk.web import Templates, form_body, route_refusing
from desk.wording import Words, language_of
from domain.agent import Presence
from domain.calendar import local_day
from domain.errors import AlreadyTaken, BadRequest, NotAllowed, NotAuthentic, NotFound, ShouwenError, TooMany
from domain.job import AuditEvent
from domain.knowledge import Passage
from domain.ticket import Priority

PRESENCE_S = 45.0
MOST_ARTICLES = 3
NEAR_ENOUGH = 0.2
"""Confidence from which a passage is shown to an agent, who judges for herself."""


class Console(DeskPages):
    """Sign-in, board and tickets."""

    def __init__(self, deps: DeskDeps, words: dict[str, Words], templates: Templates) -> None:
        super().__init__(deps, words, templates)
        self._stream = ConsoleStream(deps)

    def router(self) -> APIRouter:
        """The console's pages and moves."""
        router = APIRouter(
            prefix="/desk", include_in_schema=False, route_class=route_refusing(self._refuse, ShouwenError)
        )
        router.add_api_route("", self.page, methods=["GET"])
        router.add_api_route("/t/{number}", self.page, methods=["GET"])
        router.add_api_route("/sign-in", self.sign_in_page, methods=["GET"])
        router.add_api_route("/sign-in", self.sign_in, methods=["POST"])
        router.add_api_route("/sign-out", self.sign_out, methods=["POST"])
        router.add_api_route("/presence", self.set_presence, methods=["POST"])
        router.add_api_route("/stream", self.live, methods=["GET"])
        router.add_api_route("/t/{number}/reveal", self.reveal, methods=["POST"])
        router.add_api_route("/t/{number}/typing", self.typing, methods=["POST"])
        router.add_api_route("/t/{number}/{verb}", self.move, methods=["POST"])
        if self._deps.read_sms:
            router.add_api_route("/outbox", self.sms, methods=["GET"])
        return router

    # ---- sign-in ----

    def sign_in_page(self, request: Request) -> Response:
        """The form; whoever is signed in already goes on."""
        try:
            self._sign_ins.of(request)
        except NotSignedIn:
            response = self._sign_in_form(request)
            remember_language(request, response)
            return response
        return RedirectResponse("/desk", 303)

    async def sign_in(self, request: Request) -> Response:
        """Check the password. The same words for an unknown name and for a wrong password."""
        form = await form_body(request)
        words = self._words[language_of(request)]
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return self._sign_in_form(request, words("sign_in.stale"), 403)
        try:
            signed = await run_in_threadpool(
                self._sign_ins.begin, request, form.get("login", ""), form.get("password", "")
            )
        except NotAuthentic:
            return self._sign_in_form(request, words("sign_in.wrong"), 401, form.get("login", ""))
        except TooMany as error:
            refused = self._sign_in_form(request, words("sign_in.too_many"), 429)
            refused.headers["Retry-After"] = str(int(error.retry_after_s))
            return refused
        response = RedirectResponse("/desk", 303)
        self._sign_ins.keep(request, response, signed)
        return response

    async def sign_out(self, request: Request) -> Response:
        """End the sign-in; who leaves takes no new tickets."""
        signed, _ = await self._changing(request)
        response = RedirectResponse("/desk/sign-in", 303)
        await run_in_threadpool(self._deps.responsibility.set_presence, signed.agent.id, Presence.OFFLINE)
        await run_in_threadpool(self._sign_ins.end, signed, response)
        return response

    def _sign_in_form(
        self, request: Request, problem: str = "", status: int = 200, login: str = ""
    ) -> Response:
        words = self._words[language_of(request)]
        return self._templates.page(
            "sign_in.html",
            status,
            t=words,
            lang=words.language,
            problem=problem,
            login=login[:80],
            demo=self._deps.demo_sign_ins,
        )

    # ---- pages ----

    def page(self, request: Request, number: str = "") -> Response:
        """The board, with one ticket open when the path names it."""
        signed = self._sign_ins.of(request)
        words = self._words[language_of(request)]
        shelf = request.query_params.get("shelf", "")
        search = request.query_params.get("q", "").strip()[:80]
        now = self._deps.clock.now()
        with self._deps.store.read() as tx:
            cursor = tx.feed.last()
            board = Board(tx, signed.agent, words, now)
            shelves = board.shelves()
            if not shelf:
                shelf = next((s.key for s in shelves if s.count and s.group == "me"), "mine")
            desk = Desk(tx, signed.agent, words, now, self._deps.departments)
            dossier = desk.dossier(number, request.query_params.get("all") == "1") if number else None
            values: dict[str, Any] = {
                "rows": board.rows(shelf, search),
                "shelves": shelves,
                "ticket": dossier,
                "colleagues": desk.colleagues(desk.ticket(number)) if number else [],
                "departments": {
                    code: name for code, name in desk.departments.items() if code in desk.staffed
                },
                "cursor": cursor,
            }
        values["articles"] = self._articles(dossier, words, now) if dossier else ()
        wall = local(now)
        page = self._templates.page(
            "desk.html",
            t=words,
            lang=words.language,
            me=signed.agent,
            my_name=signed.agent.called(words.language),
            csrf=signed.csrf,
            shelf=shelf,
            search=search,
            token=secrets.token_urlsafe(12),
            levels=[(int(level), words(f"priority.{int(level)}")) for level in Priority],
            soon=[
                (f"{wall + timedelta(hours=1):%Y-%m-%dT%H:%M}", words("form.one_hour")),
                (f"{wall:%Y-%m-%d}T18:00", words("form.today_evening")),
                (f"{wall + timedelta(days=1):%Y-%m-%d}T12:00", words("form.tomorrow_noon")),
            ],
            script_words={
                **words.under("desk"),
                "revealed": words("ticket.revealed"),
                "new": words("list.new"),
            },
            sms=self._deps.read_sms is not None,
            version=self._deps.version,
            **values,
        )
        self._sign_ins.keep(request, page, signed)
        remember_language(request, page)
        return page

    def sms(self, request: Request) -> Response:
        """The sample gateway's messages, newest first; only where the wiring gives a reader."""
        self._sign_ins.of(request)
        words = self._words[language_of(request)]
        messages = self._deps.read_sms() if self._deps.read_sms else ()
        rows = [
            (f"{local(message.at):%m-%d %H:%M}", message.phone, message.text)
            for message in sorted(messages, key=lambda message: message.at, reverse=True)
        ]
        return self._templates.page("sms.html", t=words, lang=words.language, rows=rows)

    # ---- changes ----

    async def move(self, request: Request, number: str, verb: str) -> Response:
        """One move on a ticket."""
        signed, form = await self._changing(request)
        words = self._words[language_of(request)]
        if verb not in MOVES:
            raise NotFound(verb)
        return await run_in_threadpool(self._move, request, signed, number, verb, form, words)

    def _move(
        self,
        request: Request,
        signed: SignedIn,
        number: str,
        verb: str,
        form: Mapping[str, str],
        words: Words,
    ) -> Response:
        now = self._deps.clock.now()
        with self._deps.store.read() as tx:
            ticket = Desk(tx, signed.agent, words, now, self._deps.departments).ticket(number)
        try:
            MOVES[verb](self._deps.responsibility, Asked(ticket, signed.agent, form))
        except AlreadyTaken as error:
            with self._deps.store.read() as tx:
                taken = taken_words(tx, number, error, words, now)
            return self._answer(request, 409, taken)
        except NotAllowed:
            with self._deps.store.read() as tx:
                moved_on = moved_on_words(tx, number, signed.agent.id, words, now)
            if not moved_on:
                raise
            return self._answer(request, 409, moved_on)
        if ticket.conversation_id:
            self._deps.signals.signal(f"conversation:{ticket.conversation_id}")
        self._deps.signals.signal("feed")
        return self._answer(request, 200, words(f"done.{verb}"))

    async def set_presence(self, request: Request) -> Response:
        """Online or away."""
        signed, form = await self._changing(request)
        words = self._words[language_of(request)]
        if form.get("presence") not in {"online", "away"}:
            raise BadRequest("presence")
        await run_in_threadpool(
            self._deps.responsibility.set_presence, signed.agent.id, Presence(form["presence"])
        )
        await run_in_threadpool(self._deps.presence.beat, signed.agent.id, PRESENCE_S)
        self._deps.signals.signal("feed")
        return self._answer(request, 200, words("done.presence"))

    async def reveal(self, request: Request, number: str) -> Response:
        """The whole numbers of one ticket, against a reason that goes to the audit first."""
        signed, form = await self._changing(request)
        words = self._words[language_of(request)]
        reason = form.get("reason", "").strip()[:500]
        if not reason:
            return self._answer(request, 409, words("rule.reason_missing"))
        return JSONResponse(await run_in_threadpool(self._reveal, signed, number, reason, words))

    def _articles(self, dossier: Dossier, words: Words, now: datetime) -> list[Passage]:
        """Passages near the customer's words, for an agent who answers her."""
        hits = self._deps.knowledge.search(dossier.summary, local_day(now), MOST_ARTICLES)
        return [hit.passage[words.language] for hit in hits if hit.score >= NEAR_ENOUGH]

    def _reveal(self, signed: SignedIn, number: str, reason: str, words: Words) -> dict[str, Any]:
        now = self._deps.clock.now()
        args = (signed.agent, words, now, self._deps.departments)
        with self._deps.store.read() as tx:
            whole = Desk(tx, *args, masked=False).dossier(number, everything=True)
            masked = Desk(tx, *args).dossier(number, everything=True)
        with self._deps.store.write() as tx:
            tx.audit.add(
                AuditEvent(now, signed.agent.id, "revealed", f"ticket:{whole.id}", {"reason": reason})
            )
        shown = {"summary": whole.summary, "result": whole.result, "promise": whole.banner.promise}
        hidden = {"summary": masked.summary, "result": masked.result, "promise": masked.banner.promise}
        for source, target in ((whole, shown), (masked, hidden)):
            target.update({fact.key: fact.value for fact in (*source.about, *source.facts)})
            target.update({item.key: item.text for item in source.timeline})
            target.update({f"{item.key}.quote": item.quote for item in source.timeline})
            target.update({f"leg.{leg.id}": leg.quote for leg in source.legs})
        return {"ok": True, "values": {key: value for key, value in shown.items() if hidden[key] != value}}

    async def typing(self, request: Request, number: str) -> Response:
        """Tell the customer's page that an agent is writing; nothing is stored."""
        signed, _ = await self._changing(request)

        def tell() -> None:
            with self._deps.store.read() as tx:
                ticket = tx.tickets.by_number(number)
            if ticket and ticket.conversation_id and signed.agent.id in {ticket.responsible, ticket.handler}:
                self._deps.signals.signal(f"typing:{ticket.conversation_id}")

        await run_in_threadpool(tell)
        return Response(status_code=204)

    # ---- live ----

    async def live(self, request: Request) -> Response:
        """What changed after ``?after=CURSOR`` (or ``Last-Event-ID``), as events."""
        signed = await run_in_threadpool(self._sign_ins.of, request)
        last = request.headers.get("last-event-id") or request.query_params.get("after", "0")
        after = int(last) if last.isdecimal() and len(last) < 16 else 0
        return stream(self._stream.events(signed.agent.id, after, PRESENCE_S))

    # ---- inside ----

    def _back(self, request: Request, status: int) -> str:
        """The ticket that was changed; the board when a ticket cannot even be shown."""
        number = request.path_params.get("number", "")
        return f"/desk/t/{number}" if number and (request.method == "POST" or status < 400) else "/desk"
