"""The understanding over a real Rasa."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.understanding.cascade import Cascade, build_understander
from bot.understanding.client import RasaClient
from bot.understanding.evaluation.evaluate import evaluate
from bot.understanding.process import RasaProcess
from bot.understanding.teaching import BadTeaching
from bot.understanding.train import HOUSE, RASA_PYTHON, fingerprint, train
from tests.fixtures_rasa import RunningRasa, free_port

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class CountingCache:
    """A cache in a dictionary that counts its hits."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.hits = 0

    def get(self, key: str) -> str | None:
        value = self.kept.get(key)
        self.hits += value is not None
        return value

    def put(self, key: str, value: str, ttl_s: float) -> None:
        self.kept[key] = value


@pytest.fixture(scope="module")
def understander(rasa_server: RunningRasa) -> Cascade:
    return build_understander(HOUSE / "config.yml", rasa_server.url, rasa_server.token)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("上个月电费多少", "query_bill"),
        ("家里突然没电了，整栋楼都黑了", "report_outage"),
        ("我要开增值税发票", "request_invoice"),
        ("办理过户需要什么手续", "transfer_account"),
        ("when will the power be back", "query_outage_status"),
        ("how much was my bill last month", "query_bill"),
        ("转人工", "human_agent"),
        ("电线断了掉马路上 快来人", "report_safety_hazard"),
    ],
)
def test_plain_messages_are_understood(understander: Cascade, text: str, intent: str) -> None:
    assert understander.understand(text, now=NOW).intent == intent


def test_two_requests_are_both_heard_and_the_outage_goes_first(understander: Cascade) -> None:
    understood = understander.understand("帮我查一下上个月电费，另外家里停电了", now=NOW)
    assert understood.intent == "report_outage"
    assert understood.second is not None
    assert understood.second.name == "query_bill"


def test_danger_that_is_over_is_heard_for_what_it_is(understander: Cascade) -> None:
    over = "那天线路短路冒火星把我家彩电打坏了，现在电都正常，想问问怎么赔"
    understood = understander.understand(over, now=NOW)
    assert (understood.intent, understood.danger) == ("claim_appliance_damage", None)
    still = understander.understand("线路短路在冒火星，彩电也打坏了", now=NOW)
    assert still.danger is not None


def test_danger_in_one_half_of_a_message_is_not_outvoted_by_the_other(understander: Cascade) -> None:
    text = "A cable came down across our lane. Also, what do I owe you for September?"
    understood = understander.understand(text, now=NOW)
    assert understood.intent == "report_safety_hazard"
    assert understood.danger is not None


def test_a_value_that_was_asked_for_is_inform(understander: Cascade) -> None:
    understood = understander.understand("0312345678", now=NOW, expecting="account_no")
    assert (understood.intent, understood.engine) == ("inform", "rules")


def test_a_dead_rasa_leaves_safety_entities_and_menu_words(rasa_server: RunningRasa) -> None:
    alone = build_understander(HOUSE / "config.yml", f"http://127.0.0.1:{free_port()}", "x")
    danger = alone.understand("电表箱冒烟了", now=NOW)
    assert (danger.intent, danger.engine) == ("report_safety_hazard", "rules")
    outage = alone.understand("阳光花园停电了快来修", now=NOW)
    assert (outage.intent, outage.engine) == ("report_outage", "rules")
    assert outage.entity("area") is not None
    began = time.perf_counter()
    for _ in range(50):
        alone.understand("阳光花园停电了快来修", now=NOW)
    assert time.perf_counter() - began < 2.0


def test_the_wrong_token_gets_nothing(rasa_server: RunningRasa) -> None:
    assert RasaClient(rasa_server.url, "wrong").parse(["停电"]) is None
    assert RasaClient(rasa_server.url, rasa_server.token).ready()


def test_answers_are_remembered_by_model_and_text(rasa_server: RunningRasa) -> None:
    cache = CountingCache()
    client = RasaClient(rasa_server.url, rasa_server.token, cache=cache)
    first = client.parse(["账单多少钱"])
    again = client.parse(["账单多少钱"])
    assert first is not None
    assert again is not None
    assert [g.name for g in again[0]] == [g.name for g in first[0]]
    assert cache.hits == 1
    assert all(rasa_server.model.name in key for key in cache.kept)


def test_several_texts_are_asked_at_once_and_answered_as_if_alone(rasa_server: RunningRasa) -> None:
    client = RasaClient(rasa_server.url, rasa_server.token, cache=CountingCache())
    texts = ["账单多少钱", "my lights are out", "转人工"]
    alone = [client.parse([text]) for text in texts[:2]]
    together = client.parse(texts)
    assert together is not None
    assert len(together) == 3
    for one, same in zip(alone, together, strict=False):
        assert one is not None
        assert [g.name for g in one[0][:3]] == [g.name for g in same[:3]]
    assert together[2][0].name == "human_agent"
    fresh = RasaClient(rasa_server.url, rasa_server.token).parse(texts)
    assert fresh is not None
    assert [r[0].name for r in fresh] == [r[0].name for r in together]


def test_a_killed_rasa_comes_back(rasa_model: Path, tmp_path: Path) -> None:
    token = "-a token may begin like an option"
    process = RasaProcess(RASA_PYTHON, rasa_model, free_port(), token, tmp_path / "rasa.log")
    process.start()
    try:
        process.wait_ready()
        first = process.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        process.wait_ready()
        assert process.pid not in (None, first)
    finally:
        process.stop()
    assert process.pid is None


def test_rasa_ends_with_a_parent_that_was_killed(rasa_model: Path, tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from bot.understanding.process import RasaProcess\n"
        "p = RasaProcess(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), 't', Path(sys.argv[4]))\n"
        "p.start(); print(p.pid, flush=True); time.sleep(60)"
    )
    arguments = [str(RASA_PYTHON), str(rasa_model), str(free_port()), str(tmp_path / "rasa.log")]
    with subprocess.Popen(
        [sys.executable, "-c", script, *arguments], cwd=HOUSE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        rasa_pid = int(parent.stdout.readline())
        time.sleep(1.0)  # the interpreter must have started for the watch to be there
        parent.kill()
    until = time.monotonic() + 20
    while Path(f"/proc/{rasa_pid}/cmdline").exists() and Path(f"/proc/{rasa_pid}/cmdline").read_bytes():
        assert time.monotonic() < until, "Rasa outlived its parent"
        time.sleep(0.1)


def test_evaluation_says_what_it_measured(understander: Cascade, tmp_path: Path) -> None:
    rows = [
        {
            "text": "上个月电费多少",
            "lang": "zh",
            "intent": "query_bill",
            "entities": [{"entity": "period", "value": "上个月"}],
            "x": 1,
        },
        {
            "text": "电表箱冒烟了",
            "lang": "zh",
            "intent": "report_safety_hazard",
            "entities": [],
            "hard": True,
        },
        {"text": "what's the weather like", "lang": "en", "intent": "out_of_scope", "entities": []},
        {
            "text": "查一下电费，另外家里停电了",
            "lang": "zh",
            "intents": ["report_outage", "query_bill"],
            "entities": [],
        },
        {"text": "转人工", "lang": "zh", "intent": "query_bill", "entities": []},
    ]
    file = tmp_path / "x.jsonl"
    file.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), encoding="utf-8")
    counted: list[tuple[int, int]] = []
    evaluation = evaluate([file], understander, now=NOW, progress=lambda done, of: counted.append((done, of)))
    result = evaluation.result
    assert list(result) == [
        "n", "intent_accuracy", "macro_f1", "hard_accuracy", "entity_f1", "oos_auroc", "safety_recall",
        "safety_false_positive_rate", "latency_ms_p50", "latency_ms_p95", "by_intent",
        "expected_calibration_error", "by_group",
    ]  # fmt: skip
    assert counted == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]
    assert result["n"] == 5
    assert result["intent_accuracy"] == 0.8
    assert result["hard_accuracy"] == 1.0
    assert result["safety_recall"] == 1.0
    assert result["safety_false_positive_rate"] == 0.0
    assert result["by_intent"]["query_bill"]["recall"] == 0.5


def test_training_refuses_language_that_contradicts_itself(tmp_path: Path) -> None:
    (tmp_path / "intents").mkdir()
    file = tmp_path / "intents" / "query_bill.yml"
    head = 'version: "3.1"\nnlu:\n'
    file.write_text(
        head
        + "- intent: query_bill\n  examples: |\n    - 查电费 [上个月](perod)\n    - 同一句\n"
        + "- intent: pay_bill\n  examples: |\n    - 同一句\n- intent: query_bil\n  examples: |\n    - x\n",
        encoding="utf-8",
    )
    with pytest.raises(BadTeaching) as refused:
        train(tmp_path, tmp_path / "models")
    for complaint in (
        "unknown entity 'perod'",
        "unknown intent 'query_bil'",
        "both query_bill and pay_bill: 同一句",
    ):
        assert complaint in str(refused.value)
    file.write_text(head + "- intent: query_bill\n  examples: |\n    - 查电费\n", encoding="utf-8")
    with pytest.raises(BadTeaching, match="apply_new_connection"):
        train(tmp_path, tmp_path / "models")


def test_an_unchanged_model_is_not_trained_again(tmp_path: Path) -> None:
    (tmp_path / "intents").mkdir()
    file = tmp_path / "intents" / "query_bill.yml"
    file.write_text("- intent: query_bill", encoding="utf-8")
    config = HOUSE / "config.yml"
    there = tmp_path / f"nlu-{fingerprint(tmp_path, config)}.tar.gz"
    there.write_bytes(b"a model")
    (tmp_path / there.name.replace("nlu", "dense").replace("tar.gz", "npz")).write_bytes(b"its second voice")
    assert train(tmp_path, tmp_path) == there
    file.write_text("- intent: pay_bill", encoding="utf-8")
    assert fingerprint(tmp_path, config) not in there.name
