"""The engine: which part of the dialogue a message belongs to, in the order that people expect."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.dialogue import (
    afterwards,
    choices,
    danger,
    doubts,
    enquiries,
    handover,
    identity,
    misfit,
    playing,
    repairs,
    sense,
    slots,
    tickets,
)
from bot.dialogue.flows import Flows, load_flows
from bot.dialogue.habits import Habits, load_habits, width
from bot.dialogue.memory import Memory, recall
from bot.dialogue.step import Menu, Step
from domain.dialogue import (
    ActionRequest,
    Decision,
    HandoverWish,
    Heard,
    State,
    Surroundings,
    SurveyAnswer,
)
from domain.facts import TicketOpened
from domain.ports import ActionResult
from domain.understanding import UNKNOWN

DIGRESSES = 0.6
"""Confidence from which a message with another intent leaves the open question."""
LEAVES_FREE_TEXT = 0.85
"""The same when we asked for her own words, which may well look like an intent."""
FEW_WORDS = 24
"""Width (a Chinese character counts two) up to which a message is rather the answer to our question."""
SURVEY_CHOICES = ("solved_yes", "solved_partly", "solved_no")
"""What the satisfaction question offers, in its order; typing the number means the same."""
NO_NEW_REQUEST = frozenset({"inform", UNKNOWN, "affirm", "deny", "out_of_scope"})


class FlowDialogue:
    """Implements :class:`domain.dialogue.Dialogue` over flow files."""

    def __init__(self, flows: Flows, menu: Menu, habits: Habits) -> None:
        self._flows = flows
        self._menu = menu
        self._habits = habits

    def expecting(self, state: State) -> str:
        """Name of the slot that the last question asked for, or empty."""
        memory = recall(state, self._flows)
        if memory.hazard:
            return "address"
        if memory.top is None:
            return ""
        return {"account": "account_no"}.get(memory.top.proving, memory.top.proving or memory.top.asking)

    def about(self, state: State) -> str:
        """Words on what is being talked about, for a question that leaves it out; empty when nothing is."""
        memory = recall(state, self._flows)
        if memory.top is None:
            return memory.enquiry.get("words", "")
        return memory.top.words or " ".join(self._menu.labels(handover.topic(memory.top.flow)))

    def hear(self, state: State, heard: Heard, around: Surroundings) -> Decision:
        """A new message while the bot holds the floor."""
        step = self._step(state, heard, around)
        _hear(step)
        if not step.say and step.do is None and step.hand_over is None and step.survey is None:
            step.tell("repair.rephrase", self._habits.menu)
        return step.decision()

    def watch(self, state: State, heard: Heard, around: Surroundings) -> Decision:
        """A new message while an agent holds the floor: silent unless the safety rule sounds."""
        step = self._step(state, heard, around)
        if heard.understanding.danger is not None:
            danger.react(step, heard.understanding.danger)
        return step.decision()

    def learn(
        self, state: State, request: ActionRequest, result: ActionResult, heard: Heard, around: Surroundings
    ) -> Decision:
        """The action ran and this came of it."""
        step = self._step(state, heard, around)
        playing.learn(step, request, result)
        return step.decision()

    def failed(self, state: State, request: ActionRequest, heard: Heard, around: Surroundings) -> Decision:
        """The back end did not answer: an apology and a person."""
        step = self._step(state, heard, around)
        playing.failed(step, request)
        return step.decision()

    def opened(
        self, state: State, wish: HandoverWish, ticket: TicketOpened, heard: Heard, around: Surroundings
    ) -> Decision:
        """The ticket exists: its number, who answers for it, by when. Only speaks."""
        step = self._step(state, heard, around)
        step.speaks_only = True
        afterwards.remember(step, ticket)
        if wish.purpose == "danger":
            danger.opened(step, wish, ticket)
        else:
            handover.tell_opened(step, wish, ticket)
            playing.resume(step)
        return step.decision()

    def surveyed(
        self, state: State, answer: SurveyAnswer, outcome: str, heard: Heard, around: Surroundings
    ) -> Decision:
        """The answer was stored with this outcome. Only speaks."""
        step = self._step(state, heard, around)
        tickets.tell_surveyed(step, answer, outcome)
        return step.decision()

    def expect_survey(self, state: State, ticket_id: str, number: str) -> State:
        """We asked whether this ticket is solved."""
        memory = recall(state, self._flows)
        memory.survey = {"ticket": ticket_id, "number": number}
        memory.offered = list(SURVEY_CHOICES)
        return memory.json()

    def crashed(self, state: State, heard: Heard, around: Surroundings) -> Decision:
        """This message could not be answered several times over: an apology, a person, a fresh state."""
        memory = recall(state, self._flows)
        step = self._step({}, heard, around)
        step.memory.proved, step.memory.language = memory.proved, memory.language
        step.language = memory.language or None
        if heard.understanding.danger is not None:
            danger.react(step, heard.understanding.danger)
            return step.decision()
        step.tell("system.crashed")
        handover.to_a_person(step, heard.text[: slots.LONGEST])
        return step.decision()

    def _step(self, state: State, heard: Heard, around: Surroundings) -> Step:
        memory = recall(state, self._flows)
        step = Step(self._flows, self._menu, self._habits, memory, heard, around)
        step.language = memory.language or None
        return step


def load_dialogue(folder: Path, menu: Menu) -> FlowDialogue:
    """The dialogue of ``nlu_data``: ``flows/*.yml`` and ``dialogue.yml``.

    Raises:
        FlowError: a file is wrong; the message says where.
    """
    return FlowDialogue(load_flows(folder / "flows"), menu, load_habits(folder / "dialogue.yml"))


def _hear(step: Step) -> None:
    step.enquiry, step.memory.enquiry = step.memory.enquiry, {}
    payload = choices.pressed(step)
    doubts.next_message(step)
    sense.read(step)
    alarm = danger.alarm(step, payload)
    if alarm is not None:
        danger.react(step, alarm)
        return
    if tickets.survey(step, payload) or (not payload and danger.where(step)) or repairs.switched(step):
        return
    if payload and _press(step, payload):
        step.memory.missed = step.memory.silent = 0
        return
    if not step.heard.text.strip() and not _answers_with_a_file(step):
        repairs.nothing_to_read(step)
        return
    step.memory.silent = 0
    intent = step.heard.understanding.intent
    top = step.memory.top
    if top is not None and top.flow == "human_agent" and intent not in ("stop", "repeat"):
        repairs.about_given(step)
    elif step.habits.says("menu", step.heard.text):
        step.tell("repair.menu", step.habits.menu)
    elif step.habits.says("hesitates", step.heard.text):
        step.tell("repair.take_your_time", tuple(step.memory.offered))
    elif repairs.is_abuse(step) and intent in (*NO_NEW_REQUEST, "stop", "goodbye"):
        repairs.abused(step)
    elif intent != "human_agent" and step.habits.contains("person", step.heard.text):
        repairs.human(step)
    elif top is not None and step.habits.says("not_this", step.heard.text) and misfit.not_this(step):
        return
    elif not (
        danger.perhaps(step) or enquiries.answered(step) or repairs.control(step, intent) or _answered(step)
    ):
        _request(step, intent)


def _answers_with_a_file(step: Step) -> bool:
    top = step.memory.top
    slot = step.flow_of(top).slot(top.asking) if top else None
    return bool(step.heard.attachments) and slot is not None and slot.is_ == "text"


def _press(step: Step, payload: str) -> bool:
    """Do what a choice means; False for a payload that means nothing here."""
    head, _, rest = payload.partition(":")
    simple: dict[str, Callable[[], None]] = {
        "human": lambda: repairs.human(step),
        "stop": lambda: _control(step, "stop"),
        "menu": lambda: step.tell("repair.menu", step.habits.menu),
        "no_danger": lambda: danger.none(step),
        "go_on": lambda: misfit.go_on(step),
        "skip": lambda: misfit.skip(step),
        "not_this": lambda: misfit.drop(step),
        "yes": lambda: repairs.yes_or_no(step, True),
        "no": lambda: repairs.yes_or_no(step, False),
        "helped=yes": lambda: enquiries.helped(step),
        "helped=no": lambda: enquiries.to_a_colleague(step),
        "colleague=yes": lambda: enquiries.to_a_colleague(step),
    }
    if payload in simple:
        if payload == "human" and step.memory.top is not None and step.memory.top.flow == "human_agent":
            repairs.about_given(step)
        else:
            simple[payload]()
        return True
    if head == "start" and rest in step.flows:
        doubts.chose(step, rest)
        playing.begin(step, rest, slots.from_entities(step.flows[rest], step.heard), step.heard.text)
        return True
    if head == "proof":
        return _change_proof(step, rest)
    if head == "fill":
        return _fill(step, rest)
    return False


def _control(step: Step, intent: str) -> None:
    repairs.control(step, intent)


def _fill(step: Step, rest: str) -> bool:
    """A choice that answers a question; pressed too late it is said so."""
    name, _, value = rest.partition("=")
    top = step.memory.top
    slot = step.flow_of(top).slot(name) if top else None
    if slot is None or top is None or top.proving:
        step.tell("repair.too_late", step.habits.menu)
        return True
    taken = slots.checked(slot, value)
    if not taken:
        return False
    playing.answer(step, slot.name, taken)
    return True


def _change_proof(step: Step, how: str) -> bool:
    top = step.memory.top
    if top is None or not top.proving:
        step.tell("repair.too_late", step.habits.menu)
    elif how == "holder" and top.slots.get("account_no"):
        identity.by_holder(step, top)
    else:
        identity.prove(step, top, anew=True)
        playing.after_proof_step(step)
    return True


def _answered(step: Step) -> bool:
    """Whether the message was taken as an answer to the open question, or as a correction of one."""
    top = step.memory.top
    if top is None:
        return _continues_last(step)
    if not _chooses(step) and _digresses(step):
        misfit.give_up_first(step)
        return False
    if top.proving:
        if identity.answers(step, top):
            playing.after_proof_step(step)
        elif not _corrects(step):
            misfit.handle(step)
        return True
    slot = step.flow_of(top).slot(top.asking)
    if slot is not None:
        name, value = slots.answer_to(step.flow_of(top), slot, step.heard, step.habits)
        if value:
            playing.answer(step, name, value)
            return True
    if not _corrects(step):
        misfit.handle(step)
    return True


def _chooses(step: Step) -> bool:
    """Whether a few words answer the open question with choices, whatever else they could mean."""
    top = step.memory.frames[-1]
    slot = step.flow_of(top).slot(top.asking)
    if top.proving or slot is None or slot.is_ != "choice" or width(step.heard.text) > FEW_WORDS:
        return False
    return bool(step.habits.chosen(slot.name, slot.values, step.heard.text))


def _digresses(step: Step) -> bool:
    """Whether the message leaves the open question for another request."""
    top = step.memory.frames[-1]
    understood = step.heard.understanding
    intent = understood.intent
    if intent in NO_NEW_REQUEST or intent not in step.flows or intent == top.flow:
        return False
    slot = step.flow_of(top).slot(top.asking)
    if not top.proving and slot is not None and slot.is_ == "text":
        asks = slots.asks(step.heard, step.habits)
        enough = DIGRESSES if asks else LEAVES_FREE_TEXT
        return intent.startswith(("query_", "explain_")) and understood.confidence >= enough
    if top.proving == "name":
        return understood.confidence >= identity.SURE
    return understood.confidence >= DIGRESSES


def _corrects(step: Step) -> bool:
    """Take "no, I meant August": a value we already had is given anew."""
    top = step.memory.frames[-1]
    found = slots.from_entities(step.flow_of(top), step.heard)
    new = {name: value for name, value in found.items() if top.slots.get(name) != value}
    if not new:
        return False
    replaced = any(top.slots.get(name) for name in new)
    top.slots.update(new)
    step.tell("repair.changed" if replaced else "repair.noted")
    playing.proceed(step)
    return True


def _continues_last(step: Step) -> bool:
    """The customer asks "and last month?": the request just finished, again with another value."""
    memory = step.memory
    flow = step.flows.get(memory.last_flow)
    if flow is None or step.heard.understanding.intent not in ("inform", UNKNOWN, "deny"):
        return False
    found = {name: value for name, value in slots.from_entities(flow, step.heard).items() if flow.slot(name)}
    if not found or flow.built_in or not flow.do:
        return False
    playing.begin(step, flow.intent, {**memory.last_slots, **found}, step.heard.text)
    return True


def _request(step: Step, intent: str) -> None:
    """A request, or something that we cannot make out."""
    understood = step.heard.understanding
    if repairs.disagreed(step) or afterwards.adds(step) or (understood.close and repairs.which(step)):
        return
    if intent in step.flows:
        doubts.acted(step, intent)
    if intent in ("affirm", "deny"):
        repairs.yes_or_no(step, intent == "affirm")
    elif intent == "inform":
        _only_a_value(step)
    elif intent == "out_of_scope":
        repairs.out_of_scope(step)
    elif intent in step.flows:
        if understood.second is not None:
            playing.queue(step, understood.second.name)
        playing.begin(step, intent, _with_last_values(step, intent), step.heard.text)
    else:
        repairs.not_understood(step)


def _with_last_values(step: Step, intent: str) -> dict[str, str]:
    """What the message says; the month just spoken about stays the same for a question that follows it."""
    found = slots.from_entities(step.flows[intent], step.heard)
    last: Memory = step.memory
    period = last.last_slots.get("period", "")
    if period and "period" not in found and intent == "explain_high_bill" and last.last_flow == "query_bill":
        found["period"] = period
    return found


def _only_a_value(step: Step) -> None:
    """A number or a place without a request."""
    understood = step.heard.understanding
    if understood.entity("ticket_no"):
        playing.begin(
            step,
            "query_ticket_status",
            slots.from_entities(step.flows["query_ticket_status"], step.heard),
            step.heard.text,
        )
    elif understood.entity("application_no"):
        playing.begin(
            step,
            "query_application_progress",
            slots.from_entities(step.flows["query_application_progress"], step.heard),
            step.heard.text,
        )
    else:
        account_no = slots.account_in(step.heard)
        if account_no:
            step.memory.account_no = account_no
        step.tell("inform.what_for", step.habits.menu)
