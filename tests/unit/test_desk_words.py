"""The desk's words: both languages complete, every code of the domain named, every key that is used there."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path

import pytest
import yaml

from desk.masking import mask
from desk.passwords import hash_password, password_fits
from desk.times import clock_time, deadline_time, due_words, money, span
from desk.wording import load_words
from domain.clock import ClockKind, ClockState
from domain.ledger import Step
from domain.message import Author
from domain.satisfaction import Solved
from domain.ticket import Priority, Status, TicketClass
from router.rules import load_rules

WORDS = load_words()
ZH, EN = WORDS["zh"], WORDS["en"]
KEYS = ZH.keys()
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
DESK = Path(__file__).parents[2] / "desk"


def test_both_languages_have_the_same_keys():
    assert ZH.keys() == EN.keys()


@pytest.mark.parametrize("key", sorted(ZH.keys()))
def test_both_languages_have_the_same_places(key):
    assert set(re.findall(r"{(\w+)}", ZH(key))) == set(re.findall(r"{(\w+)}", EN(key)))


@pytest.mark.parametrize(
    ("prefix", "codes"),
    [
        ("step", Step),
        ("status", Status),
        ("priority", [int(level) for level in Priority]),
        ("cls", TicketClass),
        ("clock", ClockKind),
        ("clock_state", ClockState),
        ("author", Author),
        ("chat.author", Author),
        ("solved", Solved),
        ("subject", {rule.subject for rule in load_rules().rows()}),
    ],
)
def test_every_code_of_the_domain_has_words(prefix, codes):
    names = [code.value if isinstance(code, Enum) else code for code in codes]
    assert [name for name in names if f"{prefix}.{name}" not in KEYS] == []


def test_every_rule_that_can_be_broken_has_words():
    source = "".join(path.read_text("utf-8") for path in (DESK.parent / "router").rglob("*.py"))
    source += (DESK.parent / "domain" / "ticket_moves.py").read_text("utf-8")
    rules = set(re.findall(r'(?:RuleBroken|Guard)\("(\w+)"', source)) - {"ledger"}
    assert {rule for rule in rules if f"rule.{rule}" not in KEYS} == set()


def test_every_key_that_is_used_exists():
    used = set()
    for path in [*DESK.rglob("*.html"), *DESK.glob("*.py")]:
        used |= set(
            re.findall(
                r"""(?:(?<![.\w])(?:t|words)|\b_words)\(\s*["']([\w.]+[\w])["'][,)]""",
                path.read_text("utf-8"),
            )
        )
    assert len(used) > 100
    assert used - ZH.keys() == set()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("户号0312345678，谢谢", "户号******5678，谢谢"),
        ("打我手机 138 1234 5678", "打我手机 138****5678"),
        ("138-1234-5678", "138****5678"),
        ("身份证11010119900307123X", "身份证**************123X"),
        ("座机 010-62345678", "座机 010****5678"),
        ("工单 2611240001 到哪了", "工单 2611240001 到哪了"),
        ("2026-11-24 10:02 的电费 1234.56 元", "2026-11-24 10:02 的电费 1234.56 元"),
        ("我的号码幺三八幺二三四五六七八", "我的号码幺三八****五六七八"),
        ("3栋2单元 1201", "3栋2单元 1201"),
    ],
)
def test_personal_numbers_are_masked(text, shown):
    assert mask(text, {"2611240001"}) == shown


def test_times_and_money_are_in_the_readers_language():
    assert clock_time(NOW, NOW, ZH) == "10:00"
    assert clock_time(NOW - timedelta(days=1), NOW, ZH) == "昨天 10:00"
    assert clock_time(datetime(2026, 12, 31, 16, 30, tzinfo=UTC), NOW, EN) == "Fri 1 Jan 2027 00:30"
    midnight = datetime(2026, 12, 3, 16, 0, tzinfo=UTC)
    assert deadline_time(midnight, NOW, ZH) == "12月3日 周四 24:00"
    assert deadline_time(midnight, NOW, EN) == "end of Thu 3 Dec"
    assert deadline_time(midnight + timedelta(hours=9), NOW, EN) == "Fri 4 Dec 09:00"
    assert deadline_time(datetime(2026, 11, 24, 16, 0, tzinfo=UTC), NOW, ZH) == "今天 24:00"
    assert span(timedelta(hours=2, minutes=10), ZH) == "2 小时 10 分钟"
    assert span(timedelta(days=1, hours=3, minutes=5), EN) == "1 day 3 h"
    assert due_words(NOW - timedelta(minutes=12), NOW, EN) == "12 min overdue"
    assert due_words(NOW + timedelta(seconds=30), NOW, ZH) == "还剩 不到 1 分钟"
    assert (money(123450, ZH), money(-5, EN)) == ("1,234.50 元", "-¥0.05")


def test_the_routers_reasons_read_in_chinese_and_others_words_stay():
    assert "在线" in ZH.reasons("online, serves the queue dispatch; holds 2 of 20")
    assert ZH.reasons("waiting for papers; will call") == "waiting for papers; will call"
    assert EN.reasons("holds 2 of 20") == "holds 2 of 20"


def test_a_password_fits_only_its_own_hash():
    kept = hash_password("一个好密码")
    assert "一个好密码" not in kept and kept.startswith("$argon2id$")
    assert password_fits(kept, "一个好密码")
    assert not password_fits(kept, "另一个")
    assert not password_fits("", "nobody has this password")
    assert not password_fits("not a hash", "x")


def test_everything_that_the_bot_finds_out_has_a_name_for_agents():
    flows = [
        yaml.safe_load(path.read_text("utf-8")) for path in (DESK.parent / "nlu_data/flows").glob("*.yml")
    ]
    asked = [slot for flow in flows for slot in flow.get("collect") or ()]
    # A secret of the proof never reaches a ticket; who said what, and why it is a danger, always does.
    facts = {slot["slot"] for slot in asked} | {
        "words",
        "proved",
        "reason",
        "hazard_type",
        "wants_person",
        "article",
    }
    values = {value for slot in asked for value in slot.get("values", ())}
    advice = yaml.safe_load((DESK.parent / "nlu_data/phrases/zh/danger.yml").read_text("utf-8"))
    values |= {key.removeprefix("danger.advice.") for key in advice if key.startswith("danger.advice.")}
    assert {name for name in facts if f"fact.{name}" not in KEYS} == set()
    assert {value for value in values if f"value.{value}" not in KEYS} == set()
