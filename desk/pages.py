"""What all pages for agents share: who is signed in, changes with the page's own token, refusals in words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from desk.deps import DeskDeps
from desk.refusals import refusal
from desk.signin import DESK_COOKIE, NotSignedIn, SignedIn, SignIns
from desk.web import Templates, form_body
from desk.wording import Words, language_of


class DeskPages(ABC):
    """Plain HTML with forms throughout; the script only makes it live."""

    def __init__(self, deps: DeskDeps, words: dict[str, Words], templates: Templates) -> None:
        self._deps = deps
        self._words = words
        self._templates = templates
        self._sign_ins = SignIns(deps)

    @abstractmethod
    def _back(self, request: Request, status: int) -> str:
        """Where a plain form is led after a change, and from a page that says what was wrong."""

    async def _changing(self, request: Request) -> tuple[SignedIn, Mapping[str, str]]:
        signed = await run_in_threadpool(self._sign_ins.of, request)
        form = await form_body(request)
        self._sign_ins.check_csrf(request, signed, form)
        return signed, form

    def _refuse(self, request: Request, error: Exception) -> Response:
        words = self._words[language_of(request)]
        if isinstance(error, NotSignedIn):
            if scripted(request):
                return self._answer(request, 401, words("desk.session_over"))
            response: Response = RedirectResponse("/desk/sign-in", 303)
            if request.cookies.get(DESK_COOKIE):
                response.delete_cookie(DESK_COOKIE, path="/desk")
            return response
        return self._answer(request, *refusal(error, words))

    def _answer(self, request: Request, status: int, said: str) -> Response:
        """JSON for the script; a plain form is led back, or shown what was wrong."""
        if scripted(request):
            return JSONResponse({"ok": status < 400, "words": said}, status)
        back = self._back(request, status)
        if status < 400:
            return RedirectResponse(back, 303)
        words = self._words[language_of(request)]
        return self._templates.page("plain.html", status, t=words, lang=words.language, what=said, home=back)


def scripted(request: Request) -> bool:
    """Whether our script asks, which wants JSON; a plain form gets pages."""
    return "x-csrf-token" in request.headers or "text/event-stream" in request.headers.get("accept", "")
