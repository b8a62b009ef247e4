"""What was not understood: counted by its words, labelled once, exported once, kept half a year."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import NotFound
from domain.ids import new_id
from domain.learning import (
    NO_SENSE,
    NOT_FOR_TRAINING,
    TWO_REQUESTS,
    Lesson,
    Mark,
    Puzzle,
    PuzzleQuery,
    Reason,
    Stage,
    Unclear,
)
from domain.understanding import IntentGuess
from store.sql import LEARNING_KEPT, SqlStore
from tests.store_house import NOW, SECOND, fail_after, open_desk, together

HOUR = timedelta(hours=1)


def unclear(lesson: str, hours: int = 0, **more: object) -> Unclear:
    at = NOW + hours * HOUR
    given: dict = {
        "text": f"词 {lesson}",
        "language": "zh",
        "channel": "web",
        "reason": Reason.UNKNOWN,
        "guesses": (IntentGuess("query_bill", 0.21), IntentGuess("query_usage", 0.125)),
    }
    return Unclear(new_id(at), lesson, at=at, **given | more)


def lesson(lesson_id: str, label: str = "query_usage", by: str = "wang", hours: int = 0) -> Lesson:
    return Lesson(lesson_id, f"词 {lesson_id}", "zh", "web", label, by, NOW + hours * HOUR, 2)


def note(store: SqlStore, *found: Unclear) -> None:
    with store.write() as tx:
        for each in found:
            tx.learning.note(each)


def listed(store: SqlStore, **query: object) -> list[Puzzle]:
    with store.read() as tx:
        return tx.learning.puzzles(PuzzleQuery(**query))


def test_a_message_comes_back_whole(store: SqlStore) -> None:
    one = unclear(
        "a",
        text="户号0300000000，“多少”\n😀",
        marks=(Mark("account_no", 2, 12),),
        said="您是想说下面哪一个？",
        chosen="query_bill",
    )
    note(store, one)
    assert listed(store) == [Puzzle(one, 1, ("web",), (Reason.UNKNOWN,))]
    with store.read() as tx:
        assert tx.learning.puzzle("a") == listed(store)[0]
        assert tx.learning.lesson("a") is None
        with pytest.raises(NotFound):
            tx.learning.puzzle("b")


def test_the_commonest_first_and_of_equals_the_newest(store: SqlStore) -> None:
    note(
        store,
        unclear("often", 0, channel="hotline", reason=Reason.CLOSE),
        unclear("often", 1, channel="web", reason=Reason.TWICE),
        unclear("old", 2),
        unclear("new", 3),
    )
    found = listed(store)
    assert [(puzzle.newest.lesson, puzzle.times) for puzzle in found] == [
        ("often", 2),
        ("new", 1),
        ("old", 1),
    ]
    assert found[0].newest.at == NOW + HOUR
    assert (found[0].channels, found[0].reasons) == (("hotline", "web"), (Reason.TWICE, Reason.CLOSE))
    assert [puzzle.newest.lesson for puzzle in listed(store, limit=1, offset=1)] == ["new"]


def test_filters_are_joined(store: SqlStore) -> None:
    english = (IntentGuess("pay_bill", 0.3),)
    note(
        store,
        unclear("a"),
        unclear("a", 1, channel="hotline"),
        unclear("b", 2, language="en", guesses=english),
        unclear("c", 3, channel="hotline", guesses=english),
    )
    assert [(p.newest.lesson, p.times) for p in listed(store, channel="hotline")] == [("c", 1), ("a", 1)]
    assert [p.newest.lesson for p in listed(store, language="en")] == ["b"]
    assert [p.newest.lesson for p in listed(store, guess="pay_bill", channel="hotline")] == ["c"]
    assert listed(store, language="en", channel="hotline") == []
    with store.read() as tx:
        assert tx.learning.seen() == (["en", "zh"], ["hotline", "web"], ["pay_bill", "query_bill"])


def test_a_turn_done_again_counts_once_and_a_stronger_sign_stays(store: SqlStore) -> None:
    one = unclear("a", reason=Reason.CLOSE, said="")
    note(store, one, replace(one, reason=Reason.TWICE, said="后来才说的"), replace(one, chosen="pay_bill"))
    note(store, replace(one, reason=Reason.UNSURE, said="别的"))
    (puzzle,) = listed(store)
    assert puzzle.times == 1
    assert puzzle.newest == replace(one, reason=Reason.TWICE, said="后来才说的", chosen="pay_bill")


def test_nothing_is_noted_of_a_turn_that_failed(store: SqlStore) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_after(store, lambda tx: tx.learning.note(unclear("a")))
    assert listed(store) == []


def test_a_label_takes_the_words_off_the_list_until_it_is_taken_back(store: SqlStore) -> None:
    open_desk(store)
    note(store, unclear("a"), unclear("b", 1))
    kept = replace(lesson("a"), guesses=(IntentGuess("query_bill", 0.21),), marks=(Mark("period", 0, 1),))
    with store.write() as tx:
        assert tx.learning.teach(kept) == kept
    assert [p.newest.lesson for p in listed(store)] == ["b"]
    with store.read() as tx:
        assert tx.learning.lesson("a") == kept
        assert tx.learning.lessons(Stage.LABELLED) == [kept]
    note(store, unclear("a", 5))
    assert [p.newest.lesson for p in listed(store)] == ["b"], "the same words again stay labelled"
    with store.write() as tx:
        assert tx.learning.unteach("a")
        assert not tx.learning.unteach("a")
    assert [(p.newest.lesson, p.times) for p in listed(store)] == [("a", 2), ("b", 1)]


def test_of_two_who_label_at_once_one_counts_and_the_other_learns_of_it(store: SqlStore) -> None:
    open_desk(store)
    note(store, unclear("a"))

    def label(number: int) -> tuple[Lesson, Lesson]:
        mine = lesson("a", ("query_usage", "pay_bill")[number], ("wang", "li")[number])
        with store.write() as tx:
            return mine, tx.learning.teach(mine)

    both = together(2, label)
    counts = {counted for _, counted in both}
    assert len(counts) == 1
    assert [mine == counted for mine, counted in both].count(True) == 1


def test_only_people_of_the_desk_label(store: SqlStore) -> None:
    with pytest.raises(NotFound), store.write() as tx:
        tx.learning.teach(lesson("a", by="nobody"))


def test_what_goes_to_review_goes_once(store: SqlStore) -> None:
    open_desk(store)
    note(store, *(unclear(name) for name in "abcde"))
    with store.write() as tx:
        for number, label in enumerate(["query_usage", TWO_REQUESTS, NO_SENSE, NOT_FOR_TRAINING]):
            tx.learning.teach(lesson("abcd"[number], label, hours=number))
        assert [each.id for each in tx.learning.to_review()] == ["a", "b"]
        tx.learning.exported(["a"], "review.yml", NOW + 9 * HOUR)
    with store.write() as tx:
        assert [each.id for each in tx.learning.to_review()] == ["b"]
        assert not tx.learning.unteach("a"), "it is in a file by now"
    with store.read() as tx:
        (gone,) = tx.learning.lessons(Stage.EXPORTED)
        assert (gone.id, gone.file, gone.exported_at) == ("a", "review.yml", NOW + 9 * HOUR)
        assert gone.stage is Stage.EXPORTED
        assert [each.id for each in tx.learning.lessons(Stage.ASIDE)] == ["d", "c"]
        progress = tx.learning.progress()
        counted = {stage: progress.count(stage) for stage in Stage}
        assert counted == {Stage.OPEN: 1, Stage.LABELLED: 1, Stage.ASIDE: 2, Stage.EXPORTED: 1}
        assert progress.total == 5


def test_eight_who_export_at_once_share_no_lesson(store: SqlStore) -> None:
    open_desk(store)
    with store.write() as tx:
        for number in range(10):
            tx.learning.teach(lesson(f"l{number}"))

    def export(number: int) -> list[str]:
        with store.write() as tx:
            mine = [each.id for each in tx.learning.to_review()]
            tx.learning.exported(mine, f"{number}.yml", NOW)
            return mine

    taken = [each for part in together(8, export) for each in part]
    assert sorted(taken) == [f"l{number}" for number in range(10)]


def test_exported_words_that_come_again_are_counted(store: SqlStore) -> None:
    open_desk(store)
    note(store, unclear("a", 0), unclear("b", 0))
    with store.write() as tx:
        tx.learning.teach(lesson("a"))
        tx.learning.teach(lesson("b"))
        tx.learning.exported(["a", "b"], "f", NOW + HOUR)
    note(store, unclear("a", 2), unclear("a", 3))
    with store.read() as tx:
        assert tx.learning.again(tx.learning.lessons(Stage.EXPORTED)) == {"a": 2}


def test_after_half_a_year_only_what_waits_for_review_is_left(store: SqlStore) -> None:
    open_desk(store)
    note(store, unclear("old"), unclear("new", 1), *(unclear(name) for name in "abc"))
    with store.write() as tx:
        tx.learning.teach(lesson("a"))
        tx.learning.teach(lesson("b", NOT_FOR_TRAINING))
        tx.learning.teach(lesson("c"))
        tx.learning.exported(["c"], "f", NOW)
    store.tidy(NOW + LEARNING_KEPT + SECOND)
    assert [p.newest.lesson for p in listed(store)] == ["new"]
    with store.read() as tx:
        assert tx.learning.lesson("a") == lesson("a")
        assert (tx.learning.lesson("b"), tx.learning.lesson("c")) == (None, None)
