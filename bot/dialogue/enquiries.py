"""Enquiries: what an article answers is answered from it, and where none does, that is said.

An article never stands in place of danger, of somebody's own figures or of a report: danger is played before,
and each flow says by ``enquiry`` how far its intent may be answered from articles:

``first``
    whatever is asked (prices, saving advice)
``asked``
    when the message asks rather than wishes ("what papers for a transfer", not "transfer my account")
``rule``
    only when it asks for the rule itself and not for the asker's own case ("how is the late fee worked out")
``general``
    the same, and it says that it asks in general ("how long do repairs usually take")
nothing
    never (reports of an outage, danger, praise)
"""

from __future__ import annotations

from bot.dialogue import handover, playing, repairs, slots
from bot.dialogue.habits import width
from bot.dialogue.step import Step
from domain.knowledge import Hit
from domain.understanding import UNKNOWN, Entity

_GUARDED = 0.25
"""A report that is as likely as this is not answered from articles."""
_OWN_CASE = frozenset(
    ("account_no", "meter_no", "address", "area", "ticket_no", "application_no", "date", "period", "phone")
)
"""Entities that tell of a case of one's own."""
_JUST_NAMED = 24
"""A message not wider than this (a Chinese character counts two) that names a rule asks for it."""
_STORIES = frozenset(("CMP", "TIP", "SUG", "OPN", "PRA"))
"""Tickets whose details are told in the customer's own words, questions included."""


def answered(step: Step) -> bool:
    """Answer an enquiry, or admit that there is no sure answer; False when the message is for a flow."""
    hit = next((hit for hit in step.heard.knowledge if hit.enough), None)
    if step.heard.attachments or not step.heard.text.strip():
        return False
    if hit is not None:
        if not _may_tell(step, hit):
            return False
        _tell(step, hit)
        return True
    if step.memory.top is not None or not _deserves_an_answer(step):
        return False
    repairs.no_article(step, _offers(step, (step.heard.understanding.intent,)))
    return True


def helped(step: Step) -> None:
    """She says that the answer is clear."""
    step.tell("knowledge.glad", () if step.memory.top else step.habits.menu)
    playing.ask_again(step)


def to_a_colleague(step: Step) -> None:
    """A person answers instead, who reads what was asked and what we said."""
    step.tell("knowledge.sorry")
    handover.to_a_person(step, step.enquiry.get("words", ""))


def _tell(step: Step, hit: Hit) -> None:
    passage = hit.passage[step.tongue]
    understood = step.heard.understanding
    step.memory.missed = 0
    step.tell("knowledge.answer", answer=passage.answer, title=passage.title, link=passage.link)
    if understood.second is not None:
        playing.queue(step, understood.second.name)
    if step.memory.top is not None or step.memory.queue:
        playing.resume(step)
        return
    step.memory.enquiry = {"words": step.heard.text[: slots.LONGEST], "article": passage.question}
    step.tell("knowledge.helped", ("helped_yes", *_offers(step, hit.intents), "helped_no"))


def _may_tell(step: Step, hit: Hit) -> bool:
    """Whether an article may answer this message here."""
    if _reports(step):
        return False
    top, policy = step.memory.top, _policy(step)
    if top is None:
        return _fits(step, policy)
    if not _asks_for_a_rule(step) or _tells_a_story(step) or _steers(step):
        return False
    return top.flow in hit.intents or _fits(step, policy)


def _fits(step: Step, policy: str) -> bool:
    habits, text = step.habits, step.heard.text
    strong = _asks_for_a_rule(step)
    if policy == "first":
        return True
    if policy == "asked":
        wishes = habits.contains("wishes", text) and not habits.contains("asking", text)
        return strong or (slots.asks(step.heard, habits) and not wishes)
    own = any(_is_a_case(entity) for entity in step.heard.understanding.entities)
    if not strong or own or habits.contains("own", text):
        return False
    return policy == "rule" or (policy == "general" and habits.contains("in_general", text))


def _is_a_case(entity: Entity) -> bool:
    """Whether it names one; "how many days (几天) ahead" names no days."""
    return entity.name in _OWN_CASE and "几" not in entity.surface


def _asks_for_a_rule(step: Step) -> bool:
    """How long, which papers, what it means, what it costs; or just the thing: "transfer procedure"."""
    habits, text = step.habits, step.heard.text
    named = habits.contains("rule_words", text)
    return habits.contains("enquiries", text) or (
        named and (slots.asks(step.heard, habits) or width(text) <= _JUST_NAMED)
    )


def _steers(step: Step) -> bool:
    """Whether the message steers the talk: "forget it, all these papers" is no question about papers."""
    flow = step.flows.get(step.heard.understanding.intent)
    return flow is not None and flow.control and not flow.enquiry


def _policy(step: Step) -> str:
    """How far the intent of the message may be answered from articles; of a doubtful one, its likeliest."""
    understood = step.heard.understanding
    intent = understood.intent
    if intent == UNKNOWN:
        intent = next((guess.name for guess in understood.ranking), UNKNOWN)
        flow = step.flows.get(intent)
        return "asked" if flow is None or flow.control else flow.enquiry
    flow = step.flows.get(intent)
    return flow.enquiry if flow is not None else ""


def _reports(step: Step) -> bool:
    """Whether somebody may well be reporting something that nobody may answer with a text."""
    guesses = step.heard.understanding.ranking
    flows = ((guess, step.flows.get(guess.name)) for guess in guesses if guess.confidence >= _GUARDED)
    return any(flow is not None and not flow.control and not flow.enquiry for _, flow in flows)


def _tells_a_story(step: Step) -> bool:
    flow = step.flow_of(step.memory.frames[-1])
    return flow.hand_over is not None and flow.hand_over.cls in _STORIES


def _deserves_an_answer(step: Step) -> bool:
    """A plain question about rules whose flow could do no more than open a ticket for something else."""
    flow = step.flows.get(step.heard.understanding.intent)
    plain = flow is not None and flow.enquiry == "asked" and not flow.do
    return plain and _asks_for_a_rule(step) and not _reports(step)


def _offers(step: Step, intents: tuple[str, ...]) -> list[str]:
    """The request that may be begun from here, as a button; none for what is itself only asked."""
    for intent in intents:
        flow = step.flows.get(intent)
        if flow is None or flow.control or flow.enquiry == "first":
            continue
        if step.menu.payload(handover.topic(intent)):
            return [handover.topic(intent)]
    return []
