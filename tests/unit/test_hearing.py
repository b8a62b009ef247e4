"""What was meant by pinyin in letters, by words of the same sound and by slips of the keyboard."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from bot.understanding.cascade import build_understander
from bot.understanding.entities.extract import EntityReader
from bot.understanding.evaluation.answered import ask_all
from bot.understanding.evaluation.labelled import Labelled
from bot.understanding.evaluation.measures import measure
from bot.understanding.evaluation.robustness import listen_through_noise
from bot.understanding.hearing.by_sound import SoundMender, trade_words
from bot.understanding.hearing.noise import noises, noisy
from bot.understanding.hearing.own_words import count, own_words, sentences
from bot.understanding.hearing.slips import mend_slips
from bot.understanding.hearing.typed_pinyin import PinyinReader, hear_pinyin
from bot.understanding.model_text import model_text
from bot.understanding.normalise import fold, language
from bot.understanding.train import HOUSE

NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("wo jia tingdian le", "我家停电了"),
        ("dianfei tai gui le", "电费太贵了"),
        ("DIANFEI zenme jiao?", "电费怎么交?"),
        ("jiao dianfei, zenme jiao", "交电费, 怎么交"),
        ("bangwo cha yixia shanggeyue dianfei", "帮我查一下上个月电费"),
        ("bang wo cha yi xia shang ge yue dian fei", "帮我查一下上个月电费"),
        ("dian4fei4 duo1shao3", "电费多少"),
        ("zhuan rengong", "转人工"),
        ("fapiao zenme kai", "发票怎么开"),
        ("帮我看下dianbiao为什么不走", "帮我看下电表为什么不走"),
        ("ni hao", "你好"),
    ],
)
def test_typed_pinyin_is_read(typed: str, meant: str) -> None:
    assert fold(typed).text == meant
    assert language(fold(typed).text, "en") == "zh"


@pytest.mark.parametrize(
    "text",
    [
        "wang fang",
        "li wei",
        "my name is wang fang and i live in yangguang huayuan",
        "he can go in",
        "can you send me a man",
        "the fapiao is wrong",
        "ok",
        "我用的是huawei",
        "我家wifi断了",
        "no",
        "me",
        "A2611",
    ],
)
def test_what_is_no_pinyin_stays(text: str) -> None:
    assert fold(text).text == text.lower()


def test_a_place_in_read_pinyin_is_that_of_its_letters() -> None:
    text = "Wo yao cha ShangGeYue de dianfei"
    folded = fold(text)
    at = folded.text.index("上个月")
    start, end = folded.span(at, at + 3)
    assert text[start:end] == "ShangGeYue"
    period = [e for e in EntityReader([]).find(text, NOW).chosen() if e.name == "period"]
    assert [(e.surface, e.value) for e in period] == [("ShangGeYue", "2026-10")]


def test_danger_in_pinyin_is_danger() -> None:
    understood = build_understander(HOUSE / "config.yml").understand(
        "menkou dianxian duan le zai maohuo", now=NOW
    )
    assert understood.danger is not None


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("我家店表不走了", "我家电表不走了"),
        ("帮我查一下前费", "帮我查一下欠费"),
        ("变亚器在响", "变压器在响"),
        ("怎么冲植啊", "怎么充值啊"),
        ("我要头速你们", "我要投诉你们"),
    ],
)
def test_words_of_the_same_sound_are_mended(heard: str, meant: str) -> None:
    assert fold(heard).text == meant
    assert len(fold(heard).at) == len(heard)


@pytest.mark.parametrize(
    "text", ["插座那个触点坏了", "我想表扬一下", "他是我师兄", "电影院旁边那家店", "下周来电话告诉我"]
)
def test_words_that_only_sound_alike_stay(text: str) -> None:
    assert fold(text).text == text


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("my elecricity is off", "my electricity is off"),
        ("the transfromer is humming", "the transformer is humming"),
        ("reciept pls", "receipt pls"),
        ("the tree is bending", "the tree is bending"),
        ("Zhang Weimin", "Zhang Weimin"),
    ],
)
def test_slips_in_words_of_the_trade_are_mended_for_the_model_only(written: str, meant: str) -> None:
    assert mend_slips(written) == meant
    assert model_text(written) == meant.lower()
    assert fold(written).text == written.lower()


def test_the_language_files_themselves_stay_as_they_are() -> None:
    """Every mending is a guess; on what people really wrote it must nearly never guess."""
    han = re.compile("[一-鿿]")
    english = [s for s in sentences() if not han.search(s)]
    read = [s for s in english if hear_pinyin(s.lower())]
    assert len(english) > 10_000
    assert {s.lower() for s in read} <= {"nihao", "ni hao!", "zhuanrengong", "kefu", "xiexie"}
    assert not [s for s in english if mend_slips(s.lower()) != s.lower()]


def test_what_was_never_counted_is_hardly_ever_mended() -> None:
    every = sentences()
    held_out, counts = every[::10], count(s for at, s in enumerate(every) if at % 10)
    chinese = [fold(s).text for s in held_out if re.search("[一-鿿]", s)]
    english = [s.lower() for s in held_out if not re.search("[一-鿿]", s)]
    mender, reader = SoundMender(counts, trade_words()), PinyinReader(counts)
    mended = [s for s in chinese if mender.mend(s) != s]
    assert len(mended) <= len(chinese) / 200, mended
    read = [s for s in english if reader.read(s)]
    assert len(read) <= len(english) / 500, read


def test_sentences_that_were_never_counted_are_read_from_their_pinyin() -> None:
    every = [s for s in sentences() if re.fullmatch("[一-鿿]{5,}", s)]
    held_out, counts = every[::40], count(s for at, s in enumerate(every) if at % 40)
    reader = PinyinReader(counts)
    read = ["".join(h.character for h in reader.read(noisy(s, "pinyin", "zh"))) for s in held_out]
    right = sum(
        a == b for said, meant in zip(read, held_out, strict=True) for a, b in zip(said, meant, strict=False)
    )
    assert right >= 0.7 * sum(map(len, held_out))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_noise_is_the_same_every_time_and_keeps_who_is_meant(lang: str) -> None:
    text = (
        "喂，我家停电了，户号0312345678。"
        if lang == "zh"
        else "Hello, my lights are off again, account 0312345678."
    )
    for name in noises(lang):
        spoilt = noisy(text, name, lang)
        assert spoilt == noisy(text, name, lang)
        assert spoilt
        if name not in ("emoji", "swapped"):
            assert "0000" in model_text(spoilt)


def test_noise_is_measured_beside_the_clean_sentence() -> None:
    understander = build_understander(HOUSE / "config.yml")
    lines = [
        Labelled("变压器冒烟了，还有火花！", "zh", ("report_safety_hazard",)),
        Labelled("转人工", "zh", ("human_agent",)),
        Labelled("smoke is coming out of the transformer!", "en", ("report_safety_hazard",)),
    ]
    found = {
        s.name: s for s in listen_through_noise(ask_all(lines, understander, now=NOW), understander, now=NOW)
    }
    assert found["zh pinyin"].n == 2
    assert found["zh pinyin"].clean == found["zh pinyin"].spoilt == 1.0
    assert found["en small"].n == 1
    assert "zh digits" not in found  # no sentence has a number to speak
    measured = measure(
        ask_all(lines, understander, now=NOW), lambda _, surface: surface, tuple(found.values())
    )
    assert measured.result["by_noise"]["zh pinyin"] == {"n": 2, "clean": 1.0, "spoilt": 1.0}


def test_counting_reads_both_languages() -> None:
    counts = count(["停电了", "停电", "no Power"])
    assert counts.pairs["停电"] == 2
    assert counts.english == {"no": 1, "power": 1}
    assert counts.chance("停", "电") > counts.chance("电", "停")
    assert own_words().characters["电"] > 1_000
