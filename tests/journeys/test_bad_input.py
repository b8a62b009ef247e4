"""Whatever somebody sends to a running copy: a civil answer, nothing broken, nothing told, nothing logged."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

import httpx
import pytest

from tests.fakes.telegram_api import eventually
from tests.product import HOTLINE_TOKEN, Product

MARK = "蓝莓松饼"
"""In every text, so that any trace of it in a log is found."""
ODD = {
    "control characters": f"{MARK}\x00\x07\x1b[31m查\x08电\x7f费",
    "only emoji": "😀👨‍👩‍👧🦄🫠",
    "HTML": f"<script>document.title='{MARK}'</script><img src=x onerror=alert(1)><b>{MARK}</b>",
    "SQL": f"'; DROP TABLE messages; -- {MARK} \" OR 1=1",
    "template": f"{{{{7*7}}}} ${{jndi:ldap://x}} %s %n {{0}} {MARK}",
    "halves of characters": f"{MARK}\ud83d查\udc00\ud800",
    "direction marks": f"\u202e{MARK}\u2066abc\u2069\u200b\u200d\ufeff",
    "piled marks": f"{MARK}" + "e" + "\u0301" * 300,
    "no characters": f"{MARK}\uffff\ufffe\U0010ffff\ue000",
    "many languages": f"{MARK} مرحبا שלום नमस्ते สวัสดี 안녕",
    "one long word": MARK + "啊" * 4000,
}
NO_CIVIL_WORDS = re.compile(r"Traceback|Exception|Error\b|\bNone\b|undefined|Internal Server|[{}<>]|—|\\u")
PRICE, PRICE_WORDS = "电费多少钱一度", "0.538"
STRANGERS = {
    "web": ("0312020202", "王志强", "19900000102", "1074"),
    "hotline": ("0312030303", "陈海燕", "19900000103", "1111"),
    "telegram": ("0312050505", "赵雪梅", "19900000105", "1185"),
}
"""Of whom the caller knows the number only; nobody else in this run asks about them."""


class Door(Protocol):
    """One customer at one of the doors."""

    secrets: list[str]
    """What of her no log may hold, besides her words."""

    def say(self, text: str) -> str:
        """All that is answered, or the words of the refusal."""
        ...

    def nonsense(self) -> Iterator[tuple[int, str]]:
        """Status and words of what answers payloads that are no message at all."""
        ...


@dataclass
class WebDoor:
    product: Product
    http: httpx.Client = field(init=False)
    secrets: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.product.url, timeout=40, headers={"Accept-Language": "zh"})
        self.http.get("/chat")
        self.secrets.append(self.http.cookies["shouwen_chat"])

    def say(self, text: str) -> str:
        status, answer = self._post(json.dumps({"text": text}))
        return (
            "\n".join(reply["text"] for reply in answer["replies"]) if status == 202 else self._words(answer)
        )

    def nonsense(self) -> Iterator[tuple[int, str]]:
        for body in ("", "{", "[]", '{"text": 7}', '{"text": ""}', json.dumps({"text": MARK * 25_000})):
            status, answer = self._post(body)
            yield status, self._words(answer)

    def _post(self, body: str) -> tuple[int, dict[str, Any]]:
        head = {"Content-Type": "application/json"}
        answer = self.http.post("/chat/api/messages?wait=30", content=body, headers=head)
        return answer.status_code, answer.json()

    def _words(self, answer: dict[str, Any]) -> str:
        return str(answer["error"]["message"])


@dataclass
class HotlineDoor:
    product: Product
    secrets: list[str] = field(default_factory=lambda: ["13900007788"])
    turns: Iterator[int] = field(default_factory=lambda: count(1))

    def say(self, text: str) -> str:
        said = {"digits": f"{text}#"} if text.isdecimal() else {"speech": text}
        status, answer = self._post(json.dumps(self._turn(**said)))
        while answer.get("pending"):
            again = httpx.get(
                f"{self.product.url}/hotline/turn/{self._call}/{self._last}",
                headers={"Authorization": f"Bearer {HOTLINE_TOKEN}"},
                timeout=20,
            )
            answer = again.json()
        return "\n".join(answer["say"]) if status == 200 else str(answer["error"]["message"])

    def nonsense(self) -> Iterator[tuple[int, str]]:
        bodies = ["", "{", "[]", '{"call_id": "x y"}', json.dumps(self._turn(speech=None))]
        bodies += [json.dumps(self._turn(speech=7)), json.dumps(self._turn(digits="abc"))]
        bodies += [json.dumps(self._turn(speech=MARK * 1300)), json.dumps(self._turn(speech=MARK * 25_000))]
        for body in bodies:
            status, answer = self._post(body)
            yield status, str(answer["error"]["message"])

    _call = "call-of-bad-input"

    def _turn(self, **said: object) -> dict[str, object]:
        self._last = str(next(self.turns))
        known = {"call_id": self._call, "turn_id": self._last, "language": "zh", "caller": self.secrets[0]}
        return {**known, **said}

    def _post(self, body: str) -> tuple[int, dict[str, Any]]:
        head = {"Authorization": f"Bearer {HOTLINE_TOKEN}", "Content-Type": "application/json"}
        answer = httpx.post(f"{self.product.url}/hotline/turn", content=body, headers=head, timeout=20)
        return answer.status_code, answer.json()


@dataclass
class TelegramDoor:
    product: Product
    secrets: list[str] = field(default_factory=lambda: ["700000555", "欧阳春晓"])

    def say(self, text: str) -> str:
        return self._hear({"text": text})

    def nonsense(self) -> Iterator[tuple[int, str]]:
        # Telegram repeats what is refused, so the webhook takes what it can never read, and drops it.
        for body in ("", "{", "[]", '{"update_id": "x"}', '{"update_id": 1, "message": 7}'):
            yield self._post(body), ""
        for fields in ({"sticker": {"emoji": "😀"}}, {"text": ""}, {"text": MARK * 25_000}):
            yield 200, self._hear(fields)

    def _hear(self, fields: dict[str, Any]) -> str:
        chat, api = int(self.secrets[0]), self.product.telegram
        update = api.writes(chat, **fields)
        update["message"]["from"]["first_name"] = self.secrets[1]
        before = len(self._told())
        assert self._post(json.dumps(update)) == 200
        eventually(lambda: len(self._told()) > before, 30)
        eventually(self.product.idle, 30)
        return "\n".join(self._told()[before:])

    def _told(self) -> list[str]:
        chat = int(self.secrets[0])
        return [
            message["text"] for message in list(self.product.telegram.sent) if message["chat"]["id"] == chat
        ]

    def _post(self, body: str) -> int:
        hook = self.product.telegram.webhook
        head = {"X-Telegram-Bot-Api-Secret-Token": hook["secret_token"], "Content-Type": "application/json"}
        return httpx.post(hook["url"], content=body, headers=head, timeout=30).status_code


DOORS = {"web": WebDoor, "hotline": HotlineDoor, "telegram": TelegramDoor}


@pytest.mark.slow
@pytest.mark.parametrize("name", DOORS)
def test_bad_input_is_answered_civilly_and_leaves_no_trace(product: Product, name: str) -> None:
    door: Door = DOORS[name](product)
    for what, text in ODD.items():
        assert_civil(door.say(text), what)
        assert PRICE_WORDS in door.say(PRICE), f"after {what} the talk goes on"
    for status, words in door.nonsense():
        assert status < 500, words
        if name == "hotline":
            # Refusals there are for who writes the exchange's software: exact, in English, without the input.
            assert words and MARK not in words
        elif words or status >= 400:
            assert_civil(words, str(status))
    assert PRICE_WORDS in door.say(PRICE)

    account_no, holder, phone, tail = STRANGERS[name]
    told = [
        door.say(f"查一下{account_no}的电费"),
        *(door.say(code) for code in ("904117", "904118", "904119")),
    ]
    for words in told:
        assert_civil(words, "somebody else's account")
    assert_nothing_told(product, "\n".join(told), STRANGERS[name])
    assert "一小时内" in told[-1], "three wrong codes close the account for an hour"
    again = door.say(f"查一下{account_no}的电费")
    assert "一小时内" in again
    assert_nothing_told(product, again, STRANGERS[name])
    assert PRICE_WORDS in door.say(PRICE)

    secrets = [account_no, holder, phone, tail, *door.secrets, product.code(phone)]
    secrets += ["904117", "904118", "904119", MARK, *ODD.values(), PRICE]
    assert_not_written_down(product, secrets)


def assert_civil(words: str, what: str) -> None:
    """Some words, in Chinese, without anything that only a program says."""
    assert re.search(r"[\u4e00-\u9fff]", words), f"{what}: {words!r}"
    assert not NO_CIVIL_WORDS.search(words), f"{what}: {words!r}"


def assert_nothing_told(product: Product, words: str, stranger: tuple[str, str, str, str]) -> None:
    """Neither the holder, nor the numbers, nor what the account owes."""
    bill = product.last_bill_fen(stranger[0])
    for secret in (*stranger, f"{bill / 100:.2f}", "元"):
        assert secret not in words


def assert_not_written_down(product: Product, secrets: list[str]) -> None:
    """No log and no metric of any process holds one of them, in any way that logs write text."""
    written = {"log": product.logs(), "metrics": httpx.get(f"{product.url}/metrics").text}
    assert all(text.strip() for text in written.values()), "there is something to search"
    for where, text in written.items():
        for secret in secrets:
            for form in {secret, json.dumps(secret)[1:-1], repr(secret)[1:-1]}:
                # A number may stand in the fractions of a time by chance, never by itself.
                found = re.search(rf"(?<![\d.]){re.escape(form)}(?!\d)", text)
                assert not found, (
                    f"{form!r} is in the {where}: {text[max(found.start() - 200, 0) : found.end() + 50]}"
                )
