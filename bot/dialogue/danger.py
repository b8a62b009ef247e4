"""Danger wins in any state: advice first, a ticket at once, then the place, then back to what was open."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.dialogue import doubts, handover, playing, slots
from bot.dialogue.step import Step
from domain.dialogue import HandoverWish
from domain.facts import TicketOpened
from domain.learning import Reason
from domain.understanding import UNKNOWN, Danger

INTENT = "report_safety_hazard"
SAME_DANGER = timedelta(hours=1)
"""Within this, words about danger that follow an alarm without a place belong to the same one."""
_HALF_HEARD = 0.2
"""Confidence from which a doubtful danger is asked about."""
_SURE = 0.75
"""Confidence from which a message counts as a new request although we asked where the danger is."""


def alarm(step: Step, pressed: str) -> Danger | None:
    """The danger in this message, from the safety rule or, failing that, from the model."""
    understood = step.heard.understanding
    if understood.danger is not None:
        return understood.danger
    if pressed != f"start:{INTENT}" and (pressed or understood.intent != INTENT):
        return None
    entity = understood.entity("hazard_type")
    kind = entity.value if entity else "other"
    return Danger(kind, step.heard.text, f"danger.advice.{kind}", "the model read it as a danger")


def perhaps(step: Step) -> bool:
    """The model half hears a danger and no rule does: ask, in one sentence; False when it hears none."""
    understood = step.heard.understanding
    chance = max((g.confidence for g in understood.ranking if g.name == INTENT), default=0.0)
    likeliest = bool(understood.ranking) and understood.ranking[0].name == INTENT
    if understood.intent != UNKNOWN or not likeliest or chance < _HALF_HEARD:
        return False
    doubts.unclear(step, Reason.UNKNOWN)
    step.tell("danger.perhaps")
    return True


def none(step: Step) -> None:
    """She says that nobody is in danger."""
    step.tell("danger.none", () if step.memory.top else step.habits.menu)
    playing.ask_again(step)


def react(step: Step, danger: Danger) -> None:
    """Advice in the first breath, and the ticket with it; more on the same danger goes to the same ticket."""
    pending = step.memory.hazard
    if pending and step.now - datetime.fromisoformat(pending["at"]) < SAME_DANGER:
        _more(step, danger)
        return
    doubts.acted(step, INTENT)
    _advise(step, danger)
    second = step.heard.understanding.second
    if second is not None:
        playing.queue(step, second.name)
    step.memory.survey = {}
    handover.of_danger(step, danger)


def opened(step: Step, wish: HandoverWish, ticket: TicketOpened) -> None:
    """Number and person; then ask where, unless she said it."""
    handover.tell_opened(step, wish, ticket)
    if step.around.agent_holds_floor:
        return
    if wish.facts.get("address") or wish.facts.get("area"):
        playing.resume(step)
        return
    step.memory.hazard = {
        "ticket": ticket.ticket_id,
        "number": ticket.number,
        "kind": wish.facts.get("hazard_type", ""),
        "at": step.now.isoformat(),
    }
    step.tell("danger.where")


def _advise(step: Step, danger: Danger) -> None:
    advice = next(
        (key for key in (danger.advice_key, f"danger.advice.{danger.kind}") if step.menu.has(key)),
        "danger.advice.other",
    )
    step.tell(advice)


def _more(step: Step, danger: Danger) -> None:
    """She goes on about the danger that has its ticket: advice only if it is of another kind."""
    pending = step.memory.hazard
    step.belongs_to = pending["ticket"]
    if danger.kind != pending["kind"]:
        pending["kind"] = danger.kind
        _advise(step, danger)
    understood = step.heard.understanding
    if understood.entity("address") or understood.entity("area") or step.heard.attachments:
        step.memory.hazard = {}
        step.tell("danger.where_noted", number=pending["number"])
        playing.resume(step)
    else:
        step.tell("danger.where")


def where(step: Step) -> bool:
    """Take the message as the place of the danger just reported; False when it is a new request."""
    pending = step.memory.hazard
    if not pending:
        return False
    step.memory.hazard = {}
    heard = step.heard
    understood = heard.understanding
    named = understood.entity("address") or understood.entity("area") or heard.attachments
    new_request = understood.intent in step.flows and not step.flows[understood.intent].built_in
    if not named and ((new_request and understood.confidence >= _SURE) or understood.intent in _NOT_A_PLACE):
        return False
    if not heard.text.strip() and not heard.attachments:
        return False
    step.belongs_to = pending["ticket"]
    if not named and not pending.get("asked") and not slots.is_a_place(heard, step.habits):
        step.memory.hazard = {**pending, "asked": "again"}
        step.tell("danger.passed_on")
        step.tell("danger.where")
        return True
    step.tell("danger.where_noted", number=pending["number"])
    playing.resume(step)
    return True


_NOT_A_PLACE = frozenset({"human_agent", "stop", "repeat", "goodbye", "thanks", "affirm", "deny", "greet"})
