"""The hotline over real HTTP and a real database: one turn per request, never two for one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from bot.channels.hotline import BODY_LIMIT, hotline_router
from bot.channels.replies import StoredReplies
from bot.phrasing import load_phrases
from domain.conversation import Claim
from domain.facts import HandoverRequested
from domain.message import Author, Choice
from domain.ports import Saying
from domain.repositories import Transaction
from tests.desk_house import House, running_house
from tests.fakes.serving import serving

PHRASES = Path(__file__).resolve().parents[2] / "nlu_data" / "phrases"
TOKEN = "hotline-token"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


class Operator:
    """Answers as the bot would, when told to; nothing is answered before."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.heard: list[Claim] = []
        self.holding = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._stop.is_set():
            if self.holding.is_set() or not self._turn():
                self._stop.wait(0.01)

    def _turn(self) -> bool:
        house, now = self._house, self._house.clock.now()
        with house.store.write() as tx:
            claim = tx.inbox.claim("operator", now, 30)
            if claim is None:
                return False
            self.heard.append(claim)
            self._answer(tx, claim)
            tx.inbox.settle(claim, now)
        house.deps.signals.signal(f"answered:{claim.inbound_id}")
        return True

    def _answer(self, tx: Transaction, claim: Claim) -> None:
        text, now = claim.inbound.text, self._house.clock.now()

        def say(words: str, **more: Any) -> None:
            tx.conversations.append(
                claim.conversation.id, Author.BOT, "bot", words, now, reply_to=claim.inbound_id, **more
            )

        if text == "人工":
            wish = HandoverRequested(
                source=f"{claim.inbound_id}:person",
                conversation_id=claim.conversation.id,
                contact_id=claim.conversation.contact_id,
                intent="human_agent",
                cls="ENQ",
                subject="person",
                summary="想找人工",
                language="zh",
                wants_person=True,
            )
            self._house.intake.hand_over(tx, wish, now)
            say("已经在转人工。", phrase="handover.person")
        elif text == "户号":
            say("请输入户号。", gather="digits")
        elif text == "选":
            say(
                "您要哪一个？",
                choices=(Choice("查电费", "bill"), Choice("报停电", "outage")),
                gather="speech",
            )
        elif text == "再见":
            say("再见。", phrase="goodbye.bye")
        else:
            say(f"您说：{text}", speech=f"您刚才说{text}", gather="speech")
            say("还有别的事吗？", gather="speech")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running_house(tmp_path_factory.mktemp("hotline")) as house:
        house.echo.paused.set()
        yield house


@pytest.fixture
def operator(house: House) -> Iterator[Operator]:
    operator = Operator(house)
    yield operator
    operator.holding.clear()
    operator.stop()


def say(key: str, language: str, **values: object) -> str:
    reply = PHRASEBOOK.say(Saying(key, values), language, spoken=True)
    return reply.speech or reply.text


PHRASEBOOK = load_phrases(PHRASES)


@pytest.fixture
def ivr(house: House, operator: Operator) -> Iterator[httpx.Client]:
    replies = StoredReplies(house.store, house.door.await_answer)
    web = FastAPI()
    web.include_router(
        hotline_router(
            accept=house.door.accept,
            find=replies.find,
            await_reply=replies.wait,
            say=say,
            token=TOKEN,
            wait_s=5.0,
        )
    )
    with serving(web) as url, httpx.Client(base_url=url, headers=HEADERS, timeout=20) as client:
        yield client


Turn = Callable[..., dict[str, Any]]


@pytest.fixture
def turn(ivr: httpx.Client, request: pytest.FixtureRequest) -> Turn:
    def turn(turn_id: str = "1", call: str = "", **what: Any) -> dict[str, Any]:
        call_id = call or request.node.name.replace("[", "-").replace("]", "")
        answer = ivr.post("/hotline/turn", json={"call_id": call_id, "turn_id": turn_id, **what})
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    return turn


def test_speech_is_answered_in_spoken_words(turn: Turn, operator: Operator) -> None:
    assert turn(speech="我家停电了", caller="13800000000", language="zh") == {
        "say": ["您刚才说我家停电了", "还有别的事吗？"],
        "gather": {"kind": "speech", "max_digits": 18, "timeout_s": 6},
        "transfer": None,
        "hangup": False,
        "pending": False,
    }
    heard = operator.heard[-1].inbound
    assert (heard.channel, heard.spoken, heard.language) == ("hotline", True, "zh")


def test_the_start_of_a_call_greets_in_the_line_s_language(turn: Turn, operator: Operator) -> None:
    turn(event="start", language="en")
    assert operator.heard[-1].inbound.text == "Hello"


def test_silence_is_a_turn_without_words(turn: Turn, operator: Operator) -> None:
    turn(event="silence")
    assert operator.heard[-1].inbound.text == ""


def test_a_hangup_asks_for_nothing(turn: Turn, operator: Operator) -> None:
    ended = turn(event="hangup")
    assert (ended["say"], ended["hangup"]) == ([], True)
    assert operator.heard == []


def test_digits_reach_the_dialogue_as_text(turn: Turn, operator: Operator) -> None:
    asked = turn("1", speech="户号")
    assert asked["gather"] == {"kind": "digits", "max_digits": 18, "timeout_s": 12}
    turn("2", digits="0312345678#")
    heard = operator.heard[-1].inbound
    assert (heard.text, heard.payload, heard.spoken) == ("0312345678", "", True)


def test_buttons_are_spoken_as_numbers(turn: Turn) -> None:
    offered = turn(speech="选")
    assert offered["say"] == ["您要哪一个？ 查电费请按 1。 报停电请按 2。"]
    assert offered["gather"]["max_digits"] == 1


def test_the_same_turn_again_is_the_same_turn(turn: Turn, operator: Operator) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: turn("7", speech="查电费"), range(8)))
    assert all(answer == answers[0] for answer in answers)
    assert len(operator.heard) == 1
    turn("7", call="another-call", speech="查电费")
    assert len(operator.heard) == 2


def test_the_wish_for_a_person_transfers_the_call(turn: Turn, house: House) -> None:
    moved = turn(speech="人工")
    with house.store.read() as tx:
        ticket = tx.tickets.by_number(moved["transfer"]["ticket"])
    assert ticket is not None
    assert moved["transfer"] == {"queue": ticket.queue, "reason": "person", "ticket": ticket.number}
    assert moved["gather"]["kind"] == "none"
    assert not moved["hangup"]
    assert turn("2", speech="还在吗")["transfer"] is None, "only the turn that handed over transfers"


def test_a_farewell_ends_the_call(turn: Turn) -> None:
    ended = turn(speech="再见")
    assert (ended["hangup"], ended["gather"]["kind"]) == (True, "none")


def test_a_late_answer_is_pending_and_then_there(house: House, operator: Operator) -> None:
    replies = StoredReplies(house.store, house.door.await_answer)
    web = FastAPI()
    web.include_router(
        hotline_router(
            accept=house.door.accept,
            find=replies.find,
            await_reply=replies.wait,
            say=say,
            token=TOKEN,
            wait_s=0.05,
        )
    )
    operator.holding.set()
    with serving(web) as url, httpx.Client(base_url=url, headers=HEADERS, timeout=20) as ivr:
        late = ivr.post("/hotline/turn", json={"call_id": "late", "turn_id": "1", "speech": "查电费"}).json()
        assert late["pending"]
        assert late["say"] == [say("channel.one_moment", "zh")]
        assert ivr.get("/hotline/turn/late/1?language=en").json()["say"] == [say("channel.one_moment", "en")]
        operator.holding.clear()
        assert house.door.await_answer(house_receipt(house, "late/1"), 10)
        there = ivr.get("/hotline/turn/late/1").json()
    assert there["say"][0] == "您刚才说查电费"
    assert not there["pending"]
    assert len(operator.heard) == 1


def house_receipt(house: House, key: str) -> str:
    with house.store.read() as tx:
        receipt = tx.inbox.find("hotline", key)
    assert receipt is not None
    return receipt.inbound_id


def test_an_unknown_turn_is_not_found(ivr: httpx.Client) -> None:
    answer = ivr.get("/hotline/turn/none/1")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_turn")


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Basic " + TOKEN, "Bearer"])
def test_without_the_token_nothing_is_taken(
    ivr: httpx.Client, operator: Operator, authorization: str
) -> None:
    turn = {"call_id": "c", "turn_id": "1", "speech": "查电费"}
    for answer in (
        ivr.post("/hotline/turn", json=turn, headers={"Authorization": authorization}),
        ivr.get("/hotline/turn/c/1", headers={"Authorization": authorization}),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "not_authentic")
    assert operator.heard == []


@pytest.mark.parametrize(
    ("turn", "where"),
    [
        ({"turn_id": "1", "speech": "x"}, "call_id"),
        ({"call_id": "c", "turn_id": "1"}, "exactly one"),
        ({"call_id": "c", "turn_id": "1", "speech": "x", "digits": "1"}, "exactly one"),
        ({"call_id": "c", "turn_id": "1", "digits": "12a"}, "digits"),
        ({"call_id": "c", "turn_id": "1", "event": "party"}, "event"),
        ({"call_id": "c/1", "turn_id": "1", "speech": "x"}, "call_id"),
        ({"call_id": "c", "turn_id": "1", "speech": "x", "language": "fr"}, "language"),
        ({"call_id": "c", "turn_id": "1", "speech": "长" * 5001}, "speech"),
    ],
)
def test_a_wrong_turn_is_explained(
    ivr: httpx.Client, operator: Operator, turn: dict[str, Any], where: str
) -> None:
    answer = ivr.post("/hotline/turn", json=turn)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "bad_request")
    assert where in answer.json()["error"]["message"]
    assert operator.heard == []


def test_what_is_not_json_is_told(ivr: httpx.Client) -> None:
    assert ivr.post("/hotline/turn", content=b"\xff{").status_code == 422
    assert ivr.post("/hotline/turn", content=b"[]").status_code == 422


def test_half_a_character_is_no_reason_to_refuse_a_caller(ivr: httpx.Client) -> None:
    body = '{"call_id": "halves", "turn_id": "1", "speech": "停\\ud83d电", "caller": "\\udc00"}'
    answer = ivr.post("/hotline/turn", content=body)
    assert answer.status_code == 200
    assert answer.json()["say"][0] == "您刚才说停\ufffd电"


def test_a_body_beyond_the_limit_is_refused(ivr: httpx.Client) -> None:
    assert ivr.post("/hotline/turn", content=b" " * (BODY_LIMIT + 1)).status_code == 413


def test_a_hotline_without_a_token_is_not_built(house: House) -> None:
    replies = StoredReplies(house.store, house.door.await_answer)
    with pytest.raises(ValueError, match="token"):
        hotline_router(
            accept=house.door.accept, find=replies.find, await_reply=replies.wait, say=say, token=""
        )
