"""Errors at the desk, in words that say what to do next."""

from __future__ import annotations

from datetime import datetime

from desk.signin import CsrfMissing
from desk.times import clock_time
from desk.wording import Words
from domain.errors import (
    AlreadyTaken,
    BadRequest,
    Conflict,
    NotAllowed,
    NotFound,
    RuleBroken,
    ShouwenError,
    TooLarge,
    TooMany,
    Unavailable,
)
from domain.repositories import Transaction
from domain.ticket_moves import TAKES_OVER

_REFUSALS: tuple[tuple[type[ShouwenError], int, str], ...] = (
    (CsrfMissing, 403, "csrf"),
    (TooLarge, 413, "too_long"),
    (BadRequest, 400, "bad_request"),
    (NotAllowed, 403, "not_allowed"),
    (NotFound, 404, "not_found"),
    (Conflict, 409, "conflict"),
    (TooMany, 429, "too_many"),
    (Unavailable, 503, "unavailable"),
)


def refusal(error: Exception, words: Words) -> tuple[int, str]:
    """Status and words for an error; anything unknown is raised again."""
    if isinstance(error, RuleBroken):
        return 409, words.maybe(f"rule.{error.rule}", str(error))
    if isinstance(error, AlreadyTaken):
        return 409, words("problem.taken_now", by=error.by)
    for kind, status, key in _REFUSALS:
        if isinstance(error, kind):
            return status, words(f"problem.{key}")
    raise error


def moved_on_words(tx: Transaction, number: str, agent_id: str, words: Words, now: datetime) -> str:
    """Who has the ticket now, for an agent whom it has left meanwhile; empty if it never was hers."""
    ticket = tx.tickets.by_number(number)
    entries = tx.ledger.of(ticket.id) if ticket else []
    moves = [entry for entry in entries if entry.step in TAKES_OVER]
    hers = any(entry.responsible == agent_id for entry in entries)
    if not moves or not hers or moves[-1].responsible == agent_id:
        return ""
    by = tx.people.agent(moves[-1].responsible).called(words.language)
    return words("problem.moved_on", by=by, time=clock_time(moves[-1].at, now, words))


def taken_words(tx: Transaction, number: str, error: AlreadyTaken, words: Words, now: datetime) -> str:
    """Who took the ticket and when: ``Zhang Wei accepted this at 10:02.``"""
    ticket = tx.tickets.by_number(number)
    entries = tx.ledger.of(ticket.id) if ticket else []
    taken = [entry for entry in entries if entry.step in TAKES_OVER]
    if not taken:
        return words("problem.taken_now", by=error.by)
    by = tx.people.agent(taken[-1].responsible).called(words.language)
    return words("problem.taken", by=by, time=clock_time(taken[-1].at, now, words))
