"""The chat in a terminal: a client of a running Shouwen, over the same HTTP API as the web chat.

A typed number presses the button of that number. What comes without being asked (an agent's words, news of an
outage) is printed as it comes. Every line carries an id of its own, so that repeating it after a broken
connection never makes a second message.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import httpx
from rich.console import Console
from rich.markup import escape

from bot.channels.saying import Say

API = "/chat/api"
ANSWER_LIMIT_S = 30.0
RETRIES = 3
RECONNECT_S = 1.0
_STYLES = {"agent": "bold magenta", "system": "dim"}


class NobodyAnswers(Exception):
    """No Shouwen is to be reached at the address."""


class Terminal:
    """One visit. ``read_line`` gives the next line and raises EOFError or KeyboardInterrupt to leave."""

    def __init__(
        self,
        url: str,
        *,
        say: Say,
        language: str = "",
        read_line: Callable[[], str] = lambda: input("> "),
        screen: Console | None = None,
    ) -> None:
        self._say = say
        self._language = language
        self._read_line = read_line
        self._screen = screen or Console(highlight=False)
        headers = {"X-Shouwen-Channel": "console"}
        if language:
            headers["X-Shouwen-Language"] = language
        self._http = httpx.Client(base_url=url, headers=headers, timeout=ANSWER_LIMIT_S + 10)
        self._lock = threading.Lock()
        self._printed: set[int] = set()
        self._last_seq = 0
        self._choices: Sequence[Mapping[str, str]] = ()
        self._leaving = threading.Event()

    def run(self) -> int:
        """Chat until the visitor leaves; the exit code of the process."""
        try:
            self._sign_in()
        except NobodyAnswers:
            self._screen.print(
                self._say("channel.console_nobody", self._language, url=str(self._http.base_url))
            )
            return 1
        self._screen.print(f"[dim]{escape(self._say('channel.console_hello', self._language))}[/]")
        listener = threading.Thread(target=self._listen, name="console", daemon=True)
        listener.start()
        try:
            while True:
                line = self._read_line().strip()
                if line:
                    self._send(line)
        except (EOFError, KeyboardInterrupt):
            self._screen.print()
            return 0
        finally:
            self._leaving.set()
            self._http.close()

    def _sign_in(self) -> None:
        """A session as a token: it works whatever the terminal thinks of cookies."""
        try:
            answer = self._http.post(f"{API}/session", json={})
            answer.raise_for_status()
            self._http.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise NobodyAnswers from error

    def _send(self, line: str) -> None:
        body = {"client_id": uuid.uuid4().hex, **self._meant(line)}
        for attempt in range(RETRIES):
            try:
                answer = self._http.post(f"{API}/messages", params={"wait": ANSWER_LIMIT_S}, json=body)
                break
            except httpx.TransportError:
                if attempt == RETRIES - 1 or self._leaving.wait(RECONNECT_S):
                    self._screen.print(f"[red]{escape(self._say('channel.console_lost', self._language))}[/]")
                    return
        if answer.is_success:
            for message in answer.json().get("replies", []):
                self._show(message)
        else:
            self._screen.print(f"[red]{escape(_why(answer))}[/]")

    def _meant(self, line: str) -> dict[str, str]:
        """The button of that number, if one was offered; else the words themselves."""
        with self._lock:
            if line.isascii() and line.isdecimal() and 1 <= int(line) <= len(self._choices):
                choice = self._choices[int(line) - 1]
                return {"text": choice["label"], "payload": choice["payload"]}
        return {"text": line, "payload": ""}

    def _listen(self) -> None:
        """Print what comes without being asked; come back after every break."""
        while not self._leaving.is_set():
            try:
                path = f"{API}/stream"
                with self._http.stream("GET", path, params={"after": self._last_seq}) as answer:
                    for message in _events(answer.iter_lines()):
                        self._show(message)
            except (httpx.HTTPError, httpx.StreamError, RuntimeError):
                # RuntimeError: the client was closed under us, which ends the loop.
                self._leaving.wait(RECONNECT_S)

    def _show(self, message: Mapping[str, Any]) -> None:
        with self._lock:
            seq = int(message["seq"])
            if seq in self._printed:
                return
            self._printed.add(seq)
            self._last_seq = max(self._last_seq, seq)
            if message["author"] == "customer":
                return
            self._choices = message.get("choices") or ()
            style = _STYLES.get(message["author"], "cyan")
            who = message.get("author_name") or message["author"]
            self._screen.print(f"[{style}]{escape(who)}[/]  {escape(message['text'])}")
            for number, choice in enumerate(self._choices, start=1):
                self._screen.print(f"  [bold]{number}[/]  {escape(choice['label'])}")


def _events(lines: Iterator[str]) -> Iterator[Mapping[str, Any]]:
    """The messages of an event stream; other events and heartbeats are left out."""
    event, data = "message", ""
    for line in lines:
        if line.startswith("event:"):
            event = line.removeprefix("event:").strip()
        elif line.startswith("data:"):
            data += line.removeprefix("data:").strip()
        elif not line:
            if event == "message" and data:
                yield json.loads(data)
            event, data = "message", ""


def _why(answer: httpx.Response) -> str:
    """The server's own words, or the bare status where something else answered."""
    try:
        return str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code}"
