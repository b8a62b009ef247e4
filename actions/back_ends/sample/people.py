"""Invents the sample's customers, the same ones for the same seed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from actions.back_ends.sample import city
from actions.back_ends.wire import decode, encode
from domain.utility import Account, Area, CareTag, CustomerClass, Supply

ORDINARY_ACCOUNTS = 3000


@dataclass(frozen=True, slots=True)
class Profile:
    """How an account uses power and pays."""

    base: float
    """kWh on a mild day."""
    cooling: float = 0.0
    """More kWh per degree above 26 °C."""
    heating: float = 0.0
    """More kWh per degree below 10 °C."""
    valley: float = 0.35
    """Share of energy between 22:00 and 08:00."""
    noise: float = 0.12
    weekend: float = 1.0
    """Weekend use as a share of weekday use."""
    payer: str = "good"
    """``good`` pays in time, ``late`` some days after, ``never`` stopped paying, ``debit`` on the due day."""
    stopped: int = 0
    """For ``never``: how many last bills are open."""
    max_demand_kw: int = 0
    kvarh_share: float = 0.45
    tripped: bool = False
    """The customer's own breaker is off."""


@dataclass(frozen=True, slots=True)
class Customer:
    """An account with its habits."""

    account: Account
    profile: Profile


def ordinary(seed: int, anchor: date, count: int = ORDINARY_ACCOUNTS) -> Iterator[Customer]:
    """The many customers without a story, in account order."""
    random = Random(f"people {seed}")  # noqa: S311 - invented people, not secrets
    for n in range(count):
        area = city.AREAS[n % len(city.AREAS)]
        yield _customer(random, n, area, anchor)


def save(connection: sqlite3.Connection, customers: Iterator[Customer] | list[Customer]) -> None:
    """Write accounts, replacing those that are there."""
    connection.executemany(
        "INSERT OR REPLACE INTO account VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (
                customer.account.account_no,
                customer.account.phone,
                customer.account.meter_no,
                customer.account.area,
                customer.account.transformer,
                json.dumps(encode(customer.account), ensure_ascii=False),
                json.dumps(asdict(customer.profile)),
            )
            for customer in customers
        ),
    )


def read(row: sqlite3.Row) -> Customer:
    """An account row as a customer."""
    return Customer(read_account(row), Profile(**json.loads(row["profile"])))


def read_account(row: sqlite3.Row) -> Account:
    """An account row."""
    return decode(Account, json.loads(row["body"]))


def place(account: Account, area: Area, n: int) -> Account:
    """Hang an account on the n-th transformer of a place."""
    grid = city.grid(area)
    transformer = n % len(grid.transformers)
    return replace(
        account,
        area=area.code,
        transformer=grid.transformers[transformer],
        feeder=grid.feeders[transformer % len(grid.feeders)],
    )


def _customer(random: Random, n: int, area: Area, anchor: date) -> Customer:
    kind = _class(random, area)
    account = Account(
        account_no=f"03{20_000_000 + 7 * n:08}",
        holder=_name(random, kind),
        phone=f"1990{1_000_000 + 3 * n:07}",
        id_tail4=f"{random.randrange(1000):03}{random.choice('0123456789X')}",
        area=area.code,
        address=_address(random, area, kind),
        feeder="",
        transformer="",
        meter_no=f"33{40_000_000 + 11 * n:08}",
        customer_class=kind,
        plan=_plan(random, kind),
        capacity_kva=Decimal(_capacity(random, kind)),
        phases=1 if kind.household else 3,
        prepaid=kind.household and random.random() < 0.12,
        balance_fen=random.randrange(2500, 30000),
        moved_in=anchor - timedelta(days=random.randrange(760, 5000)),
    )
    if not account.prepaid:
        account = replace(account, balance_fen=0)
    if account.holder.isascii():
        account = replace(account, language="en")
    return Customer(place(_cared_for(random, account), area, n // len(city.AREAS)), _profile(random, account))


def _class(random: Random, area: Area) -> CustomerClass:
    draw = random.random()
    if area.code == "jinqiao":
        return CustomerClass.HV_BUSINESS if draw < 0.25 else CustomerClass.LV_BUSINESS
    if draw < 0.88:
        return CustomerClass.RESIDENTIAL
    if draw < 0.97:
        return CustomerClass.LV_BUSINESS
    if area.setting != "urban":
        return CustomerClass.AGRICULTURE
    return CustomerClass.PUBLIC


def _name(random: Random, kind: CustomerClass) -> str:
    if kind is CustomerClass.RESIDENTIAL:
        if random.random() < 0.03:
            return random.choice(city.FOREIGN_NAMES)
        return random.choice(city.FAMILY_NAMES) + random.choice(city.GIVEN_NAMES)
    if kind is CustomerClass.HV_BUSINESS:
        return random.choice(city.FIRM_WORDS) + random.choice(city.PLANTS)
    if kind is CustomerClass.PUBLIC:
        return random.choice(("翠湖市路灯管理所", "翠湖市第二小学", "翠湖市水务泵站", "翠湖市社区服务中心"))
    if kind is CustomerClass.AGRICULTURE:
        return random.choice(city.FAMILY_NAMES) + random.choice(city.GIVEN_NAMES) + "养殖场"
    return f"{random.choice(city.FAMILY_NAMES)}记{random.choice(city.SHOPS)}"


def _address(random: Random, area: Area, kind: CustomerClass) -> str:
    if area.setting != "urban":
        return f"{area.name_zh}{random.randrange(1, 9)}组{random.randrange(1, 80)}号"
    if kind is CustomerClass.RESIDENTIAL:
        building, unit = random.randrange(1, 25), random.randrange(1, 4)
        return f"{area.name_zh}{building}栋{unit}单元{random.randrange(1, 18)}0{random.randrange(1, 5)}"
    return f"{area.name_zh}商业街{random.randrange(1, 200)}号"


def _plan(random: Random, kind: CustomerClass) -> str:
    if kind is CustomerClass.RESIDENTIAL:
        return "tou" if random.random() < 0.18 else "flat"
    return {
        CustomerClass.HV_BUSINESS: "industry",
        CustomerClass.AGRICULTURE: "agriculture",
    }.get(kind, "business")


def _capacity(random: Random, kind: CustomerClass) -> int:
    if kind is CustomerClass.HV_BUSINESS:
        return random.choice((315, 400, 500, 630, 800, 1000, 1250))
    return random.choice((4, 6, 8) if kind is CustomerClass.RESIDENTIAL else (15, 20, 30, 50, 80))


def _cared_for(random: Random, account: Account) -> Account:
    if account.customer_class is CustomerClass.PUBLIC:
        tag = (
            CareTag.PUBLIC_LOAD
            if "路灯" in account.holder or "泵站" in account.holder
            else CareTag.IMPORTANT_USER
        )
        return replace(account, care=frozenset({tag}))
    if account.customer_class is CustomerClass.HV_BUSINESS:
        return replace(account, care=frozenset({CareTag.VIP_ENTERPRISE}))
    draw = random.random()
    if account.customer_class.household and draw < 0.04:
        return replace(account, care=frozenset({CareTag.ELDERLY}))
    if account.customer_class.household and draw < 0.055:
        return replace(account, care=frozenset({CareTag.LOW_INCOME}), free_kwh=15)
    if account.customer_class.household and draw < 0.08:
        return replace(account, household_size=random.choice((5, 6, 7)))
    if draw > 0.998 and not account.prepaid:
        return replace(account, supply=Supply.SUSPENDED)
    return account


def _profile(random: Random, account: Account) -> Profile:
    payer = random.choices(("good", "debit", "late", "never"), (72, 20, 6, 2))[0]
    stopped = random.randrange(1, 4) if payer == "never" else 0
    if account.customer_class is CustomerClass.HV_BUSINESS:
        base = float(account.capacity_kva) * random.uniform(3.5, 7.5)
        demand = int(float(account.capacity_kva) * random.uniform(0.45, 0.85))
        return Profile(base, base * 0.01, 0, 0.27, 0.08, random.uniform(0.3, 1), payer, stopped, demand,
                       random.uniform(0.3, 0.7))  # fmt: skip
    if not account.customer_class.household:
        base = random.uniform(15, 90)
        return Profile(base, base * 0.06, base * 0.02, 0.2, 0.15, random.uniform(0.6, 1.2), payer, stopped)
    base = random.lognormvariate(1.75, 0.45)
    valley = random.uniform(0.25, 0.55) if account.plan == "tou" else random.uniform(0.22, 0.42)
    return Profile(base, random.uniform(0.2, 1.3), random.uniform(0, 0.7), valley, 0.14, 1.1, payer, stopped)
