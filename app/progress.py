"""Progress of long steps on a terminal, and as plain lines where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Self

from rich.console import Console

console = Console(stderr=True, highlight=False)


class Step:
    """One long step; ``tell`` replaces the words behind its name."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._status = console.status(f"{name} …")
        self._last = 0.0

    def tell(self, words: str) -> None:
        """What is being done right now."""
        if console.is_terminal:
            self._status.update(f"{self._name}: {words}")
        elif monotonic() - self._last > 10:
            # A log file gets a line now and then rather than a hundred.
            self._last = monotonic()
            console.print(f"  {self._name}: {words}")

    def __enter__(self) -> Self:
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()


@contextmanager
def step(name: str) -> Iterator[Step]:
    """Show a step while it runs, and how long it took if that is worth telling."""
    began = monotonic()
    with Step(name) as running:
        yield running
    took = monotonic() - began
    console.print(f"[green]✓[/] {name}" + (f" [dim]({took:.0f} s)[/]" if took >= 1 else ""))
