"""Who is asking: an account number with a one-time code, or with the holder's name and last four of the ID.

Nothing said here differs between an account that exists and one that does not. The counting and the locking
are done where the codes are checked (``actions/check_code.py``, ``actions/check_holder.py``).
"""

from __future__ import annotations

from bot.dialogue import slots
from bot.dialogue.memory import Frame
from bot.dialogue.step import Step
from domain.contact import Binding, Level
from domain.dialogue import ActionRequest
from domain.ports import ActionResult

VERBS = frozenset({"send_code", "check_code", "check_holder"})
SURE = 0.9
"""Confidence from which a message counts as a new request even though we wait for a name."""


def prove(step: Step, frame: Frame, *, anew: bool = False) -> None:
    """Begin the proof for the frame's account, with the code already on its way unless it is wanted anew."""
    account_no = frame.slots.get("account_no", "")
    if not account_no:
        frame.proving = "account"
        step.tell("identity.ask_account", topic=f"topic.{frame.flow}")
        return
    if f"contact:{step.around.contact_id}" in step.around.locked:
        frame.proving = "locked"
        return
    sent = next((other for other in step.memory.frames if _awaits_code_of(other, account_no)), None)
    if sent is not None and not anew:
        frame.proof, frame.proving = dict(sent.proof), "code"
        step.tell("identity.same_code", topic=f"topic.{frame.flow}")
        return
    frame.proof = {"account_no": account_no}
    frame.proving = "code"
    step.do = ActionRequest("send_code", {}, account_no, step.level(account_no))


def _awaits_code_of(frame: Frame, account_no: str) -> bool:
    return frame.proving == "code" and frame.proof.get("account_no") == account_no


def needless(step: Step, frame: Frame) -> bool:
    """Whether what a frame waits to have proved has been proved meanwhile, for another request."""
    account_no = frame.slots.get("account_no", "") or next(iter(step.accounts()), "")
    return bool(frame.proving) and step.level(account_no) >= Level.V2


def ask_again(step: Step, frame: Frame) -> None:
    """Repeat the open question of the proof."""
    question = {
        "account": "identity.ask_account_again",
        "code": "identity.ask_code",
        "name": "identity.ask_name",
        "id_tail4": "identity.ask_id_tail4",
    }[frame.proving]
    step.tell(question, topic=f"topic.{frame.flow}")


def answers(step: Step, frame: Frame) -> bool:
    """Take the message as an answer to the proof's question; False when it is something else."""
    heard = step.heard
    account_no = slots.account_in(heard)
    if (
        frame.proving in ("account", "code", "name", "id_tail4")
        and account_no
        and _differs(frame, account_no)
    ):
        frame.slots["account_no"] = account_no
        prove(step, frame)
        return True
    if frame.proving == "code":
        return _code(step, frame)
    if frame.proving == "name":
        return _name(step, frame)
    if frame.proving == "id_tail4":
        return _id_tail4(step, frame)
    return False


def by_holder(step: Step, frame: Frame) -> None:
    """Prove by the holder's name instead of a code."""
    frame.proving = "name"
    step.tell("identity.ask_name")


def learn(step: Step, frame: Frame, request: ActionRequest, result: ActionResult) -> bool:
    """What came of an identity verb; True when the proof succeeded and the flow may go on."""
    if result.granted is not None and result.granted >= Level.V2:
        _proved(step, frame, request)
        return True
    if result.outcome == "locked":
        frame.proving = "locked"
        return False
    if request.verb == "send_code":
        frame.proof.update(result.learned)
        step.tell("identity.code_sent", topic=f"topic.{frame.flow}")
    elif result.outcome == "expired":
        step.tell("identity.code_expired")
    elif request.verb == "check_code":
        step.tell("identity.code_wrong", left=result.values.get("left", 0))
    else:
        frame.proving = "name"
        step.tell("identity.holder_wrong", left=result.values.get("left", 0))
    return False


def _proved(step: Step, frame: Frame, request: ActionRequest) -> None:
    until = step.now + step.habits.proof_holds
    step.memory.proved[request.account_no] = until.isoformat()
    step.memory.account_no = request.account_no
    frame.proving = ""
    frame.proof = {}
    step.bind = Binding(
        contact_id=step.around.contact_id,
        account_no=request.account_no,
        level=Level.V2,
        how="otp" if request.verb == "check_code" else "name_id",
        verified_at=step.now,
        expires_at=until,
    )


def _differs(frame: Frame, account_no: str) -> bool:
    return account_no != frame.slots.get("account_no", "")


def _code(step: Step, frame: Frame) -> bool:
    if step.habits.contains("code_not_come", step.heard.text):
        step.tell("identity.code_not_come")
        return True
    code = slots.code_in(step.heard.text)
    if not code and step.habits.contains("code_out_of_reach", step.heard.text):
        step.tell("help.code")
        return True
    if not code:
        return _says_who_she_is(step, frame)
    step.do = ActionRequest(
        "check_code",
        {"code": code, "challenge": frame.proof.get("challenge", ""), "until": frame.proof.get("until", "")},
        frame.proof.get("account_no", ""),
        Level.V1,
    )
    return True


def _says_who_she_is(step: Step, frame: Frame) -> bool:
    """Name and tail of the ID instead of the code, before anybody offered that."""
    named = step.heard.understanding.entity("name") is not None
    return named and bool(slots.tail_in(step.heard.text)) and _name(step, frame)


def _name(step: Step, frame: Frame) -> bool:
    understood = step.heard.understanding
    entity = understood.entity("name")
    name = entity.value if entity else " ".join(step.heard.text.split())
    if not entity and understood.intent not in ("inform", "unknown") and understood.confidence >= SURE:
        return False
    tail = slots.tail_in(step.heard.text)
    if tail and not entity:
        name = "".join(letter for letter in name if not letter.isdigit()).strip(" ,，、xX")
    if not 1 < len(name) <= 40 or any(letter.isdigit() for letter in name):
        return False
    frame.proof["name"] = name
    if tail:
        return _id_tail4(step, frame)
    frame.proving = "id_tail4"
    step.tell("identity.ask_id_tail4")
    return True


def _id_tail4(step: Step, frame: Frame) -> bool:
    entity = step.heard.understanding.entity("id_tail4")
    tail = entity.value.upper() if entity else slots.tail_in(step.heard.text)
    if not tail:
        return False
    step.do = ActionRequest(
        "check_holder",
        {"name": frame.proof.pop("name", ""), "id_tail4": tail},
        frame.slots.get("account_no", ""),
        Level.V1,
    )
    frame.proving = "id_tail4"
    return True
