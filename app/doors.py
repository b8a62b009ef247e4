"""The hotline's door, and the few words that channels say by themselves."""

from __future__ import annotations

from fastapi import APIRouter

from app.settings import Settings
from bot.channels.hotline import hotline_router
from bot.channels.replies import StoredReplies
from bot.channels.saying import Say
from bot.inbox import InboxDoor
from domain.ports import Phrasing, Saying, Store


def words_of(phrasing: Phrasing, *, spoken: bool = False) -> Say:
    """Phrases as plain words, for a channel that speaks outside the dialogue."""

    def say(key: str, language: str, **values: object) -> str:
        reply = phrasing.say(Saying(key, values), language, spoken=spoken)
        return (reply.speech or reply.text) if spoken else reply.text

    return say


def hotline_routers(settings: Settings, store: Store, door: InboxDoor, phrasing: Phrasing) -> list[APIRouter]:
    """The endpoint for the IVR; always there, guarded by its token."""
    replies = StoredReplies(store, door.await_answer)
    return [
        hotline_router(
            accept=door.accept,
            find=replies.find,
            await_reply=replies.wait,
            say=words_of(phrasing, spoken=True),
            token=settings.secret("hotline"),
            wait_s=settings.hotline_wait_s,
        )
    ]
