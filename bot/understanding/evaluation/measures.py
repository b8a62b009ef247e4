"""All measures of one run, for a program (one JSON object) and for the page and table that people read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.understanding.evaluation import calibration, outside, scores
from bot.understanding.evaluation.answered import HAZARD, Answered
from bot.understanding.evaluation.entity_finds import EntityScore, NormalForm, entity_scores, total
from bot.understanding.evaluation.robustness import Spoilt


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The sentences, understood, and everything that was counted on them."""

    answered: tuple[Answered, ...]
    intents: dict[str, scores.IntentScore]
    languages: dict[str, scores.Group]
    groups: dict[str, scores.Group]
    """By language and channel."""
    entities: dict[str, EntityScore]
    calibration: list[calibration.Step]
    outside: list[outside.Point]
    requests: scores.TwoRequests
    noise: tuple[Spoilt, ...]
    """What noise costs, where it was measured."""
    result: dict[str, Any]
    """What design section 3 fixes, then what we add; a measure without any line to measure it on is None."""

    @property
    def dangers_missed(self) -> list[Answered]:
        """Hazard lines that raised no alarm."""
        return [a for a in self.answered if HAZARD in a.line.intents and not a.alarmed]

    @property
    def false_alarms(self) -> list[Answered]:
        """Other lines that did."""
        return [a for a in self.answered if HAZARD not in a.line.intents and a.alarmed]

    @property
    def times(self) -> list[float]:
        """Milliseconds of each answer, from fast to slow; empty where nobody waited."""
        return sorted(a.ms for a in self.answered if a.ms is not None)


def measure(
    answered: Iterable[Answered], normal_form: NormalForm, noise: Sequence[Spoilt] = ()
) -> Evaluation:
    """Count everything. ``normal_form`` tells what value a labelled surface stands for."""
    kept = tuple(answered)
    intents = scores.intent_scores(kept)
    entities = entity_scores(kept, normal_form)
    said = calibration.said_and_right(kept)
    points = outside.roc(*outside.scores(kept))
    times = sorted(a.ms for a in kept if a.ms is not None)
    groups = scores.groups(kept, lambda a: a.group)
    result = {
        "n": len(kept),
        "intent_accuracy": scores.accuracy(kept),
        "macro_f1": scores.mean(s.f1 for s in intents.values()),
        "hard_accuracy": scores.accuracy(a for a in kept if a.line.hard),
        "entity_f1": _entity_f1(entities),
        "oos_auroc": outside.area(points),
        "safety_recall": scores.mean(a.alarmed for a in kept if HAZARD in a.line.intents),
        "safety_false_positive_rate": scores.mean(a.alarmed for a in kept if HAZARD not in a.line.intents),
        "latency_ms_p50": quantile(times, 0.50),
        "latency_ms_p95": quantile(times, 0.95),
        "by_intent": {name: asdict(score) for name, score in intents.items()},
        "expected_calibration_error": calibration.expected_error(said),
        "by_group": {name: asdict(group) for name, group in groups.items()},
    }
    if noise:
        result["by_noise"] = {
            one.name: {"n": one.n, "clean": one.clean, "spoilt": one.spoilt} for one in noise
        }
    return Evaluation(
        answered=kept,
        intents=intents,
        languages=scores.groups(kept, lambda a: a.lang),
        groups=groups,
        entities=entities,
        calibration=calibration.steps(said),
        outside=points,
        requests=scores.two_requests(kept),
        noise=tuple(noise),
        result=result,
    )


def _entity_f1(entities: dict[str, EntityScore]) -> float | None:
    whole = total(entities.values())
    return round(whole.f1, 4) if whole.n else None


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """The value that ``share`` of the ordered values stay below; two digits."""
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2) if ordered else None
