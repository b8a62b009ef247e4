"""Words that leave it open what is meant: real turns ask the utility what is on record, and only then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.back_ends.local_sms import LocalSms
from actions.back_ends.sample import SampleUtility, open_sample, situations
from actions.registry import BusinessActions
from actions.world import World
from app.attempts import StoredAttempts
from bot.phrasing import load_phrases
from bot.understanding.cascade import Cascade, Thresholds
from bot.understanding.circumstances import read_likelihoods
from bot.understanding.client import Ranking
from bot.understanding.entities.extract import EntityReader
from domain.contact import Binding, Level
from domain.errors import BackEndUnavailable
from domain.ports import ActionCall, ActionResult
from domain.understanding import IntentGuess
from router.policies import load_calendar, load_policies
from store.sql import SqlStore
from tests.fakes.talk import NLU_DATA, Talk
from tests.store_house import NOW, StillClock

LIMITS = Thresholds(
    **yaml.safe_load((NLU_DATA.parent / "config.yml").read_text(encoding="utf-8"))["understanding"]
)
NEWS = "我那个事弄得怎么样了"
CHANCES = {
    # As the models are asked it: without the words that say nothing.
    "我事弄得怎么样了": {"query_application_progress": 0.42, "query_ticket_status": 0.4},
    "上个月电费多少": {"query_bill": 0.98},
}


class Models:
    """Rankings that were agreed on."""

    def parse(self, texts: Sequence[str]) -> list[Ranking]:
        return [self._ranking(text) for text in texts]

    def _ranking(self, text: str) -> Ranking:
        chances = CHANCES[text]
        rest = (1 - sum(chances.values())) / 2
        return tuple(IntentGuess(n, c) for n, c in [*chances.items(), ("query_usage", rest), ("greet", rest)])


class Listening:
    """The utility's verbs, with what was asked of them; ``silent`` and nothing answers."""

    def __init__(self, actions: BusinessActions) -> None:
        self._actions, self.silent = actions, False
        self.asked: list[ActionCall] = []

    def run(self, call: ActionCall) -> ActionResult:
        self.asked.append(call)
        if self.silent:
            raise BackEndUnavailable("nobody there")
        return self._actions.run(call)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SampleUtility:
    path = tmp_path_factory.mktemp("utility") / "utility.db"
    return open_sample(path, StillClock(), load_policies(), load_calendar(), accounts=40)


@pytest.fixture
def utility(sample: SampleUtility, store: SqlStore, tmp_path: Path) -> Listening:
    phrasing = load_phrases(NLU_DATA / "phrases")
    sms = LocalSms(tmp_path / "sms", StillClock())
    return Listening(BusinessActions(World(sample, sms, StoredAttempts(store), phrasing, b"secret")))


@pytest.fixture
def talk(store: SqlStore, utility: Listening) -> Talk:
    likelihoods = read_likelihoods()
    return Talk(store, Cascade(Models(), EntityReader([]), LIMITS, likelihoods=likelihoods), utility)


def proved(talk: Talk, code: str) -> None:
    """The customer of the talk has proved this account of the sample's."""
    talk.says("", payload="menu")
    account: Any = next(s.customer.account for s in situations() if s.code == code)
    with talk.store.write() as tx:
        conversation = tx.conversations.at("web", "visitor")
        assert conversation is not None
        until = NOW + timedelta(days=90)
        tx.contacts.bind(Binding(conversation.contact_id, account.account_no, Level.V2, "otp", NOW, until))


def reply(talk: Talk, text: str) -> str:
    message = talk.says(text)
    with talk.store.read() as tx:
        asked = tx.conversations.message(message)
        said = tx.conversations.messages(asked.conversation_id, asked.seq, 10)
    return "\n".join(m.text for m in said)


def test_who_has_an_application_under_way_is_told_of_it(talk: Talk, utility: Listening) -> None:
    proved(talk, "papers")
    said = reply(talk, NEWS)
    assert "8000000015" in said and "房产证明" in said, "and need not look for its number"
    assert utility.asked[0].name == "know_circumstances"


def test_who_has_proved_nothing_is_judged_by_what_the_house_itself_knows(
    talk: Talk, utility: Listening
) -> None:
    assert "申请编号" in reply(talk, NEWS), "he has no open case"
    assert not utility.asked


def test_clear_words_cost_no_question_to_the_utility(talk: Talk, utility: Listening) -> None:
    proved(talk, "papers")
    reply(talk, "上个月电费多少")
    assert "know_circumstances" not in {call.name for call in utility.asked}


def test_a_silent_utility_costs_the_customer_nothing(talk: Talk, utility: Listening) -> None:
    proved(talk, "papers")
    utility.silent = True
    assert "没有未办完的工单" in reply(talk, NEWS), "as the menu just shown suggests"
