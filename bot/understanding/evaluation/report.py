"""The evaluation as one page to read, on a desk or a telephone: no script, nothing fetched from anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.understanding.evaluation import charts
from bot.understanding.evaluation.answered import OUTSIDE
from bot.understanding.evaluation.entity_finds import total
from bot.understanding.evaluation.measures import Evaluation, quantile
from bot.understanding.evaluation.outside import kept_out
from bot.understanding.evaluation.scores import confusions, worst

_PAIRS, _SENTENCES, _WORST, _FINDS = 40, 25, 60, 25
"""How many of each are shown; all are counted."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What the house wants of a figure."""

    least: float | None = None
    most: float | None = None

    def met(self, value: float) -> bool:
        """Whether the figure is good enough."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        return f"at least {self.least:g}" if self.least is not None else f"at most {self.most:g}"


AIMS = {
    "intent_accuracy": Aim(least=0.90),
    "entity_f1": Aim(least=0.90),
    "oos_auroc": Aim(least=0.95),
    "safety_recall": Aim(least=0.98),
    "safety_false_positive_rate": Aim(most=0.05),
    "expected_calibration_error": Aim(most=0.05),
    "latency_ms_p50": Aim(most=8),
    "latency_ms_p95": Aim(most=20),
}
"""On sentences written after training was frozen (docs/understanding.md)."""

CHANNEL_AIMS = {"chat": Aim(least=0.92), "hotline": Aim(least=0.90)}
"""Share of intents that are right, by channel."""

_TITLES = {
    "intent_accuracy": "intents right",
    "hard_accuracy": "hard ones right",
    "macro_f1": "macro F1 of intents",
    "entity_f1": "entity F1",
    "safety_recall": "dangers noticed",
    "safety_false_positive_rate": "false alarms",
    "oos_auroc": "out-of-scope AUROC",
    "expected_calibration_error": "calibration error",
    "latency_ms_p50": "p50, ms",
    "latency_ms_p95": "p95, ms",
}


def write_report(
    evaluation: Evaluation,
    path: Path,
    *,
    title: str,
    facts: Sequence[tuple[str, str]],
    now: datetime,
    curves: Mapping[str, Sequence[tuple[int, float]]] | None = None,
) -> None:
    """Write the page.

    Args:
        evaluation: what was counted.
        path: the file; its folder is made.
        title: heading.
        facts: what was measured with what, name and words.
        now: when.
        curves: accuracy over sentences taught, where a learning curve was measured.

    Raises:
        OSError: the file cannot be written.
    """
    page = (
        _environment()
        .get_template("report.html")
        .render(
            title=title,
            facts=facts,
            when=now.astimezone(ZoneInfo("Asia/Shanghai")),
            tiles=_tiles(evaluation.result),
            e=evaluation,
            all_entities=total(evaluation.entities.values()),
            channel_aims=CHANNEL_AIMS,
            pairs=confusions(evaluation.answered),
            worst=worst(evaluation.answered),
            times={
                f"p{share:.0%}".rstrip("%"): quantile(evaluation.times, share)
                for share in (0.5, 0.9, 0.95, 0.99)
            },
            kept_out=kept_out(evaluation.outside),
            outside_n=sum(a.line.intents == (OUTSIDE,) for a in evaluation.answered),
            charts=charts,
            curves=curves or {},
            most={"pairs": _PAIRS, "sentences": _SENTENCES, "worst": _WORST, "finds": _FINDS},
        )
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


def _tiles(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The headline figures that there are."""
    tiles = []
    for key, title in _TITLES.items():
        value = result[key]
        if value is not None:
            aim = AIMS.get(key)
            words = f"{value:.1f}" if key.startswith("latency") else f"{value:.3f}"
            tiles.append({"title": title, "words": words, "aim": aim, "met": aim is None or aim.met(value)})
    return tiles


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
