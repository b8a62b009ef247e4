"""The sample's applications and appointments."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from actions.back_ends.sample import city, events
from actions.back_ends.sample.base import SampleBase
from actions.back_ends.sample.database import next_number
from actions.back_ends.sample.history import DAY
from actions.back_ends.wire import decode, encode
from domain.application import (
    STAGES,
    Application,
    ApplicationForm,
    ApplicationState,
    Booking,
    BookingState,
    Slot,
)
from domain.calendar import SHANGHAI
from domain.errors import NotFound, RuleBroken

HOME = "home"
_HALF_HOUR = timedelta(minutes=30)
_HALL_PLACES, _HOME_PLACES = 4, 2
_VISITS = ((9, 11), (14, 16))


class SampleApplications(SampleBase):
    """Implements :class:`domain.utility_port.Applications`."""

    def application(self, number: str) -> Application | None:
        """One application, or None."""
        found = self._select("number", number)
        return found[0] if found else None

    def applications(self, account_no: str = "", phone: str = "") -> tuple[Application, ...]:
        """Those of an account or a phone, newest first."""
        if account_no:
            return self._select("account_no", account_no)
        return self._select("phone", phone) if phone else ()

    def start_application(self, form: ApplicationForm, idempotency_key: str) -> Application:
        """File it; the clock starts once all papers are there."""

        def work(connection: sqlite3.Connection) -> Application:
            if form.account_no:
                self._account(connection, form.account_no)
            stages = STAGES[form.kind]
            application = Application(
                f"81{next_number(connection, 'application'):08}",
                form.kind,
                form.applicant,
                form.phone,
                ApplicationState.WITH_UTILITY,
                stages[0],
                (),
                self._now(),
                form.account_no,
                form.area,
                form.address,
                next_deadline=events.deadline(form.kind, self._today(), self._policies, self._calendar),
                details=dict(form.details),
            )
            application = events.waiting_for_papers(application, form.papers)
            events.save_applications(connection, [application])
            return application

        return self._once(idempotency_key, Application, work)

    def slots(self, branch: str, first: date, last: date) -> tuple[Slot, ...]:
        """Bookable times from now on."""
        with self._read() as connection:
            rows = connection.execute(
                "SELECT slot_id, COUNT(*) AS taken FROM booking WHERE state = 'booked' GROUP BY slot_id"
            )
            taken = {row["slot_id"]: row["taken"] for row in rows}
        now = self._now()
        found = []
        for n in range(max((last - first).days, -1) + 1):
            for starts_at, ends_at, places in self._open_times(branch, first + n * DAY):
                slot_id = f"{branch}:{starts_at:%Y%m%dT%H%M}"
                free = places - taken.get(slot_id, 0)
                if starts_at > now and free > 0:
                    found.append(Slot(slot_id, branch, starts_at, ends_at, free))
        return tuple(found)

    def book(
        self,
        slot_id: str,
        business: str,
        name: str,
        phone: str,
        idempotency_key: str,
        account_no: str = "",
        address: str = "",
    ) -> Booking:
        """Book a slot."""

        def work(connection: sqlite3.Connection) -> Booking:
            branch, starts_at, ends_at, places = self._slot(slot_id)
            taken = connection.execute(
                "SELECT COUNT(*) FROM booking WHERE slot_id = ? AND state = 'booked'", (slot_id,)
            ).fetchone()[0]
            if taken >= places:
                raise RuleBroken("slot_full", "this time is taken")
            booking = Booking(
                f"A{next_number(connection, 'booking'):04}",
                slot_id,
                branch,
                starts_at,
                ends_at,
                business,
                name,
                phone,
                BookingState.BOOKED,
                account_no,
                address,
            )
            _save_booking(connection, booking)
            return booking

        return self._once(idempotency_key, Booking, work)

    def bookings(self, phone: str) -> tuple[Booking, ...]:
        """Standing bookings from now on."""
        with self._read() as connection:
            rows = connection.execute(
                "SELECT body FROM booking WHERE phone = ? AND state = 'booked' AND starts_at > ?"
                " ORDER BY starts_at, number",
                (phone, self._now().isoformat()),
            )
            return tuple(decode(Booking, json.loads(row["body"])) for row in rows)

    def cancel_booking(self, number: str, idempotency_key: str) -> Booking:
        """Give the slot back."""

        def work(connection: sqlite3.Connection) -> Booking:
            row = connection.execute("SELECT body FROM booking WHERE number = ?", (number,)).fetchone()
            if row is None:
                raise NotFound("no such booking")
            stored = json.loads(row["body"])
            booking = decode(Booking, {**stored, "state": BookingState.CANCELLED.value})
            _save_booking(connection, booking)
            return booking

        return self._once(idempotency_key, Booking, work)

    def _select(self, column: str, value: str) -> tuple[Application, ...]:
        # The column is one of ours, never a customer's words.
        query = f"SELECT body FROM application WHERE {column} = ? ORDER BY submitted_at DESC, number DESC"  # noqa: S608
        with self._read() as connection:
            rows = connection.execute(query, (value,)).fetchall()
        return tuple(decode(Application, json.loads(row["body"])) for row in rows)

    def _slot(self, slot_id: str) -> tuple[str, datetime, datetime, int]:
        branch, _, mark = slot_id.partition(":")
        try:
            starts_at = datetime.strptime(mark, "%Y%m%dT%H%M").replace(tzinfo=UTC)
        except ValueError as error:
            raise NotFound("no such slot") from error
        for start, end, places in self._open_times(branch, starts_at.astimezone(SHANGHAI).date()):
            if start == starts_at and start > self._now():
                return branch, start, end, places
        raise NotFound("no such slot")

    def _open_times(self, branch: str, day: date) -> Iterator[tuple[datetime, datetime, int]]:
        """(from, to, places) of a day; halls by half hours, home visits on working days."""
        if branch == HOME:
            if self._calendar.works(day):
                for start, end in _VISITS:
                    yield _moment(day, time(start)), _moment(day, time(end)), _HOME_PLACES
            return
        hall = next((each for each in city.BRANCHES if each.code == branch and not each.kiosk_only), None)
        if hall is None or not hall.hours[day.weekday()][0]:
            return
        opens, closes = (_moment(day, time.fromisoformat(text)) for text in hall.hours[day.weekday()])
        while opens + _HALF_HOUR <= closes:
            yield opens, opens + _HALF_HOUR, _HALL_PLACES
            opens += _HALF_HOUR


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, SHANGHAI).astimezone(UTC)


def _save_booking(connection: sqlite3.Connection, booking: Booking) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO booking VALUES (?, ?, ?, ?, ?, ?)",
        (
            booking.number,
            booking.slot_id,
            booking.phone,
            booking.state.value,
            booking.starts_at.isoformat(),
            json.dumps(encode(booking), ensure_ascii=False),
        ),
    )
