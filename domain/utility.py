"""What the utility's own systems know: accounts, bills, usage, payments, debt, outages.

Money is integer fen, energy is kWh as ``Decimal``, moments are aware UTC, and a ``date`` is a calendar day in
Asia/Shanghai. A ``period`` is a billing month, ``YYYY-MM``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from domain.masking import mask_account_no, mask_address, mask_name, mask_phone


class CustomerClass(StrEnum):
    """Price and deadline class of an account."""

    RESIDENTIAL = "residential"
    LV_BUSINESS = "lv_business"
    HV_BUSINESS = "hv_business"
    AGRICULTURE = "agriculture"
    PUBLIC = "public"

    @property
    def household(self) -> bool:
        """Whether household rules hold (tiers, 1 per mille a day, seven days' notice)."""
        return self is CustomerClass.RESIDENTIAL


class CareTag(StrEnum):
    """Special-care groups; independent of what the customer is worth (domain file, section 6.3)."""

    MEDICAL_DEVICE = "medical_device"
    ELDERLY = "elderly"
    DISABLED = "disabled"
    LOW_INCOME = "low_income"
    MINOR_CHILDREN = "minor_children"
    IMPORTANT_USER = "important_user"
    PUBLIC_LOAD = "public_load"
    VIP_ENTERPRISE = "vip_enterprise"
    NO_CONTACT_AFTER = "no_contact_after"


class Supply(StrEnum):
    """Whether the utility supplies the account."""

    ON = "on"
    CUT_FOR_DEBT = "cut_for_debt"
    RESTORING = "restoring"
    """Debt settled, the restore order is out."""
    SUSPENDED = "suspended"
    CLOSED = "closed"


class TouPeriod(StrEnum):
    """A time-of-use period; ``all`` for a flat price."""

    ALL = "all"
    PEAK = "peak"
    FLAT = "flat"
    VALLEY = "valley"


@dataclass(frozen=True, slots=True)
class Account:
    """A supply contract at one metering point."""

    account_no: str
    """Ten digits."""
    holder: str
    phone: str
    """Registered mobile number; one-time codes go there."""
    id_tail4: str
    """Last four of the holder's ID (or of the firm's credit code); may end in X."""
    area: str
    """Code of an :class:`Area`."""
    address: str
    feeder: str
    transformer: str
    meter_no: str
    customer_class: CustomerClass
    plan: str
    """Tariff plan code, as in the tariff files: ``flat``, ``tou``, ``business`` …"""
    capacity_kva: Decimal
    phases: int = 1
    prepaid: bool = False
    balance_fen: int = 0
    """Prepaid money left; for others money paid in advance."""
    supply: Supply = Supply.ON
    care: frozenset[CareTag] = frozenset()
    household_size: int = 0
    """Registered people where the multi-person allowance is granted, else 0."""
    free_kwh: int = 0
    """Free allowance a month (low-income households), else 0."""
    moved_in: date | None = None
    language: str = "zh"

    @property
    def masked_no(self) -> str:
        """Account number for replies and logs."""
        return mask_account_no(self.account_no)

    @property
    def masked_phone(self) -> str:
        """Phone for replies and logs."""
        return mask_phone(self.phone)

    @property
    def masked_holder(self) -> str:
        """Holder's name for replies and logs."""
        return mask_name(self.holder)

    @property
    def masked_address(self) -> str:
        """Address for replies and logs."""
        return mask_address(self.address)


@dataclass(frozen=True, slots=True)
class Area:
    """A place that customers name: an estate, a village, an industrial park."""

    code: str
    name_zh: str
    name_en: str
    aliases: tuple[str, ...]
    """Other names in both languages, for looking entities up."""
    setting: str
    """``urban``, ``rural`` or ``remote``: which arrival deadline holds."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A service hall or a self-service kiosk."""

    code: str
    name_zh: str
    name_en: str
    area: str
    address: str
    phone: str
    kiosk_only: bool
    hours: tuple[tuple[str, str], ...]
    """Opening and closing ``HH:MM`` per weekday from Monday; ``("", "")`` when closed."""
    businesses: tuple[str, ...]
    """What may be done there: ``payment``, ``invoice``, ``transfer``, ``connection`` …"""


class LineKind(StrEnum):
    """What a bill line charges for."""

    ENERGY = "energy"
    """kWh at the full price of its tier, or (time-of-use) at the first tier's price of its period."""
    TIER = "tier"
    """Time-of-use only: the adder of tier 2 or 3."""
    ALLOWANCE = "allowance"
    """Free kWh of low-income households; negative."""
    BASIC = "basic"
    """Capacity or demand charge."""
    POWER_FACTOR = "power_factor"
    FUNDS = "funds"
    CORRECTION = "correction"
    """Of an earlier bill; may be negative."""


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line; ``fen`` is rounded half up once, here."""

    kind: LineKind
    kwh: Decimal
    price: Decimal
    """Yuan per kWh (for a basic charge: per kVA or kW; for the power factor: the rate)."""
    fen: int
    tier: int = 0
    tou: TouPeriod = TouPeriod.ALL
    adder: Decimal = Decimal(0)
    """The part of ``price`` that is there because of the tier."""


@dataclass(frozen=True, slots=True)
class Bill:
    """One account's bill for one period."""

    account_no: str
    period: str
    first_day: date
    last_day: date
    kwh: Decimal
    before_kwh: Decimal
    """Used since 1 January before this period (yearly tiers); 0 where tiers are monthly."""
    lines: tuple[BillLine, ...]
    total_fen: int
    issued_on: date
    due_on: date
    plan: str
    estimated: bool = False
    """The reading was estimated; the next real one corrects it."""
    paid_fen: int = 0
    paid_on: date | None = None
    """Day on which it became fully paid."""

    @property
    def days(self) -> int:
        """Days of supply, first and last included."""
        return (self.last_day - self.first_day).days + 1

    @property
    def owed_fen(self) -> int:
        """What is still unpaid, without penalty."""
        return self.total_fen - self.paid_fen


@dataclass(frozen=True, slots=True)
class Reading:
    """Meter register at the end of a day."""

    account_no: str
    day: date
    kwh: Decimal
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class DailyUsage:
    """One day's usage; peak and valley always add up to ``kwh``."""

    account_no: str
    day: date
    kwh: Decimal
    peak_kwh: Decimal
    valley_kwh: Decimal


@dataclass(frozen=True, slots=True)
class DayTemperature:
    """Mean outdoor temperature of a day in the city, degrees Celsius."""

    day: date
    mean_c: Decimal


class PaymentState(StrEnum):
    """How far a payment is."""

    POSTED = "posted"
    PENDING = "pending"
    """The channel took the money; the utility has not booked it yet."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in, or is on its way."""

    reference: str
    account_no: str
    fen: int
    channel: str
    """``wechat``, ``alipay``, ``app``, ``bank_debit``, ``counter``, ``kiosk``."""
    at: datetime
    state: PaymentState
    period: str = ""
    """The bill that it paid; empty for a prepaid top-up."""


@dataclass(frozen=True, slots=True)
class PaymentLink:
    """Where an account's debt or top-up can be paid; the page shows nothing personal."""

    url: str
    fen: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OverdueBill:
    """One unpaid bill past its due date."""

    period: str
    owed_fen: int
    due_on: date
    days: int
    penalty_fen: int


@dataclass(frozen=True, slots=True)
class Arrears:
    """Debt of an account on a day."""

    account_no: str
    on: date
    bills: tuple[OverdueBill, ...]
    principal_fen: int
    penalty_fen: int
    days: int
    """Of the oldest unpaid bill; 0 without debt."""
    demands: int
    """Documented reminders so far."""
    eligible_on: date | None
    """First day on which the law allows a cut (overdue more than 30 days, after reminders); None if none."""
    cut_on: date | None
    """Announced day of the cut after written notice, else None."""
    protected: tuple[str, ...] = ()
    """Why it may not be cut all the same: ``medical_device``, ``public_load``, ``dispute``, ``plan`` …"""
    disputed_fen: int = 0

    @property
    def total_fen(self) -> int:
        """Debt with penalty."""
        return self.principal_fen + self.penalty_fen


@dataclass(frozen=True, slots=True)
class Balance:
    """A prepaid account's money."""

    account_no: str
    fen: int
    daily_fen: int
    """Mean provisional charge of the last seven days."""
    warn_fen: int
    at: datetime

    @property
    def days_left(self) -> Decimal | None:
        """Days until zero at the present rate, one decimal, rounded down; None if nothing is used."""
        if self.daily_fen <= 0:
            return None
        return Decimal(max(0, self.fen) * 10 // self.daily_fen) / 10


@dataclass(frozen=True, slots=True)
class Invoice:
    """An electronic invoice, ready for download."""

    number: str
    account_no: str
    period: str
    fen: int
    title: str
    url: str


class AlertKind(StrEnum):
    """What an alarm watches."""

    BALANCE = "balance"
    """Threshold in fen."""
    DAILY_KWH = "daily_kwh"
    MONTHLY_KWH = "monthly_kwh"
    MONTHLY_COST = "monthly_cost"
    """Threshold in fen."""
    POWER = "power"
    """Threshold in W."""


@dataclass(frozen=True, slots=True)
class Alert:
    """An alarm that a customer set; one of each kind per account."""

    account_no: str
    kind: AlertKind
    threshold: int
