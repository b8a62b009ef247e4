"""Prepaid money of the sample's ordinary accounts: spent by day, topped up before it ends."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from actions.back_ends.sample import people
from actions.back_ends.sample.history import CHANNELS, at_noon
from actions.back_ends.sample.people import Customer

_TOP_UP_BELOW, _TOP_UP = 2000, 15000
FEN_PER_KWH = 54
"""Provisional price of a day; the month's bill settles the difference."""


def seed_top_ups(
    connection: sqlite3.Connection, customers: Sequence[Customer], seed: int, now: datetime
) -> None:
    """Three top-ups in the last two months for every prepaid account."""
    random = Random(f"top-ups {seed}")  # noqa: S311 - invented payments, not secrets
    for customer in customers:
        if customer.account.prepaid:
            for n in range(3):
                at = now - timedelta(days=20 * n + random.uniform(1, 19))
                _top_up(connection, customer, f"T{n}", at.isoformat(), random.choice(CHANNELS))


def spend(connection: sqlite3.Connection, customers: Sequence[Customer], first: date, today: date) -> None:
    """Take the days from ``first`` to yesterday off the balances."""
    changed = []
    for customer in customers:
        if not customer.account.prepaid:
            continue
        used = connection.execute(
            "SELECT COALESCE(SUM(centi), 0) FROM daily WHERE account_no = ? AND day >= ? AND day < ?",
            (customer.account.account_no, first.isoformat(), today.isoformat()),
        ).fetchone()[0]
        balance = customer.account.balance_fen - used * FEN_PER_KWH // 100
        while balance < _TOP_UP_BELOW:
            day = (today - timedelta(days=1)).isoformat()
            _top_up(connection, customer, f"{day}{balance}", at_noon(day), "app")
            balance += _TOP_UP
        changed.append(replace(customer, account=replace(customer.account, balance_fen=balance)))
    people.save(connection, changed)


def _top_up(connection: sqlite3.Connection, customer: Customer, mark: str, at: str, channel: str) -> None:
    account_no = customer.account.account_no
    connection.execute(
        "INSERT OR IGNORE INTO payment VALUES (?, ?, ?, ?, ?, 'posted', '')",
        (f"{mark}-{account_no}", account_no, _TOP_UP, channel, at),
    )
