"""The articles: what the reader refuses, that every number comes from the rules, and that all can be told."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from actions.back_ends.tariff_files import load_tariffs
from app.facts import HouseFacts
from bot.dialogue import load_flows
from bot.library import Found, Library, written
from bot.understanding.articles import GROUPS, BadArticle, read_articles
from domain.errors import NotFound
from domain.knowledge import Fact
from router.policies import load_policies

FOLDER = Path(__file__).resolve().parents[2] / "nlu_data" / "knowledge"
SHELF = read_articles(FOLDER)
SECTIONS = list(SHELF.sections())
TODAY = date(2026, 11, 25)
FACTS = HouseFacts(load_policies(), load_tariffs(), "cuihu")


class NoFinder:
    def find(self, text: str, most: int) -> tuple[()]:
        return ()


LIBRARY = Library(SHELF, NoFinder(), FACTS, "https://power.example")

ARTICLE = """---
topic: x
group: prices
place: 1
title: {zh: 甲, en: A}
effective_from: 2024-01-01
reviewed: 2026-11-25
intents: [query_tariff]
---

## one
sources: K

### zh: 问？
- 还问
答{rule:a.b}。

### en: Ask?
- asking
Answer.
"""


def folder_with(tmp_path: Path, text: str) -> Path:
    (tmp_path / "sources.yml").write_text("K: {zh: 甲, en: A}\n", encoding="utf-8")
    (tmp_path / "x.md").write_text(text, encoding="utf-8")
    return tmp_path


def test_an_article_is_read(tmp_path: Path) -> None:
    (section,) = read_articles(folder_with(tmp_path, ARTICLE)).sections()
    assert (section.key, section.intents, section.sources) == ("x.one", ("query_tariff",), ("K",))
    assert section.words["zh"].asked == ("还问",)
    assert section.words["en"].answer == "Answer."
    assert section.facts() == {"rule:a.b"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("topic: x", "topic: y", "topic is the file's name"),
        ("group: prices", "group: pets", "group one of the index"),
        ("reviewed: 2026-11-25\n", "", "reviewed"),
        ("reviewed: 2026-11-25", "reviewed: soon", "are days"),
        ("reviewed", "checked", "checked"),
        ("en: A}\neffective", "fr: A}\neffective", "both languages"),
        ("sources: K\n", "", "needs the line sources"),
        ("sources: K", "sources: K, L", "L is not in sources.yml"),
        ("### en: Ask?", "### fr: Ask?", "needs ### zh and ### en"),
        ("- asking\n", "", "needs other ways to ask"),
        ("Answer.", "Answer {rule a}.", "a brace"),
        ("## one", "## One!", "small letters"),
    ],
)
def test_a_wrong_article_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(BadArticle, match=r"x\.md") as caught:
        read_articles(folder_with(tmp_path, ARTICLE.replace(old, new)))
    assert words in str(caught.value)


def test_one_question_has_one_answer(tmp_path: Path) -> None:
    twice = ARTICLE + ARTICLE.split("---\n")[2].replace("## one", "## two")
    with pytest.raises(BadArticle, match=r"both x.one and x.two answer: 问？"):
        read_articles(folder_with(tmp_path, twice))


def test_a_question_is_not_both_answered_and_unanswered(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, ARTICLE)
    (folder / "unanswered.yml").write_text("zh: [还问]\nen: [what else]\n", encoding="utf-8")
    with pytest.raises(BadArticle, match=r"both unanswered\.yml and x\.one answer: 还问"):
        read_articles(folder)
    (folder / "unanswered.yml").write_text("zh: [别的]\nen: [what else]\n", encoding="utf-8")
    assert read_articles(folder).unanswered == ("别的", "what else")


def test_an_article_of_another_place_stays_on_its_shelf(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, ARTICLE.replace("intents:", "only_in: [csg]\nintents:"))
    assert not list(read_articles(folder, ["sgcc"]).sections())
    assert list(read_articles(folder, ["csg"]).sections())
    assert list(read_articles(folder).sections())


def test_the_house_answers_many_questions_of_every_kind() -> None:
    assert len(SECTIONS) >= 80
    assert {topic.group for topic in SHELF.topics} == set(GROUPS)
    flows = load_flows(FOLDER.parent / "flows")
    assert {intent for section in SECTIONS for intent in section.intents} <= set(flows)


def test_every_passage_can_be_told_today_in_both_languages() -> None:
    told = [LIBRARY.articles(tongue, TODAY) for tongue in ("zh", "en")]
    assert [sum(len(article.passages) for article in articles) for articles in told] == [len(SECTIONS)] * 2
    for article in told[0] + told[1]:
        for passage in article.passages:
            assert "{" not in passage.answer
            assert passage.sources
            assert passage.link.startswith(f"https://power.example/knowledge/{article.topic}?lang=")


class Heard:
    """Finds what it was told to for a text, and remembers what it was asked."""

    def __init__(self, **scores: tuple[str, float]) -> None:
        self.scores, self.asked = scores, []

    def find(self, text: str, most: int) -> list[Found]:
        self.asked.append(text)
        key, score = self.scores["alone" if text == "要多久" else "within"]
        return [Found(key, score, score > 0.5)]


@pytest.mark.parametrize(
    ("alone", "within", "key"),
    [
        (("new_home.time", 0.6), ("charger.time_fee", 0.9), "charger.time_fee"),
        (("new_home.time", 0.97), ("charger.time_fee", 0.9), "charger.time_fee"),
        (("repairs.arrival", 0.99), ("charger.time_fee", 0.7), "repairs.arrival"),
    ],
)
def test_what_is_talked_about_completes_a_question(alone, within, key: str) -> None:
    finder = Heard(alone=alone, within=within)
    library = Library(SHELF, finder, FACTS)
    assert library.search("要多久", TODAY, about="装个充电桩")[0].key == key
    assert finder.asked == ["要多久", "装个充电桩 要多久"]
    assert library.search("要多久", TODAY)[0].key == alone[0]


def test_prices_and_deadlines_are_those_of_the_house() -> None:
    limits = LIBRARY.article("tiers", "en", TODAY).passages[1].answer
    assert "2760 kWh" in limits and "0.05 yuan" in limits and "4800 kWh" in limits
    arrival = LIBRARY.article("repairs", "zh", TODAY).passages[0].answer
    assert "城区45分钟" in arrival and "农村90分钟" in arrival


def test_another_company_tells_its_own_deadline() -> None:
    southern = HouseFacts(load_policies(regions=["csg"]), load_tariffs(), "cuihu")
    library = Library(SHELF, NoFinder(), southern)
    assert "12小时" in library.article("reconnection", "zh", TODAY).passages[0].answer


def test_a_price_changes_on_its_day() -> None:
    assert FACTS.find("price:business", date(2026, 6, 30)) == Fact("yuan_per_kwh", "0.7286")
    assert FACTS.find("price:business", date(2026, 7, 1)) == Fact("yuan_per_kwh", "0.7415")


def test_where_there_is_no_number_the_passage_is_not_told() -> None:
    elsewhere = Library(SHELF, NoFinder(), HouseFacts(load_policies(), load_tariffs(), "guangdong"))
    with pytest.raises(NotFound):
        elsewhere.article("nothing", "zh", TODAY)
    names = {p.name for p in elsewhere.article("tiers", "zh", TODAY).passages}
    assert "limits" not in names, "monthly tiers must not be told as yearly ones"
    assert "moved_in" in names


NUMBER_OF_TIME = re.compile(
    r"\d+\s*(?:分钟|小时|天|日内|个?工作日|‰)|千分之|\d+[- ](?:minutes?|hours?|days?|working days?)\b"
)
NOT_IN_THE_RULES = {
    "8小时", "半小时", "8 hours", "1小时", "2小时", "15天", "15个工作日", "15 days", "15 working days",
    "24小时", "2 hours",
}  # fmt: skip
"""Examples, and general knowledge that the passage marks as such; no rule of the house holds them."""


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.key)
def test_deadlines_are_named_and_never_written(section) -> None:
    for words in section.words.values():
        found = {match.replace("\u00a0", " ") for match in NUMBER_OF_TIME.findall(words.answer)}
        assert found <= NOT_IN_THE_RULES, f"{section.key}: name the rule instead of writing {found}"


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.key)
def test_both_languages_tell_the_same_numbers(section) -> None:
    from bot.understanding.articles import HOLE

    zh, en = (set(HOLE.findall(section.words[tongue].answer)) for tongue in ("zh", "en"))
    assert zh == en


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.key)
def test_a_rule_is_told_with_a_source_of_its_own(section) -> None:
    policies = load_policies()
    for name in section.facts():
        if name.startswith("rule:"):
            key, _, customer_class = name.removeprefix("rule:").partition("/")
            policy = policies.get(key, TODAY, customer_class)
            its = {part.split()[0] for part in policy.source.split(",")} - {"PATTERN", "NATIONAL"}
            assert not its or its & set(section.sources), f"{section.key}: {name} rests on {its}"


@pytest.mark.parametrize(
    ("fact", "zh", "en"),
    [
        (Fact("working_days", "5"), "5个工作日", "5 working days"),
        (Fact("working_days", "1"), "1个工作日", "1 working day"),
        (Fact("volt", "198.0"), "198伏", "198 V"),
        (Fact("per_mille_per_day", "1"), "千分之一", "0.1 %"),
        (Fact("fen", "3000"), "30元", "30 yuan"),
        (Fact("fen", "807"), "8.07元", "8.07 yuan"),
        (
            Fact("clock", "08:00-11:00,17:30-22:00"),
            "8点到11点、17点30分到22点",
            "08:00 to 11:00 and 17:30 to 22:00",
        ),
        (Fact("share", "0.1071"), "11%", "11 %"),
        (Fact("count", "5"), "5", "5"),
    ],
)
def test_facts_read_as_people_write_them(fact: Fact, zh: str, en: str) -> None:
    assert (written(fact, "zh"), written(fact, "en")) == (zh, en)
