"""The dated rules: every row readable, the right version found."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from domain.errors import BadRequest, NotFound
from domain.policy import Policies, Policy, Unit
from router.policies import load_policies

TODAY = date(2026, 11, 24)


def row(
    value: int, since: date, region: str = "", customer_class: str = "", until: date | None = None
) -> Policy:
    return Policy("k", Decimal(value), Unit.DAYS, since, "HOUSE", "L", region, customer_class, until)


@pytest.mark.parametrize(
    ("key", "customer_class", "value", "unit"),
    [
        ("outage.arrival.urban", "", 45, Unit.MINUTES),
        ("outage.arrival.rural", "", 90, Unit.MINUTES),
        ("outage.arrival.remote", "", 120, Unit.MINUTES),
        ("outage.planned_notice", "", 7, Unit.DAYS),
        ("penalty.rate", "residential", 1, Unit.PER_MILLE_PER_DAY),
        ("penalty.rate", "hv_business", 2, Unit.PER_MILLE_PER_DAY),
        ("penalty.rate_after_year_end", "lv_business", 3, Unit.PER_MILLE_PER_DAY),
        ("penalty.rate_after_year_end", "residential", 1, Unit.PER_MILLE_PER_DAY),
        ("cut.overdue_more_than", "residential", 30, Unit.DAYS),
        ("reconnect.after_payment", "residential", 24, Unit.HOURS),
        ("prepaid.warn_below", "residential", 3000, Unit.FEN),
        ("application.connection_hv_double", "", 32, Unit.WORKING_DAYS),
    ],
)
def test_numbers_of_the_domain_file(key: str, customer_class: str, value: int, unit: Unit) -> None:
    policy = load_policies().get(key, TODAY, customer_class)
    assert (policy.value, policy.unit) == (Decimal(value), unit)


@pytest.mark.parametrize(
    ("cls", "subject", "clock", "value"),
    [
        ("CMP", "service", "contact", 24),
        ("CMP", "service", "public", 5),
        ("CMP", "service", "internal", 4),
        ("TIP", "theft", "internal", 9),
        ("REQ", "meter_abnormal", "public", 5),
        ("REQ", "reconnect", "public", 24),
        ("ARR", "objection", "public", 3),
        ("FLT", "lv_fault", "arrival", 45),
        ("FLT", "hazard", "accept", 1),
    ],
)
def test_ticket_deadlines(cls: str, subject: str, clock: str, value: int) -> None:
    policy = load_policies().ticket_deadline(cls, subject, clock, TODAY)
    assert policy is not None
    assert policy.value == value


def test_an_older_edition_holds_on_its_own_days() -> None:
    policies = load_policies()
    old = policies.ticket_deadline("CMP", "service", "public", date(2015, 3, 1))
    assert old is not None
    assert old.value == 7


def test_another_company_has_other_numbers() -> None:
    southern = load_policies(regions=["csg"])
    assert southern.get("reconnect.after_payment", TODAY).value == 12


def test_nearest_region_then_narrowest_class_then_newest() -> None:
    rows = [
        row(1, date(2020, 1, 1)),
        row(2, date(2021, 1, 1)),
        row(3, date(2019, 1, 1), customer_class="non_residential"),
        row(4, date(2010, 1, 1), region="near"),
        row(5, date(2010, 1, 1), region="elsewhere"),
    ]
    assert Policies(rows).get("k", TODAY).value == 2
    assert Policies(rows).get("k", date(2020, 6, 1)).value == 1
    assert Policies(rows).get("k", TODAY, "hv_business").value == 3
    assert Policies(rows).get("k", TODAY, "residential").value == 2
    assert Policies(rows, ["near"]).get("k", TODAY, "hv_business").value == 4


def test_a_rule_that_ended_is_not_used() -> None:
    with pytest.raises(NotFound):
        Policies([row(1, date(2020, 1, 1), until=date(2025, 12, 31))]).get("k", TODAY)


@pytest.mark.parametrize(
    "body",
    [
        "value: x, unit: days, from: 2020-01-01, source: A, confidence: H",
        "value: 1, unit: fortnights, from: 2020-01-01, source: A, confidence: H",
        "value: 1, unit: days, from: soon, source: A, confidence: H",
        "value: 1, unit: days, from: 2020-01-01, source: B, confidence: H",
        "value: 1, unit: days, from: 2020-01-01, confidence: H",
    ],
)
def test_a_row_that_cannot_be_read_is_named(tmp_path: Path, body: str) -> None:
    path = tmp_path / "policies.yml"
    path.write_text(
        f"regions: []\nsources: {{A: a}}\npolicies: {{some.key: [{{{body}}}]}}\n", encoding="utf-8"
    )
    with pytest.raises(BadRequest, match=r"some\.key"):
        load_policies(path)
