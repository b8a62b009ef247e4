"""When the bot cannot settle it, or the customer wants a person: the ticket and the words about it."""

from __future__ import annotations

import re
from typing import Any

from bot.dialogue.flows import Handing
from bot.dialogue.memory import Frame
from bot.dialogue.step import Step
from domain.contact import Level
from domain.dialogue import HandoverWish
from domain.facts import TicketOpened
from domain.masking import mask_account_no
from domain.understanding import Danger

_LONG_NUMBER = re.compile(r"\d{7,}[\dXx]?")
_SUMMARY_WORDS = 160
_SECRET = frozenset({"code", "id_tail4"})


def hand_over(step: Step, frame: Frame, handing: Handing) -> None:
    """Wish for a ticket about a frame; the caller takes the frame off the stack."""
    account_no = frame.slots.get("account_no", "")
    facts = {name: value for name, value in frame.slots.items() if name not in _SECRET and value}
    facts["words"] = frame.words
    if account_no:
        facts["proved"] = "yes" if step.level(account_no) >= Level.V2 else "no"
    step.hand_over = HandoverWish(
        cls=handing.cls,
        subject=handing.subject,
        intent=frame.flow,
        summary=summary(step, frame.flow, _gist(frame)),
        facts=facts,
        account_no=account_no,
        area=frame.slots.get("area", ""),
        priority=handing.priority,
        wants_person=handing.wants_person,
        purpose=frame.flow,
        say_after=handing.say,
    )
    step.memory.humans = 0
    step.memory.missed = 0


def to_a_person(step: Step, about: str, intent: str = "human_agent") -> None:
    """Wish for a person who talks with the customer, about whatever was going on."""
    handing = step.habits.person
    top = step.memory.top
    facts = {"words": about}
    if step.enquiry.get("article"):
        facts["article"] = step.enquiry["article"]
    if top is not None:
        facts = {**{name: value for name, value in top.slots.items() if name not in _SECRET}, **facts}
    account_no = (top.slots.get("account_no", "") if top else "") or next(iter(step.accounts()), "")
    step.hand_over = HandoverWish(
        cls=handing.cls,
        subject=handing.subject,
        intent=top.flow if top else intent,
        summary=summary(step, top.flow if top else intent, about or (top.words if top else "")),
        facts=facts,
        account_no=account_no,
        area=top.slots.get("area", "") if top else "",
        priority=handing.priority,
        wants_person=True,
        purpose="person",
        say_after=handing.say,
    )
    step.memory.frames.clear()
    step.memory.humans = 0
    step.memory.missed = 0


def of_danger(step: Step, danger: Danger) -> None:
    """Wish for a P0 ticket at once: no form, no identity, whatever flow is open."""
    handing = step.habits.danger
    heard = step.heard
    facts = {"words": heard.text[:500], "hazard_type": danger.kind, "reason": danger.reason}
    for name in ("address", "area", "account_no", "phone"):
        entity = heard.understanding.entity(name)
        if entity is not None:
            facts[name] = entity.value
    accounts = step.accounts()
    step.hand_over = HandoverWish(
        cls=handing.cls,
        subject=handing.subject,
        intent="report_safety_hazard",
        summary=summary(step, "report_safety_hazard", heard.text),
        facts=facts,
        account_no=facts.get("account_no", accounts[0] if accounts else ""),
        area=facts.get("area", ""),
        priority=handing.priority,
        purpose="danger",
        say_after=handing.say,
    )


def tell_opened(step: Step, wish: HandoverWish, ticket: TicketOpened) -> None:
    """Number, person and promise of the ticket; another phrase when the matter was already open."""
    promise = ticket.due_words
    if not step.menu.has(promise):
        promise = "promise.by" if ticket.public_due_at else "promise.none"
    values: dict[str, Any] = {
        "number": ticket.number,
        "name": ticket.responsible_name,
        "queue": ticket.queue_name,
        "ahead": ticket.ahead,
        "due": ticket.public_due_at.isoformat() if ticket.public_due_at else "",
        "promise": promise,
        "topic": topic(wish.intent),
    }
    if ticket.existing:
        step.tell("handover.existing", **values)
    elif wish.wants_person:
        step.tell("handover.person_waiting" if ticket.ahead else "handover.person", **values)
    else:
        step.tell(wish.say_after or "handover.opened", **values)


def topic(intent: str) -> str:
    """Phrase key of an intent's name, as in "back to your bill"."""
    return f"topic.{intent}"


def summary(step: Step, intent: str, words: str) -> str:
    """One line for an agent: the topic, and the customer's own words with long numbers masked."""
    labels = step.menu.labels(topic(intent))
    head = (labels[0 if step.tongue == "zh" else -1]) if labels else intent
    flat = " ".join(words.split())
    masked = _LONG_NUMBER.sub(lambda found: mask_account_no(found.group()), flat)
    colon = "：" if step.tongue == "zh" else ": "
    return f"{head}{colon}{masked[:_SUMMARY_WORDS]}" if masked else head


def _gist(frame: Frame) -> str:
    details = frame.slots.get("details", "")
    if details and details not in frame.words:
        return f"{frame.words} / {details}" if frame.words else details
    return frame.words
