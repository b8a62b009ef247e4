"""The table of entities that a developer reads, without any model."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path

from bot.understanding.evaluation.entity_table import main

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
LINES = [
    {"text": "给我家空调报修", "lang": "zh", "intent": "report_voltage_problem", "entities": [{"entity": "appliance", "value": "空调"}]},  # noqa: E501
    {"text": "冰箱也不转", "lang": "zh", "intent": "report_voltage_problem", "entities": []},
    {"text": "约下周三", "lang": "zh", "intent": "book_appointment", "entities": [{"entity": "date", "value": "礼拜五"}]},  # noqa: E501
]  # fmt: skip


def table(tmp_path: Path, *options: str) -> tuple[int, str]:
    path = tmp_path / "lines.jsonl"
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in LINES), encoding="utf-8")
    out = io.StringIO()
    return main([str(path), "--models", str(tmp_path / "none"), *options], NOW, out), out.getvalue()


def test_each_type_has_its_row(tmp_path: Path) -> None:
    status, text = table(tmp_path)
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines()[2:-1]}
    assert status == 0
    assert "words alone" in text
    assert rows["appliance"] == ["1", "2", "1", "0.500", "1.000", "0.667"]
    assert rows["date"] == ["1", "1", "0", "0.000", "0.000", "0.000"]
    assert rows["all"][:3] == ["2", "3", "1"]


def test_errors_are_shown_with_their_sentence(tmp_path: Path) -> None:
    _, text = table(tmp_path, "--show", "date", "--show", "appliance")
    assert "+ date '下周三' | 约下周三 | 礼拜五" in text
    assert "- date '礼拜五' | 约下周三" in text
    assert "+ appliance '冰箱' | 冰箱也不转 | " in text


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    out = io.StringIO()
    assert main([str(tmp_path / "missing.jsonl"), "--models", str(tmp_path)], NOW, out) == 2
    assert "missing.jsonl" in out.getvalue()
