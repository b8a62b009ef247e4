"""Makes the sample's past: weather, usage, readings, bills by the domain's own tariff engine, payments.

``extend`` carries every account from where its past ends to yesterday; seeding and a new day are one and the
same work. All of it follows from the seed, the account and the day.
"""

from __future__ import annotations

import calendar
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import cos, pi
from random import Random

from actions.back_ends.sample.people import Customer, Profile
from actions.back_ends.wire import encode
from domain.business_tariff import Load, two_part_charge
from domain.calendar import SHANGHAI
from domain.tariff import Household, TariffBook, charge, total_fen
from domain.utility import BillLine, TouPeriod

REGION = "cuihu"
DAY = timedelta(days=1)
CHANNELS = ("wechat", "alipay", "app", "counter", "kiosk")
_ISSUE_AFTER, _DUE_AFTER = 3, 20


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month."""

    first: date

    @property
    def last(self) -> date:
        """Its last day."""
        return self.first.replace(day=calendar.monthrange(self.first.year, self.first.month)[1])

    @property
    def period(self) -> str:
        """``YYYY-MM``."""
        return f"{self.first:%Y-%m}"

    @property
    def next(self) -> Month:
        """The month after."""
        return Month(self.last + DAY)

    @property
    def issued_on(self) -> date:
        """When its bill goes out."""
        return self.last + _ISSUE_AFTER * DAY

    @property
    def due_on(self) -> date:
        """Until when its bill must be paid."""
        return self.last + _DUE_AFTER * DAY

    def back(self, months: int) -> Month:
        """The month that many months before."""
        index = self.first.year * 12 + self.first.month - 1 - months
        return Month(date(index // 12, index % 12 + 1, 1))


def month_of(day: date) -> Month:
    """The month that a day lies in."""
    return Month(day.replace(day=1))


class Weather:
    """Mean temperatures in tenths of a degree, kept in the file."""

    def __init__(self, connection: sqlite3.Connection, seed: int) -> None:
        self._connection = connection
        self._seed = seed
        self._tenths: dict[date, int] = {
            date.fromisoformat(row["day"]): row["mean_tenths"]
            for row in connection.execute("SELECT day, mean_tenths FROM temperature")
        }

    def degrees(self, day: date) -> float:
        """Mean temperature of a day, made up once and then kept."""
        if day not in self._tenths:
            self.set(day, self._climate(day))
        return self._tenths[day] / 10

    def set(self, day: date, degrees: float) -> None:
        """Decide a day's weather."""
        self._tenths[day] = round(degrees * 10)
        self._connection.execute(
            "INSERT OR REPLACE INTO temperature VALUES (?, ?)", (day.isoformat(), self._tenths[day])
        )

    def _climate(self, day: date) -> float:
        season = -cos((day.timetuple().tm_yday - 20) / 365.25 * 2 * pi)
        return 17.0 + 12.0 * season + Random(f"weather {self._seed} {day}").gauss(0, 2.2)  # noqa: S311


class History:
    """Writes the past of accounts."""

    def __init__(
        self, connection: sqlite3.Connection, tariffs: TariffBook, seed: int, weather: Weather
    ) -> None:
        self._connection = connection
        self._tariffs = tariffs
        self._seed = seed
        self._weather = weather
        self._response: dict[Month, tuple[float, float]] = {}

    def extend(
        self,
        customers: Sequence[Customer],
        first: date,
        today: date,
        daily_from: date,
        progress: Callable[[float], None] = lambda _: None,
    ) -> None:
        """Carry accounts from the day ``first`` to the day before ``today``.

        Months that end before ``daily_from`` are known only as a whole; ``progress`` hears 0 to 1.
        """
        for done, customer in enumerate(customers):
            self._carry(customer, first, today, daily_from)
            if done % 100 == 0:
                progress(done / len(customers))
        collect(self._connection, today)

    def forget(self, account_no: str) -> None:
        """Take an account's past away, to write it anew."""
        for table in ("daily", "reading", "bill", "payment"):
            self._connection.execute(f"DELETE FROM {table} WHERE account_no = ?", (account_no,))  # noqa: S608

    def _carry(self, customer: Customer, first: date, today: date, daily_from: date) -> None:
        account_no = customer.account.account_no
        register, used = self._position(account_no, first)
        month = month_of(first)
        daily: list[tuple[str, str, int, int]] = []
        bills = []
        readings = []
        while month.first < today:
            if month.last >= daily_from:
                start = max(first, month.first)
                daily += self._days(customer, start, min(month.last, today - DAY))
            if month.last >= today:
                break
            centi, valley = self._month_total(customer, month, daily, whole=month.last < daily_from)
            kwh, valley_kwh = centi // 100, valley // 100
            if month.first.month == 1:
                used = 0
            register += kwh
            readings.append((account_no, month.last.isoformat(), register, 0))
            bills.append(self._bill(customer, month, kwh, valley_kwh, used))
            used += kwh
            month = month.next
        execute = self._connection.executemany
        execute("INSERT OR REPLACE INTO daily VALUES (?, ?, ?, ?)", daily)
        execute("INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?)", readings)
        execute("INSERT OR REPLACE INTO bill VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", bills)

    def _position(self, account_no: str, first: date) -> tuple[int, int]:
        """Register and energy of this calendar year before ``first``, in kWh."""
        row = self._connection.execute(
            "SELECT kwh FROM reading WHERE account_no = ? AND day < ? ORDER BY day DESC LIMIT 1",
            (account_no, first.isoformat()),
        ).fetchone()
        used = self._connection.execute(
            "SELECT COALESCE(SUM(kwh), 0) FROM bill WHERE account_no = ? AND period LIKE ? AND period < ?",
            (account_no, f"{first.year}-%", f"{first:%Y-%m}"),
        ).fetchone()[0]
        return (row["kwh"] if row else int(account_no[-4:])), int(used)

    def _days(self, customer: Customer, first: date, last: date) -> Iterator[tuple[str, str, int, int]]:
        account_no, profile = customer.account.account_no, customer.profile
        random = Random(f"days {self._seed} {account_no} {first}")  # noqa: S311
        for n in range((last - first).days + 1):
            day = first + n * DAY
            degrees = self._weather.degrees(day)
            base = profile.base * (profile.weekend if day.weekday() >= 5 else 1.0)
            weather = profile.cooling * max(degrees - 26, 0) + profile.heating * max(10 - degrees, 0)
            # Habits scatter, the answer to the weather does not: explanations can be checked by eye.
            centi = round(100 * (base * max(random.gauss(1, profile.noise), 0.2) + weather))
            valley = round(centi * min(max(random.gauss(profile.valley, 0.04), 0.02), 0.95))
            yield account_no, day.isoformat(), centi, valley

    def _month_total(
        self, customer: Customer, month: Month, daily: list[tuple[str, str, int, int]], *, whole: bool
    ) -> tuple[int, int]:
        account_no, profile = customer.account.account_no, customer.profile
        if whole:
            random = Random(f"month {self._seed} {account_no} {month.period}")  # noqa: S311
            centi = round(100 * self._expected(profile, month) * random.gauss(1, profile.noise / 2))
            return centi, round(centi * min(max(random.gauss(profile.valley, 0.02), 0.02), 0.95))
        days = [row for row in daily if row[1].startswith(month.period)]
        if len(days) < month.last.day:
            stored = self._connection.execute(
                "SELECT account_no, day, centi, valley_centi FROM daily WHERE account_no = ? AND day LIKE ?",
                (account_no, f"{month.period}-%"),
            )
            days += [tuple(row) for row in stored if row["day"] < days[0][1]] if days else stored.fetchall()
        return sum(row[2] for row in days), sum(row[3] for row in days)

    def _expected(self, profile: Profile, month: Month) -> float:
        if month not in self._response:
            degrees = [self._weather.degrees(month.first + n * DAY) for n in range(month.last.day)]
            self._response[month] = (
                sum(max(degree - 26, 0) for degree in degrees),
                sum(max(10 - degree, 0) for degree in degrees),
            )
        hot, cold = self._response[month]
        base = profile.base * (5 + 2 * profile.weekend) / 7
        return base * month.last.day + profile.cooling * hot + profile.heating * cold

    def _bill(
        self, customer: Customer, month: Month, kwh: int, valley: int, before: int
    ) -> tuple[object, ...]:
        account = customer.account
        lines = self._lines(customer, month, kwh, valley, before)
        total = total_fen(lines)
        pays_on, channel = self._pays(customer, month)
        return (
            account.account_no,
            month.period,
            month.first.isoformat(),
            month.last.isoformat(),
            kwh,
            before,
            json.dumps(encode(lines)),
            total,
            month.issued_on.isoformat(),
            month.due_on.isoformat(),
            account.plan,
            0,
            0,
            None,
            pays_on.isoformat() if pays_on else None,
            channel,
        )

    def _lines(
        self, customer: Customer, month: Month, kwh: int, valley: int, before: int
    ) -> tuple[BillLine, ...]:
        account = customer.account
        tariff = self._tariffs.at(REGION, account.plan, month.first)
        if tariff.power is not None:
            flat = round((kwh - valley) * 0.55)
            usage = {TouPeriod.PEAK: kwh - valley - flat, TouPeriod.FLAT: flat, TouPeriod.VALLEY: valley}
            reactive = Decimal(round(kwh * customer.profile.kvarh_share))
            load = Load(account.capacity_kva, Decimal(customer.profile.max_demand_kw), reactive)
            energy = {period: Decimal(part) for period, part in usage.items()}
            return two_part_charge(tariff, energy, month.first.month, load)
        if tariff.tou:
            usage = {TouPeriod.PEAK: kwh - valley, TouPeriod.VALLEY: valley}
        else:
            usage = {TouPeriod.ALL: kwh}
        household = Household(extended=account.household_size > 0, free_kwh=account.free_kwh)
        energy = {period: Decimal(part) for period, part in usage.items()}
        return charge(tariff, energy, month.first.month, Decimal(before), household)

    def _pays(self, customer: Customer, month: Month) -> tuple[date | None, str]:
        """When and how a bill will be paid; who stopped paying leaves the last bills open."""
        random = Random(f"pays {self._seed} {customer.account.account_no} {month.period}")  # noqa: S311
        if customer.account.prepaid:
            return month.issued_on, "balance"
        payer = customer.profile.payer
        if payer == "debit":
            return month.due_on, "bank_debit"
        if payer == "never" and not self._paid_long_ago(customer.profile, month):
            return None, ""
        late = payer == "late" and random.random() < 0.6
        days = random.randrange(1, 20) if late else -random.randrange(1, _DUE_AFTER - _ISSUE_AFTER)
        return month.due_on + days * DAY, random.choice(CHANNELS)

    def _paid_long_ago(self, profile: Profile, month: Month) -> bool:
        anchor = self._connection.execute("SELECT value FROM meta WHERE key = 'anchor'").fetchone()
        first_open = month_of(date.fromisoformat(anchor["value"])).back(profile.stopped)
        return month.first < first_open.first


def collect(connection: sqlite3.Connection, today: date) -> None:
    """Book the payments whose day has come."""
    due = connection.execute(
        "SELECT account_no, period, total_fen - paid_fen AS fen, channel, pays_on FROM bill"
        " WHERE paid_on IS NULL AND pays_on <= ?",
        (today.isoformat(),),
    ).fetchall()
    connection.executemany(
        "INSERT OR IGNORE INTO payment VALUES (?, ?, ?, ?, ?, 'posted', ?)",
        (
            (
                f"{row['period'].replace('-', '')}{row['account_no']}",
                row["account_no"],
                row["fen"],
                row["channel"],
                at_noon(row["pays_on"]),
                row["period"],
            )
            for row in due
            if row["channel"] != "balance"
        ),
    )
    connection.execute(
        "UPDATE bill SET paid_fen = total_fen, paid_on = pays_on WHERE paid_on IS NULL AND pays_on <= ?",
        (today.isoformat(),),
    )


def at_noon(day: str) -> str:
    """Noon of a day in Shanghai as a UTC moment in ISO form."""
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=SHANGHAI).astimezone(UTC).isoformat()
