"""Telegram over real HTTP: nothing lost, nothing doubled, whatever the Bot API does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from bot.channels.telegram import Telegram
from bot.channels.telegram_webhook import PATH, SECRET_HEADER, webhook_router
from bot.inbox import LONGEST_TEXT, tidy
from domain.conversation import Receipt
from domain.delivery import Delivery, DeliveryDelayed, DeliveryRefused, DeliveryState
from domain.errors import Unavailable
from domain.message import Author, Choice, Inbound, Message
from tests.fakes.serving import serving
from tests.fakes.telegram_api import TOKEN, TelegramApi, eventually, running_telegram_api

NOW = datetime(2026, 11, 24, tzinfo=UTC)
LONG = Choice("阳光花园三栋二单元", "address=" + "阳光花园三栋二单元" * 5)


@dataclass
class Inbox:
    """An inbox in memory that knows duplicates, and can be out of order for a while."""

    kept: list[Inbound] = field(default_factory=list)
    tries: int = 0
    failures: int = 0

    def accept(self, inbound: Inbound) -> Receipt:
        self.tries += 1
        if self.failures:
            self.failures -= 1
            raise Unavailable("the database is away")
        tidy(inbound)
        known = [kept.provider_message_id for kept in self.kept]
        duplicate = inbound.provider_message_id in known
        if not duplicate:
            self.kept.append(inbound)
        return Receipt("in-1", "conv-1", len(self.kept), duplicate)

    @property
    def texts(self) -> list[str]:
        return [inbound.text for inbound in self.kept]


@pytest.fixture
def api() -> Iterator[TelegramApi]:
    with running_telegram_api() as api:
        yield api


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def channel(api: TelegramApi, inbox: Inbox, tmp_path: Path) -> Iterator[Telegram]:
    with telegram(api, inbox, tmp_path) as channel:
        yield channel


@contextmanager
def telegram(
    api: TelegramApi, inbox: Inbox, folder: Path, token: str = TOKEN, **more: Any
) -> Iterator[Telegram]:
    def find_choice(address: str, message_id: str, index: int) -> Choice | None:
        return LONG if (address, message_id, index) == ("7", "m-1", 1) else None

    channel = Telegram(
        token,
        accept=inbox.accept,
        say=lambda key, language: f"[{key} {language}]",
        find_choice=find_choice,
        data_dir=folder,
        api=api.url,
        poll_s=1,
        **more,
    )
    try:
        yield channel
    finally:
        channel.close()


def delivery(text: str, *choices: Choice, address: str = "7") -> Delivery:
    message = Message("m-1", "conv-1", 1, Author.BOT, "bot", text, NOW, choices=choices)
    return Delivery("d-1", message, "telegram", address, DeliveryState.SENDING, 1, NOW)


# — sending —


def test_a_message_goes_out_with_its_buttons(channel: Telegram, api: TelegramApi) -> None:
    sent = channel.send(delivery("您要办什么？", Choice("查电费", "start:query_bill"), LONG))
    assert sent.provider_id == str(api.sent[0]["message_id"])
    labels = [row[0]["text"] for row in api.sent[0]["reply_markup"]["inline_keyboard"]]
    assert labels == ["查电费", LONG.label]


def test_a_long_text_arrives_whole_and_in_order(channel: Telegram, api: TelegramApi) -> None:
    text = "\n".join(f"{day} 日用电 {day * 3} 度，电费 😀 元。" for day in range(600))
    channel.send(delivery(text, Choice("好", "yes")))
    assert len(api.sent) > 2
    assert "\n".join(message["text"] for message in api.sent) == text
    assert [bool(message.get("reply_markup")) for message in api.sent] == [False] * (len(api.sent) - 1) + [
        True
    ]


def test_a_retry_goes_on_behind_the_parts_that_are_out(channel: Telegram, api: TelegramApi) -> None:
    text = "\n".join(["甲" * 3000, "乙" * 3000, "丙" * 3000])
    api.fail("sendMessage", 0)
    api.fail("sendMessage", 429, retry_after=3)
    with pytest.raises(DeliveryDelayed) as delayed:
        channel.send(delivery(text))
    assert delayed.value.retry_after_s == 3
    channel.send(delivery(text))
    assert [message["text"][0] for message in api.sent] == ["甲", "乙", "丙"]


@pytest.mark.parametrize(
    ("status", "description", "expected"),
    [
        (500, "Internal Server Error", DeliveryDelayed),
        (502, "Bad Gateway", DeliveryDelayed),
        (401, "Unauthorized", DeliveryDelayed),
        (403, "Forbidden: bot was blocked by the user", DeliveryRefused),
        (400, "Bad Request: chat not found", DeliveryRefused),
    ],
)
def test_what_may_pass_is_delayed_and_what_will_not_is_refused(
    channel: Telegram, api: TelegramApi, status: int, description: str, expected: type[Exception]
) -> None:
    api.fail("sendMessage", status, description=description)
    with pytest.raises(expected):
        channel.send(delivery("在吗"))


def test_nobody_listening_is_a_delay(inbox: Inbox, tmp_path: Path) -> None:
    away = TelegramApi(url="http://127.0.0.1:9")
    with telegram(away, inbox, tmp_path) as channel, pytest.raises(DeliveryDelayed):
        channel.send(delivery("在吗"))


def test_an_address_of_another_channel_is_refused(channel: Telegram) -> None:
    with pytest.raises(DeliveryRefused):
        channel.send(delivery("在吗", address="web-session"))


# — polling —


def test_messages_come_in_order_and_are_acknowledged_when_stored(
    channel: Telegram, api: TelegramApi, inbox: Inbox
) -> None:
    for text in ("我家停电了", "整栋楼都没电", "在阳光花园"):
        last = api.writes(7, text)
    channel.start_polling()
    eventually(lambda: api.confirmed > last["update_id"])
    assert inbox.texts == ["我家停电了", "整栋楼都没电", "在阳光花园"]
    first = inbox.kept[0]
    assert (first.channel, first.address, first.display_name) == ("telegram", "7", "小林")
    assert first.provider_message_id == f"4242:{api.updates[0]['update_id']}"


def test_what_could_not_be_stored_comes_again(channel: Telegram, api: TelegramApi, inbox: Inbox) -> None:
    inbox.failures = 2
    update = api.writes(7, "我家停电了")
    channel.start_polling()
    eventually(lambda: inbox.kept)
    eventually(lambda: api.confirmed > update["update_id"])
    assert inbox.texts == ["我家停电了"]
    assert inbox.tries == 3


def test_polling_survives_telegram_being_away(channel: Telegram, api: TelegramApi, inbox: Inbox) -> None:
    api.fail("getUpdates", 502, description="Bad Gateway")
    api.fail("getUpdates", 429, retry_after=1)
    api.fail("deleteWebhook", 500)
    api.writes(7, "还在吗")
    channel.start_polling()
    eventually(lambda: inbox.kept)
    assert inbox.texts == ["还在吗"]


def test_a_restart_finds_what_was_not_acknowledged(api: TelegramApi, inbox: Inbox, tmp_path: Path) -> None:
    inbox.failures = 1
    api.writes(7, "查电费")
    with telegram(api, inbox, tmp_path) as first:
        first.start_polling()
        eventually(lambda: inbox.tries)
    with telegram(api, inbox, tmp_path) as second:
        second.start_polling()
        eventually(lambda: inbox.kept)
    assert inbox.texts == ["查电费"]


def test_a_pressed_button_brings_its_whole_payload(channel: Telegram, api: TelegramApi, inbox: Inbox) -> None:
    channel.send(delivery("哪一处？", Choice("江景苑", "address=江景苑"), LONG))
    api.presses(api.sent[0], 0)
    api.presses(api.sent[0], 1)
    channel.start_polling()
    eventually(lambda: len(api.called("answerCallbackQuery")) == 2)
    assert [(i.text, i.payload) for i in inbox.kept] == [
        ("江景苑", "address=江景苑"),
        (LONG.label, LONG.payload),
    ]


def test_a_button_whose_message_is_forgotten_still_says_its_label(
    channel: Telegram, api: TelegramApi, inbox: Inbox
) -> None:
    channel.send(delivery("哪一处？", LONG, address="8"))
    api.presses(api.sent[0], 0)
    channel.start_polling()
    eventually(lambda: inbox.kept)
    assert (inbox.kept[0].text, inbox.kept[0].payload) == (LONG.label, "")


def test_start_greets_and_lang_chooses(channel: Telegram, api: TelegramApi, inbox: Inbox) -> None:
    api.writes(7, "/start")
    api.writes(7, "/lang en")
    api.writes(7, "/lang")
    channel.start_polling()
    eventually(lambda: api.sent)
    assert [(i.text, i.payload, i.language) for i in inbox.kept] == [
        ("[channel.first_words zh]", "", "zh"),
        ("English", "lang:en", "en"),
    ]
    api.presses(api.sent[0], 1)
    eventually(lambda: len(inbox.kept) == 3)
    assert (inbox.kept[2].payload, inbox.kept[2].language) == ("lang:en", "en")


def test_groups_are_refused_politely_and_once(channel: Telegram, api: TelegramApi, inbox: Inbox) -> None:
    api.writes(-100, "机器人 我家电费多少", chat_type="supergroup")
    api.writes(-100, "机器人 在吗", chat_type="supergroup")
    last = api.writes(7, "我家电费多少")
    channel.start_polling()
    eventually(lambda: api.confirmed > last["update_id"])
    assert inbox.texts == ["我家电费多少"]
    assert [m["text"] for m in api.sent] == ["[channel.no_groups zh]"]


def test_stickers_are_answered_and_edits_left_alone(
    channel: Telegram, api: TelegramApi, inbox: Inbox
) -> None:
    sticker = {"file_id": "s", "file_unique_id": "s", "type": "regular", "width": 9, "height": 9}
    api.writes(7, sticker={**sticker, "is_animated": False, "is_video": False})
    edited = api.writes(7, "改过的")
    edited["edited_message"] = edited.pop("message")
    last = api.writes(7, "最后一条")
    channel.start_polling()
    eventually(lambda: api.confirmed > last["update_id"])
    assert inbox.texts == ["最后一条"]
    assert [m["text"] for m in api.sent] == ["[channel.unsupported zh]"]


def test_a_text_too_long_is_told_and_holds_nothing_back(
    channel: Telegram, api: TelegramApi, inbox: Inbox
) -> None:
    api.writes(7, "长" * (LONGEST_TEXT + 1))
    last = api.writes(7, "那我说短一点")
    channel.start_polling()
    eventually(lambda: api.confirmed > last["update_id"])
    assert inbox.texts == ["那我说短一点"]
    assert [m["text"] for m in api.sent] == ["[channel.too_long zh]"]


# — photos —


def photo(size: int = 20) -> list[dict[str, Any]]:
    small = {"file_id": "small", "file_unique_id": "us", "width": 90, "height": 90, "file_size": 10}
    return [
        small,
        {"file_id": "big", "file_unique_id": "ub/../x", "width": 900, "height": 900, "file_size": size},
    ]


def test_the_largest_photo_is_kept_inside_the_data_folder(
    channel: Telegram, api: TelegramApi, inbox: Inbox, tmp_path: Path
) -> None:
    api.files["big"] = b"jpeg" * 5
    api.writes(7, caption="电线掉下来了", photo=photo())
    channel.start_polling()
    eventually(lambda: inbox.kept)
    (kept,) = inbox.kept[0].attachments
    assert inbox.kept[0].text == "电线掉下来了"
    assert (kept.kind, kept.size) == ("photo", 20)
    assert (tmp_path / kept.reference).resolve().is_relative_to(tmp_path)
    assert (tmp_path / kept.reference).read_bytes() == b"jpeg" * 5


@pytest.mark.parametrize("announced", [20, 5000])
def test_a_photo_beyond_the_limit_stays_with_telegram(
    api: TelegramApi, inbox: Inbox, tmp_path: Path, announced: int
) -> None:
    api.files["big"] = b"x" * 5000
    api.writes(7, photo=photo(announced))
    with telegram(api, inbox, tmp_path, photo_limit=1000) as channel:
        channel.start_polling()
        eventually(lambda: inbox.kept)
    assert inbox.kept[0].attachments[0].reference == "telegram:big"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_photo_that_cannot_be_fetched_does_not_lose_the_message(
    channel: Telegram, api: TelegramApi, inbox: Inbox
) -> None:
    api.writes(7, caption="看这个", photo=photo())
    channel.start_polling()
    eventually(lambda: inbox.kept)
    assert inbox.kept[0].attachments[0].reference == "telegram:big"


# — webhook —


@pytest.fixture
def hooked(channel: Telegram, api: TelegramApi) -> Iterator[str]:
    web = FastAPI()
    web.include_router(webhook_router(channel.receive, "s3cret"))
    with serving(web) as url:
        channel.set_webhook(url + PATH, "s3cret")
        yield url + PATH


def test_a_webhook_delivered_thrice_is_kept_once(hooked: str, api: TelegramApi, inbox: Inbox) -> None:
    assert api.webhook["url"] == hooked
    assert api.deliver(api.writes(7, "我家停电了"), times=3) == [200, 200, 200]
    assert inbox.texts == ["我家停电了"]
    assert inbox.tries == 3


def test_a_wrong_secret_stores_nothing(hooked: str, api: TelegramApi, inbox: Inbox) -> None:
    update = api.writes(7, "查电费")
    assert api.deliver(update, secret="guess") == [401]
    assert httpx.post(hooked, json=update).status_code == 401
    assert inbox.tries == 0


def test_what_the_webhook_could_not_store_is_asked_for_again(
    hooked: str, api: TelegramApi, inbox: Inbox
) -> None:
    inbox.failures = 1
    assert api.deliver(api.writes(7, "查电费"), times=2) == [503, 200]
    assert inbox.texts == ["查电费"]


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"update_id": "x"}', b'{"update_id": 1, "message": 3}'])
def test_rubbish_is_dropped_without_stopping_the_line(hooked: str, inbox: Inbox, body: bytes) -> None:
    assert httpx.post(hooked, content=body, headers={SECRET_HEADER: "s3cret"}).status_code == 200
    assert inbox.tries == 0


def test_a_body_beyond_the_limit_is_refused(hooked: str, inbox: Inbox) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    headers = {SECRET_HEADER: "s3cret"}
    assert httpx.post(hooked, content=endless(), headers=headers).status_code == 413
    assert httpx.post(hooked, content=b" " * 2_000_000, headers=headers).status_code == 413
    assert inbox.tries == 0


def test_a_webhook_without_a_secret_is_not_built(channel: Telegram) -> None:
    with pytest.raises(ValueError, match="secret"):
        webhook_router(channel.receive, "")


def test_a_webhook_that_telegram_refuses_is_told(channel: Telegram, api: TelegramApi) -> None:
    api.fail("setWebhook", 400, description="Bad Request: bad webhook")
    with pytest.raises(DeliveryDelayed):
        channel.set_webhook("http://x", "s")
