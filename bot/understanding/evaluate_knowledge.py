"""Measures the search over articles: ``python -m bot.understanding.evaluate_knowledge FILE [MODELS_DIR]``.

One JSON object a line: ``{"text", "lang", "passages"}``, the passages that answer it, an empty list when none
does. Every other line is for choosing (calibration, threshold), the rest for reporting.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from bot.library import Found
from bot.understanding.articles import Shelf, read_articles
from bot.understanding.data import NLU_DATA
from bot.understanding.encoders.choice import configured_encoder
from bot.understanding.knowledge import ArticleFinder, answer_from, newest_index, teach_articles
from bot.understanding.matrix import Matrix
from domain.errors import BadRequest

CONFIG = NLU_DATA.parent / "config.yml"
THRESHOLDS = (0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8)


@dataclass(frozen=True, slots=True)
class Question:
    """One line of the file."""

    text: str
    lang: str
    passages: frozenset[str]


def read_questions(path: Path) -> list[Question]:
    """The file's lines.

    Raises:
        BadRequest: a line that cannot be read, with its number.
    """
    questions = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            questions.append(Question(str(row["text"]), str(row["lang"]), frozenset(row["passages"])))
        except (ValueError, KeyError, TypeError) as error:
            raise BadRequest(f"line {number}: {type(error).__name__} {error}: {line[:120]}") from error
    return questions


def measure(questions: Sequence[Question], finder: ArticleFinder, threshold: float) -> dict[str, Any]:
    """Recall of the questions that are answered, and what the threshold does with all of them.

    ``recall_1``, ``recall_3`` (also by language); ``answered`` of those that have an answer; ``right`` of all
    answers given; ``false_answers`` to those that have none.
    """
    found = [finder.find(question.text, 3) for question in questions]
    pairs = list(zip(questions, found, strict=True))
    inside = [(question, hits) for question, hits in pairs if question.passages]
    outside = [hits for question, hits in pairs if not question.passages]
    told = [(question, hits) for question, hits in pairs if hits and hits[0].score >= threshold]
    result: dict[str, Any] = {
        "n": len(inside),
        "recall_1": _share(inside, lambda hits, right: any(hit.key in right for hit in hits[:1])),
        "recall_3": _share(inside, lambda hits, right: any(hit.key in right for hit in hits)),
        "answered": _mean([bool(hits) and hits[0].score >= threshold for _, hits in inside]),
        "right": _mean([hits[0].key in question.passages for question, hits in told]),
        "n_outside": len(outside),
        "false_answers": _mean([bool(hits) and hits[0].score >= threshold for hits in outside]),
    }
    for lang in ("zh", "en"):
        own = [(question, hits) for question, hits in inside if question.lang == lang]
        result[f"recall_1_{lang}"] = _share(own, lambda hits, right: any(h.key in right for h in hits[:1]))
    return result


def main(arguments: Sequence[str], out: TextIO, data_dir: Path = NLU_DATA) -> int:
    """Print the measures with both voices and with words alone; then one JSON object, the report's."""
    questions = read_questions(Path(arguments[0]))
    shelf = read_articles(data_dir / "knowledge")
    threshold = answer_from(CONFIG)
    with tempfile.TemporaryDirectory() as scratch:
        models_dir = Path(arguments[1]) if len(arguments) > 1 else Path(scratch)
        both = _finder(shelf, threshold, models_dir, data_dir)
        for name, finder in (("words alone", ArticleFinder(shelf, threshold)), ("words and meaning", both)):
            for part, some in (("to choose", questions[::2]), ("to report", questions[1::2])):
                _table(name, part, some, finder, threshold, out)
            print(f"  calibration that fits best: {_fitting(questions[::2], finder)}", file=out)
        _misses(questions[::2], both, out)
        print(json.dumps(measure(questions[1::2], both, threshold)), file=out)
    return 0


def _finder(shelf: Shelf, threshold: float, models_dir: Path, data_dir: Path) -> ArticleFinder:
    if newest_index(models_dir) is None:
        teach_articles(data_dir, models_dir, configured_encoder(CONFIG), lambda _: None)
    finder = ArticleFinder(shelf, threshold, models_dir, _encoder())
    finder.refresh()
    return finder


def _encoder() -> Callable[[str], Matrix | None]:
    source = configured_encoder(CONFIG)
    if source is None:
        return lambda _: None
    encoder = source.load()
    return lambda text: encoder.encode([text])[0]


def _table(
    name: str, part: str, questions: Sequence[Question], finder: ArticleFinder, chosen: float, out: TextIO
) -> None:
    measured = measure(questions, finder, chosen)
    print(
        f"\n{name}, {part}: {measured['n']} with an answer, {measured['n_outside']} without; "
        f"recall@1 {measured['recall_1']} (zh {measured['recall_1_zh']}, en {measured['recall_1_en']}), "
        f"recall@3 {measured['recall_3']}",
        file=out,
    )
    print("  from   answered  of these right  false answers", file=out)
    for threshold in THRESHOLDS:
        row = measure(questions, finder, threshold)
        mark = "  <- config.yml" if threshold == chosen else ""
        shares = [_written(row[key]) for key in ("answered", "right", "false_answers")]
        print(f"  {threshold:.2f}   {shares[0]:>8}  {shares[1]:>14}  {shares[2]:>13}{mark}", file=out)


def _misses(questions: Sequence[Question], finder: ArticleFinder, out: TextIO) -> None:
    """What the articles should learn to hear; only from the half to choose on."""
    print("\nnot found first:", file=out)
    for question in questions:
        hits = finder.find(question.text, 3)
        if question.passages and not (hits and hits[0].key in question.passages):
            seen = ", ".join(f"{hit.key} {hit.score:.2f}" for hit in hits)
            print(f"  {question.text}  [{' '.join(sorted(question.passages))}]  {seen}", file=out)


def _fitting(questions: Sequence[Question], finder: ArticleFinder) -> str:
    """Weights of best score and lead, and what is added, under which the confidence is likeliest right."""
    from sklearn.linear_model import LogisticRegression

    ranked = [(question, finder.ranked(question.text)) for question in questions]
    known = [(question, found) for question, found in ranked if found is not None]
    features = [[found.best, found.lead] for _, found in known]
    right = [found.passages[0][0] in question.passages for question, found in known]
    model = LogisticRegression().fit(features, right)
    return ", ".join(f"{number:.2f}" for number in (*model.coef_[0], *model.intercept_))


def _written(share: float | None) -> str:
    return "–" if share is None else f"{share:.3f}"


def _share(
    pairs: Sequence[tuple[Question, Sequence[Found]]],
    right: Callable[[Sequence[Found], frozenset[str]], bool],
) -> float | None:
    return _mean([right(hits, question.passages) for question, hits in pairs])


def _mean(values: Sequence[bool]) -> float | None:
    return round(sum(values) / len(values), 3) if values else None


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:], sys.stdout))
