"""Puts the desk's pages together into one router for ``app/``."""

from __future__ import annotations

from fastapi import APIRouter

from desk.chat_api import ChatApi
from desk.chat_page import ChatPages
from desk.console import Console
from desk.deps import DeskDeps
from desk.knowledge_page import KnowledgePages
from desk.learning_page import LearningPages
from desk.web import StaticFiles, Templates
from desk.wording import load_words


def build(deps: DeskDeps) -> APIRouter:
    """The router with the chat, the console and their static files. Raises ValueError for a weak secret."""
    if len(deps.secret) < 32:
        raise ValueError("the desk's secret needs at least 32 bytes")
    words = load_words()
    static = StaticFiles()
    templates = Templates(static)
    router = APIRouter()
    router.include_router(ChatApi(deps, words).router())
    router.include_router(ChatPages(deps, words, static, templates).router())
    router.include_router(LearningPages(deps, words, templates).router())
    router.include_router(KnowledgePages(deps, words, templates).router())
    router.include_router(Console(deps, words, templates).router())
    return router
