"""What a message says that it is not about: "not the bill, the lights".

The models weigh the words that are there, and would weigh these too.
"""

from __future__ import annotations

import re

_ZH = re.compile(
    r"(?:(?<=^)|(?<=[，,。；;！!\s]))(?:我)?(?:不是|不)(?:要|想|来)?(?:问|查|说|报|指|办)?"
    r"(?P<what>(?!已经|刚|才|说|都|没|交|付|充)[一-鿿a-z]{1,8}?)"
    r"(?:的事儿?|的问题)?(?=[，,。；;！!\s]+(?!就是|还是)|$|是(?!不是|吗))"
)
_ZH_SAYS_SO = re.compile(r"^(?:我)?(?:不是|不(?:要|想|来)?(?:问|查|说|报|指|办))")
"""Only "not that" and "not asking about that": 不来电 is a report."""
_ZH_OTHERWISE = re.compile(r"[吗吧嘛么呢]$|[了过]$")
"""A question, or something that happened."""
_EN = re.compile(
    r"(?:(?<=^)|(?<=[,.;!?] ))(?:no,? )?(?:(?:it'?s|i'?m|i am|this is|that'?s) )?not "
    r"(?:asking |calling |talking )?(?:about |for )?"
    r"(?:the|my|your|an?) [a-z'’]+(?: bill| status| application)?(?=[,.;!]|$| but\b)"
    r"|(?:(?<=^)|(?<=[,.;!?] ))i (?:do not|don'?t|didn'?t) mean (?:the|my|your|an?) [a-z'’]+"
    r"(?=[,.;!]|$| but\b| i )"
)
_WORD = re.compile(r"[㐀-鿿]{2}|[a-z]{3}")


def without_denied(text: str) -> str:
    """A folded message without the clauses that deny; all of it where nothing else is left."""
    rest = _EN.sub(" ", _ZH.sub(_unless_meant, text)).strip(" ,，。;；.!！")
    return rest if _WORD.search(rest) else text


def _unless_meant(match: re.Match[str]) -> str:
    denied = bool(_ZH_SAYS_SO.match(match[0])) and not _ZH_OTHERWISE.search(match["what"])
    return " " if denied else match[0]
