"""Column types that give back what the domain put in: aware UTC times, enums, tuples, clean text.

Text that PostgreSQL or UTF-8 cannot hold (NUL, half a surrogate pair) becomes U+FFFD on both engines, so that
one broken emoji never keeps a message from being stored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from typing import Any, TypeVar

from sqlalchemy import JSON, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def clean(value: Any) -> Any:
    """The same JSON value with plain containers, and without characters that cannot be stored."""
    if isinstance(value, str):
        return UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {clean(str(key)): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    return value


class Words(TypeDecorator[str]):
    """Any text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else clean(value)


class Ref(TypeDecorator[str]):
    """The id of another row; the domain's empty string is NULL, so that a foreign key can watch over it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return value or None

    def process_result_value(self, value: str | None, _dialect: Dialect) -> str:
        return value or ""


class Moment(TypeDecorator[datetime]):
    """An aware time, kept and given back in UTC; SQLite keeps fixed-width text, which sorts by time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError(f"a time without a zone cannot be stored: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(TypeDecorator[StrEnum]):
    """A member of a StrEnum, kept as its value."""

    impl = Text
    cache_ok = True

    def __init__(self, members: type[StrEnum]) -> None:
        super().__init__()
        self.members = members

    def process_bind_param(self, value: StrEnum | None, _dialect: Dialect) -> str | None:
        return None if value is None else self.members(value).value

    def process_result_value(self, value: str | None, _dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.members(value)


class Grade(TypeDecorator[IntEnum]):
    """A member of an IntEnum, kept as its number, so that it sorts."""

    impl = Integer
    cache_ok = True

    def __init__(self, members: type[IntEnum]) -> None:
        super().__init__()
        self.members = members

    def process_bind_param(self, value: int | None, _dialect: Dialect) -> int | None:
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> IntEnum | None:
        return None if value is None else self.members(value)


class Document(TypeDecorator[Mapping[str, Any]]):
    """A JSON object; the order of its keys is kept, because an agent reads facts in the order of asking."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, Any] | None, _dialect: Dialect) -> Any:
        return clean(value or {})


Item = TypeVar("Item")


class Several(TypeDecorator[tuple[Item, ...]]):
    """A tuple of words, or of enum members, as a JSON list."""

    impl = JSON
    cache_ok = True

    def __init__(self, make: Callable[[str], Item]) -> None:
        super().__init__()
        self.make = make

    def process_bind_param(self, value: tuple[Item, ...] | None, _dialect: Dialect) -> Any:
        return [clean(str(item)) for item in value or ()]

    def process_result_value(self, value: list[str] | None, _dialect: Dialect) -> tuple[Item, ...]:
        return tuple(self.make(item) for item in value or ())


class Parts(TypeDecorator[tuple[Any, ...]]):
    """A tuple of small dataclasses as a JSON list of objects."""

    impl = JSON
    cache_ok = True

    def __init__(self, make: type[Any]) -> None:
        super().__init__()
        self.make = make

    def process_bind_param(self, value: tuple[Any, ...] | None, _dialect: Dialect) -> Any:
        return [clean(asdict(item)) for item in value or ()]

    def process_result_value(self, value: list[dict[str, Any]] | None, _dialect: Dialect) -> tuple[Any, ...]:
        return tuple(self.make(**item) for item in value or ())
