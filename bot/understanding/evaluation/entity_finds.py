"""Compares found entities with labelled ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bot.understanding.evaluation.answered import Answered
from bot.understanding.normalise import fold

NormalForm = Callable[[str, str], str]
"""The value that a surface, known to be an entity of a name, would get: ``(name, surface)``."""


@dataclass(slots=True)
class EntityScore:
    """The finds of one entity name."""

    right: int = 0
    missed: list[tuple[Answered, str]] = field(default_factory=list)
    """Labelled and not found, with the labelled value."""
    false: list[tuple[Answered, str]] = field(default_factory=list)
    """Found and not labelled so, with the surface."""

    @property
    def n(self) -> int:
        """Labelled."""
        return self.right + len(self.missed)

    @property
    def precision(self) -> float:
        """Share of the finds that is right."""
        return self.right / max(1, self.right + len(self.false))

    @property
    def recall(self) -> float:
        """Share of the labelled that is found."""
        return self.right / max(1, self.n)

    @property
    def f1(self) -> float:
        """Of all finds and labels, the share that agrees."""
        return 2 * self.right / max(1, 2 * self.right + len(self.missed) + len(self.false))


def entity_scores(answered: Iterable[Answered], normal_form: NormalForm) -> dict[str, EntityScore]:
    """By name. A find is right when its name is, and its folded surface or its value is the label's."""
    scores: dict[str, EntityScore] = defaultdict(EntityScore)
    for one in answered:
        waiting = list(one.line.entities)
        for entity in one.answer.entities:
            label = next(
                (
                    (name, value)
                    for name, value in waiting
                    if name == entity.name
                    and (
                        plain(value) == plain(entity.surface)
                        or value == entity.value
                        or normal_form(name, value) == entity.value
                    )
                ),
                None,
            )
            if label:
                waiting.remove(label)
                scores[entity.name].right += 1
            else:
                scores[entity.name].false.append((one, entity.surface))
        for name, value in waiting:
            scores[name].missed.append((one, value))
    return dict(sorted(scores.items()))


def total(scores: Iterable[EntityScore]) -> EntityScore:
    """All names together; its F1 is the micro F1."""
    whole = EntityScore()
    for score in scores:
        whole.right += score.right
        whole.missed += score.missed
        whole.false += score.false
    return whole


def plain(words: str) -> str:
    """Folded, without spaces."""
    return "".join(fold(words).text.split())
