"""Words that were not understood, as a turn leaves them, for the tests of the desk."""

from __future__ import annotations

from datetime import timedelta

from bot.learning import lesson_id
from domain.ids import new_id
from domain.learning import Mark, Reason, Unclear
from domain.understanding import IntentGuess
from tests.desk_house import House

GUESSES = (
    IntentGuess("query_bill", 0.21),
    IntentGuess("query_usage", 0.18),
    IntentGuess("query_tariff", 0.07),
)


def puzzle(house: House, text: str, times: int = 1, **more: object) -> str:
    """These words came so often; the id under which the desk lists them."""
    given: dict = {
        "language": "zh" if any("一" <= letter <= "鿿" for letter in text) else "en",
        "channel": "web",
        "reason": Reason.UNKNOWN,
        "guesses": GUESSES,
        "said": "我没太听明白。您是想说下面哪一个？也可以换个说法。\n[查电费] [用电量] [转人工]",
        **more,
    }
    lesson = lesson_id(text, given["language"])
    with house.store.write() as tx:
        for number in range(times):
            at = house.clock.now() - timedelta(minutes=number)
            tx.learning.note(Unclear(new_id(at), lesson, text, at=at, **given))
    return lesson


def marked(text: str, **words: str) -> tuple[Mark, ...]:
    """Marks for words that stand once in a text, by entity."""
    return tuple(Mark(name, text.index(word), text.index(word) + len(word)) for name, word in words.items())


def some_puzzles(house: House) -> list[str]:
    """A list as it may look on an ordinary morning."""
    meter = "户号0300000000，那个转得飞快的咋整"
    return [
        puzzle(house, "这个月的那个啥出来没", 7, channel="hotline", reason=Reason.TWICE),
        puzzle(
            house,
            meter,
            3,
            marks=marked(meter, account_no="0300000000"),
            reason=Reason.CORRECTED,
            chosen="report_meter_problem",
            guesses=(
                IntentGuess("request_meter_test", 0.41),
                IntentGuess("report_meter_problem", 0.33),
                IntentGuess("explain_high_bill", 0.06),
            ),
        ),
        puzzle(
            house,
            "屋头黑黢黢的哦",
            2,
            guesses=(
                IntentGuess("report_outage", 0.34),
                IntentGuess("report_voltage_problem", 0.2),
                IntentGuess("query_outage_status", 0.1),
            ),
        ),
        puzzle(
            house,
            "my thing keeps beeping since the men came",
            channel="telegram",
            reason=Reason.WANTED_PERSON,
            said="Sorry, I didn't quite get that. Which of these do you mean?\n[Your bill] [A person]",
            guesses=(
                IntentGuess("report_meter_problem", 0.29),
                IntentGuess("file_complaint", 0.16),
                IntentGuess("report_safety_hazard", 0.08),
            ),
        ),
        puzzle(
            house,
            "我要开票还有上个月的单子",
            reason=Reason.CLOSE,
            guesses=(
                IntentGuess("request_invoice", 0.44),
                IntentGuess("query_bill", 0.41),
                IntentGuess("pay_bill", 0.03),
            ),
        ),
        puzzle(house, "用了多少算得出来不", reason=Reason.UNSURE),
    ]
