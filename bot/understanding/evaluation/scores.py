"""Shares of right answers: of all, by intent, by language and channel, and for two requests at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.understanding.evaluation.answered import Answered


@dataclass(frozen=True, slots=True)
class IntentScore:
    """How well one intent is told from the others."""

    n: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Group:
    """The sentences of one language and channel."""

    n: int
    accuracy: float
    hard_n: int
    hard_accuracy: float | None
    asked_back: float
    """Share on which the dialogue would ask instead of acting."""


@dataclass(frozen=True, slots=True)
class TwoRequests:
    """The lines that carry two requests, by what was heard; each line is in one list."""

    both: tuple[Answered, ...]
    one: tuple[Answered, ...]
    """One of the two, and no second was reported."""
    wrong: tuple[Answered, ...]


def mean(values: Iterable[float]) -> float | None:
    """Four digits; None of nothing."""
    kept = list(values)
    return round(sum(kept) / len(kept), 4) if kept else None


def accuracy(answered: Iterable[Answered]) -> float | None:
    """Share that is right."""
    return mean(a.right for a in answered)


def intent_scores(answered: Sequence[Answered]) -> dict[str, IntentScore]:
    """Precision, recall and F1 of each labelled intent, by name; a two-request line counts for its first, or the one hit."""  # noqa: E501
    hit: Counter[str] = Counter()
    gold: Counter[str] = Counter()
    said: Counter[str] = Counter()
    for one in answered:
        label = one.answer.intent if one.right else one.line.intents[0]
        gold[label] += 1
        said[one.answer.intent] += 1
        hit[label] += label == one.answer.intent
    return {name: _score(hit[name], said[name], gold[name]) for name in sorted(gold)}


def _score(hit: int, said: int, gold: int) -> IntentScore:
    precision = hit / said if said else 0.0
    recall = hit / gold
    f1 = 2 * precision * recall / (precision + recall) if hit else 0.0
    return IntentScore(gold, round(precision, 4), round(recall, 4), round(f1, 4))


def groups(answered: Sequence[Answered], key: Callable[[Answered], str]) -> dict[str, Group]:
    """The sentences by any property of theirs, in the order of its names."""
    of: dict[str, list[Answered]] = defaultdict(list)
    for one in answered:
        of[key(one)].append(one)
    return {name: _group(of[name]) for name in sorted(of)}


def _group(answered: Sequence[Answered]) -> Group:
    hard = [a for a in answered if a.line.hard]
    return Group(
        len(answered),
        accuracy(answered) or 0.0,
        len(hard),
        accuracy(hard),
        mean(a.asked_back for a in answered) or 0.0,
    )


def confusions(answered: Iterable[Answered]) -> list[tuple[tuple[str, str], list[Answered]]]:
    """Pairs of labelled and understood intent with their sentences, surest first; commonest pair first."""
    pairs: dict[tuple[str, str], list[Answered]] = defaultdict(list)
    for one in worst(answered):
        pairs[" + ".join(one.line.intents), one.answer.intent].append(one)
    return sorted(pairs.items(), key=lambda item: (-len(item[1]), item[0]))


def worst(answered: Iterable[Answered]) -> list[Answered]:
    """The wrong ones, the surest first: there the bot acts on its error without asking."""
    return sorted((a for a in answered if not a.right), key=lambda a: -a.answer.confidence)


def two_requests(answered: Iterable[Answered]) -> TwoRequests:
    """What was heard of the lines with two requests."""
    lines = [a for a in answered if len(a.line.intents) > 1]
    return TwoRequests(
        both=tuple(a for a in lines if a.right and a.answer.second),
        one=tuple(a for a in lines if a.right and not a.answer.second),
        wrong=tuple(a for a in lines if not a.right),
    )
