"""What a Telegram update means to us: plain JSON in, one of a few values out, nothing fetched or sent.

Field names are those of the Bot API (Update, Message, CallbackQuery).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.errors import BadRequest
from domain.message import Attachment, Choice, Inbound

DATA_LIMIT = 64
"""Bytes of a button's callback_data (Bot API, InlineKeyboardButton)."""
LANGUAGES = {"zh": "中文", "en": "English"}
_DIRECT, _STORED = "p:", "c:"

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing for us: an edit, a channel post, a kind of update that we did not ask for."""

    why: str


@dataclass(frozen=True, slots=True)
class FromGroup:
    """Somebody wrote in a group; accounts are not talked about there."""

    chat_id: int
    language: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A private message of a kind that we cannot use (sticker, poll, dice …)."""

    chat_id: int
    language: str


@dataclass(frozen=True, slots=True)
class AskLanguage:
    """``/lang`` without saying which."""

    chat_id: int
    language: str


@dataclass(frozen=True, slots=True)
class Photo:
    """One size of a photo."""

    file_id: str
    unique_id: str
    size: int


@dataclass(frozen=True, slots=True)
class Written:
    """A private message with text or attachments."""

    update_key: str
    address: str
    text: str
    name: str
    language: str = ""
    """Only where the customer says which: ``/start`` (the phone's) and ``/lang``."""
    payload: str = ""
    is_start: bool = False
    photo: Photo | None = None
    attachments: tuple[Attachment, ...] = ()
    phone_language: str = ""
    """For what the channel itself has to say."""

    def inbound(self, text: str, attachments: tuple[Attachment, ...]) -> Inbound:
        """As the inbox takes it."""
        return Inbound(
            channel="telegram",
            provider_message_id=self.update_key,
            address=self.address,
            text=text,
            payload=self.payload,
            attachments=attachments,
            display_name=self.name,
            language=self.language,
        )


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button of ours was pressed."""

    update_key: str
    address: str
    query_id: str
    label: str
    payload: str
    stored: tuple[str, int] | None
    """Our message id and the button's index, where the payload was too long for the button."""
    name: str

    def inbound(self, choice: Choice | None) -> Inbound:
        """As the inbox takes it; a stored choice that is gone leaves its label, which means the same."""
        payload = choice.payload if choice else self.payload
        return Inbound(
            channel="telegram",
            provider_message_id=self.update_key,
            address=self.address,
            text=(choice.label if choice else self.label) or payload,
            payload=payload,
            display_name=self.name,
            language=payload.removeprefix("lang:") if payload.startswith("lang:") else "",
        )


Found = Ignored | FromGroup | Unreadable | AskLanguage | Written | Pressed


def read(update: Json, bot_id: str) -> Found:
    """What the update means.

    Raises:
        BadRequest: it is not an update as Telegram documents it.
    """
    key = f"{bot_id}:{_int(update, 'update_id')}"
    if "message" in update:
        return _read_message(_table(update, "message"), key)
    if "callback_query" in update:
        return _read_press(_table(update, "callback_query"), key)
    return Ignored(", ".join(sorted(set(update) - {"update_id"})) or "empty update")


def chat_of(update: Json) -> int:
    """The chat that an update belongs to, 0 if to none; its updates are taken in order."""
    query = update.get("callback_query")
    message = update.get("message") or (query.get("message") if isinstance(query, Mapping) else None)
    chat = message.get("chat") if isinstance(message, Mapping) else None
    found = chat.get("id") if isinstance(chat, Mapping) else None
    return found if isinstance(found, int) else 0


def press_data(message_id: str, index: int, choice: Choice) -> str:
    """What a button carries: the payload itself, or where to find it when it is too long for Telegram."""
    direct = _DIRECT + choice.payload
    return direct if len(direct.encode()) <= DATA_LIMIT else f"{_STORED}{index}:{message_id}"


def language_buttons() -> list[tuple[str, str]]:
    """Label and data of the buttons that answer ``/lang``."""
    return [(name, f"{_DIRECT}lang:{code}") for code, name in LANGUAGES.items()]


def language_of(code: object) -> str:
    """Our language for the phone's (``zh-hans`` → ``zh``); empty for one that we do not speak."""
    first = str(code or "").lower().partition("-")[0]
    return first if first in LANGUAGES else ""


def _read_message(message: Json, key: str) -> Found:
    chat = _table(message, "chat")
    chat_id = _int(chat, "id")
    sender = message.get("from")
    sender = sender if isinstance(sender, Mapping) else {}
    language = language_of(sender.get("language_code"))
    if chat.get("type") in ("group", "supergroup"):
        if any(name.endswith(("_member", "_members", "_title", "_photo")) for name in message):
            return Ignored("service message of a group")
        return FromGroup(chat_id, language)
    if chat.get("type") != "private":
        return Ignored(f"chat of type {chat.get('type')}")
    text = str(message.get("text") or message.get("caption") or "")
    name = " ".join(str(sender[part]) for part in ("first_name", "last_name") if sender.get(part))
    command, _, argument = text.partition(" ")
    command = command.partition("@")[0]
    if command == "/start":
        return Written(key, str(chat_id), text, name, language=language, is_start=True)
    if command == "/lang":
        chosen = language_of(argument.strip())
        if not chosen:
            return AskLanguage(chat_id, language)
        return Written(key, str(chat_id), LANGUAGES[chosen], name, language=chosen, payload=f"lang:{chosen}")
    photo, attachments = _photo(message), _attachments(message)
    if not (text or photo or attachments):
        return Unreadable(chat_id, language)
    return Written(
        key, str(chat_id), text, name, photo=photo, attachments=attachments, phone_language=language
    )


def _read_press(query: Json, key: str) -> Found:
    message = query.get("message")
    if not isinstance(message, Mapping) or _table(message, "chat").get("type") != "private":
        return Ignored("a press outside a private chat")
    data = str(query.get("data") or "")
    sender = query.get("from")
    stored = re.fullmatch(rf"{_STORED}(\d{{1,3}}):(\S+)", data)
    return Pressed(
        update_key=key,
        address=str(_int(_table(message, "chat"), "id")),
        query_id=str(query.get("id") or ""),
        label=_label(message, data),
        payload=data.removeprefix(_DIRECT) if data.startswith(_DIRECT) else "",
        stored=(stored[2], int(stored[1])) if stored else None,
        name=str(sender.get("first_name") or "") if isinstance(sender, Mapping) else "",
    )


def _label(message: Json, data: str) -> str:
    """The words on the pressed button; Telegram sends the message with its keyboard along."""
    markup = message.get("reply_markup")
    rows = markup.get("inline_keyboard") if isinstance(markup, Mapping) else None
    for row in rows or []:
        for button in row:
            if button.get("callback_data") == data:
                return str(button.get("text") or "")
    return ""


def _photo(message: Json) -> Photo | None:
    """The largest size of the photo."""
    sizes = [size for size in message.get("photo") or [] if isinstance(size, Mapping)]
    if not sizes:
        return None
    largest = max(sizes, key=lambda size: int(size.get("width") or 0) * int(size.get("height") or 0))
    unique = re.sub(r"[^A-Za-z0-9_-]", "", str(largest.get("file_unique_id")))
    return Photo(str(largest.get("file_id")), unique, int(largest.get("file_size") or 0))


def _attachments(message: Json) -> tuple[Attachment, ...]:
    """Voice and files stay with Telegram under their file id; a location is its coordinates."""
    found = []
    for field, kind in (("voice", "voice"), ("audio", "voice"), ("document", "file"), ("video", "file")):
        file = message.get(field)
        if isinstance(file, Mapping):
            found.append(
                Attachment(
                    kind=kind,
                    reference=f"telegram:{file.get('file_id')}",
                    name=str(file.get("file_name") or ""),
                    media_type=str(file.get("mime_type") or ""),
                    size=int(file.get("file_size") or 0),
                )
            )
    place = message.get("location")
    if isinstance(place, Mapping):
        found.append(Attachment("location", f"{place.get('latitude')},{place.get('longitude')}"))
    return tuple(found)


def _table(of: Json, name: str) -> Json:
    value = of.get(name)
    if not isinstance(value, Mapping):
        raise BadRequest(f"Telegram: {name} is missing")
    return value


def _int(of: Json, name: str) -> int:
    value = of.get(name)
    if not isinstance(value, int):
        raise BadRequest(f"Telegram: {name} is not a number")
    return value
