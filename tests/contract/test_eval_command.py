"""``make eval``: figures on standard output, everything for people on standard error and in the page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import HOUSE
from tests.fixtures_rasa import free_port
from tests.prepared import prepare_copy

ROWS = [
    {"text": "上个月电费多少", "lang": "zh", "channel": "chat", "intent": "query_bill", "hard": False,
     "entities": [{"entity": "period", "value": "上个月"}]},
    {"text": "电表箱冒烟了", "lang": "zh", "channel": "hotline", "hard": True,
     "intent": "report_safety_hazard"},
    {"text": "what's the weather like", "lang": "en", "channel": "chat", "intent": "out_of_scope"},
]  # fmt: skip


def run(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    surroundings = {"SHOUWEN_DATA_DIR": str(data_dir), "SHOUWEN_RASA_PORT": str(free_port())}
    return subprocess.run(
        [sys.executable, "-m", "app", "eval", *arguments],
        cwd=HOUSE, env={**os.environ, **surroundings}, capture_output=True, text=True, timeout=110,
        check=False,
    )  # fmt: skip


@pytest.fixture
def data_dir(tmp_path: Path, seeded_utility: Path, rasa_model: Path) -> Path:
    prepare_copy(tmp_path / "data", seeded_utility, rasa_model)
    return tmp_path / "data"


def test_files_are_measured_together_and_a_page_is_written(data_dir: Path, tmp_path: Path) -> None:
    files = [tmp_path / "zh 1.jsonl", tmp_path / "en.jsonl"]
    for file, rows in zip(files, (ROWS[:2], ROWS[2:]), strict=True):
        file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    report = tmp_path / "pages" / "page.html"
    done = run(data_dir, *map(str, files), "--report", str(report))
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["n"] == 3
    assert list(figures["by_group"]) == ["en chat", "zh chat", "zh hotline"]
    assert figures["safety_recall"] == 1.0
    assert f"report: {report}" in done.stderr
    assert "上个月电费多少" not in done.stderr
    page = report.read_text(encoding="utf-8")
    assert "zh 1.jsonl, en.jsonl" in page
    assert 'id="calibration"' in page


def test_a_page_that_cannot_be_written_does_not_cost_the_figures(data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl"
    file.write_text(json.dumps(ROWS[0], ensure_ascii=False), encoding="utf-8")
    done = run(data_dir, str(file), "--report", str(file / "page.html"))
    assert done.returncode == 0
    assert json.loads(done.stdout.splitlines()[-1])["n"] == 1
    assert "could not be written" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "or --crossval"),
        (("--curve",), "or --crossval"),
        (("README.md", "--crossval"), "or --crossval"),
        (("nowhere.jsonl",), "does not exist"),
        (("docs",), "name a pair train.tsv test.tsv"),
    ],
)
def test_what_cannot_be_measured_is_said(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    done = run(tmp_path, *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert words in " ".join(done.stderr.split())
