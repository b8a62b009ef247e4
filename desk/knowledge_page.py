"""The articles as public pages: an index with a search, and each topic with its dates and sources."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from desk.chat_page import remember_language
from desk.deps import DeskDeps
from desk.times import date_words
from desk.web import Templates, address_of, route_refusing
from desk.wording import Words, language_of
from domain.calendar import local_day
from domain.errors import NotFound, ShouwenError, TooMany
from domain.knowledge import Passage

MOST_FOUND = 6
LONGEST_QUERY = 200
"""Characters of a search that are read."""
SEARCHES = 60
WINDOW_S = 60.0
"""So many searches in so many seconds from one network address; reading pages is not counted."""


class KnowledgePages:
    """``/knowledge`` and ``/knowledge/<topic>``; anybody may read them."""

    def __init__(self, deps: DeskDeps, words: dict[str, Words], templates: Templates) -> None:
        self._deps, self._words, self._templates = deps, words, templates

    def router(self) -> APIRouter:
        """Both paths."""
        refusing = route_refusing(self._refuse, ShouwenError)
        router = APIRouter(
            prefix="/knowledge", tags=["knowledge"], include_in_schema=False, route_class=refusing
        )
        router.add_api_route("", self.index, methods=["GET"])
        router.add_api_route("/{topic}", self.article, methods=["GET"])
        return router

    def index(self, request: Request) -> Response:
        """All topics under their headings; with ``?q=`` the passages nearest to it come first."""
        words = self._words[language_of(request)]
        query = " ".join(request.query_params.get("q", "")[:LONGEST_QUERY].split())
        articles = self._deps.knowledge.articles(words.language, local_day(self._deps.clock.now()))
        groups = [(name, list(of)) for name, of in groupby(articles, key=lambda article: article.group)]
        found = self._search(request, query, words) if query else []
        return self._page(request, "knowledge.html", groups=groups, query=query, found=found)

    def article(self, request: Request, topic: str) -> Response:
        """One topic, all its passages."""
        language = language_of(request)
        article = self._deps.knowledge.article(topic, language, local_day(self._deps.clock.now()))
        words = self._words[language]
        dates = {
            "effective": date_words(article.effective_from, words),
            "reviewed": date_words(article.reviewed, words),
        }
        return self._page(request, "article.html", article=article, dates=dates)

    def _search(self, request: Request, query: str, words: Words) -> list[Passage]:
        if not self._deps.limiter.allow(f"knowledge:{address_of(request)}", SEARCHES, WINDOW_S):
            raise TooMany("too many searches from one address", WINDOW_S)
        hits = self._deps.knowledge.search(query, local_day(self._deps.clock.now()), MOST_FOUND)
        return [hit.passage[words.language] for hit in hits]

    def _page(self, request: Request, template: str, **values: Any) -> Response:
        words = self._words[language_of(request)]
        page = self._templates.page(template, t=words, lang=words.language, **values)
        remember_language(request, page)
        return page

    def _refuse(self, request: Request, error: Exception) -> Response:
        words = self._words[language_of(request)]
        status = 404 if isinstance(error, NotFound) else 429 if isinstance(error, TooMany) else 400
        what = words("page.not_found") if status == 404 else words("chat.error.too_many")
        return self._templates.page(
            "plain.html", status, t=words, lang=words.language, what=what, home="/knowledge"
        )
