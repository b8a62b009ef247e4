"""The terminal chat against a running server."""

from __future__ import annotations

import io
import queue
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from bot.channels.console import Terminal
from bot.phrasing import load_phrases
from domain.conversation import Claim
from domain.message import Author
from domain.ports import Saying
from tests.desk_house import House, running_house
from tests.fakes.telegram_api import eventually

PHRASEBOOK = load_phrases(Path(__file__).resolve().parents[2] / "nlu_data" / "phrases")


def say(key: str, language: str, **values: object) -> str:
    return PHRASEBOOK.say(Saying(key, values), language).text


class Visit:
    """A person at a terminal: types lines, reads the screen, leaves with Ctrl-C."""

    def __init__(self, url: str, language: str = "") -> None:
        self._typed: queue.Queue[str | None] = queue.Queue()
        self._paper = io.StringIO()
        self.prompts = 0
        self.code: int | None = None
        screen = Console(file=self._paper, width=200, highlight=False)
        self._terminal = Terminal(url, say=say, language=language, read_line=self._read, screen=screen)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def screen(self) -> str:
        return self._paper.getvalue()

    def types(self, line: str) -> None:
        self._typed.put(line)

    def leaves(self) -> int | None:
        self._typed.put(None)
        self._thread.join(10)
        return self.code

    def _run(self) -> None:
        self.code = self._terminal.run()

    def _read(self) -> str:
        self.prompts += 1
        line = self._typed.get(timeout=30)
        if line is None:
            raise KeyboardInterrupt
        return line


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running_house(tmp_path_factory.mktemp("console")) as house:
        yield house


@pytest.fixture
def visit(house: House) -> Iterator[Visit]:
    visit = Visit(house.url)
    yield visit
    visit.leaves()


def test_a_line_is_answered_and_the_number_presses_the_button(visit: Visit) -> None:
    visit.types("我家停电了 choices")
    eventually(lambda: "不是" in visit.screen)
    assert re.search(r"1\s+是，没电了", visit.screen)
    visit.types("1")
    eventually(lambda: "收到：yes" in visit.screen)
    visit.types("1")
    eventually(lambda: "收到：1" in visit.screen)
    assert visit.screen.count("收到：我家停电了 choices") == 1


def test_markup_and_empty_lines_are_harmless(visit: Visit) -> None:
    visit.types("   ")
    visit.types("[bold]户号[/bold] 是哪里")
    eventually(lambda: "收到：[bold]户号[/bold] 是哪里" in visit.screen)
    assert visit.screen.count("收到") == 1


def test_what_comes_unasked_is_printed_once(house: House, visit: Visit) -> None:
    house.echo.paused.set()
    visit.types("等着消息")
    claims: list[Claim] = []

    def claimed() -> bool:
        with house.store.write() as tx:
            claims.extend(filter(None, [tx.inbox.claim("test", house.clock.now(), 30)]))
        return bool(claims)

    eventually(claimed)
    talk = claims[0].conversation
    assert talk.channel == "console"
    with house.store.write() as tx:
        tx.conversations.append(talk.id, Author.BOT, "bot", "电已经送上了。", house.clock.now())
        tx.inbox.settle(claims[0], house.clock.now())
    house.deps.signals.signal(f"conversation:{talk.id}")
    house.deps.signals.signal(f"answered:{claims[0].inbound_id}")
    house.echo.paused.clear()
    # The stream looks for a first conversation only every few seconds.
    eventually(lambda: "电已经送上了。" in visit.screen)
    visit.types("谢谢")
    eventually(lambda: "收到：谢谢" in visit.screen)
    assert visit.screen.count("电已经送上了。") == 1


def test_a_refused_message_shows_the_server_s_words(visit: Visit) -> None:
    visit.types("长" * 5001)
    eventually(lambda: visit.prompts == 2)
    assert "收到" not in visit.screen
    assert len(visit.screen.splitlines()) > 1


def test_ctrl_c_leaves_cleanly(house: House) -> None:
    visit = Visit(house.url, "en")
    eventually(lambda: "Connected to Shouwen" in visit.screen)
    assert visit.leaves() == 0


def test_nobody_there_is_told_with_the_remedy() -> None:
    visit = Visit("http://127.0.0.1:9", "en")
    eventually(lambda: visit.code is not None)
    assert visit.code == 1
    assert "make run" in visit.screen
