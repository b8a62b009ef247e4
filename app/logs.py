"""Structured logs without anything personal: customers' texts never, long digit strings masked."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_DIGITS = re.compile(r"(?<![\w-])\+?\d{7,}[xX]?(?![\w-])", re.ASCII)
"""Long numbers by themselves, also in the middle of Chinese words; never a piece of one of our ids."""
_FORBIDDEN = frozenset(
    {"text", "speech", "name", "phone", "address", "account_no", "password", "token", "code"}
)


def mask_event(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop fields that carry personal data and mask account, phone and ID numbers in the others.

    A last line of defence: whoever logs must not put personal data in, and the tests read the logs to see.
    """
    for key in list(event):
        if key in _FORBIDDEN:
            event[key] = "•"
        elif isinstance(event[key], str):
            event[key] = _DIGITS.sub(lambda found: "•" * 4 + found.group()[-2:], event[key])
    return event


def set_up(level: str, form: str) -> None:
    """Send our logs and those of the libraries to standard error, in one form (``console`` or ``json``)."""
    as_json = form == "json" or (form == "auto" and not sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info if as_json else structlog.processors.StackInfoRenderer(),
        mask_event,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else structlog.dev.ConsoleRenderer()
    )
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(threshold, logging.WARNING))
