"""Measures the whole understanding on a file of labelled messages: ``make -s eval FILE=x.jsonl``.

One JSON object a line: ``{"text", "lang", "intent", "entities": [{"entity", "value"}], "hard"}``; other keys are
ignored. A message with two requests has ``intents: [a, b]`` instead of ``intent``: it counts as right when the
understood intent is one of them and, if a second request was reported, that is one of them too.
"""  # noqa: E501

from __future__ import annotations

import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from bot.understanding.cascade import Cascade
from bot.understanding.normalise import fold
from domain.errors import BadRequest
from domain.understanding import Understanding

_HAZARD = "report_safety_hazard"
_OUTSIDE = "out_of_scope"


@dataclass(frozen=True, slots=True)
class Labelled:
    """One line of the file."""

    text: str
    lang: str
    intents: tuple[str, ...]
    entities: tuple[tuple[str, str], ...]
    hard: bool


def evaluate(
    path: Path, understander: Cascade, workers: int = 4, *, now: datetime, table: TextIO | None = None
) -> dict[str, Any]:
    """The measures of design section 3; a readable table goes to ``table`` (standard error).

    ``n, intent_accuracy, macro_f1, hard_accuracy, entity_f1, oos_auroc, safety_recall,
    safety_false_positive_rate, latency_ms_p50, latency_ms_p95, by_intent``. A measure without any line to
    measure it on is None. ``now`` is what "last month" is reckoned from.

    Raises:
        BadRequest: the file is missing, empty or has a malformed line, which the text names.
    """
    lines = read_labelled(path)

    def ask(line: Labelled) -> tuple[Understanding, float]:
        began = time.perf_counter()
        answer = understander.understand(line.text, now=now, lang_hint=line.lang)
        return answer, (time.perf_counter() - began) * 1000

    with ThreadPoolExecutor(max(1, workers)) as pool:
        answers = list(pool.map(ask, lines))
    understood = [a for a, _ in answers]
    result = {
        "n": len(lines),
        "intent_accuracy": _mean([_right(line, a) for line, a in zip(lines, understood, strict=True)]),
        **_by_intent(lines, understood),
        "hard_accuracy": _mean(
            [_right(line, a) for line, a in zip(lines, understood, strict=True) if line.hard]
        ),
        "entity_f1": _entity_f1(lines, understood, understander, now),
        "oos_auroc": _auroc(lines, understood),
        "safety_recall": _mean(
            [_alarmed(a) for line, a in zip(lines, understood, strict=True) if _HAZARD in line.intents]
        ),
        "safety_false_positive_rate": _mean(
            [_alarmed(a) for line, a in zip(lines, understood, strict=True) if _HAZARD not in line.intents]
        ),
        "latency_ms_p50": _quantile([ms for _, ms in answers], 0.50),
        "latency_ms_p95": _quantile([ms for _, ms in answers], 0.95),
    }
    result["by_intent"] = result.pop("by_intent")
    _print_table(result, lines, understood, table or sys.stderr)
    return result


def read_labelled(path: Path) -> list[Labelled]:
    """The file's lines; empty ones are passed over.

    Raises:
        BadRequest: unreadable, empty, or a malformed line with its number.
    """
    try:
        raw = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(f"cannot read {path}: {error}") from error
    lines = [_read_line(number, line) for number, line in enumerate(raw, 1) if line.strip()]
    if not lines:
        raise BadRequest(f"{path} has no lines")
    return lines


def _read_line(number: int, line: str) -> Labelled:
    try:
        row = json.loads(line)
        intents = tuple(str(i) for i in (row["intents"] if "intents" in row else [row["intent"]]))
        text = row["text"]
        if not isinstance(text, str) or not intents:
            raise TypeError("text must be a string, intents must not be empty")
        entities = tuple((str(e["entity"]), str(e["value"])) for e in row.get("entities") or ())
        return Labelled(text, str(row.get("lang", "")), intents, entities, bool(row.get("hard", False)))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadRequest(f"line {number}: {type(error).__name__} {error}: {line[:120]}") from error


def _right(line: Labelled, answer: Understanding) -> bool:
    return answer.intent in line.intents and (
        len(line.intents) == 1 or answer.second is None or answer.second.name in line.intents
    )


def _alarmed(answer: Understanding) -> bool:
    """The customer was warned: an alarm, or the hazard flow itself."""
    return answer.danger is not None or answer.intent == _HAZARD


def _by_intent(lines: Sequence[Labelled], answers: Sequence[Understanding]) -> dict[str, Any]:
    """Precision, recall and F1 of each labelled intent; a two-request line counts for its first, or the one hit."""  # noqa: E501
    hit: Counter[str] = Counter()
    gold: Counter[str] = Counter()
    said: Counter[str] = Counter()
    for line, answer in zip(lines, answers, strict=True):
        label = answer.intent if _right(line, answer) else line.intents[0]
        gold[label] += 1
        said[answer.intent] += 1
        hit[label] += label == answer.intent
    table = {}
    for name in sorted(gold):
        precision = hit[name] / said[name] if said[name] else 0.0
        recall = hit[name] / gold[name]
        f1 = 2 * precision * recall / (precision + recall) if hit[name] else 0.0
        table[name] = {
            "n": gold[name],
            "precision": round(precision, 4),
            "recall": round(recall, 4),
            "f1": round(f1, 4),
        }
    return {"macro_f1": _mean([row["f1"] for row in table.values()]), "by_intent": table}


def _entity_f1(
    lines: Sequence[Labelled], answers: Sequence[Understanding], understander: Cascade, now: datetime
) -> float | None:
    """Micro F1. An entity is right when its name is, and its folded surface or its normal form is the labelled one's."""  # noqa: E501
    right = said = gold = 0
    for line, answer in zip(lines, answers, strict=True):
        open_labels = list(line.entities)
        gold, said = gold + len(open_labels), said + len(answer.entities)
        for entity in answer.entities:
            for label in open_labels:
                name, value = label
                if name == entity.name and (
                    _plain(value) == _plain(entity.surface)
                    or value == entity.value
                    or understander.normal_form(name, value, now) == entity.value
                ):
                    open_labels.remove(label)
                    right += 1
                    break
    return round(2 * right / (said + gold), 4) if gold else None


def _plain(words: str) -> str:
    return "".join(fold(words).text.split())


def _auroc(lines: Sequence[Labelled], answers: Sequence[Understanding]) -> float | None:
    """How well the confidence in any business of ours tells messages inside the taxonomy from those outside."""  # noqa: E501
    inside = [_inside(a) for line, a in zip(lines, answers, strict=True) if _OUTSIDE not in line.intents]
    outside = sorted(
        _inside(a) for line, a in zip(lines, answers, strict=True) if line.intents == (_OUTSIDE,)
    )
    if not inside or not outside:
        return None
    wins = sum(sum((score > other) + 0.5 * (score == other) for other in outside) for score in inside)
    return round(wins / (len(inside) * len(outside)), 4)


def _inside(answer: Understanding) -> float:
    if answer.intent == _HAZARD or not answer.ranking:
        return answer.confidence
    inside = max((g.confidence for g in answer.ranking if g.name != _OUTSIDE), default=0.0)
    outside = max((g.confidence for g in answer.ranking if g.name == _OUTSIDE), default=0.0)
    return inside - outside


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _quantile(values: Sequence[float], share: float) -> float:
    return round(sorted(values)[min(len(values) - 1, int(share * len(values)))], 2)


def _print_table(
    result: dict[str, Any], lines: Sequence[Labelled], answers: Sequence[Understanding], out: TextIO
) -> None:
    rows = sorted(result["by_intent"].items(), key=lambda item: float(item[1]["f1"]))
    print(f"{'intent':30} {'n':>5} {'prec':>6} {'recall':>6} {'f1':>6}", file=out)
    for name, row in rows:
        print(
            f"{name:30} {row['n']:5} {row['precision']:6.2f} {row['recall']:6.2f} {row['f1']:6.2f}", file=out
        )
    confused = Counter(
        (line.intents[0], a.intent) for line, a in zip(lines, answers, strict=True) if not _right(line, a)
    )
    for (label, guess), count in confused.most_common(15):
        print(f"{count:5}  {label} -> {guess}", file=out)
    by_lang: dict[str, list[bool]] = defaultdict(list)
    for line, answer in zip(lines, answers, strict=True):
        by_lang[answer.lang].append(_right(line, answer))
    for lang, rights in sorted(by_lang.items()):
        print(f"{lang}: {len(rights)} lines, accuracy {sum(rights) / len(rights):.3f}", file=out)
    asked = sum(a.close or a.intent == "unknown" for a in answers)
    engines = ", ".join(f"{name} {count}" for name, count in Counter(a.engine for a in answers).items())
    print(f"asked back (close or unknown): {asked} of {len(lines)}; answered by: {engines}", file=out)
    for key in ("n", "intent_accuracy", "macro_f1", "hard_accuracy", "entity_f1", "oos_auroc", "safety_recall",  # noqa: E501
                "safety_false_positive_rate", "latency_ms_p50", "latency_ms_p95"):  # fmt: skip
        print(f"{key:28} {result[key]}", file=out)
