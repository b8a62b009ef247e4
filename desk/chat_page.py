"""The customer's chat page, the launcher that puts it on any web site, and a page that shows it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from desk.chat_api import TEXT_LIMIT
from desk.deps import DeskDeps
from desk.visitor import Visitors
from desk.web import StaticFiles, Templates, protect, route_refusing
from desk.wording import LANGUAGE_COOKIE, LANGUAGES, Words, language_of
from domain.errors import NotFound, ShouwenError

YEAR_S = 365 * 24 * 3600
SUGGESTIONS = 6


def remember_language(request: Request, response: Response) -> None:
    """Keep a language chosen with ``?lang=`` for the next visit."""
    chosen = request.query_params.get("lang")
    if chosen in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=YEAR_S, path="/", samesite="lax")


class ChatPages:
    """``/chat``, ``/widget.js``, ``/chat/demo`` and the static files."""

    def __init__(
        self, deps: DeskDeps, words: dict[str, Words], static: StaticFiles, templates: Templates
    ) -> None:
        self._deps = deps
        self._words = words
        self._static = static
        self._templates = templates
        self._visitors = Visitors(deps.secret)

    def router(self) -> APIRouter:
        """All paths of the customer's pages."""
        router = APIRouter(
            tags=["chat"], include_in_schema=False, route_class=route_refusing(self._refuse, ShouwenError)
        )
        router.add_api_route("/chat", self.chat, methods=["GET"])
        router.add_api_route("/chat/demo", self.demo, methods=["GET"])
        router.add_api_route("/widget.js", self.widget, methods=["GET"])
        router.add_api_route("/favicon.ico", self.icon, methods=["GET"])
        router.add_api_route("/static/{release}/{name:path}", self.file, methods=["GET"])
        return router

    def chat(self, request: Request) -> Response:
        """The chat itself; ``?embed=1`` inside a frame, where the session is a token and not a cookie."""
        words = self._words[language_of(request)]
        embedded = request.query_params.get("embed") == "1"
        suggestions = [words(f"chat.suggest.{number}") for number in range(1, SUGGESTIONS + 1)]
        page = self._templates.page(
            "chat.html",
            t=words,
            lang=words.language,
            embedded=embedded,
            suggestions=suggestions,
            script_words=words.under("chat.live"),
            text_limit=TEXT_LIMIT,
        )
        protect(page, ("'self'", *self._deps.embed_origins) if embedded else ())
        remember_language(request, page)
        if not embedded:
            self._visitors.keep(request, page, self._visitors.of(request))
        return page

    def demo(self, request: Request) -> HTMLResponse:
        """A web site with the launcher on it, and the line that put it there."""
        words = self._words[language_of(request)]
        return self._templates.page(
            "widget_demo.html", t=words, lang=words.language, base=str(request.base_url)
        )

    def widget(self) -> Response:
        """The launcher under a short address that sites can keep for years."""
        response = self._static.response("", "widget.js")
        response.headers["Cache-Control"] = "public, max-age=600"
        return response

    def icon(self) -> Response:
        """For browsers that ask without being told."""
        return RedirectResponse(self._static.url("icon.svg"), 308)

    def file(self, release: str, name: str) -> Response:
        """A static file."""
        return self._static.response(release, name)

    def _refuse(self, request: Request, error: Exception) -> Response:
        words = self._words[language_of(request)]
        status = 404 if isinstance(error, NotFound) else 400
        return self._templates.page(
            "plain.html", status, t=words, lang=words.language, what=words("page.not_found"), home="/chat"
        )
