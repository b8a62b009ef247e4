"""How channels get the few words that they say by themselves; the words are phrases of ``nlu_data``."""

from __future__ import annotations

from typing import Protocol


class Say(Protocol):
    """Gives the words of a phrase key in a language (Chinese where the language is empty or unknown)."""

    def __call__(self, key: str, language: str, **values: object) -> str: ...
