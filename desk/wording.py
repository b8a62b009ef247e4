"""The desk's own words, in ``words/{zh,en}.yml``, and the choice of the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from starlette.requests import Request

LANGUAGES = ("zh", "en")
LANGUAGE_COOKIE = "shouwen_lang"
_FOLDER = Path(__file__).parent / "words"


class Words:
    """All words of one language; keys are dotted paths."""

    def __init__(
        self, language: str, flat: Mapping[str, str], reasons: Sequence[tuple[str, str]] = ()
    ) -> None:
        self.language = language
        self._flat = flat
        self._reasons = [(re.compile(pattern), words) for pattern, words in reasons]

    def __call__(self, key: str, **values: object) -> str:
        """The words of ``key`` with ``{name}`` places filled. Raises KeyError for an unknown key."""
        words = self._flat[key]
        return words.format(**values) if values else words

    def maybe(self, key: str, otherwise: str) -> str:
        """The words of ``key``, or ``otherwise`` for a code that data brought and no words name."""
        return self._flat.get(key, otherwise)

    def reasons(self, text: str, called: Callable[[str], str] = str) -> str:
        """The router's reasons (English, joined by ``; ``) in this language, where it has words for them.

        ``called`` gives the name of a code in them: a login, a queue, a language, a matter.
        """
        parts = text.split("; ")
        told = [self._reason(part, called) for part in parts]
        return text if told == parts else self("time.reasons").join(told)

    def _reason(self, text: str, called: Callable[[str], str]) -> str:
        for pattern, words in self._reasons:
            if found := pattern.fullmatch(text):
                names = [called(code) for code in found.groups()]
                for number, name in enumerate(names, start=1):
                    words = words.replace(f"${number}", name)
                return words
        return text

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
        language: Words(
            language,
            _flatten({**_read(f"{language}.yml"), "intent": _read(f"intents_{language}.yml")}),
            _reasons(language),
        )
        for language in LANGUAGES
    }


def _read(name: str) -> Any:
    return yaml.safe_load((_FOLDER / name).read_text("utf-8"))


def _reasons(language: str) -> Sequence[tuple[str, str]]:
    name = f"reasons_{language}.yml"
    return [(pattern, words) for pattern, words in _read(name)] if (_FOLDER / name).exists() else ()


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
