"""The domain's frozen values as JSON and back: decimals and dates as text, enums by value, sets sorted.

One rule for all types, so that the REST back end, its server and stored answers cannot drift apart.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def encode(value: object) -> Any:
    """A JSON-ready form of a domain value."""
    if value is None or (isinstance(value, bool | int | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(encode(key)): encode(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(encode(item) for item in value)
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    if is_dataclass(value):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} has no JSON form")


def decode(kind: type[T], data: object) -> T:
    """The value that :func:`encode` made ``data`` from.

    Raises:
        ValueError: ``data`` does not fit the type.
    """
    try:
        return cast(T, _reader(cast(Hashable, kind))(data))
    except (TypeError, KeyError, ValueError, AttributeError, ArithmeticError) as error:
        raise ValueError(f"no {getattr(kind, '__name__', kind)}: {error!r}") from error


_Reader = Callable[[Any], Any]


@cache
def _reader(kind: Any) -> _Reader:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _optional(kind)
    if origin in (tuple, frozenset, Mapping, dict):
        return _collection(origin, get_args(kind))
    if is_dataclass(kind):
        return _record(kind)
    if issubclass(kind, Enum):
        return cast(_Reader, kind)
    if kind in (date, datetime):
        return cast(_Reader, kind.fromisoformat)
    if kind is Decimal:
        return lambda data: Decimal(_typed(str)(data))
    return _typed(kind)


def _typed(kind: type[Any]) -> _Reader:
    def read(data: Any) -> Any:
        if type(data) is not kind:
            raise TypeError(f"{data!r} is not {kind.__name__}")
        return data

    return read


def _optional(kind: Any) -> _Reader:
    (inner,) = (option for option in get_args(kind) if option is not types.NoneType)
    read = _reader(inner)
    return lambda data: None if data is None else read(data)


def _collection(origin: Any, args: tuple[Any, ...]) -> _Reader:
    if origin is frozenset:
        item = _reader(args[0])
        return lambda data: frozenset(item(element) for element in _typed(list)(data))
    if origin is tuple and args[-1] is Ellipsis:
        item = _reader(args[0])
        return lambda data: tuple(item(element) for element in _typed(list)(data))
    if origin is tuple:
        items = [_reader(arg) for arg in args]
        return lambda data: tuple(read(element) for read, element in zip(items, data, strict=True))
    key, value = _reader(args[0]), _reader(args[1])
    return lambda data: {key(name): value(element) for name, element in data.items()}


def _record(kind: Any) -> _Reader:
    hints = get_type_hints(kind)
    readers = [(field.name, _reader(hints[field.name])) for field in fields(kind)]
    return lambda data: kind(**{name: read(data[name]) for name, read in readers if name in data})
