"""The customer says something that does not answer the open question: what else may she mean?"""

from __future__ import annotations

import re

from bot.dialogue import afterwards, doubts, handover, playing, repairs, slots
from bot.dialogue.step import Step

_DIGIT = re.compile(r"\d")
WORTH_ASKING = 0.2
"""From this confidence another request is offered beside the open question."""
_OFFERED = "another request"
"""Where a frame keeps that it has offered others; no slot has such a name."""
_HELP = "help."
"""Phrases that help to answer the question for a slot: ``help.<slot>``."""


def handle(step: Step) -> None:
    """Help her who cannot answer; offer what else she may mean; else ask once more, then a person."""
    frame = step.memory.frames[-1]
    question = frame.proving or frame.asking
    if question == "account":
        question = "account_no"
    if _not_about_the_proof(step) and afterwards.adds(step):
        playing.ask_again(step)
    elif _at_a_loss(step) and _may_skip(step):
        playing.not_an_answer(step)
    elif question == "account_no" and slots.mobile_in(step.heard.text):
        _once_more(step, "help.not_a_mobile")
    elif _at_a_loss(step) and step.menu.has(_HELP + question):
        _once_more(step, _HELP + question)
    else:
        doubts.off_the_point(step)
        if not _offer(step):
            playing.not_an_answer(step)


def go_on(step: Step) -> None:
    """She wants the open question after all."""
    if step.memory.top is None:
        step.tell("repair.menu", step.habits.menu)
    else:
        playing.ask_again(step)


def skip(step: Step) -> None:
    """She has no answer to a question that can do without one."""
    if step.memory.top is None:
        step.tell("repair.too_late", step.habits.menu)
    else:
        playing.not_an_answer(step)


def not_this(step: Step) -> bool:
    """Drop a request that we heard wrongly; False when "no" is an answer to the open question."""
    top = step.memory.frames[-1]
    slot = step.flow_of(top).slot(top.asking)
    if slot is not None and slot.is_ == "choice":
        return False
    drop(step)
    return True


def drop(step: Step) -> None:
    """Say sorry, forget the request, and let her say it in other words."""
    if step.memory.top is not None:
        doubts.dropped(step, step.memory.frames.pop().flow)
    step.tell("repair.heard_wrong", step.habits.menu)


def give_up_first(step: Step) -> None:
    """On "never mind, tell me the bill", what was going on is dropped before the new request begins."""
    if step.habits.begins("drops", step.heard.text):
        step.memory.frames.pop()
        step.memory.queue.clear()


def _not_about_the_proof(step: Step) -> bool:
    """We wait for digits and there is none: she may still be telling us of the ticket just opened."""
    waits_for_digits = step.memory.frames[-1].proving in ("account", "code", "id_tail4")
    return waits_for_digits and not _DIGIT.search(step.heard.text) and not _at_a_loss(step)


def _at_a_loss(step: Step) -> bool:
    return step.habits.contains("at_a_loss", step.heard.text) or step.heard.understanding.intent == "deny"


def _may_skip(step: Step) -> bool:
    top = step.memory.frames[-1]
    slot = step.flow_of(top).slot(top.asking)
    return not top.proving and slot is not None and slot.optional


def _once_more(step: Step, help_phrase: str) -> None:
    """Help instead of the same question; counts as asking it, so that a person takes over in the end."""
    frame = step.memory.frames[-1]
    question = frame.proving or frame.asking
    if frame.asked.get(question, 0) >= playing.MOST_ASKED:
        playing.not_an_answer(step)
        return
    frame.asked[question] = frame.asked.get(question, 0) + 1
    step.tell(help_phrase)


def _offer(step: Step) -> bool:
    """The likeliest other requests beside going on, once for a request; False when none is worth it."""
    frame = step.memory.frames[-1]
    understood = step.heard.understanding
    worth = {f"topic.{guess.name}" for guess in understood.ranking if guess.confidence >= WORTH_ASKING}
    likely = [key for key in repairs.likely_requests(step) if key in worth and key != f"topic.{frame.flow}"]
    if not likely or frame.asked.get(_OFFERED):
        return False
    frame.asked[_OFFERED] = 1
    step.tell("repair.or_go_on", (*likely[:2], "go_on"), topic=handover.topic(frame.flow))
    return True
