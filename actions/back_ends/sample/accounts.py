"""The sample's customer records."""

from __future__ import annotations

from actions.back_ends.sample import city, people
from actions.back_ends.sample.base import SampleBase
from domain.utility import Account, Area, Branch


class SampleAccounts(SampleBase):
    """Implements :class:`domain.utility_port.AccountRecords`."""

    def find_account(self, account_no: str) -> Account | None:
        """The account, or None."""
        found = self._accounts("account_no", account_no)
        return found[0] if found else None

    def accounts_by_phone(self, phone: str) -> tuple[Account, ...]:
        """Accounts of a registered phone."""
        return self._accounts("phone", phone)

    def account_by_meter(self, meter_no: str) -> Account | None:
        """The account of a meter, or None."""
        found = self._accounts("meter_no", meter_no)
        return found[0] if found else None

    def verify_holder(self, account_no: str, name: str, id_tail4: str) -> bool:
        """Whether name and ID tail fit."""
        account = self.find_account(account_no)
        return (
            account is not None
            and _plain(account.holder) == _plain(name)
            and account.id_tail4.casefold() == id_tail4.strip().casefold()
        )

    def areas(self) -> tuple[Area, ...]:
        """All places."""
        return city.AREAS

    def branches(self) -> tuple[Branch, ...]:
        """Halls and kiosks."""
        return city.BRANCHES

    def _accounts(self, column: str, value: str) -> tuple[Account, ...]:
        # The column is one of ours, never a customer's words.
        query = f"SELECT * FROM account WHERE {column} = ? ORDER BY account_no"  # noqa: S608
        with self._read() as connection:
            return tuple(people.read_account(row) for row in connection.execute(query, (value,)))


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()
