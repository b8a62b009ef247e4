"""One turn: a customer's message in, everything that follows from it saved in one transaction (commit 2).

Steps 4 to 10 of the path of a message. Outside calls happen before the transaction; whatever they did carries
the inbound id as idempotency key, so that a turn that is done again does nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from bot.learning import note_doubts
from bot.surroundings import look_around
from bot.voice import BotVoice
from domain.calendar import local_day
from domain.circumstances import Circumstances
from domain.clock import Clock
from domain.contact import Binding, Level
from domain.conversation import Claim, Conversation, Mode
from domain.dialogue import MAX_ACTIONS, ActionRequest, Decision, Dialogue, HandoverWish, Heard, Surroundings
from domain.errors import Conflict, Unavailable
from domain.facts import CustomerUrged, CustomerWrote, HandoverRequested, SatisfactionGiven
from domain.knowledge import Hit, Knowledge
from domain.learning import Doubt
from domain.message import Message
from domain.ports import ActionCall, Actions, Phrasing, Saying, Signals, Store, TicketDesk
from domain.repositories import Transaction
from domain.understanding import Understander, Understanding

log = structlog.get_logger(__name__)

POISONED_AFTER = 4
"""A message claimed more often than this has felled its workers: apologise and fetch a person."""


class ConversationMoved(Conflict):
    """Somebody changed the conversation while we were deciding; the turn must be decided again."""


@dataclass(slots=True)
class _Outcome:
    """What the outside part of a turn came to."""

    decision: Decision
    said: list[Saying] = field(default_factory=list)
    bindings: list[Binding] = field(default_factory=list)
    language: str | None = None
    doubts: list[Doubt] = field(default_factory=list)

    def take(self, decision: Decision) -> None:
        self.decision = decision
        self.said.extend(decision.say)
        if decision.bind is not None:
            self.bindings.append(decision.bind)
        self.language = decision.language or self.language
        self.doubts.extend(decision.doubts)


class Turn:
    """Answers claimed messages; safe in many threads."""

    def __init__(
        self,
        *,
        store: Store,
        understander: Understander,
        knowledge: Knowledge,
        dialogue: Dialogue,
        actions: Actions,
        tickets: TicketDesk,
        phrasing: Phrasing,
        voice: BotVoice,
        signals: Signals,
        clock: Clock,
    ) -> None:
        self._store = store
        self._understander = understander
        self._knowledge = knowledge
        self._dialogue = dialogue
        self._actions = actions
        self._tickets = tickets
        self._phrasing = phrasing
        self._voice = voice
        self._signals = signals
        self._clock = clock

    def answer(self, claim: Claim) -> None:
        """Decide and save one turn.

        Raises:
            LeaseLost: another worker has taken the conversation; nothing of this turn was saved.
            ConversationMoved: it changed meanwhile; nothing was saved, decide again.
            Unavailable: the database did not answer; nothing was saved.
        """
        now = self._clock.now()
        with self._store.read() as tx:
            conversation = tx.conversations.get(claim.conversation.id)
            around = look_around(tx, conversation, now)
        heard = self._hear(claim, conversation, around)
        outcome = self._decide(claim, conversation, heard, around)
        with self._store.write() as tx:
            self._save(tx, claim, conversation, heard, around, outcome)
        for topic in (f"answered:{claim.inbound_id}", f"conversation:{conversation.id}", "outbox", "feed"):
            self._signals.signal(topic)

    def _hear(self, claim: Claim, conversation: Conversation, around: Surroundings) -> Heard:
        inbound = claim.inbound
        now = self._clock.now()
        hint = inbound.language or conversation.language
        understand = partial(
            self._understander.understand,
            inbound.text,
            now=now,
            lang_hint=hint,
            expecting=self._dialogue.expecting(conversation.state),
            spoken=inbound.spoken,
        )
        known = Circumstances(ticket_open=bool(around.open_tickets))
        understanding = understand(known=known)
        if understanding.hinges and not (inbound.payload or around.agent_holds_floor):
            more = self._look_into(understanding.hinges, claim, around, now)
            understanding = understand(known=known.with_more(more)) if more else understanding
        return Heard(
            text=inbound.text,
            payload=inbound.payload,
            language=understanding.lang or hint,
            spoken=inbound.spoken,
            attachments=inbound.attachments,
            understanding=understanding,
            now=now,
            inbound_id=claim.inbound_id,
            knowledge=self._look_up(claim, conversation, understanding, now),
        )

    def _look_into(
        self, hinges: Sequence[str], claim: Claim, around: Surroundings, now: datetime
    ) -> Mapping[str, Any]:
        """What the utility has on record that may tell what is meant; nothing when it does not answer."""
        binding = next((b for b in around.bindings if b.level >= Level.V2), None)
        if binding is None:
            return {}
        call = ActionCall(
            name="know_circumstances",
            slots={"wanted": " ".join(hinges)},
            account_no=binding.account_no,
            level=binding.level,
            contact_id=around.contact_id,
            conversation_id=around.conversation_id,
            language=around.language,
            idempotency_key=f"{claim.inbound_id}:known",
            now=now,
        )
        try:
            return self._actions.run(call).values
        except Unavailable as error:
            log.warning("turn.back_end_unavailable", verb=call.name, error=type(error).__name__)
            return {}

    def _look_up(
        self, claim: Claim, conversation: Conversation, understanding: Understanding, now: datetime
    ) -> tuple[Hit, ...]:
        """Passages for words of the customer's own, while nobody is in danger and the bot has the floor."""
        inbound = claim.inbound
        if inbound.payload or understanding.danger is not None or conversation.mode is not Mode.BOT:
            return ()
        about = self._dialogue.about(conversation.state)
        return self._knowledge.search(inbound.text, local_day(now), about=about)

    def _decide(
        self, claim: Claim, conversation: Conversation, heard: Heard, around: Surroundings
    ) -> _Outcome:
        state = conversation.state
        if claim.attempts > POISONED_AFTER:
            log.error("turn.poisoned", inbound=claim.inbound_id, attempts=claim.attempts)
            decision = self._dialogue.crashed(state, heard, around)
        elif around.agent_holds_floor:
            decision = self._dialogue.watch(state, heard, around)
        else:
            decision = self._dialogue.hear(state, heard, around)
        outcome = _Outcome(decision)
        outcome.take(decision)
        for step in range(MAX_ACTIONS):
            request = outcome.decision.do
            if request is None:
                return outcome
            around = replace(around, bindings=(*outcome.bindings[::-1], *around.bindings))
            outcome.take(self._act(request, step, outcome.decision, heard, around))
        if outcome.decision.do is not None:
            log.error("turn.too_many_actions", inbound=claim.inbound_id, verb=outcome.decision.do.verb)
            outcome.take(self._dialogue.failed(outcome.decision.state, outcome.decision.do, heard, around))
        return outcome

    def _act(
        self, request: ActionRequest, step: int, decision: Decision, heard: Heard, around: Surroundings
    ) -> Decision:
        call = ActionCall(
            name=request.verb,
            slots=request.slots,
            account_no=request.account_no,
            level=request.level,
            contact_id=around.contact_id,
            conversation_id=around.conversation_id,
            language=decision.language or heard.language,
            idempotency_key=f"{heard.inbound_id}:{step}",
            now=heard.now,
        )
        try:
            result = self._actions.run(call)
        except Unavailable as error:
            log.warning("turn.back_end_unavailable", verb=request.verb, error=type(error).__name__)
            return self._dialogue.failed(decision.state, request, heard, around)
        return self._dialogue.learn(decision.state, request, result, heard, around)

    def _save(
        self,
        tx: Transaction,
        claim: Claim,
        before: Conversation,
        heard: Heard,
        around: Surroundings,
        outcome: _Outcome,
    ) -> None:
        now = self._clock.now()
        conversation = tx.conversations.lock(before.id)
        tx.inbox.settle(claim, now)
        if conversation.state != before.state or conversation.mode is not before.mode:
            raise ConversationMoved("the conversation changed during the turn")
        for binding in outcome.bindings:
            tx.contacts.bind(binding)
        decision = outcome.decision
        question = self._message_of(tx, claim)
        ticket_id = before.ticket_id if around.agent_holds_floor else decision.belongs_to
        if ticket_id:
            self._tickets.customer_wrote(tx, CustomerWrote(ticket_id, before.id, question), now)
        if decision.urge:
            self._tickets.urge(tx, CustomerUrged(decision.urge, claim.inbound_id), now)
        about = ticket_id
        if decision.hand_over is not None:
            wish = decision.hand_over
            language = outcome.language or heard.language
            opened = self._tickets.hand_over(tx, _request(claim, wish, language, around), now)
            about = opened.ticket_id
            outcome.take(self._dialogue.opened(decision.state, wish, opened, heard, around))
        if decision.survey is not None:
            answer = decision.survey
            fact = SatisfactionGiven(
                answer.ticket_id, answer.solved, answer.score, answer.comment, claim.inbound_id
            )
            result = self._tickets.answered(tx, fact, now)
            outcome.take(self._dialogue.surveyed(outcome.decision.state, answer, result, heard, around))
        language = outcome.language or heard.language
        for saying in outcome.said:
            reply = self._phrasing.say(saying, language, spoken=conversation.channel == "hotline")
            self._voice.append(tx, conversation, reply, now, reply_to=claim.inbound_id)
        note_doubts(tx, outcome.doubts, conversation, self._phrasing, (claim.inbound.display_name,))
        tx.conversations.save_state(before.id, outcome.decision.state, now, language=language)
        tx.feed.add("message", now, conversation_id=before.id, ticket_id=about)

    def _message_of(self, tx: Transaction, claim: Claim) -> str:
        message: Message = tx.conversations.messages(claim.conversation.id, claim.seq - 1, 1, desk=True)[0]
        return message.id


def _request(claim: Claim, wish: HandoverWish, language: str, around: Surroundings) -> HandoverRequested:
    return HandoverRequested(
        source=f"{claim.inbound_id}:{wish.purpose}",
        conversation_id=around.conversation_id,
        contact_id=around.contact_id,
        intent=wish.intent,
        cls=wish.cls,
        subject=wish.subject,
        summary=wish.summary,
        language=language,
        facts=wish.facts,
        account_no=wish.account_no,
        area=wish.area,
        priority=wish.priority,
        wants_person=wish.wants_person,
    )
