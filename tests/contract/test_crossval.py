"""Cross-validation and public sets on a handful of real sentences, with the real encoder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from app.measuring import measure_any
from app.settings import HOUSE, Settings
from bench.public_sets import Trial, measure, read_table, trials
from bot.understanding.crossval import configured_svm_c, cross_validate, share_of
from bot.understanding.data import NLU_DATA
from bot.understanding.teaching import read_examples
from domain.errors import BadRequest

INTENTS = ("query_bill", "report_outage", "out_of_scope", "greet")
EACH = 16


@pytest.fixture(scope="module")
def sentences() -> list[tuple[str, str]]:
    """Sixteen sentences a language of four intents that are easy to tell apart."""
    by: dict[tuple[str, str], list[str]] = defaultdict(list)
    for example in read_examples(NLU_DATA):
        by[example.intent, example.lang].append(example.text)
    return [(text, intent) for intent in INTENTS for lang in ("zh", "en") for text in by[intent, lang][:EACH]]


@pytest.fixture
def data_dir(tmp_path: Path, sentences: list[tuple[str, str]]) -> Path:
    """A small folder of language files."""
    (tmp_path / "intents").mkdir()
    for intent in INTENTS:
        lines = "".join(f"    - {text}\n" for text, label in sentences if label == intent)
        words = f"nlu:\n- intent: {intent}\n  examples: |\n{lines}"
        (tmp_path / "intents" / f"{intent}.yml").write_text(words, encoding="utf-8")
    return tmp_path


def test_every_sentence_is_asked_once_by_models_that_did_not_see_it(data_dir: Path) -> None:
    told: list[str] = []
    found = cross_validate(data_dir, folds=2, shares=(0.5, 1.0), progress=told.append)
    result = found.result
    assert result["n"] == len(INTENTS) * 2 * EACH
    assert {one.line.text for one in found.evaluation.answered} == {e.text for e in read_examples(data_dir)}
    # Sentences that were taught would be known by heart: letters alone would be right on all of them.
    assert 0.5 < result["letters"]["intent_accuracy"] < 1.0
    assert result["intent_accuracy"] > result["letters"]["intent_accuracy"]
    assert 0.0 <= result["expected_calibration_error"] < 0.5
    assert result["oos_auroc"] > 0.6
    assert result["latency_ms_p50"] is None
    assert {lang: [size for size, _ in points] for lang, points in found.curves.items()} == {
        "zh": [32, 64], "en": [32, 64],
    }  # fmt: skip
    assert any("fold 2 of 2" in words for words in told)


def test_a_share_is_taken_of_each_stratum_and_grows() -> None:
    strata = ["a"] * 40 + ["b"] * 8
    rows = range(48)
    small, large = share_of(rows, strata, 0.125), share_of(rows, strata, 0.5)
    assert [sum(strata[i] == name for i in small) for name in "ab"] == [5, 2]
    assert [sum(strata[i] == name for i in large) for name in "ab"] == [20, 4]
    assert set(small) < set(large)
    assert share_of(rows, strata, 1.0) == list(rows)
    assert small != [0, 1, 2, 3, 4, 40, 41]


def test_the_product_s_own_regularisation_is_used(tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text("pipeline:\n- name: x\n- name: y\n  svm_c: 0.25\n")
    assert configured_svm_c(config) == 0.25


@pytest.fixture
def public(tmp_path: Path, sentences: list[tuple[str, str]]) -> Path:
    """A folder with one set whose name is among the baselines, and one folder that is no set."""
    folder = tmp_path / "sets" / "xsid_zh"
    folder.mkdir(parents=True)
    (tmp_path / "sets" / "other").mkdir()
    chosen = [(text, label) for text, label in sentences if label != "out_of_scope"]
    strange = [text for text, label in sentences if label == "out_of_scope"]
    write(folder / "train.tsv", chosen[::2])
    write(folder / "train_5.tsv", chosen[::3])
    write(folder / "test.tsv", chosen[1::2])
    write(folder / "oos_test.tsv", [(text, "oos") for text in strange])
    return tmp_path / "sets"


def write(path: Path, rows: list[tuple[str, str]]) -> None:
    path.write_text("".join(f"{text}\t{label}\n" for text, label in rows), encoding="utf-8")


def test_a_set_is_found_by_pair_by_folder_and_by_folder_of_folders(public: Path) -> None:
    folder = public / "xsid_zh"
    both = [
        Trial(folder / "train_5.tsv", folder / "test.tsv"),
        Trial(folder / "train.tsv", folder / "test.tsv"),
    ]
    assert trials([public]) == trials([folder]) == both
    assert trials([folder / "train.tsv", folder / "test.tsv"]) == both[1:]
    for wrong in ([public / "other"], [folder / "train.tsv"], [folder, folder / "test.tsv"]):
        with pytest.raises(BadRequest, match=r"a pair train\.tsv test\.tsv"):
            trials(wrong)


def test_our_learner_is_measured_on_a_set(public: Path) -> None:
    figures = measure(Trial(public / "xsid_zh" / "train.tsv", public / "xsid_zh" / "test.tsv"), 0.6, len)
    assert (figures.taught, figures.asked) == (48, 48)
    assert 0.5 < figures.letters_accuracy <= figures.accuracy <= 1.0
    assert figures.oos_auroc is not None
    assert figures.oos_auroc > 0.5
    assert figures.oos_kept_out is not None


def test_a_malformed_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "train.tsv").write_text("good\tlabel\nno label\n")
    with pytest.raises(BadRequest, match=r"train\.tsv, sentence 2"):
        read_table(tmp_path / "train.tsv")


def test_the_command_tells_the_baselines_beside_ours(public: Path) -> None:
    folder = public / "xsid_zh"
    done = subprocess.run(
        [sys.executable, "-m", "app", "eval", str(folder / "train.tsv"), str(folder / "test.tsv")],
        cwd=HOUSE, env={**os.environ}, capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (run,) = json.loads(done.stdout.splitlines()[-1])["public_sets"]
    assert run["set"] == "xsid_zh"
    assert run["baselines"]["measured"]["DIET"] == 90.8
    assert f"ours {run['accuracy']:.1%}" in " ".join(done.stderr.split())
    assert "DIET (measured) 90.8%" in " ".join(done.stderr.split())


def test_the_set_s_folder_is_told_by_argument_only(public: Path) -> None:
    runs = measure_any(Settings(), [public], 5, False, None, None)["public_sets"]
    assert [run["train"] for run in runs] == ["train_5.tsv", "train.tsv"]
    assert runs[0]["baselines"] == {}
