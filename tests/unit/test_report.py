"""The page about an evaluation: whole, safe to open, and nothing in it but what was measured."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

from bot.understanding.evaluation.measures import Evaluation, measure
from bot.understanding.evaluation.report import write_report
from domain.understanding import Danger, Entity
from tests.unit.test_evaluation import answered

NOW = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
SPITEFUL = '<script>alert("电")</script>&amp;'
VOID = {"meta", "br", "img", "wbr"}


def evaluation() -> Evaluation:
    """A little of everything."""
    danger = Danger("fire", "着火", "danger.advice.fire", "safety rule \"fire\": '着火' + '<b>'")
    return measure(
        [
            answered("query_bill", "query_bill", ms=4.0),
            answered("query_bill", "pay_bill", 0.97, text=SPITEFUL, hard=True, ms=9.0),
            answered("query_bill", "report_safety_hazard", text="电费贵得要着火", danger=danger),
            answered("report_safety_hazard", "report_outage", text="电箱里有烧糊的味道"),
            answered("out_of_scope", "query_tariff", 0.3, lang="en", channel="hotline"),
            answered("pay_bill+query_bill", "pay_bill", second="query_bill", text="查了顺便交"),
            answered(
                "query_bill", "query_bill", text="梧桐苑上月",
                labels=(("area", "梧桐苑"),), finds=(Entity("period", "上月", "2026-10", 3, 5),),
            ),
        ],
        lambda name, surface: surface,
    )  # fmt: skip


def page(tmp_path: Path, **more: object) -> str:
    path = tmp_path / "deep" / "report.html"
    write_report(evaluation(), path, title="Understanding", facts=[("files", "a<b>.jsonl")], now=NOW, **more)
    return path.read_text(encoding="utf-8")


class Balance(HTMLParser):
    """Notices elements that are not closed in order, and every address that a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []
        self.kinds: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.kinds.add(tag)
        self.fetched += [v or "" for k, v in attrs if k in {"src", "href"} and not (v or "").startswith("#")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.kinds.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_stands_alone_and_is_well_formed(tmp_path: Path) -> None:
    html = page(tmp_path, curves={"zh": [(100, 0.5), (200, 0.62)], "en": [(100, 0.4), (200, 0.55)]})
    balance = Balance()
    balance.feed(html)
    assert (balance.open, balance.fetched) == ([], [])
    assert not balance.kinds & {"script", "link", "img", "iframe"}
    pictures = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    assert len(pictures) == 4
    for picture in pictures:
        ET.fromstring(picture)


def test_sentences_are_shown_in_clear_but_never_as_markup(tmp_path: Path) -> None:
    html = page(tmp_path)
    assert "&lt;script&gt;alert(&#34;电&#34;)&lt;/script&gt;&amp;amp;" in html
    assert "a&lt;b&gt;.jsonl" in html
    assert "invented sentences only" in html


def test_every_kind_of_error_is_there_with_its_words(tmp_path: Path) -> None:
    html = page(tmp_path)
    assert "query_bill → pay_bill" in html
    assert "电箱里有烧糊的味道" in html[html.index("Dangers missed: 1") :]
    alarms = html[html.index("False alarms: 1") :]
    assert "电费贵得要着火" in alarms
    assert "safety rule &#34;fire&#34;: &#39;着火&#39; + &#39;&lt;b&gt;&#39;" in alarms
    assert "<mark>梧桐苑</mark>" in html
    assert "<mark>上月</mark>" in html
    assert "Both heard: 1 · one heard: 0 · wrong: 0" in html
    assert "2026-11-25 04:30 Asia/Shanghai" in html


def test_what_was_not_measured_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "bare.html"
    bare = measure([answered("a", "a")], lambda name, surface: surface)
    write_report(bare, path, title="t", facts=[], now=NOW)
    html = path.read_text(encoding="utf-8")
    for section in ("two", "entities", "outside", "curve"):
        assert f'id="{section}"' not in html
    assert 'id="calibration"' in html
    assert "None" not in html.replace("<p>None.</p>", "")
