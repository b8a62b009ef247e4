"""What names are made of (``nlu_data/entities/names.yml``), and how a colleague's name is put."""

from __future__ import annotations

import re
from functools import cache

from bot.understanding.data import NLU_DATA, read_yaml
from bot.understanding.entities.words import alternatives

LATIN_WORD = r"[a-z][a-z'’\-]*[a-z]"
_TITLE = re.compile(
    r"^(?:(?:工号|工牌号?|胸牌号?)(?:是|写着|上写着)?|(?:胸牌|工牌)上?写着|badge(?: no\.?"
    r"| number)?|mr|mrs|ms|miss|old|engineer|technician|electrician|inspector|agent"
    r"|operator|officer|clerk"
    r"|manager|lineman|linesman|foreman|supervisor|meter reader|colleague|fitter"
    r"|advis[eo]r)\.?\s*|^[小老姓](?=[一-鿿])"
    r"|(?:的?师傅|师父|经理|主任|班长|所长|站长|组长|工程师|客服|电工|科长|队长|老师|工|姐|哥)$",
    re.IGNORECASE,
)


def staff_value(surface: str) -> str:
    """A colleague's name or number without the title around it: "王经理" and "王" are one person."""
    return _TITLE.sub("", surface).strip() or surface


class Names:
    """The lists of ``names.yml``."""

    def __init__(self) -> None:
        lists = read_yaml(NLU_DATA / "entities" / "names.yml")
        self.surnames = frozenset(lists["surnames"])
        self.not_names = frozenset(lists["not_names"])
        self.given = frozenset(lists["given"])
        self.family = frozenset(lists["family"])
        self.also_words = frozenset(lists["also_words"])
        """Given and family names that are words as well."""
        surname = alternatives(self.surnames)
        worker = r"工(?=[，,\s来修说态给帮带过做干很真特办连昨今前当辛,。]|$)"
        self.titled = re.compile(
            rf"(?!(?<=[谢感])谢)(?!谢谢)(?P<name>(?:{surname})(?:(?!的)[一-鿿]){{0,2}}?)(?:"
            rf"{alternatives(lists['staff_zh'])}|{worker})"
        )
        """A family name, perhaps a given name, and a title."""
        self.familiar = re.compile(rf"(?P<name>[小老](?:{surname}))(?P<title>师傅|师父|经理|班长|同志)?")
        """小王, 老周."""
        self.elder = re.compile(
            rf"(?<![小老大一-鿿])(?:{surname})[姐哥](?![姐哥夫])|(?<=[位的])(?:{surname})[姐哥](?![姐哥夫])"
        )
        """周姐, of whom one cannot tell whether she is ours."""
        self.staff_en = re.compile(rf"\b(?:{alternatives(lists['staff_en'])})\b\.?,? (?={LATIN_WORD})")


@cache
def names() -> Names:
    """The lists, read once."""
    return Names()
