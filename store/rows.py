"""Reading and writing the domain's values as rows: a field is the column of the same name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field, fields, replace
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, Executable, Row, Select, Table, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.errors import Conflict, NotFound


class Db:
    """One open transaction on one connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.embedded = connection.dialect.name == "sqlite"

    def run(self, statement: Executable) -> int:
        """Run a change; how many rows it changed."""
        return self.connection.execute(statement).rowcount

    def first(self, statement: Executable) -> Row[Any] | None:
        """The first row, if any."""
        return self.connection.execute(statement).first()

    def all(self, statement: Executable) -> list[Row[Any]]:
        """All rows."""
        return list(self.connection.execute(statement))

    def number(self, statement: Executable) -> int:
        """The single number that the statement gives."""
        return int(self.connection.execute(statement).scalar_one())

    def upsert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """An INSERT that may say ON CONFLICT, in this engine's words."""
        return sqlite.insert(table) if self.embedded else postgresql.insert(table)

    def insert_if_new(self, table: Table, values: dict[str, Any]) -> bool:
        """Insert unless a unique value is taken; whether it was inserted. The transaction stays usable."""
        statement = self.upsert(table).values(values).on_conflict_do_nothing()
        return self.first(statement.returning(*table.primary_key.columns)) is not None

    def alone(self, space: int, name: str) -> None:
        """Wait until no other transaction holds this name; it is ours until the end of the transaction.

        For moments when there is no row yet that could be locked. SQLite has one writer anyway.
        """
        if not self.embedded:
            key = func.hashtext(name)
            self.connection.execute(select(func.pg_advisory_xact_lock(space, key)))


class Value(Protocol):
    """A frozen dataclass of the domain."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


class Versioned(Value, Protocol):
    """A value that many may write."""

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...


V = TypeVar("V", bound=Value)
T = TypeVar("T", bound=Versioned)


def values_of(value: Value) -> dict[str, Any]:
    """The fields of a value by column name, not copied in depth."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


class Rows(Generic[V]):
    """The rows of one table as values of one class."""

    def __init__(self, db: Db, table: Table, make: type[V]) -> None:
        self.db = db
        self.table = table
        self.make: Callable[..., V] = make
        self.columns = [table.c[field.name] for field in fields(make)]

    def select(self, *where: ColumnElement[bool]) -> Select[Any]:
        """The columns that make a value."""
        return select(*self.columns).where(*where)

    def value(self, row: Row[Any]) -> V:
        """The value of one row."""
        return self.make(*row)

    def find(self, *where: ColumnElement[bool]) -> V | None:
        """The first that fits, or None."""
        row = self.db.first(self.select(*where).limit(1))
        return None if row is None else self.value(row)

    def list(self, statement: Select[Any]) -> list[V]:
        """All values of a statement made by :meth:`select`."""
        return [self.value(row) for row in self.db.all(statement)]

    def get(self, key: str, *, lock: bool = False) -> V:
        """The value with this primary key; with ``lock``, nobody else changes it until the transaction ends.

        Raises:
            NotFound: there is none.
        """
        (column,) = self.table.primary_key.columns
        statement = self.select(column == key)
        if lock:
            # Weaker than FOR UPDATE: rows that only refer to this one may still be inserted meanwhile.
            statement = statement.with_for_update(key_share=True)
        row = self.db.first(statement)
        if row is None:
            raise NotFound(f"no row of {self.table.name} has this id")
        return self.value(row)

    def add(self, value: V) -> None:
        """Insert."""
        self.db.run(insert(self.table).values(values_of(value)))


class VersionedRows(Rows[T]):
    """Rows that carry a version."""

    def save(self, value: T) -> T:
        """Write with ``version`` + 1.

        Raises:
            Conflict: the stored version is another.
            NotFound: there is no such row.
        """
        written = self._written(value)
        if written is None:
            self.get(value.id)
            raise Conflict(f"the row of {self.table.name} was changed by somebody else")
        return written

    def put(self, value: T) -> T:
        """Write with ``version`` + 1, or insert as it is if there is none yet.

        Raises:
            Conflict: the stored version is another.
        """
        written = self._written(value)
        if written is not None:
            return written
        if self.db.insert_if_new(self.table, values_of(value)):
            return value
        raise Conflict(
            f"the row of {self.table.name} was changed by somebody else, or a unique value is taken"
        )

    def _written(self, value: T) -> T | None:
        following: T = replace(value, version=value.version + 1)
        statement = (
            update(self.table)
            .where(self.table.c.id == value.id, self.table.c.version == value.version)
            .values(values_of(following))
        )
        return following if self.db.run(statement) == 1 else None
