"""From a customer's words to the list for learning: real turns, real dialogue, both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.turn import ConversationMoved
from bot.understanding.entities.extract import EntityReader
from domain.conversation import Mode
from domain.learning import PuzzleQuery, Reason
from domain.repositories import TicketQuery
from domain.understanding import ENGINE_RASA, UNKNOWN, IntentGuess, Understanding
from store.sql import SqlStore
from tests.fakes.talk import Talk
from tests.store_house import NOW

NLU_DATA = Path(__file__).resolve().parents[2] / "nlu_data"
DOUBTFUL = (IntentGuess("query_bill", 0.11), IntentGuess("query_usage", 0.09), IntentGuess("set_alert", 0.08))


class PuzzledUnderstander:
    """Finds entities like the real one; knows only what a test has taught it."""

    def __init__(self) -> None:
        self.knows: dict[str, tuple[IntentGuess, ...]] = {}
        self._reader = EntityReader()

    def understand(self, text: str, *, now: Any, expecting: str = "", **_: Any) -> Understanding:
        ranking = self.knows.get(text, DOUBTFUL)
        intent = ranking[0].name if text in self.knows else UNKNOWN
        entities = self._reader.read(text, now, expecting)
        return Understanding(text, "zh", intent, ranking[0].confidence, ranking, entities, engine=ENGINE_RASA)


@pytest.fixture
def understander() -> PuzzledUnderstander:
    return PuzzledUnderstander()


@pytest.fixture
def talk(store: SqlStore, understander: PuzzledUnderstander) -> Talk:
    return Talk(store, understander)


def test_what_is_kept_is_the_request_and_not_the_customer(talk: Talk) -> None:
    message = talk.says("我叫王小二 户号0312345678 那个啥多少", name="李小明")
    (found,) = talk.listed()
    assert found.id == message
    assert found.text == "我叫张三 户号0300000000 那个啥多少"
    assert (found.language, found.channel, found.reason, found.at) == ("zh", "web", Reason.UNKNOWN, NOW)
    assert found.guesses == DOUBTFUL
    assert [found.text[mark.start : mark.end] for mark in found.marks] == ["张三", "0300000000"]
    assert found.said.startswith("我没太听明白") and "[查电费] [用电量]" in found.said
    with talk.store.read() as tx:
        assert tx.conversations.message(message).text == "我叫王小二 户号0312345678 那个啥多少"


@pytest.mark.parametrize("told", ["李小明", ""])
def test_the_name_that_the_channel_or_the_contact_has_is_known(talk: Talk, told: str) -> None:
    talk.says("", payload="menu", name="李小明" if not told else "网友")
    talk.says("李小明这边那个啥多少", name=told)
    (found,) = talk.listed()
    assert found.text == "张三这边那个啥多少"


def test_the_same_words_of_two_customers_are_one_puzzle(talk: Talk) -> None:
    talk.says("户号0312345678那个啥", address="one")
    talk.says("户号0387654321，那个啥", address="another")
    with talk.store.read() as tx:
        assert [puzzle.times for puzzle in tx.learning.puzzles(PuzzleQuery())] == [1, 1]
    talk.says("户号0387654321那个啥", address="a third")
    with talk.store.read() as tx:
        assert [puzzle.times for puzzle in tx.learning.puzzles(PuzzleQuery())] == [2, 1]


def test_what_the_bot_said_is_kept_without_its_values(talk: Talk, understander: PuzzledUnderstander) -> None:
    words = "希望以后停电之前能多发几次短信提醒我们这些开小店的人，一次真的不够"
    understander.knows[words] = (IntentGuess("give_suggestion", 0.95),)
    message = talk.says(words)
    with talk.store.read() as tx:
        said = tx.conversations.messages(tx.conversations.message(message).conversation_id)[1]
        (ticket,) = tx.tickets.find(TicketQuery())
        responsible = tx.people.agent(ticket.responsible).name
    assert ticket.number in said.text and responsible in said.text
    talk.says("", payload="human")
    (found,) = talk.listed()
    assert found.reason is Reason.WANTED_PERSON
    assert "…" in found.said
    assert ticket.number not in found.said and responsible not in found.said


def test_the_button_pressed_next_is_kept_as_what_was_meant(talk: Talk) -> None:
    talk.says("那个啥多少")
    talk.says("", payload="start:query_usage")
    (found,) = talk.listed()
    assert found.chosen == "query_usage"


def test_twice_not_understood_are_both_listed(talk: Talk, understander: PuzzledUnderstander) -> None:
    talk.says("那个啥")
    understander.knows["就是那个"] = (IntentGuess(UNKNOWN, 0.1), IntentGuess("transfer_account", 0.1))
    talk.says("就是那个")
    assert {(each.text, each.reason) for each in talk.listed()} == {
        ("那个啥", Reason.TWICE),
        ("就是那个", Reason.TWICE),
    }


def test_a_turn_thrown_away_leaves_nothing_and_done_again_counts_once(talk: Talk) -> None:
    conversation_id = ""
    talk.writes("那个啥多少")
    with talk.store.write() as tx:
        claim = tx.inbox.claim("w", NOW, 15)
        conversation_id = claim.conversation.id
    moved = talk.turn._decide

    def while_an_agent_takes_the_floor(*args: Any) -> Any:
        outcome = moved(*args)
        with talk.store.write() as tx:
            tx.conversations.set_mode(conversation_id, Mode.AGENT, "", NOW)
        return outcome

    talk.turn._decide = while_an_agent_takes_the_floor
    with pytest.raises(ConversationMoved):
        talk.turn.answer(claim)
    assert talk.listed() == []
    with talk.store.write() as tx:
        tx.conversations.set_mode(conversation_id, Mode.BOT, "", NOW)
    talk.turn._decide = moved
    talk.turn.answer(claim)
    with talk.store.read() as tx:
        assert [puzzle.times for puzzle in tx.learning.puzzles(PuzzleQuery())] == [1]


def test_what_agents_hear_is_not_listed(talk: Talk) -> None:
    talk.says("", payload="start:query_bill")
    with talk.store.write() as tx:
        conversation_id = tx.conversations.at("web", "visitor").id
        tx.conversations.set_mode(conversation_id, Mode.AGENT, "", NOW)
    talk.says("那个啥多少")
    assert talk.listed() == []
