"""The public articles over real HTTP: both languages, search, dates, sources, and nothing that breaks out."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.desk_house import House, running_house
from tests.fakes.dialogue_player import library
from tests.seat import Seat


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running_house(tmp_path_factory.mktemp("knowledge")) as running:
        yield running


@pytest.fixture
def reader(house: House) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=house.url) as client:
        yield client


TOPICS = sorted(topic.topic for topic in library()._shelf.topics)


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_topic_has_its_page(reader: httpx.Client, topic: str, lang: str) -> None:
    page = reader.get(f"/knowledge/{topic}?lang={lang}")
    assert page.status_code == 200
    assert f'lang="{"zh-CN" if lang == "zh" else "en"}"' in page.text
    dated = page.text[page.text.index('class="dated"') :][:400]
    day = r"\d{4}年\d+月\d+日" if lang == "zh" else r"\d+ [A-Z][a-z]+ \d{4}"
    assert len(re.findall(day, dated)) == 2
    assert page.text.count('class="sources"') == page.text.count('<section class="passage"') > 1
    assert 'href="/chat"' in page.text
    assert "{rule" not in page.text and "{price" not in page.text


def test_the_index_names_every_topic_in_the_readers_language(reader: httpx.Client) -> None:
    page = reader.get("/knowledge", headers={"accept-language": "en-GB"})
    assert page.text.count('href="/knowledge/') == len(TOPICS)
    assert "Ways to pay" in page.text and "怎么交电费" not in page.text
    assert "常见问题" in reader.get("/knowledge?lang=zh").text
    assert "怎么交电费" in reader.get("/knowledge").text, "the choice is remembered"


def test_a_search_finds_the_passage_and_links_to_it(reader: httpx.Client) -> None:
    page = reader.get("/knowledge", params={"q": "谷电几点到几点", "lang": "zh"})
    first = re.search(r'class="hit">\s*<h3><a href="([^"]+)"', page.text)
    assert first and first[1] == "/knowledge/time_of_use#hours"
    assert 'value="谷电几点到几点"' in page.text
    assert "&amp;q=" in page.text, "the other language asks the same"


def test_a_search_for_nothing_says_so(reader: httpx.Client) -> None:
    page = reader.get("/knowledge", params={"q": "ЖЖЖ", "lang": "en"})
    assert page.status_code == 200 and "Nothing here about" in page.text
    assert reader.get("/knowledge", params={"q": "   "}).text.count('class="hit"') == 0


@pytest.mark.parametrize(
    "query", ["<script>alert(1)</script>", "'\"><b>x", "\x00\ud7ff", "电" * 5000, "%00%ff", "{{7*7}}"]
)
def test_odd_searches_are_shown_as_words(reader: httpx.Client, query: str) -> None:
    page = reader.get("/knowledge", params={"q": query, "lang": "zh"})
    assert page.status_code == 200
    assert "<script>alert" not in page.text and "<b>x" not in page.text and "49" not in page.text


def test_a_topic_that_is_not_there_is_a_page_that_leads_back(reader: httpx.Client) -> None:
    page = reader.get("/knowledge/no_such_topic?lang=en")
    assert page.status_code == 404
    assert 'href="/knowledge"' in page.text


def test_pages_are_strict_about_what_they_load(reader: httpx.Client) -> None:
    page = reader.get("/knowledge/tiers")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "<script" not in page.text and "style=" not in page.text


def test_too_many_searches_from_one_address_are_refused_kindly(tmp_path) -> None:
    with running_house(tmp_path) as house, httpx.Client(base_url=house.url) as client:
        answers = [client.get("/knowledge", params={"q": "电费", "lang": "en"}) for _ in range(61)]
        assert [answer.status_code for answer in answers[:60]] == [200] * 60
        assert answers[60].status_code == 429 and "wait a moment" in answers[60].text
        assert client.get("/knowledge").status_code == 200, "reading goes on"


def test_an_agent_sees_the_articles_that_may_fit(house: House) -> None:
    ticket = house.ticket(text="想问一下校表几天出结果 要不要钱", address="asks")
    seat = Seat(house.url, "chen.gang", "correct horse", "zh")
    try:
        page = seat.http.get(f"/desk/t/{ticket.number}").text
    finally:
        seat.http.close()
    assert "相关规定" in page
    assert 'href="/knowledge/meters#test_' in page


def test_a_chat_shows_the_way_to_the_articles(reader: httpx.Client) -> None:
    assert 'href="/knowledge"' in reader.get("/chat?lang=en").text
