"""Plays a flow: collect what is missing, prove who is asking, act, say what came of it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue import handover, identity, slots, tickets
from bot.dialogue.flows import Flow, Outcome, Slot
from bot.dialogue.habits import width
from bot.dialogue.memory import Frame, Waiting
from bot.dialogue.step import Step, plain
from domain.contact import Level
from domain.dialogue import ActionRequest
from domain.ports import ActionResult

MOST_ASKED = 2
"""How often one question is asked; after that a person takes it, or the flow goes on without the answer."""

DETAILS_WIDTH = 40
"""A first message this wide (a Chinese character counts two) says what happened; it is not asked again."""


def begin(step: Step, intent: str, found: Mapping[str, str], words: str) -> None:
    """Begin a flow, or take up again the open one of the same intent."""
    flow = step.flows[intent]
    step.memory.missed = 0
    open_frame = next((frame for frame in step.memory.frames if frame.flow == intent), None)
    if open_frame is not None:
        step.memory.frames.remove(open_frame)
        _change(open_frame, found)
        step.memory.push(open_frame)
    else:
        known = {**slots.from_words(flow, words, step.habits), **found}
        step.memory.push(Frame(flow=intent, slots=known, words=words[: slots.LONGEST]))
        if flow.before:
            step.tell(flow.before)
    proceed(step)


def proceed(step: Step) -> None:
    """Do the next thing for the top frame: ask, prove, act, or hand over."""
    frame = step.memory.top
    if frame is None:
        return
    flow = step.flow_of(frame)
    if flow.built_in == "ticket_status":
        tickets.status(step, frame)
        finish(step)
        return
    if flow.tickets and not _names_a_place(flow, frame) and tickets.of_class(step, flow.tickets):
        finish(step)
        return
    _take_known_place(step, flow, frame)
    _take_known_account(step, flow, frame)
    if flow.level >= Level.V2 and flow.do and step.level(frame.slots.get("account_no", "")) < Level.V2:
        if frame.proving:
            identity.ask_again(step, frame)
        else:
            identity.prove(step, frame)
            after_proof_step(step)
        return
    missing = _missing(flow, frame)
    if missing is not None:
        _ask(step, frame, missing)
    elif flow.do:
        _act(step, flow, frame)
    elif flow.hand_over is not None:
        handover.hand_over(step, frame, flow.hand_over)
        finish(step)
    else:
        finish(step)


def answer(step: Step, name: str, value: str) -> None:
    """The open question is answered with a value for this slot; the message may hold other values too."""
    frame = step.memory.frames[-1]
    _change(frame, {**slots.from_entities(step.flow_of(frame), step.heard), name: value})
    frame.asking = ""
    step.memory.missed = 0
    proceed(step)


def not_an_answer(step: Step) -> None:
    """The message does not answer the open question: explain and ask again, once."""
    frame = step.memory.frames[-1]
    if frame.proving:
        frame.asked[frame.proving] = frame.asked.get(frame.proving, 0) + 1
        if frame.asked[frame.proving] > MOST_ASKED:
            step.tell("repair.person")
            handover.to_a_person(step, frame.words)
            return
        step.tell("repair.not_fitting")
        identity.ask_again(step, frame)
        return
    slot = step.flow_of(frame).slot(frame.asking)
    if slot is None:
        proceed(step)
        return
    if frame.asked.get(slot.name, 0) < MOST_ASKED and not slot.optional:
        step.tell("repair.not_fitting")
        _ask(step, frame, slot)
        return
    frame.asking = ""
    if slot.optional:
        frame.asked[slot.name] = MOST_ASKED
        proceed(step)
        return
    step.tell("repair.person")
    handover.to_a_person(step, frame.words)


def ask_again(step: Step) -> None:
    """Repeat the open question of the top frame, if there is one; does not count as asking."""
    frame = step.memory.top
    if frame is None:
        return
    if frame.proving:
        identity.ask_again(step, frame)
        return
    slot = step.flow_of(frame).slot(frame.asking)
    if slot is not None:
        _put_question(step, frame, slot, again=True)


def learn(step: Step, request: ActionRequest, result: ActionResult) -> None:
    """What came of the action of the top frame."""
    frame = step.memory.top
    if frame is None:
        step.tell("repair.menu", step.habits.menu)
        return
    if request.verb in identity.VERBS:
        if identity.learn(step, frame, request, result):
            step.tell("identity.proved")
            proceed(step)
        else:
            after_proof_step(step)
        return
    flow = step.flow_of(frame)
    frame.slots.update(result.learned)
    if request.account_no and request.level >= Level.V2:
        step.memory.account_no = request.account_no
        step.private = True
    outcome = flow.then.get(result.outcome)
    if outcome is None:
        _no_outcome(step, flow, frame)
        return
    _follow(step, frame, outcome, result)


def failed(step: Step, request: ActionRequest) -> None:
    """The back end did not answer: an apology, and a person who takes it from here."""
    frame = step.memory.top
    if frame is not None and request.verb == "send_code":
        step.tell("identity.sms_down")
        identity.by_holder(step, frame)
        return
    step.tell("system.back_end_down")
    if frame is None:
        handover.to_a_person(step, step.heard.text)
        return
    frame.proving = ""
    _no_outcome(step, step.flow_of(frame), frame)


def after_proof_step(step: Step) -> None:
    """Too many wrong proofs: nothing more is asked, a person may help by other means."""
    frame = step.memory.top
    if frame is not None and frame.proving == "locked":
        step.tell("identity.locked")
        finish(step)


def finish(step: Step) -> None:
    """Take the top frame off; go on with what was put aside, or with the second request."""
    memory = step.memory
    frame = memory.frames.pop()
    memory.last_flow, memory.last_slots = frame.flow, dict(frame.slots)
    memory.missed = 0
    if step.hand_over is not None:
        return
    resume(step)


def resume(step: Step) -> None:
    """Announce the return to the flow that was interrupted, or begin the second request."""
    memory = step.memory
    if memory.top is not None and identity.needless(step, memory.top):
        _resume_proved(step, memory.top)
        return
    if memory.top is not None:
        step.tell("repair.back_to", topic=handover.topic(memory.top.flow))
        ask_again(step)
        return
    if not memory.queue:
        return
    waiting = memory.queue.pop(0)
    if _only_speaks(step):
        memory.queue.insert(0, waiting)
        step.tell("repair.second_waits", topic=handover.topic(waiting.intent))
        return
    step.tell("repair.now_second", topic=handover.topic(waiting.intent))
    begin(step, waiting.intent, waiting.slots, step.heard.text)


def _resume_proved(step: Step, frame: Frame) -> None:
    """What waited for its proof goes on at once, or is offered where nothing more can be asked now."""
    if _only_speaks(step):
        step.memory.frames.remove(frame)
        step.memory.queue.insert(0, Waiting(frame.flow, frame.slots))
        step.tell("repair.second_waits", topic=handover.topic(frame.flow))
        return
    frame.proving, frame.proof = "", {}
    step.tell("repair.back_to", topic=handover.topic(frame.flow))
    proceed(step)


def queue(step: Step, intent: str) -> None:
    """Put a second request aside."""
    if intent in step.flows and not step.flows[intent].control:
        found = slots.from_entities(step.flows[intent], step.heard)
        step.memory.queue = [*step.memory.queue, Waiting(intent, found)][-2:]


def take_up_second(step: Step) -> bool:
    """The customer said yes to the waiting request; False if none waits."""
    if not step.memory.queue:
        return False
    waiting = step.memory.queue.pop(0)
    begin(step, waiting.intent, waiting.slots, step.heard.text)
    return True


def _only_speaks(step: Step) -> bool:
    """Whether this decision already changes something that a further action's decision would leave behind."""
    return step.speaks_only or bool(step.urge or step.belongs_to or step.survey or step.hand_over)


def _follow(step: Step, frame: Frame, outcome: Outcome, result: ActionResult) -> None:
    for name in outcome.forget:
        frame.slots.pop(name, None)
    if outcome.say:
        step.tell(outcome.say, **plain(result.values))
    if outcome.ask:
        slot = step.flow_of(frame).slot(outcome.ask)
        if slot is not None and frame.asked.get(slot.name, 0) < MOST_ASKED:
            if outcome.say:
                frame.asking = slot.name
                frame.asked[slot.name] = frame.asked.get(slot.name, 0) + 1
            else:
                _ask(step, frame, slot)
            return
        _no_outcome(step, step.flow_of(frame), frame)
        return
    if outcome.hand_over is not None:
        handover.hand_over(step, frame, outcome.hand_over)
    finish(step)


def _no_outcome(step: Step, flow: Flow, frame: Frame) -> None:
    handover.hand_over(step, frame, flow.hand_over or step.habits.person)
    finish(step)


def _act(step: Step, flow: Flow, frame: Frame) -> None:
    account_no = frame.slots.get("account_no", "")
    level = step.level(account_no)
    given = {name: value for name, value in frame.slots.items() if name != "account_no"}
    given["words"] = frame.words
    step.do = ActionRequest(flow.do, given, account_no, level)


def _ask(step: Step, frame: Frame, slot: Slot) -> None:
    frame.asking = slot.name
    _put_question(step, frame, slot, again=bool(frame.asked.get(slot.name)))
    frame.asked[slot.name] = frame.asked.get(slot.name, 0) + 1


def _put_question(step: Step, frame: Frame, slot: Slot, *, again: bool) -> None:
    """Ask; the second time shorter, where the phrases have shorter words for it."""
    shorter = f"{slot.ask}_again"
    step.tell(shorter if again and step.menu.has(shorter) else slot.ask, topic=handover.topic(frame.flow))


def _missing(flow: Flow, frame: Frame) -> Slot | None:
    for slot in flow.collect:
        if not slot.ask or slot.demand or frame.slots.get(slot.name):
            continue
        if any(frame.slots.get(other) for other in slot.or_):
            continue
        if slot.optional and frame.asked.get(slot.name, 0) >= 1:
            continue
        if slot.name == "details" and width(frame.words) >= DETAILS_WIDTH:
            continue
        return slot
    return None


def _names_a_place(flow: Flow, frame: Frame) -> bool:
    return any(frame.slots.get(slot.name) for slot in flow.collect)


def _take_known_place(step: Step, flow: Flow, frame: Frame) -> None:
    """The place that an open request is about, or the one just finished, is not asked for again."""
    if not _about_a_place(flow) or _names_a_place(flow, frame):
        return
    last = step.flows.get(step.memory.last_flow)
    spoken_of = [other.slots for other in reversed(step.memory.frames) if _about_a_place(step.flow_of(other))]
    if last is not None and _about_a_place(last):
        spoken_of.append(step.memory.last_slots)
    known = next((slots for slots in spoken_of if slots.get("area") or slots.get("address")), {})
    frame.slots.update({name: known[name] for name in ("area", "address") if known.get(name)})


def _about_a_place(flow: Flow) -> bool:
    """Whether its place is where somebody has, or will have, no power; a new supply is somewhere else."""
    return flow.slot("area") is not None and flow.slot("address") is not None


def _take_known_account(step: Step, flow: Flow, frame: Frame) -> None:
    """Her own account needs no asking, unless she named another place or account."""
    slot = flow.slot("account_no")
    if slot is None or frame.slots.get("account_no") or any(frame.slots.get(other) for other in slot.or_):
        return
    named = [other.slots.get("account_no", "") for other in reversed(step.memory.frames[:-1])]
    known = [*step.accounts(), *filter(None, named), *filter(None, [step.memory.account_no])]
    if known:
        frame.slots["account_no"] = known[0]


def _change(frame: Frame, found: Mapping[str, str]) -> None:
    """New values; another account needs its own proof."""
    if found.get("account_no", frame.slots.get("account_no")) != frame.slots.get("account_no"):
        frame.proving = ""
        frame.proof = {}
    frame.slots.update(found)
