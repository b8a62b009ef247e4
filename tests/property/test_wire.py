"""Every value that crosses the wire comes back the same, through real JSON."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.back_ends.wire import decode, encode
from domain.application import Application, ApplicationForm, Booking, Slot
from domain.outage import FaultReport, MeterProbe, Outage, WorkOrder
from domain.utility import Account, Alert, Area, Arrears, Balance, Bill, Branch, Payment, Reading

st.register_type_strategy(Decimal, st.decimals(allow_nan=False, allow_infinity=False))
# An hour that a clock shows twice equals nothing in another zone, says Python; our times are UTC anyway.
CLEAR = st.datetimes(timezones=st.timezones()).filter(
    lambda at: at.replace(fold=0).utcoffset() == at.replace(fold=1).utcoffset()
)
st.register_type_strategy(datetime, CLEAR.map(lambda at: at.replace(fold=0)))
VALUES = (
    Account,
    Alert,
    Area,
    Arrears,
    Balance,
    Bill,
    Branch,
    Payment,
    Reading,
    Outage,
    FaultReport,
    MeterProbe,
)
MORE = (WorkOrder, Application, ApplicationForm, Booking, Slot)


@given(st.one_of([st.from_type(kind) for kind in (*VALUES, *MORE)]))
def test_there_and_back(value: object) -> None:
    text = json.dumps(encode(value))
    assert decode(type(value), json.loads(text)) == value


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "text",
        {"account_no": "1"},
        {"account_no": "1", "day": "yesterday", "kwh": "1"},
        {"account_no": "1", "day": "2026-01-01", "kwh": 1.5},
        {"account_no": "1", "day": "2026-01-01", "kwh": "much"},
        {"account_no": "1", "day": "2026-01-01", "kwh": "1", "estimated": "no"},
    ],
)
def test_what_does_not_fit_is_refused(data: object) -> None:
    with pytest.raises(ValueError, match="no Reading"):
        decode(Reading, data)


def test_fields_that_we_do_not_know_are_ignored_and_missing_defaults_filled() -> None:
    data = {"account_no": "1", "day": "2026-01-01", "kwh": "1.50", "colour": "blue"}
    assert decode(Reading, data) == Reading("1", date(2026, 1, 1), Decimal("1.50"))
