"""A Bot API server of our own: what Telegram does, over real HTTP, as far as a bot like ours can tell.

It checks what Telegram checks (token, offset, text and button limits), and it can be told to misbehave.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from tests.fakes.serving import serving

TOKEN = "4242:test-token"


@dataclass
class Misbehaviour:
    """How the next call of a method goes wrong."""

    status: int = 0
    """0 means that it goes well after all, only late."""
    description: str = ""
    retry_after: int = 0
    delay_s: float = 0.0


@dataclass
class TelegramApi:
    """The server's state; tests write as customers and look at what the bot did."""

    url: str = ""
    updates: list[dict[str, Any]] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    """Messages that the bot sent with success, as Telegram would show them."""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    webhook: dict[str, Any] = field(default_factory=dict)
    confirmed: int = 0
    """Updates below this id were acknowledged by an offset."""
    _trouble: dict[str, deque[Misbehaviour]] = field(default_factory=lambda: defaultdict(deque))
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1000))

    # — what tests do —

    def writes(
        self, chat_id: int, text: str = "", *, chat_type: str = "private", **more: Any
    ) -> dict[str, Any]:
        """A customer writes; ``more`` are further fields of the Message."""
        message = self._message(chat_id, chat_type) | ({"text": text} if text else {}) | more
        message["from"] = {"id": chat_id, "is_bot": False, "first_name": "小林", "language_code": "zh-hans"}
        return self.push({"message": message})

    def presses(self, message: dict[str, Any], row: int) -> dict[str, Any]:
        """The customer presses a button of a message that the bot sent."""
        button = message["reply_markup"]["inline_keyboard"][row][0]
        who = {"id": message["chat"]["id"], "is_bot": False, "first_name": "小林"}
        query = {
            "id": str(next(self._ids)),
            "from": who,
            "chat_instance": "1",
            "message": message,
            "data": button["callback_data"],
        }
        return self.push({"callback_query": query})

    def push(self, update: dict[str, Any]) -> dict[str, Any]:
        """Queue an update, as getUpdates or the webhook will show it."""
        update = {"update_id": next(self._ids), **update}
        self.updates.append(update)
        return update

    def fail(self, method: str, status: int = 0, times: int = 1, **how: Any) -> None:
        """The next ``times`` calls of a method go wrong."""
        self._trouble[method].extend(Misbehaviour(status, **how) for _ in range(times))

    def deliver(self, update: dict[str, Any], times: int = 1, secret: str | None = None) -> list[int]:
        """POST to the webhook that the bot set; the status codes."""
        header = {
            "X-Telegram-Bot-Api-Secret-Token": self.webhook["secret_token"] if secret is None else secret
        }
        return [
            httpx.post(self.webhook["url"], json=update, headers=header).status_code for _ in range(times)
        ]

    def called(self, method: str) -> list[dict[str, Any]]:
        """Parameters of all calls of a method."""
        return [given for name, given in self.calls if name.lower() == method.lower()]

    # — what Telegram does —

    async def answer(self, method: str, given: dict[str, Any]) -> Response:
        self.calls.append((method, given))
        waiting = self._trouble[method]
        if waiting:
            trouble = waiting.popleft()
            await asyncio.sleep(trouble.delay_s)
            if trouble.status:
                return _refusal(trouble.status, trouble.description, trouble.retry_after)
        handler: Callable[[dict[str, Any]], Any] | None = getattr(self, f"_on_{method.lower()}", None)
        if handler is None:
            return _refusal(404, "Not Found")
        try:
            result = handler(given)
        except ValueError as error:
            return _refusal(400, f"Bad Request: {error}")
        if asyncio.iscoroutine(result):
            result = await result
        return JSONResponse({"ok": True, "result": result})

    def _on_getme(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"id": 4242, "is_bot": True, "first_name": "首问", "username": "shouwen_test_bot"}

    async def _on_getupdates(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        self.confirmed = max(self.confirmed, int(given.get("offset") or 0))
        wanted = set(json.loads(given.get("allowed_updates") or "[]"))
        until = time.monotonic() + float(given.get("timeout") or 0)
        while True:
            fresh = [
                u
                for u in self.updates
                if u["update_id"] >= self.confirmed and (not wanted or wanted & set(u))
            ]
            if fresh or time.monotonic() >= until:
                return fresh[:100]
            await asyncio.sleep(0.01)

    def _on_setwebhook(self, given: dict[str, Any]) -> bool:
        self.webhook = given
        return True

    def _on_deletewebhook(self, given: dict[str, Any]) -> bool:
        self.webhook = {}
        return True

    def _on_sendmessage(self, given: dict[str, Any]) -> dict[str, Any]:
        text = given.get("text") or ""
        if not text:
            raise ValueError("message text is empty")
        if len(text.encode("utf-16-le")) // 2 > 4096:
            raise ValueError("message is too long")
        message = self._message(int(given["chat_id"]), "private") | {"text": text}
        if given.get("reply_markup"):
            markup = json.loads(given["reply_markup"])
            for row in markup["inline_keyboard"]:
                if any(len(button["callback_data"].encode()) > 64 for button in row):
                    raise ValueError("BUTTON_DATA_INVALID")
            message["reply_markup"] = markup
        self.sent.append(message)
        return message

    def _on_answercallbackquery(self, given: dict[str, Any]) -> bool:
        return True

    def _on_getfile(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["file_id"] not in self.files:
            raise ValueError("invalid file_id")
        file_id = given["file_id"]
        return {"file_id": file_id, "file_unique_id": "u", "file_path": f"photos/{file_id}"}

    def _message(self, chat_id: int, chat_type: str) -> dict[str, Any]:
        chat = {"id": chat_id, "type": chat_type} | ({"title": "业主群"} if chat_type != "private" else {})
        return {"message_id": next(self._ids), "date": 1_790_000_000, "chat": chat}


def _refusal(status: int, description: str, retry_after: int = 0) -> JSONResponse:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description or "refused"}
    if retry_after:
        body["parameters"] = {"retry_after": retry_after}
    return JSONResponse(body, status)


@contextmanager
def running_telegram_api() -> Iterator[TelegramApi]:
    """The server on a free port."""
    api = TelegramApi()
    web = FastAPI()

    @web.get("/file/bot{token}/photos/{file_id}")
    async def file(token: str, file_id: str) -> Response:
        return Response(api.files[file_id]) if token == TOKEN else Response(status_code=401)

    @web.post("/bot{token}/{method}")
    async def method(token: str, method: str, request: Request) -> Response:
        if token != TOKEN:
            return _refusal(401, "Unauthorized")
        return await api.answer(method, dict(await request.form()))

    with serving(web) as api.url:
        yield api


def eventually(true: Callable[[], object], limit_s: float = 10.0) -> None:
    """Wait until it is true; fails at the time limit: no test depends on how fast the machine is."""
    until = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < until, "it did not happen in time"
        threading.Event().wait(0.01)
