"""People at the desk, and the queues they serve."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may do at the desk."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class Presence(StrEnum):
    """Whether new tickets may be offered."""

    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Agent:
    """A person who may be responsible for tickets. Never a bot."""

    id: str
    login: str
    name: str
    department: str
    roles: tuple[Role, ...]
    queues: tuple[str, ...]
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    capacity: int
    """Most open tickets at once; duty as such does not count against it."""
    presence: Presence = Presence.OFFLINE
    password_hash: str = ""
    active: bool = True
    name_en: str = ""
    """How customers who read English see the name."""
    version: int = 1

    def called(self, language: str) -> str:
        """The name as a customer of this language reads it."""
        return self.name_en if language == "en" and self.name_en else self.name

    def may_supervise(self) -> bool:
        """Whether this person may decide over other people's tickets."""
        return Role.SUPERVISOR in self.roles or Role.ADMIN in self.roles


@dataclass(frozen=True, slots=True)
class Queue:
    """Where tickets of some classes arrive; its duty officer is responsible until somebody accepts."""

    code: str
    name_zh: str
    name_en: str
    department: str
    duty_officer: str
    deputy: str
    supervisor: str
