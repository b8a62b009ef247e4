"""Reads slot values out of a message: from its entities, or from its bare words when we asked."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from bot.dialogue.flows import Flow, Slot
from bot.dialogue.habits import Habits
from domain.dialogue import Heard
from domain.understanding import UNKNOWN, Entity

LONGEST = 500
"""Characters kept of a free text."""

_SPOKEN = str.maketrans("零〇洞一幺壹二两贰三叁四肆五伍六陆七拐柒八捌九勾玖", "0001112223344556677788999")
"""Digits as they are said on the phone (幺 1, 洞 0, 拐 7, 勾 9)."""

_MOBILE = re.compile(r"1[3-9][0-9]{9}")

_FOUND_IN_ANY_FLOW = ("account_no", "phone")
"""Entities worth keeping even if the flow does not collect them: an agent will want them."""

_WORDS = re.compile(r"[^\W\d_]")


def digits_in(text: str) -> str:
    """The digits of a text, full-width and spoken ones included, without what stands between them."""
    flat = unicodedata.normalize("NFKC", text).translate(_SPOKEN)
    return "".join(letter for letter in flat if letter in "0123456789")


def code_in(text: str) -> str:
    """A one-time code: six digits and nothing else but spaces and words; empty if there is none."""
    codes = [run for run in _runs(text) if len(run) == 6]
    return codes[0] if len(codes) == 1 else ""


def _runs(text: str) -> list[str]:
    """Numbers of a text, the single separators within them taken out."""
    flat = unicodedata.normalize("NFKC", text[:LONGEST]).translate(_SPOKEN)
    return [digits_in(run) for run in re.findall(r"[0-9](?:[\s\-,.、，]?[0-9])*", flat)]


def account_in(heard: Heard) -> str:
    """An account number (8 to 16 digits), or empty."""
    found = heard.understanding.entity("account_no")
    if found:
        fits = found.value.isdigit() and 8 <= len(found.value) <= 16
        return found.value if fits and not _MOBILE.fullmatch(found.value) else ""
    other = {
        e.value for e in heard.understanding.entities if e.name in ("phone", "ticket_no", "application_no")
    }
    other |= {run for run in _runs(heard.text) if _MOBILE.fullmatch(run)}
    numbers = [run for run in _runs(heard.text) if 8 <= len(run) <= 16 and run not in other]
    return numbers[0] if len(numbers) == 1 else ""


def mobile_in(text: str) -> bool:
    """Whether the message holds a mainland mobile number, which people give for an account number."""
    return any(_MOBILE.fullmatch(run) for run in _runs(text))


def tail_in(text: str) -> str:
    """Last four of an ID: four digits, or three and an X; of a whole ID its end; empty if it is neither."""
    flat = unicodedata.normalize("NFKC", text).translate(_SPOKEN).upper()
    tight = re.sub(r"[\s\-]", "", flat)
    found = re.findall(r"(?<![0-9X])[0-9]{3}[0-9X](?![0-9X])", tight)
    if len(found) == 1:
        return str(found[0])
    whole = re.findall(r"(?<!\d)\d{17}[\dX](?![\dX])", tight)
    return str(whole[0])[-4:] if len(whole) == 1 else ""


def from_entities(flow: Flow, heard: Heard) -> dict[str, str]:
    """What the message itself says of the flow's slots."""
    found = {}
    for slot in flow.collect:
        entity = _entity(slot, heard)
        if entity is not None:
            value = checked(slot, entity.value)
            if value:
                found[slot.name] = value
    for name in _FOUND_IN_ANY_FLOW:
        entity = heard.understanding.entity(name)
        if entity is not None and name not in found:
            found[name] = entity.value
    return found


def from_answer(slot: Slot, heard: Heard, habits: Habits) -> str:
    """The message as an answer to the question for this slot; empty if it is none."""
    entity = _entity(slot, heard)
    if slot.is_ == "name":
        return checked(slot, name_in(heard, habits))
    if slot.is_ == "place" and not is_a_place(heard, habits):
        return ""
    if entity is not None:
        value = checked(slot, entity.value)
        if value:
            return value
    if slot.is_ == "account":
        return account_in(heard)
    if slot.is_ in ("digits", "phone"):
        return checked(slot, digits_in(heard.text))
    if slot.is_ == "text":
        return _free_text(slot, heard)
    if slot.is_ == "place":
        return _free_text(slot, heard)
    if slot.is_ == "word":
        return checked(slot, heard.text)
    if slot.is_ == "choice":
        return _choice(slot, heard, habits)
    return ""


def _entity(slot: Slot, heard: Heard) -> Entity | None:
    found = (heard.understanding.entity(name) for name in slot.entities or (slot.name,))
    return next((entity for entity in found if entity is not None), None)


def _choice(slot: Slot, heard: Heard, habits: Habits) -> str:
    """The choice that she makes in her own words; none if she does not know."""
    if habits.contains("at_a_loss", heard.text):
        return ""
    said = habits.chosen(slot.name, slot.values, heard.text)
    if not said and slot.values == ("yes", "no"):
        return {"affirm": "yes", "deny": "no"}.get(heard.understanding.intent, "")
    return said


def from_words(flow: Flow, text: str, habits: Habits) -> dict[str, str]:
    """Choices that the first words of a request have made already."""
    early = [slot for slot in flow.collect if slot.early]
    found = {slot.name: habits.chosen(slot.name, slot.values, text) for slot in early}
    return {name: value for name, value in found.items() if value}


def answer_to(flow: Flow, slot: Slot, heard: Heard, habits: Habits) -> tuple[str, str]:
    """Name and value of the answer: to the slot asked for, or to one that makes asking needless."""
    value = from_answer(slot, heard, habits)
    if value:
        return slot.name, value
    found = from_entities(flow, heard)
    for name in slot.or_:
        other = flow.slot(name)
        value = found.get(name, "") or (account_in(heard) if other and other.is_ == "account" else "")
        if value:
            return name, value
    return "", ""


def asks(heard: Heard, habits: Habits) -> bool:
    """Whether the message looks like a question rather than a statement."""
    return heard.text.rstrip().endswith(("?", "？")) or habits.contains("questions", heard.text)


def name_in(heard: Heard, habits: Habits) -> str:
    """A name of a person or a firm, or empty: questions and small talk are no names."""
    entity = heard.understanding.entity("name")
    name = entity.value if entity else " ".join(heard.text.split())
    if asks(heard, habits) or habits.contains("at_a_loss", heard.text) or habits.contains("chatter", name):
        return ""
    if any(letter.isdigit() for letter in name):
        return ""
    if _CHINESE.search(name):
        fits = bool(_CHINESE_NAME.fullmatch(name)) or habits.contains("firms", name)
    else:
        fits = len(name.split()) <= _LONGEST_NAME
    return name if fits and 1 < len(name) <= 40 else ""


_CHINESE = re.compile(r"[一-鿿]")
_CHINESE_NAME = re.compile(r"[一-鿿·]{2,4}|[一-鿿]+·[一-鿿·]+")
_LONGEST_NAME = 5
"""Words of a Latin name."""
_LONGEST_PLACE = 40


def is_a_place(heard: Heard, habits: Habits) -> bool:
    """Named places, words that belong to addresses, or a short plain name that is no small talk."""
    understood = heard.understanding
    if heard.attachments or understood.entity("address"):
        return True
    if understood.intent not in ("inform", UNKNOWN, "out_of_scope") and not _names_one(heard, habits):
        return False
    return looks_like_a_place(heard, habits)


def looks_like_a_place(heard: Heard, habits: Habits) -> bool:
    """The same by its words alone, whatever the message was taken for."""
    if heard.understanding.entity("area"):
        return True
    if asks(heard, habits) or habits.contains("at_a_loss", heard.text) or not _WORDS.search(heard.text):
        return False
    brief = len(heard.text) <= _LONGEST_PLACE and len(heard.text.split()) <= _LONGEST_NAME
    return _names_one(heard, habits) or (brief and not habits.contains("chatter", heard.text))


def _names_one(heard: Heard, habits: Habits) -> bool:
    return bool(heard.understanding.entity("area")) or habits.contains("places", heard.text)


def _free_text(slot: Slot, heard: Heard) -> str:
    if heard.attachments and not heard.text.strip():
        return " ".join(f"[{attachment.kind}]" for attachment in heard.attachments)
    if heard.understanding.intent in ("affirm", "deny", "stop", "repeat", "thanks", "greet", "goodbye"):
        return ""
    return checked(slot, heard.text)


def checked(slot: Slot, value: str) -> str:
    """The value in normal form, or empty when the slot does not take it."""
    text = unicodedata.normalize("NFKC", value).strip()
    if slot.is_ == "choice":
        return text if text in slot.values else ""
    if slot.is_ == "account":
        return text if text.isdigit() and 8 <= len(text) <= 16 else ""
    if slot.is_ == "phone":
        return text if text.isdigit() and 7 <= len(text) <= 12 else ""
    if slot.is_ == "digits":
        return text if text.isdigit() and len(text) <= 20 else ""
    if slot.is_ == "month":
        return text if all(_is_time(part) for part in text.split("/", 1)) else ""
    if slot.is_ == "name":
        return text if 1 < len(text) <= 40 and not any(letter.isdigit() for letter in text) else ""
    return text[:LONGEST] if _WORDS.search(text) or any(letter.isdigit() for letter in text) else ""


def _is_time(text: str) -> bool:
    """Whether it is a year, a month or a day."""
    found = re.fullmatch(r"(20\d{2})(-\d{2})?(-\d{2})?", text)
    if found is None:
        return False
    try:
        date.fromisoformat(found[1] + (found[2] or "-01") + (found[3] or "-01"))
    except ValueError:
        return False
    return True
