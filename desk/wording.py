"""The desk's own words, in ``words/{zh,en}.yml``, and the choice of the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from starlette.requests import Request

LANGUAGES = ("zh", "en")
LANGUAGE_COOKIE = "shouwen_lang"
_FOLDER = Path(__file__).parent / "words"


class Words:
    """All words of one language; keys are dotted paths."""

    def __init__(self, language: str, flat: Mapping[str, str]) -> None:
        self.language = language
        self._flat = flat

    def __call__(self, key: str, **values: object) -> str:
        """The words of ``key`` with ``{name}`` places filled. Raises KeyError for an unknown key."""
        words = self._flat[key]
        return words.format(**values) if values else words

    def maybe(self, key: str, otherwise: str) -> str:
        """The words of ``key``, or ``otherwise`` for a code that data brought and no words name."""
        return self._flat.get(key, otherwise)

    def under(self, prefix: str) -> dict[str, str]:
        """All words below ``prefix``, by the rest of their key; what a page's script needs."""
        start = prefix + "."
        return {key[len(start) :]: words for key, words in self._flat.items() if key.startswith(start)}

    def keys(self) -> frozenset[str]:
        """All keys, for comparing languages."""
        return frozenset(self._flat)


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in tree.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            flat.update(_flatten(value, key + "."))
        else:
            flat[key] = str(value)
    return flat


def load_words() -> dict[str, Words]:
    """Read the word files once, at assembly."""
    return {
        language: Words(language, _flatten(yaml.safe_load((_FOLDER / f"{language}.yml").read_text("utf-8"))))
        for language in LANGUAGES
    }


def asked_language(request: Request) -> str:
    """What the reader asked for (query, header, cookie, then the browser's list), or empty."""
    asked = (
        request.query_params.get("lang"),
        request.headers.get("x-shouwen-language"),
        request.cookies.get(LANGUAGE_COOKIE),
    )
    for language in asked:
        if language in LANGUAGES:
            return language
    for part in request.headers.get("accept-language", "").split(","):
        primary = part.split(";")[0].strip().lower().split("-")[0]
        if primary in LANGUAGES:
            return primary
    return ""


def language_of(request: Request) -> str:
    """The reader's language; Chinese when nothing tells otherwise."""
    return asked_language(request) or "zh"
