"""The right side of the desk: everything an agent must know of one ticket, ready for the page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from desk.allowed import allowed_verbs
from desk.board import Board, may_see, next_due, title_of
from desk.timeline import Narrator, shown_deadline, shown_time
from desk.times import due_words, money, span, urgency
from desk.views import Banner, Chip, Dossier, Fact, OfferView
from desk.wording import Words
from domain.agent import Agent, Presence
from domain.clock import ClockState
from domain.errors import NotFound
from domain.message import Message
from domain.repositories import TicketQuery, Transaction
from domain.responsibility import spans
from domain.ticket import Offer, OfferState, Status, Ticket
from domain.ticket_moves import ENDED

MESSAGES_SHOWN = 100
EVERYTHING = 10_000


class Desk:
    """Reads dossiers for one agent within one transaction. With ``masked`` off, numbers are whole."""

    def __init__(
        self,
        tx: Transaction,
        agent: Agent,
        words: Words,
        now: datetime,
        departments: Mapping[str, Mapping[str, str]],
        masked: bool = True,
    ) -> None:
        self._tx = tx
        self._agent = agent
        self._words = words
        self._now = now
        self._board = Board(tx, agent, words, now)
        self._masked = masked
        self.staffed = {person.department for person in tx.people.agents() if person.active}
        """Departments that have somebody to do a leg."""
        self.departments = {code: names.get(words.language, code) for code, names in departments.items()} or {
            person.department: person.department for person in tx.people.agents() if person.department
        }

    def ticket(self, number: str) -> Ticket:
        """The ticket, if this agent may see it. Raises NotFound."""
        ticket = self._tx.tickets.by_number(number)
        if ticket is None or not may_see(self._agent, ticket):
            raise NotFound(number)
        return ticket

    def dossier(self, number: str, everything: bool = False) -> Dossier:
        """All of one ticket; the newest messages only, unless everything is asked for."""
        ticket = self.ticket(number)
        words, now = self._words, self._now
        others = self._others(ticket)
        keep = frozenset({ticket.number, *(number for number, _ in others)})
        narrator = Narrator(
            words, now, self._board.names, self.departments, self._board.queue_names, keep, self._masked
        )
        messages, earlier = self._messages(ticket, EVERYTHING if everything else MESSAGES_SHOWN)
        entries = self._tx.ledger.of(ticket.id)
        first = messages[0].at if earlier else None
        offers = self._tx.tickets.offers(ticket.id)
        verbs = allowed_verbs(self._tx, ticket, self._agent, offers)
        return Dossier(
            id=ticket.id,
            number=ticket.number,
            title=title_of(ticket, words),
            summary=narrator.text(ticket.summary),
            priority=int(ticket.priority),
            status=ticket.status.value,
            status_words=words(f"status.{ticket.status.value}"),
            banner=self._banner(ticket, spans(entries)[-1].begin if entries else ticket.created_at, narrator),
            marks=self._marks(ticket),
            offers=tuple(self._offer(offer, narrator) for offer in offers if offer.state is OfferState.OPEN),
            verbs=verbs,
            hint=self._hint(ticket, verbs),
            timeline=tuple(narrator.merged(messages, entries, first)),
            earlier=earlier,
            about=self._about(ticket, narrator),
            facts=self._facts(ticket, narrator),
            clocks=self._clocks(ticket),
            legs=self._legs(ticket, narrator),
            surveys=self._surveys(ticket, narrator),
            others=others,
            result=narrator.text(ticket.result),
            masked=self._masked,
        )

    def colleagues(self, ticket: Ticket) -> list[tuple[str, str]]:
        """Who could take the ticket over: id, and name with department; those who serve its queue first."""
        people = [p for p in self._tx.people.agents() if p.active and p.id != ticket.responsible]
        people.sort(key=lambda p: (ticket.queue not in p.queues, p.presence is not Presence.ONLINE, p.name))
        here = {True: self._words("form.at_desk"), False: self._words("form.not_at_desk")}
        return [
            (
                p.id,
                " · ".join(
                    (
                        p.called(self._words.language),
                        self.departments.get(p.department, p.department),
                        here[p.presence is Presence.ONLINE],
                    )
                ),
            )
            for p in people
        ]

    def _messages(self, ticket: Ticket, limit: int) -> tuple[list[Message], bool]:
        if not ticket.conversation_id:
            return [], False
        conversations = self._tx.conversations
        after = max(conversations.get(ticket.conversation_id).last_seq - limit, 0)
        return conversations.messages(ticket.conversation_id, after, limit, desk=True), after > 0

    def _banner(self, ticket: Ticket, since: datetime, narrator: Narrator) -> Banner:
        words, now = self._words, self._now
        mine = ticket.responsible == self._agent.id
        name = narrator.name(ticket.responsible)
        ended = ticket.status in ENDED
        if ended:
            who = words("banner.ended", status=words(f"status.{ticket.status.value}"), name=name)
        else:
            who = words(
                "banner.duty" if ticket.status is Status.ACCEPTED else "banner.responsible", name=name
            )
        since_words = words("banner.since", time=shown_time(since, now, words))
        for_words = words("banner.for", span=span(now - since, words))
        handler = ticket.handler if ticket.handler != ticket.responsible else ""
        due = None if ended else next_due(ticket)
        return Banner(
            who=who,
            since="" if ended else f"{since_words} · {for_words}",
            handler=words("banner.handler", name=narrator.name(handler)) if handler else "",
            promise=narrator.text(ticket.promise),
            until=words("banner.until", time=shown_deadline(ticket.promised_until, now, words))
            if ticket.promised_until
            else "",
            due=due_words(due, now, words),
            urgency=urgency(due, now),
            mine=mine,
            ended=ended,
        )

    def _marks(self, ticket: Ticket) -> tuple[str, ...]:
        words = self._words
        marks = [
            words(f"ticket.{name}", n=count)
            for name, count in (("reopened", ticket.reopened), ("urged", ticket.urged))
            if count > (1 if name == ticket.status.value else 0)
        ]
        if ticket.needs_callback and not ticket.called_back and ticket.status not in ENDED:
            marks.append(words("ticket.callback_owed"))
        return tuple(marks)

    def _hint(self, ticket: Ticket, verbs: frozenset[str]) -> str:
        if "reply" in verbs:
            return ""
        if ticket.status in ENDED:
            return self._words("ticket.ended")
        if "accept" in verbs:
            return self._words("ticket.waiting_for_accept")
        return self._words("ticket.handled_by", name=self._board.names.get(ticket.responsible, ""))

    def _offer(self, offer: Offer, narrator: Narrator) -> OfferView:
        words = self._words
        time = shown_time(offer.expires_at, self._now, words)
        to, giver = narrator.name(offer.to_agent), narrator.name(offer.from_agent)
        if offer.to_agent == self._agent.id:
            kind = "handover" if offer.from_agent else "assignment"
            key = "ticket.handover_to_you" if offer.from_agent else "ticket.offered_to_you"
        else:
            kind = "mine" if offer.from_agent == self._agent.id else "other"
            key = "ticket.handover_to" if offer.from_agent else "ticket.offered_to"
        reasons = tuple(narrator.text(narrator.reasons(reason)) for reason in offer.reasons if reason)
        return OfferView(
            offer.id, words(key, time=time, name=giver if kind == "handover" else to), reasons, kind
        )

    def _about(self, ticket: Ticket, narrator: Narrator) -> tuple[Fact, ...]:
        words, now = self._words, self._now
        channel = ""
        if ticket.conversation_id:
            channel = self._tx.conversations.get(ticket.conversation_id).channel
        try:
            customer = self._tx.contacts.get(ticket.contact_id).name
        except NotFound:
            customer = ""
        rows = (
            ("customer", narrator.text(customer) or words("ticket.unnamed")),
            ("account_no", narrator.text(ticket.account_no)),
            ("area", ticket.area),
            ("channel", words.maybe(f"channel.{channel}", channel)),
            ("language", words.maybe(f"ticket.language_{ticket.language}", ticket.language)),
            ("queue", self._board.queue_name(ticket.queue)),
            ("department", self.departments.get(ticket.department, ticket.department)),
            ("opened", shown_time(ticket.created_at, now, words)),
            ("public_due", shown_deadline(ticket.public_due_at, now, words)),
            ("internal_due", shown_deadline(ticket.internal_due_at, now, words)),
        )
        return tuple(Fact(f"about.{key}", words(f"ticket.{key}"), value) for key, value in rows if value)

    def _facts(self, ticket: Ticket, narrator: Narrator) -> tuple[Fact, ...]:
        return tuple(
            Fact(f"fact.{name}", self._words.maybe(f"fact.{name}", name.replace("_", " ")), value)
            for name, value in (
                (name, self._value(name, raw, narrator)) for name, raw in ticket.facts.items()
            )
            if value
        )

    def _value(self, name: str, raw: str, narrator: Narrator) -> str:
        if name.endswith("_fen") and raw.lstrip("-").isdecimal():
            return money(int(raw), self._words)
        if name == "words":
            return narrator.text(raw)
        return narrator.text(self._words.maybe(f"value.{raw}", raw))

    def _clocks(self, ticket: Ticket) -> tuple[Chip, ...]:
        chips = []
        for clock in self._tx.tickets.clocks(ticket.id):
            running = clock.state is ClockState.RUNNING
            words = (
                due_words(clock.due_at, self._now, self._words)
                if running
                else self._words(f"clock_state.{clock.state.value}")
            )
            late = "late" if clock.state is ClockState.MISSED else "none"
            chips.append(
                Chip(
                    clock.id,
                    self._words.maybe(f"clock.{clock.kind.value}", clock.kind.value),
                    words,
                    urgency(clock.due_at, self._now) if running else late,
                    shown_deadline(clock.due_at, self._now, self._words),
                )
            )
        return tuple(chips)

    def _legs(self, ticket: Ticket, narrator: Narrator) -> tuple[Chip, ...]:
        words = self._words
        chips = []
        for leg in self._tx.tickets.legs(ticket.id):
            is_open = leg.done_at is None
            due = shown_deadline(leg.due_at, self._now, words)
            state = words("ticket.leg_open" if is_open else "ticket.leg_done")
            tail = f" · {words('ticket.leg_due', time=due)}" if due and is_open else ""
            chips.append(
                Chip(
                    leg.id,
                    self.departments.get(leg.department, leg.department),
                    state + tail,
                    urgency(leg.due_at, self._now) if is_open else "none",
                    narrator.text(leg.result or leg.task),
                    is_open,
                )
            )
        return tuple(chips)

    def _surveys(self, ticket: Ticket, narrator: Narrator) -> tuple[str, ...]:
        words = self._words
        lines = []
        for survey in self._tx.tickets.surveys(ticket.id):
            parts = [words(f"solved.{survey.solved.value}")] if survey.solved else []
            if survey.score:
                parts.append(words("ticket.score", n=survey.score))
            if survey.comment:
                parts.append(narrator.text(survey.comment))
            lines.append(" · ".join(parts) or words("ticket.no_answer"))
        return tuple(lines)

    def _others(self, ticket: Ticket) -> tuple[tuple[str, str], ...]:
        if not ticket.contact_id:
            return ()
        found = self._tx.tickets.find(TicketQuery(contact_id=ticket.contact_id, order="newest", limit=10))
        return tuple(
            (other.number, f"{title_of(other, self._words)} · {self._words(f'status.{other.status.value}')}")
            for other in found
            if other.id != ticket.id and may_see(self._agent, other)
        )
