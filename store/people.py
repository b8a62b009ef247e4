"""Agents and queues."""

from __future__ import annotations

from sqlalchemy import update

from domain.agent import Agent, Presence, Queue
from domain.errors import NotFound
from store.rows import Db, Rows, VersionedRows, values_of
from store.tables import agents, queues


class SqlPeople:
    """Implements :class:`domain.repositories.People`."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self._agents = VersionedRows(db, agents, Agent)
        self._queues = Rows(db, queues, Queue)

    def agent(self, agent_id: str) -> Agent:
        return self._agents.get(agent_id)

    def lock_agent(self, agent_id: str) -> Agent:
        return self._agents.get(agent_id, lock=True)

    def by_login(self, login: str) -> Agent | None:
        return self._agents.find(agents.c.login == login)

    def agents(self, queue: str = "") -> list[Agent]:
        """Everybody, or everybody who serves ``queue``, also those not active; ordered by login."""
        everybody = self._agents.list(self._agents.select().order_by(agents.c.login))
        return [agent for agent in everybody if not queue or queue in agent.queues]

    def save_agent(self, agent: Agent) -> Agent:
        """Add, or update with ``version`` + 1; raises Conflict when that differs or the login is taken."""
        return self._agents.put(agent)

    def set_presence(self, agent_id: str, presence: Presence) -> None:
        """Raises NotFound."""
        a = agents.c
        statement = update(agents).where(a.id == agent_id)
        if not self._db.run(statement.values(presence=presence, version=a.version + 1)):
            raise NotFound("no such agent")

    def queue(self, code: str) -> Queue:
        return self._queues.get(code)

    def queues(self) -> list[Queue]:
        """Ordered by code."""
        return self._queues.list(self._queues.select().order_by(queues.c.code))

    def save_queue(self, queue: Queue) -> None:
        """Add or replace."""
        written = values_of(queue)
        statement = self._db.upsert(queues).values(written)
        self._db.run(statement.on_conflict_do_update(index_elements=["code"], set_=written))
