"""The acceptance story in a terminal: the real client, as a process of its own on a real pseudo-terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bench.launch import HOUSE
from tests.fakes.telegram_api import eventually
from tests.journeys import story
from tests.product import Product

OFFERED = r"(?m)^\s*(?P<number>\d+)  (?P<label>[^\r\n]+)"
COLOURS = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
WIDE = "1000"
"""Columns of the terminal; no line is broken, so that words can be found."""


class TerminalLine:
    """What a customer types and sees."""

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self._screen = ""
        self._since = 0
        threading.Thread(target=self._watch, daemon=True).start()

    def say(self, words: str) -> None:
        self._since = len(self._screen)
        os.write(self._terminal, f"{words}\n".encode())

    def press(self, label: str) -> None:
        # The buttons are printed below the words, a moment later.
        eventually(lambda: re.search(rf"(?m)^\s*\d+  {re.escape(label)}\s*$", self._told()), 20)
        self.say(story.numbered(label, self._told(), OFFERED))

    def hear(self, fragment: str) -> str:
        eventually(lambda: fragment in self._told(), 20)
        return self._told()

    def _told(self) -> str:
        return self._screen[self._since :]

    def _watch(self) -> None:
        raw = b""
        # A pseudo-terminal whose other side has ended gives an error, not an end of file.
        try:
            while piece := os.read(self._terminal, 4096):
                raw += piece
                self._screen = COLOURS.sub("", raw.decode(errors="ignore")).replace("\r\n", "\n")
        except OSError:
            return


@contextmanager
def terminal_chat(url: str) -> Iterator[tuple[TerminalLine, subprocess.Popen[bytes]]]:
    """The client against a running copy."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, int(WIDE), 0, 0))
    client = subprocess.Popen(
        [sys.executable, "-m", "app", "chat", "--lang", "en", "--url", url],
        cwd=HOUSE,
        env={**os.environ, "TERM": "xterm", "COLUMNS": WIDE},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        # A terminal's Ctrl-C is never ignored, but a test run started in the background hands that down.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    os.close(theirs)
    try:
        yield TerminalLine(ours), client
    finally:
        client.kill()
        client.wait()
        os.close(ours)


@pytest.mark.slow
def test_the_story_in_a_terminal(product: Product) -> None:
    with terminal_chat(product.url) as (line, client), product.seat("zhao.min", "en") as seat:
        line.hear("Ctrl-C")
        story.tell(product, line, story.SeatDesk(seat), story.ENGLISH)
        os.kill(client.pid, signal.SIGINT)
        assert client.wait(20) == 0, "Ctrl-C leaves without a fuss"
