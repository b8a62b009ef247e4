"""Who is asked to take a ticket: a pure choice that can always say why, and why not (invariant 5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.agent import Agent, Presence


@dataclass(frozen=True, slots=True)
class Need:
    """What a ticket asks of a person."""

    queue: str
    skills: tuple[str, ...] = ()
    language: str = "zh"
    danger: bool = False
    """P0: everybody who can is asked at once, and the language is a wish, not a condition."""
    previous: tuple[str, ...] = ()
    """Agents whom this customer had before, the last one first."""
    barred: frozenset[str] = frozenset()
    """Agents who must not have it: named in the complaint."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent as busy as she is now."""

    agent: Agent
    load: int
    """Open tickets accepted by her."""
    pending: int = 0
    """Offers that wait for her answer; each may become a ticket."""
    declined: bool = False
    """She said no to this ticket."""
    unanswered: int = 0
    """How often she let an offer of this ticket pass."""

    @property
    def free(self) -> int:
        """How many more she may be offered."""
        return self.agent.capacity - self.load - self.pending


@dataclass(frozen=True, slots=True)
class Pick:
    """One agent to offer to, and why."""

    agent_id: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Whom to ask now (one; for danger all who can); with nobody, ``reasons`` says why not, one by one."""

    picks: tuple[Pick, ...] = ()
    reasons: tuple[str, ...] = ()


def choose(need: Need, candidates: Iterable[Candidate], most_unanswered: int) -> Choice:
    """Least loaded of those who may and can, with continuity first.

    Order: asked the fewest times for this ticket; had this customer before; share of capacity in use; login
    (so that the same facts always give the same choice).
    """
    able: list[Candidate] = []
    refused: list[str] = []
    for candidate in sorted(candidates, key=lambda c: c.agent.login):
        why_not = objection(need, candidate, most_unanswered)
        if why_not:
            refused.append(f"{candidate.agent.login}: {why_not}")
        else:
            able.append(candidate)
    if not able:
        return Choice((), tuple(refused) or (f"nobody serves the queue {need.queue}",))
    able.sort(key=lambda c: _rank(need, c))
    chosen = able if need.danger else able[:1]
    return Choice(tuple(Pick(c.agent.id, _reasons(need, c, len(able))) for c in chosen))


def objection(need: Need, candidate: Candidate, most_unanswered: int) -> str:
    """Why this agent cannot be asked, in words; empty when she can."""
    agent = candidate.agent
    missing = sorted(set(need.skills) - set(agent.skills))
    checks: Sequence[tuple[bool, str]] = (
        (not agent.active, "left the desk"),
        (need.queue not in agent.queues, f"does not serve the queue {need.queue}"),
        (agent.id in need.barred, "is named in the matter itself"),
        (agent.presence is not Presence.ONLINE, f"is {agent.presence}"),
        (bool(missing), f"lacks the skill {', '.join(missing)}"),
        (not need.danger and need.language not in agent.languages, f"does not speak {need.language}"),
        (candidate.declined, "declined this ticket"),
        (candidate.unanswered >= most_unanswered, f"let {candidate.unanswered} offers of it pass"),
        (candidate.free <= 0, f"is full ({candidate.load} of {agent.capacity}, {candidate.pending} offered)"),
    )
    return next((words for fails, words in checks if fails), "")


def _rank(need: Need, candidate: Candidate) -> tuple[int, bool, int, float, str]:
    agent = candidate.agent
    known = need.previous.index(agent.id) if agent.id in need.previous else len(need.previous)
    busy = (candidate.load + candidate.pending) / max(agent.capacity, 1)
    return candidate.unanswered, need.language not in agent.languages, known, busy, agent.login


def _reasons(need: Need, candidate: Candidate, able: int) -> tuple[str, ...]:
    agent = candidate.agent
    words = [f"online, serves the queue {need.queue}"]
    if need.skills:
        words.append(f"has the skill {', '.join(need.skills)}")
    if need.language in agent.languages:
        words.append(f"speaks {need.language}")
    if need.danger:
        words.append("danger: everybody who can is asked at once")
    if agent.id in need.previous:
        words.append("this customer had her or him before")
    words.append(f"holds {candidate.load} of {agent.capacity}")
    if able > 1 and not need.danger:
        words.append(f"first of {able} who could")
    return tuple(words)
