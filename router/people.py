"""The people of ``people.yml``, put into the tables once; what the desk changed since then stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from domain.agent import Agent, Queue, Role
from domain.repositories import Transaction

PEOPLE_FILE = Path(__file__).parent / "people.yml"


@dataclass(frozen=True, slots=True)
class Staff:
    """Agents (ids are their login names), queues, and the names of departments by code and language."""

    agents: tuple[Agent, ...]
    queues: tuple[Queue, ...]
    departments: Mapping[str, Mapping[str, str]]


def load_people(path: Path = PEOPLE_FILE) -> Staff:
    """The staff as the file has it; nobody has a password or is online."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Staff(
        tuple(_agent(row) for row in document["agents"]),
        tuple(_queue(row) for row in document["queues"]),
        document["departments"],
    )


def seed_people(
    tx: Transaction, password_hashes: Mapping[str, str] | None = None, path: Path = PEOPLE_FILE
) -> Staff:
    """Add the queues and agents that are not there yet.

    ``password_hashes`` by login name; without one the person cannot sign in until a password is set.
    """
    staff = load_people(path)
    hashes = password_hashes or {}
    for agent in staff.agents:
        if tx.people.by_login(agent.login) is None:
            tx.people.save_agent(replace(agent, password_hash=hashes.get(agent.login, "")))
    known = {queue.code for queue in tx.people.queues()}
    for queue in staff.queues:
        if queue.code not in known:
            tx.people.save_queue(queue)
    return staff


def _agent(row: Mapping[str, Any]) -> Agent:
    return Agent(
        id=row["login"],
        login=row["login"],
        name=row["zh"],
        name_en=row["en"],
        department=row["department"],
        roles=tuple(Role(role) for role in row["roles"]),
        queues=tuple(row["queues"]),
        skills=tuple(row["skills"]),
        languages=tuple(row["languages"]),
        capacity=row["capacity"],
    )


def _queue(row: Mapping[str, Any]) -> Queue:
    return Queue(
        code=row["code"],
        name_zh=row["zh"],
        name_en=row["en"],
        department=row["department"],
        duty_officer=row["duty_officer"],
        deputy=row["deputy"],
        supervisor=row["supervisor"],
    )
