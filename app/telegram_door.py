"""The Telegram door: one bot, its way in, and the buttons that it once sent."""

from __future__ import annotations

from fastapi import APIRouter

from app.settings import Settings
from bot.channels.saying import Say
from bot.channels.telegram import Telegram
from bot.channels.telegram_webhook import PATH as TELEGRAM_PATH
from bot.channels.telegram_webhook import webhook_router
from bot.inbox import InboxDoor
from domain.errors import NotFound
from domain.message import Choice
from domain.ports import Store


class TelegramDoor:
    """One Telegram bot, by polling or webhook. Not there while no token is set."""

    def __init__(self, settings: Settings, store: Store, door: InboxDoor, say: Say) -> None:
        self._settings = settings
        self._store = store
        self.telegram = Telegram(
            settings.telegram_token,
            accept=door.accept,
            say=say,
            find_choice=self._find_choice,
            data_dir=settings.data_dir,
            api=settings.telegram_api,
        )

    @property
    def _by_webhook(self) -> bool:
        return self._settings.telegram_mode == "webhook"

    def routers(self) -> list[APIRouter]:
        """The webhook's endpoint, where one is used."""
        if not self._by_webhook:
            return []
        return [webhook_router(self.telegram.receive, self._settings.secret("telegram"))]

    def start(self) -> None:
        """Begin to listen. Only one process may poll; several web processes need the webhook."""
        if self._by_webhook:
            url = self._settings.public_url.rstrip("/") + TELEGRAM_PATH
            self.telegram.set_webhook(url, self._settings.secret("telegram"))
        else:
            self.telegram.start_polling()

    def _find_choice(self, address: str, message_id: str, index: int) -> Choice | None:
        """A button of a message that really went to this chat, or None."""
        with self._store.read() as tx:
            conversation = tx.conversations.at("telegram", address)
            try:
                message = tx.conversations.message(message_id)
            except NotFound:
                return None
        if conversation is None or message.conversation_id != conversation.id:
            return None
        return message.choices[index] if 0 <= index < len(message.choices) else None
