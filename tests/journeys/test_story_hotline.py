"""The acceptance story on the hotline: speech with its fillers and slips, and keys."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import httpx
import pytest

from tests.fakes.telegram_api import eventually
from tests.journeys import story
from tests.product import HOTLINE_TOKEN, Product

OFFERED = r"(?:^|[。？！]\s*)(?P<label>[^。？！]+?)请按 (?P<number>\d+)"


def aloud(fen: int) -> str:
    """An amount as it is said."""
    yuan, jiao, rest = fen // 100, fen // 10 % 10, fen % 10
    return f"{yuan}元" + (f"{jiao}角" if jiao else "") + (f"{rest}分" if rest else "")


SPOKEN = replace(
    story.CHINESE,
    ask_bill="那个我想问一下上个月电非多少钱",
    ask_why="嗯为什么这么高啊",
    report_wire="哎等一下那个我们街上有根电线掉下来了",
    bill=aloud,
)


class Call:
    """One call; every turn is one request, and what colleagues wrote is told at the next."""

    def __init__(self, url: str, call_id: str) -> None:
        self._http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {HOTLINE_TOKEN}"}, timeout=20
        )
        self._call_id = call_id
        self._turns = count(1)
        self._told = ""
        self.transfers: list[Any] = []

    def say(self, words: str) -> None:
        digits = words if words.isdecimal() else None
        self._told = ""
        self._turn(digits=f"{digits}#") if digits else self._turn(speech=words)

    def press(self, label: str) -> None:
        number = story.numbered(label, self._told, OFFERED)
        self._told = ""
        self._turn(digits=number)

    def hear(self, fragment: str) -> str:
        eventually(lambda: fragment in self._told or self._listen(fragment))
        return self._told

    def close(self) -> None:
        self._http.close()

    def _listen(self, fragment: str) -> bool:
        self._turn(event="silence")
        return fragment in self._told

    def _turn(self, **said: str) -> None:
        body = {"call_id": self._call_id, "turn_id": str(next(self._turns)), "language": "zh", **said}
        answer = self._http.post("/hotline/turn", json=body)
        assert answer.status_code == 200, answer.text
        again = self._http.post("/hotline/turn", json=body).json()
        heard = answer.json()
        assert again["say"] == heard["say"], "the same turn gives the same answer"
        self._told = "\n".join([self._told, *heard["say"]])
        if heard["transfer"]:
            self.transfers.append(heard["transfer"])


@pytest.mark.slow
def test_the_story_on_the_hotline(product: Product) -> None:
    call = Call(product.url, "call-of-the-story")
    with product.seat("lin.yue") as seat:
        ticket = story.tell(product, call, story.SeatDesk(seat), SPOKEN)
    call.close()
    assert [call.transfers[0]["reason"], call.transfers[-1]["reason"]] == ["danger", "person"]
    assert call.transfers[-1]["ticket"] == ticket.number
