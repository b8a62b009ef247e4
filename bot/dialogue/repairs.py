"""What people do besides answering: cancel, say "again?", thank, swear, fall silent, want a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.dialogue import doubts, handover, playing, slots
from bot.dialogue.habits import width
from bot.dialogue.memory import Frame
from bot.dialogue.step import Step
from domain.contact import Level
from domain.learning import Reason
from domain.ports import Saying
from domain.understanding import ENGINE_RASA, UNKNOWN

MOST_OFFERED = 3
LIKELY_ENOUGH = 0.08
"""A guess below this is not worth offering."""
THINKABLE = 0.03
"""A guess that may stand beside a likely one, so that there is something to choose from."""
GIVE_UP_AFTER = 2
_TELLS_THE_MATTER = 28
"""A request for a person this wide (a Chinese character counts two) says what it is about."""
SILENCES = 3
_DISPUTE = "topic.dispute_bill"


def control(step: Step, intent: str) -> bool:
    """Play a control intent; False when the message is none."""
    plays = {
        "stop": _stop,
        "repeat": _repeat,
        "human_agent": human,
        "greet": _greet,
        "goodbye": _goodbye,
        "thanks": _thanks,
    }
    play = plays.get(intent)
    if play is None:
        return False
    step.memory.missed = 0
    play(step)
    return True


def human(step: Step) -> None:
    """Never refused. Out of the blue, one line about the matter helps; asked twice, no more questions."""
    memory = step.memory
    doubts.misheard(step, Reason.WANTED_PERSON)
    memory.humans += 1
    top = memory.top
    asked = step.enquiry.get("words", "")
    if top is not None or memory.humans >= GIVE_UP_AFTER or asked or _says_what_about(step):
        about = (
            step.heard.text if _says_what_about(step) else asked or (top.words if top else step.heard.text)
        )
        handover.to_a_person(step, about)
        return
    memory.push(Frame(flow="human_agent", asking="about"))
    step.tell("human.what_about")


def about_given(step: Step) -> None:
    """Whatever she answers to "what is it about", a person takes it."""
    step.memory.frames.pop()
    handover.to_a_person(step, "" if step.heard.payload else step.heard.text[: slots.LONGEST])


def not_understood(step: Step) -> None:
    """Once: say so and offer what it might mean. Twice: a person."""
    understood = step.heard.understanding
    if _gives_up(step):
        return
    doubts.unclear(step, Reason.UNKNOWN)
    likely = _meanings(step)
    if understood.engine != ENGINE_RASA and not likely:
        step.tell("repair.menu_only", step.habits.menu)
    elif likely:
        step.tell("repair.did_you_mean", (*likely, "human"))
    elif slots.asks(step.heard, step.habits) or step.habits.contains("enquiries", step.heard.text):
        _no_sure_answer(step, [choice for choice in step.habits.menu if choice != "human"])
    else:
        step.tell("repair.rephrase", step.habits.menu)


def no_article(step: Step, choices: Sequence[str]) -> None:
    """A question that no article answers surely: once said so, a second time in a row a person takes it."""
    if not _gives_up(step):
        _no_sure_answer(step, choices)


def _no_sure_answer(step: Step, choices: Sequence[str]) -> None:
    step.memory.enquiry = {"words": step.heard.text[: slots.LONGEST], "article": ""}
    step.tell("knowledge.none", ("colleague", *choices))


def _gives_up(step: Step) -> bool:
    """Count a message that helped nobody on; the second in a row goes to a person."""
    memory = step.memory
    memory.missed += 1
    if memory.missed < GIVE_UP_AFTER:
        return False
    doubts.misheard(step, Reason.TWICE)
    doubts.unclear(step, Reason.TWICE)
    step.tell("repair.person")
    handover.to_a_person(step, step.heard.text[: slots.LONGEST])
    return True


def _meanings(step: Step) -> list[str]:
    """Two or three meanings to choose from: the likely ones, and beside a single one the next best."""
    likely = likely_requests(step)
    if len(likely) != 1:
        return likely
    rest = [*_requests(step, THINKABLE), *(key for key in step.habits.menu if key != "human")]
    return [*likely, next(key for key in rest if key not in likely)]


def disagreed(step: Step) -> bool:
    """She does not believe what she was just told of her account: offer what can be done about it."""
    memory, text = step.memory, step.heard.text
    flow = step.flows.get(memory.last_flow)
    if memory.top is not None or flow is None or not flow.do or flow.level < Level.V2:
        return False
    told = step.heard.understanding.intent in ("deny", "affirm", "inform", "out_of_scope", UNKNOWN)
    if not told or not step.habits.contains("disagrees", text):
        return False
    shown = [key for key in memory.offered if key.startswith("topic.") and key != _DISPUTE]
    step.tell("repair.disagrees", (_DISPUTE, *shown[: MOST_OFFERED - 1], "human"))
    return True


def which(step: Step) -> bool:
    """Two meanings are about equally likely: ask; False when there are not two to choose from."""
    likely = likely_requests(step)[:2]
    if len(likely) < 2:
        return False
    doubts.unclear(step, Reason.CLOSE)
    step.tell("repair.which", (*likely, "human"))
    return True


def nothing_to_read(step: Step) -> None:
    """No words: silence on the phone, a file, an empty or wordless message."""
    memory = step.memory
    if step.heard.attachments:
        _attachment(step)
    elif step.heard.spoken:
        memory.silent += 1
        if memory.silent >= SILENCES:
            memory.frames.clear()
            step.tell("silence.bye")
        elif memory.survey:
            # What she should answer may only just have been told: ask that, not whether she can hear us.
            step.tell("survey.ask_again", number=memory.survey["number"])
        else:
            step.tell("silence.hello" if memory.silent == 1 else "silence.menu")
            playing.ask_again(step)
    else:
        step.tell("repair.empty", () if memory.top else step.habits.menu)
        playing.ask_again(step)


def is_abuse(step: Step) -> bool:
    """Whether the message swears at us."""
    text = step.heard.text
    return step.habits.contains("abuse", text) or step.habits.says("abuse_alone", text)


def abused(step: Step) -> None:
    """Calm words and a way out; a second time a person, without more questions."""
    step.memory.abuse += 1
    if step.memory.abuse >= GIVE_UP_AFTER:
        step.tell("abuse.person")
        handover.to_a_person(step, step.heard.text[: slots.LONGEST])
        return
    step.tell("abuse.calm")
    playing.ask_again(step)


def switched(step: Step) -> bool:
    """She asks for another language; False when she does not."""
    for language in ("zh", "en"):
        if step.habits.says(f"to_{language}", step.heard.text) or step.heard.payload == f"lang:{language}":
            step.memory.language = step.language = language
            step.tell("language.switched", () if step.memory.top else step.habits.menu)
            playing.ask_again(step)
            return True
    return False


def out_of_scope(step: Step) -> None:
    """Not ours: say so, and what we can do."""
    step.tell("out_of_scope.sorry", () if step.memory.top else step.habits.menu)
    playing.ask_again(step)


def yes_or_no(step: Step, yes: bool) -> None:
    """A yes or no that answers nothing we asked."""
    if yes and playing.take_up_second(step):
        return
    if not yes and step.memory.queue:
        step.memory.queue.clear()
        step.tell("repair.fine")
    elif step.memory.top is not None:
        playing.not_an_answer(step)
    else:
        step.tell("repair.yes_to_what" if yes else "repair.fine", step.habits.menu if yes else ())


def _stop(step: Step) -> None:
    memory = step.memory
    memory.queue.clear()
    memory.hazard = {}
    if memory.top is None:
        step.tell("repair.nothing_to_stop", step.habits.menu)
        return
    dropped = memory.frames.pop()
    step.tell("repair.stopped", topic=handover.topic(dropped.flow))
    playing.resume(step)


def _repeat(step: Step) -> None:
    memory = step.memory
    said = [
        Saying(item["phrase"], item["values"], tuple(item["choices"])) for item in memory.said if _whole(item)
    ]
    if not said or (memory.said_private and _stale(step)):
        step.tell("repair.nothing_to_repeat", step.habits.menu)
        return
    step.private = memory.said_private
    step.say.extend(said)


def _greet(step: Step) -> None:
    if step.memory.top is not None:
        step.tell("greet.again")
        playing.ask_again(step)
    else:
        step.tell("greet.hello", step.habits.menu)


def _goodbye(step: Step) -> None:
    step.memory.frames.clear()
    step.memory.queue.clear()
    step.tell("goodbye.bye")


def _thanks(step: Step) -> None:
    step.tell("thanks.welcome")
    playing.ask_again(step)


def _attachment(step: Step) -> None:
    tickets = step.around.open_tickets
    if any(item.kind == "voice" for item in step.heard.attachments):
        step.tell("attachment.voice")
        playing.ask_again(step)
    elif tickets and step.memory.top is None:
        step.belongs_to = tickets[0].id
        step.tell("attachment.added", number=tickets[0].number, name=tickets[0].responsible_name)
    else:
        step.tell("attachment.what_about", () if step.memory.top else step.habits.menu)
        playing.ask_again(step)


def likely_requests(step: Step) -> list[str]:
    """Choice keys of the likeliest requests, best first."""
    return _requests(step, LIKELY_ENOUGH)[:MOST_OFFERED]


def _requests(step: Step, least: float) -> list[str]:
    found = []
    for guess in step.heard.understanding.ranking:
        key = f"topic.{guess.name}"
        flow = step.flows.get(guess.name)
        if guess.confidence >= least and flow and not flow.control and step.menu.payload(key):
            found.append(key)
    return found


def _says_what_about(step: Step) -> bool:
    """Whether the request for a person itself tells the matter."""
    text = step.heard.text.strip()
    return step.heard.understanding.second is not None or width(text) >= _TELLS_THE_MATTER


def _stale(step: Step) -> bool:
    return step.now - datetime.fromisoformat(step.memory.said_at) > step.habits.proof_holds


def _whole(item: object) -> bool:
    return isinstance(item, dict) and {"phrase", "values", "choices"} <= set(item)
