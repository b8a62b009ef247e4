"""Contestants as services: ours for real on a few sentences, and what a service must be to be measured."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.launch import free_port
from bench.side_by_side.compare import run
from bench.side_by_side.contestant import run_to_end, serving
from bench.side_by_side.ours import Ours
from bench.side_by_side.sentences import Round
from bot.understanding.data import NLU_DATA
from bot.understanding.evaluation.labelled import Labelled
from bot.understanding.teaching import read_examples
from domain.errors import Unavailable
from domain.understanding import Understanding

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ECHO = """
import http.server, json, sys
class Echo(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        words = json.dumps({"intent": asked["text"] + asked["lang"]}).encode()
        self.send_response(200); self.send_header("content-length", str(len(words))); self.end_headers()
        self.wfile.write(words)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Echo).serve_forever()
"""


def test_a_service_is_asked_weighed_and_ended(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-c", ECHO, str(port)]
    with serving(
        command, port, "/parse", lambda text, lang, answer: Understanding(text, lang, answer["intent"], 1.0),
        cwd=tmp_path, env=dict(os.environ),
    ) as service:  # fmt: skip
        assert service.understand("好", now=NOW, lang_hint="zh").intent == "好zh"
        assert 1 < service.memory_mib() < 500
        pid = service.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_service_that_dies_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no model here')"]
    with (
        pytest.raises(Unavailable, match="no model here"),
        serving(command, free_port(), "/", lambda *_: None, cwd=tmp_path, env=dict(os.environ)),
    ):
        pass


def test_a_training_that_fails_says_why_and_one_that_works_tells_how_far(tmp_path: Path) -> None:
    told: list[str] = []
    words = "print('Epochs:  10% done\\rEpochs:  20% done'); raise SystemExit('out of memory')"
    with pytest.raises(Unavailable, match="out of memory"):
        run_to_end(
            [sys.executable, "-c", words],
            cwd=tmp_path,
            env=dict(os.environ),
            tell=told.append,
            shows=r"Epochs:\s+\d+%",
        )
    assert told == ["Epochs:  10%", "Epochs:  20%"]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_our_side_is_trained_asked_and_counted() -> None:
    by: dict[tuple[str, str], list[str]] = defaultdict(list)
    for example in read_examples(NLU_DATA):
        by[example.intent, example.lang].append(example.text)
    kinds = [
        (i, lang) for i in ("query_bill", "report_outage", "report_safety_hazard") for lang in ("zh", "en")
    ]
    taught = [
        e
        for e in read_examples(NLU_DATA)
        if (e.intent, e.lang) in kinds and e.text in by[e.intent, e.lang][:20]
    ]
    asked = [Labelled(by[kind][25], kind[1], (kind[0],)) for kind in kinds]
    outcome = run(Ours(), Round(taught, asked, ""), NOW)
    assert outcome.evaluation.result["n"] == 6
    assert outcome.evaluation.result["intent_accuracy"] >= 0.5
    assert {one.answer.engine for one in outcome.evaluation.answered} <= {"rasa", "rules"}
    assert outcome.memory_mib > 200
    assert outcome.training_s > 0
    assert outcome.training_cpu_s > 1


def test_an_unknown_contestant_is_refused_at_the_door() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "bench", "--understanding", "--only", "ours,luis"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "not luis" in done.stderr
