"""Telegram, by aiogram: polling or webhook in, ``sendMessage`` out.

Updates are stored by ``accept`` before Telegram is told that we have them, so that a crash makes it deliver
again and the inbox drops what it already has. aiogram does not retry by itself; what may pass is told to the
outbox as ``DeliveryDelayed``, which keeps the order of the conversation. aiogram runs on an event loop in a
thread of its own; the methods here may be called from any thread.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import structlog
from aiogram import Bot
from aiogram import exceptions as refused
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Update

from bot.channels import telegram_reading as reading
from bot.channels.saying import Say
from bot.channels.text import split_text
from domain.conversation import Receipt
from domain.delivery import Delivery, DeliveryDelayed, DeliveryRefused, Sent
from domain.errors import BadRequest, ShouwenError, TooLarge
from domain.message import Attachment, Choice, Inbound, Message

log = structlog.get_logger(__name__)
T = TypeVar("T")

TEXT_LIMIT = 4096
"""UTF-16 units of one message (Bot API, sendMessage)."""
SEND_LIMIT_S = 30.0
DOWNLOAD_LIMIT_S = 15
GROUP_REFUSAL_EVERY_S = 3600.0
LONGEST_PAUSE_S = 30.0
REMEMBERED = 1000
WANTED = ["message", "callback_query"]
"""Kinds of updates that we ask for; edits and the rest stay away."""
_PASSING = (
    refused.TelegramServerError,
    refused.TelegramNetworkError,
    refused.TelegramConflictError,
    refused.ClientDecodeError,
    refused.TelegramUnauthorizedError,  # the operator mends the token; no message is lost meanwhile
    aiohttp.ClientError,
    TimeoutError,
)


class Telegram:
    """One bot account: Sender, and source of ``Inbound`` messages."""

    name = "telegram"

    def __init__(
        self,
        token: str,
        *,
        accept: Callable[[Inbound], Receipt],
        say: Say,
        find_choice: Callable[[str, str, int], Choice | None],
        data_dir: Path,
        api: str = "https://api.telegram.org",
        poll_s: int = 25,
        photo_limit: int = 10 * 2**20,
    ) -> None:
        """``find_choice(address, message_id, index)`` gives a button that we once sent to that address.

        Photos of at most ``photo_limit`` bytes are kept below ``data_dir``.
        """
        self._bot_id = token.split(":")[0]
        self._accept = accept
        self._say = say
        self._find_choice = find_choice
        self._data_dir = data_dir
        self._poll_s = poll_s
        self._photo_limit = photo_limit
        self._refused_groups: dict[int, float] = {}
        self._parts_sent: OrderedDict[str, int] = OrderedDict()
        self._polling: asyncio.Task[None] | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="telegram", daemon=True)
        self._thread.start()
        session = AiohttpSession(api=TelegramAPIServer.from_base(api))
        self._bot = Bot(token, session=session)

    # — out —

    def send(self, delivery: Delivery) -> Sent:
        """Send one message, in parts if it is long; the buttons hang on the last part.

        A retry in the same process goes on behind the parts that are out already.

        Raises:
            DeliveryRefused: the customer blocked the bot, the chat is gone, or the message is not acceptable.
            DeliveryDelayed: Telegram asks to wait, or cannot be reached.
        """
        try:
            return self._run(self._send(delivery), SEND_LIMIT_S)
        except refused.TelegramRetryAfter as asked:
            raise DeliveryDelayed("Telegram asks to wait", float(asked.retry_after)) from asked
        except _PASSING as failure:
            raise DeliveryDelayed(f"Telegram: {type(failure).__name__}") from failure
        except refused.TelegramAPIError as final:
            raise DeliveryRefused(f"Telegram: {type(final).__name__}: {final.message}") from final

    async def _send(self, delivery: Delivery) -> Sent:
        message = delivery.message
        parts = split_text(message.text, TEXT_LIMIT)
        sent = None
        for number, part in enumerate(parts):
            if number < self._parts_sent.get(delivery.id, 0):
                continue
            keyboard = _keyboard(message) if number == len(parts) - 1 else None
            sent = await self._bot.send_message(
                _chat_id(delivery.address), part, reply_markup=keyboard, request_timeout=int(SEND_LIMIT_S) - 5
            )
            self._parts_sent[delivery.id] = number + 1
            if len(self._parts_sent) > REMEMBERED:
                self._parts_sent.popitem(last=False)
        return Sent(str(sent.message_id) if sent else "")

    # — in —

    def start_polling(self) -> None:
        """Ask Telegram for updates until ``close``. A webhook that was set before is taken away."""

        async def begin() -> None:
            if self._polling is None:
                self._polling = asyncio.create_task(self._poll())

        self._run(begin())

    def set_webhook(self, url: str, secret: str) -> None:
        """Tell Telegram to deliver to ``url`` with ``secret`` in the header.

        Raises:
            DeliveryDelayed: Telegram did not take it.
        """
        try:
            self._run(self._bot.set_webhook(url, secret_token=secret, allowed_updates=WANTED), SEND_LIMIT_S)
        except (*_PASSING, refused.TelegramAPIError) as failure:
            raise DeliveryDelayed(f"Telegram did not take the webhook: {type(failure).__name__}") from failure

    async def receive(self, raw: Mapping[str, Any]) -> None:
        """Take one update of the webhook; may be awaited on any event loop.

        Raises:
            BadRequest: it is not an update.
            ShouwenError: it could not be stored; Telegram must deliver it again.
        """
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._take(raw), self._loop))

    def close(self) -> None:
        """Stop polling and end the thread. An update that is being stored is finished or delivered again."""

        async def end() -> None:
            if self._polling is not None:
                self._polling.cancel()
                await asyncio.gather(self._polling, return_exceptions=True)
            await self._bot.session.close()

        if not self._loop.is_closed():
            self._run(end())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    async def _poll(self) -> None:
        offset: int | None = None
        pause_s = 0.0
        webhook_away = False
        while True:
            try:
                if not webhook_away:
                    webhook_away = await self._bot.delete_webhook()
                updates = await self._bot.get_updates(
                    offset, timeout=self._poll_s, allowed_updates=WANTED, request_timeout=self._poll_s + 10
                )
                await self._take_all([_plain(update) for update in updates])
                # Only now: what is not stored must come again, and the next request acknowledges the rest.
                offset = updates[-1].update_id + 1 if updates else offset
                pause_s = 0.0
            except refused.TelegramRetryAfter as asked:
                await asyncio.sleep(asked.retry_after)
            except (*_PASSING, refused.TelegramAPIError, ShouwenError) as failure:
                pause_s = min(LONGEST_PAUSE_S, pause_s * 2 or 0.5)
                log.warning("telegram.polling_failed", error=type(failure).__name__, pause_s=pause_s)
                await asyncio.sleep(pause_s)

    async def _take_all(self, updates: Sequence[reading.Json]) -> None:
        """Chats beside each other, the updates of one chat in order."""

        async def in_order(of_chat: list[reading.Json]) -> None:
            for update in of_chat:
                try:
                    await self._take(update)
                except BadRequest as error:
                    # It will never be readable; holding back the updates behind it would help nobody.
                    log.error("telegram.update_dropped", update=update.get("update_id"), error=str(error))

        by_chat = sorted(updates, key=reading.chat_of)
        await asyncio.gather(*(in_order(list(group)) for _, group in groupby(by_chat, reading.chat_of)))

    async def _take(self, update: reading.Json) -> None:
        """Store one update, or answer it here when it is nothing for the conversation."""
        found = reading.read(update, self._bot_id)
        match found:
            case reading.Ignored():
                log.info("telegram.ignored", why=found.why)
            case reading.FromGroup():
                await self._refuse_group(found)
            case reading.Unreadable():
                await self._tell(found.chat_id, self._say("channel.unsupported", found.language))
            case reading.AskLanguage():
                words = self._say("channel.choose_language", found.language)
                await self._tell(found.chat_id, words, _buttons(reading.language_buttons()))
            case reading.Pressed():
                await self._take_press(found)
            case reading.Written():
                await self._take_message(found)

    async def _take_message(self, found: reading.Written) -> None:
        photos = [await self._keep(found.photo)] if found.photo else []
        text = self._say("channel.first_words", found.language) if found.is_start else found.text
        try:
            await self._store(found.inbound(text, (*photos, *found.attachments)))
        except TooLarge as error:
            # Refused, it would come again and again, and hold back what comes behind.
            log.info("telegram.too_long", error=str(error))
            await self._tell(int(found.address), self._say("channel.too_long", found.phone_language))

    async def _take_press(self, found: reading.Pressed) -> None:
        choice = None
        if found.stored is not None:
            message_id, index = found.stored
            choice = await asyncio.to_thread(self._find_choice, found.address, message_id, index)
        await self._store(found.inbound(choice))
        try:
            await self._bot.answer_callback_query(found.query_id, request_timeout=10)
        except (*_PASSING, refused.TelegramAPIError) as failure:
            # Only the little clock on the button stays a while; the press itself is stored.
            log.info("telegram.press_not_acknowledged", error=type(failure).__name__)

    async def _store(self, inbound: Inbound) -> None:
        await asyncio.to_thread(self._accept, inbound)

    async def _refuse_group(self, found: reading.FromGroup) -> None:
        now = time.monotonic()
        if now - self._refused_groups.get(found.chat_id, -GROUP_REFUSAL_EVERY_S) < GROUP_REFUSAL_EVERY_S:
            return
        if len(self._refused_groups) > REMEMBERED:
            self._refused_groups.clear()
        self._refused_groups[found.chat_id] = now
        await self._tell(found.chat_id, self._say("channel.no_groups", found.language))

    async def _tell(self, chat_id: int, words: str, keyboard: InlineKeyboardMarkup | None = None) -> None:
        """Say something of the channel's own; nobody is owed it, so a failure is only logged."""
        try:
            await self._bot.send_message(chat_id, words, reply_markup=keyboard, request_timeout=10)
        except (*_PASSING, refused.TelegramAPIError) as failure:
            log.info("telegram.remark_not_sent", error=type(failure).__name__)

    async def _keep(self, photo: reading.Photo) -> Attachment:
        """The photo in the data folder, or else Telegram's file id: no message is lost over a picture."""
        relative = Path("attachments") / "telegram" / f"{photo.unique_id}.jpg"
        path = self._data_dir / relative
        remote = Attachment("photo", f"telegram:{photo.file_id}", media_type="image/jpeg", size=photo.size)
        if photo.size > self._photo_limit:
            log.info("telegram.photo_too_large", size=photo.size)
            return remote
        try:
            if not path.exists():
                await self._download(photo.file_id, path)
        except (*_PASSING, refused.TelegramAPIError, OSError, BadRequest) as failure:
            log.warning("telegram.photo_not_kept", error=type(failure).__name__)
            return remote
        size = path.stat().st_size
        return Attachment("photo", relative.as_posix(), name=path.name, media_type="image/jpeg", size=size)

    async def _download(self, file_id: str, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{time.monotonic_ns()}")
        file = await self._bot.get_file(file_id, request_timeout=DOWNLOAD_LIMIT_S)
        url = self._bot.session.api.file_url(self._bot.token, file.file_path or "")
        size = 0
        try:
            with draft.open("wb") as kept:
                async for piece in self._bot.session.stream_content(url, timeout=DOWNLOAD_LIMIT_S):
                    size += len(piece)
                    if size > self._photo_limit:
                        # The announced size is only a hint.
                        raise BadRequest("the photo is larger than announced")
                    kept.write(piece)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    def _run(self, work: Coroutine[Any, Any, T], limit_s: float | None = None) -> T:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(limit_s)
        except TimeoutError:
            future.cancel()
            raise


def _chat_id(address: str) -> int:
    try:
        return int(address)
    except ValueError as error:
        raise DeliveryRefused("not a Telegram chat") from error


def _keyboard(message: Message) -> InlineKeyboardMarkup | None:
    buttons = [
        (choice.label, reading.press_data(message.id, index, choice))
        for index, choice in enumerate(message.choices)
    ]
    return _buttons(buttons) if buttons else None


def _buttons(buttons: Sequence[tuple[str, str]]) -> InlineKeyboardMarkup:
    rows = [[InlineKeyboardButton(text=label, callback_data=data)] for label, data in buttons]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def _plain(update: Update) -> reading.Json:
    """The update as Telegram sent it."""
    plain: dict[str, Any] = update.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return plain
