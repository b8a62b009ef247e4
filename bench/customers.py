"""Customers who write through the web chat's API and repeat each message until it is acknowledged."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

CHEERFUL_TRIES = 400
WAIT_S = 0.25

SENTENCES = (
    "你好",
    "你们几点上班",
    "电费怎么交",
    "阳光花园明天停电吗",
    "我要查电费",
    "算了不查了",
    "电价多少钱一度",
    "怎么申请新装",
    "what are the electricity prices",
    "how do I pay my bill",
    "is a power cut planned in Lakeview Gardens",
    "stop",
    "谢谢",
    "再说一遍",
    "我想提个建议",
    "取消",
)
"""Questions, digressions and cancellations; nothing that waits for a proof of identity."""


@dataclass
class Customer:
    """One conversation with its own cookie jar."""

    url: str
    number: int
    sent: list[str] = field(default_factory=list)
    duplicates: int = 0

    def __post_init__(self) -> None:
        self._client = httpx.Client(base_url=self.url, timeout=20)
        self._random = random.Random(self.number)

    def open(self) -> None:
        """Get the session cookie first, so that a retried first message stays in one conversation."""
        self._insist("GET", "/chat/api/messages", {"after": 0})

    def write(self, index: int) -> None:
        """Send one message until it is acknowledged; now and then deliver it twice."""
        text = self._random.choice(SENTENCES)
        body = {"client_id": f"m{index}", "text": text}
        answer = self._insist("POST", "/chat/api/messages", None, body)
        self.sent.append(str(answer["inbound_id"]))
        if self._random.random() < 0.2:
            again = self._insist("POST", "/chat/api/messages", None, body)
            if again["inbound_id"] != answer["inbound_id"]:
                raise AssertionError("a message delivered twice became two")
            self.duplicates += 1

    def ponder(self, longest_s: float) -> None:
        """Think before the next message."""
        time.sleep(self._random.uniform(0, longest_s))

    def timeline(self) -> list[dict[str, Any]]:
        """Everything in the conversation, oldest first."""
        messages: list[dict[str, Any]] = []
        while True:
            after = messages[-1]["seq"] if messages else 0
            page = self._insist("GET", "/chat/api/messages", {"after": after})["messages"]
            if not page:
                return messages
            messages.extend(page)

    def close(self) -> None:
        """Leave."""
        self._client.close()

    def _insist(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None,
        body: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        said = ""
        for _ in range(CHEERFUL_TRIES):
            try:
                answer = self._client.request(method, path, params=params, json=body)
                if answer.status_code < 300:
                    return dict(answer.json())
                said = f"{answer.status_code} {answer.text[:200]}"
                if answer.status_code in {400, 401, 413}:
                    break
            except httpx.HTTPError as error:
                said = type(error).__name__
            time.sleep(WAIT_S)
        raise AssertionError(f"never acknowledged: {said}")
