"""Two requests in one message: what the parts say, weighed against what the whole says."""

from __future__ import annotations

import pytest

from bot.understanding.requests import Part, parts, two_requests
from domain.understanding import IntentGuess


def ranking(**chances: float) -> tuple[IntentGuess, ...]:
    guesses = (IntentGuess(name, chance) for name, chance in chances.items())
    return tuple(sorted(guesses, key=lambda guess: -guess.confidence))


def heard(
    whole: tuple[IntentGuess, ...], *of_parts: tuple[str, tuple[IntentGuess, ...]], turned: bool = False
) -> list[str]:
    told = [(Part(text, turned), of_part) for text, of_part in of_parts]
    two = two_requests(whole, told, least=0.6, in_whole=0.02)
    return [guess.name for guess in two or ()]


def test_a_message_is_cut_where_a_second_request_may_begin() -> None:
    assert parts("家里没电了 另外 帮我查下电费") == [Part("家里没电了", True), Part("帮我查下电费", True)]
    assert parts("my lights are out. also how much is my bill?") == [
        Part("my lights are out", True), Part("how much is my bill", True),
    ]  # fmt: skip
    assert parts("修好了谢谢。那天杆子上冒火花。把报告发我，顺便查下电费") == [
        Part("修好了谢谢", False), Part("那天杆子上冒火花", False), Part("把报告发我", True),
        Part("查下电费", True),
    ]  # fmt: skip
    assert parts("there was a flash. ok. also it smells") == [
        Part("there was a flash", True),
        Part("it smells", True),
    ]
    assert parts("就一件事") == []


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("把九月的单子念一下再帮我换个收短信的号码", "把九月的单子念一下", "换个收短信的号码"),
        ("先给我开张票完了再说说峰谷是怎么回事", "先给我开张票", "说说峰谷是怎么回事"),
        ("我想改个名字不过先听我说屋里一股糊味", "我想改个名字", "听我说屋里一股糊味"),
        ("户主换成我女儿 顺手把提醒也开了", "户主换成我女儿", "把提醒也开了"),
        ("put it in her name and while i've got you what's owing", "put it in her name", "what's owing"),
        ("close the old flat and send me a receipt", "close the old flat", "send me a receipt"),
        ("i'd like a visit but first the kitchen's gone dark", "i'd like a visit", "the kitchen's gone dark"),
        ("how much is left and is your office open", "how much is left", "is your office open"),
    ],
)  # fmt: skip
def test_people_turn_to_something_else_in_many_words(text: str, first: str, second: str) -> None:
    assert parts(text) == [Part(first, True), Part(second, True)]


@pytest.mark.parametrize(
    "text",
    ["the hall and the stairs are dark", "我再等一会儿吧", "冰箱和空调都停了", "it flickers now and again"],
)
def test_an_and_that_joins_words_cuts_nothing(text: str) -> None:
    assert parts(text) == []


def test_a_turn_to_something_else_lets_a_part_count_by_itself() -> None:
    whole = ranking(query_bill=0.99, report_outage=0.001)
    bill, dark = ("上个月多少钱", ranking(query_bill=0.9)), ("家里黑了", ranking(report_outage=0.8))
    assert heard(whole, bill, dark) == []
    assert heard(whole, bill, dark, turned=True) == ["report_outage", "query_bill"]


def test_what_the_whole_message_allows_counts_and_the_outage_goes_first() -> None:
    whole = ranking(query_bill=0.8, report_outage=0.15)
    bill = ("上个月电费多少", ranking(query_bill=0.99))
    outage = ("家里没电", ranking(report_outage=0.95))
    assert heard(whole, bill, outage) == ["report_outage", "query_bill"]


def test_a_short_remark_means_what_the_sentence_before_it_means() -> None:
    whole = ranking(explain_high_bill=0.98, query_outage_status=0.001)
    high = ("the shop's electricity cost went up", ranking(explain_high_bill=0.97))
    assert heard(whole, high, ("what is the reason", ranking(query_outage_status=0.99))) == []


def test_a_part_that_is_sure_does_not_count_against_the_whole() -> None:
    whole = ranking(change_capacity=0.99, report_voltage_problem=0.001)
    trips = ("every time the second welder kicks in the main trips", ranking(report_voltage_problem=0.99))
    more = ("want 30 kva for the workshop", ranking(change_capacity=0.99))
    assert heard(whole, trips, more) == []


def test_what_the_whole_says_most_clearly_is_one_of_the_two() -> None:
    whole = ranking(file_complaint=0.9, query_bill=0.05, report_outage=0.05)
    parts_only = (("a", ranking(query_bill=0.9)), ("b", ranking(report_outage=0.9)))
    assert heard(whole, *parts_only) == []


def test_courtesies_are_no_requests() -> None:
    whole = ranking(query_bill=0.9, thanks=0.1)
    assert heard(whole, ("电费多少", ranking(query_bill=0.9)), ("谢谢你啊", ranking(thanks=0.99))) == []
