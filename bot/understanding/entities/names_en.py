"""Names in Latin letters: of customers, firms and colleagues.

They are told by the words before them, by lists of usual names, and by their capitals, which the folded text
has lost and the original keeps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.understanding.data import NLU_DATA, read_yaml
from bot.understanding.entities.name_lists import LATIN_WORD, names, staff_value
from bot.understanding.entities.span import Span
from bot.understanding.entities.words import alternatives
from bot.understanding.hearing.own_words import own_words
from bot.understanding.normalise import Folded

_EN_SURE = re.compile(
    r"\b(?:my name(?:'?s| is)|(?:the |his |her |correct |right )?name(?:'s"
    r"| is)(?: spelled)?|i am called|surname(?: is|'s)?|first name is) (?:(?:uh|um|er|eh|ah),? )*",
    re.ASCII,
)
"""What follows is a name however it is written."""
_EN_MAYBE = re.compile(
    r"\b(?:account holder(?:'?s name)? is|holder is|registered (?:to|under|in the name of)"
    r"|in the name of|under the name(?: of)?|name of|on the account is|contact (?:person"
    r"|name)(?: is)?(?: now)?|renamed"
    r"|company name(?: is)?|made out to|name should be|this is|it'?s|i'?m|i am|speaking is"
    r"|down as|title:?|title is|mine,?|with me,?|named|called"
    r"|should (?:be|read)|change(?:d)? (?:it |the name |them "
    r"|the name on [\w ]{3,20} )?to|transfer(?:red)? (?:it )?to"
    r"|(?:my|our|his|her|the) (?:wife|husband|son|daughter|mother|father|mum|mom|dad"
    r"|brother|sister|tenant|accountant|colleague|partner|nephew|niece|cousin|assistant"
    r"|landlord|neighbour|neighbor|client|(?:old )?bookkeeper|carer|gran|friend"
    r"|grand(?:son|daughter|mother|father|ma|pa)"
    r"|fiance|flatmate|roommate),?|let|authori[sz]e:?|allow|permit|appoint|late|(?:my|his"
    r"|her) (?:ex-?)?(?:husband|wife|son|daughter|mother|father|mum|mom|dad|brother|sister"
    r"|partner)'s name,?|from now on it's"
    r"|(?:fella|guy|owner|tenant|customer|lady|holder)'?s name,?"
    r"|(?:old|new|previous|former) (?:bookkeeper|tenant|owner|manager|agent|caretaker|partner),?"
    r") (?:(?:uh|um|er|eh|ah),? )*",
    re.ASCII,
)
_EN_NO_NAME = frozenset(
    [
        "he",
        "she",
        "they",
        "we",
        "you",
        "i",
        "me",
        "him",
        "them",
        "us",
        "the",
        "a",
        "an",
        "my",
        "your",
        "our",
        "his",
        "her",
        "not",
        "about",
        "for",
        "on",
        "it",
        "is",
        "so",
        "very",
        "just",
        "to",
        "still",
        "what",
        "how",
        "where",
        "when",
        "who",
        "why",
        "this",
        "that",
        "in",
        "at",
        "of",
        "from",
        "wrong",
        "urgent",
        "and",
        "getting",
        "really",
        "too",
        "now",
        "here",
        "calling",
        "speaking",
        "with",
        "please",
        "account",
        "number",
        "phone",
        "id",
        "spelled",
        "misspelled",
        "missing",
        "changed",
        "correct",
        "same",
        "new",
        "old",
        "old's",
        "called",
        "under",
        "off",
        "out",
        "up",
        "one",
        "two",
        "all",
        "no",
        "yes",
        "going",
        "trying",
        "having",
        "looking",
        "writing",
        "moving",
        "renting",
        "paying",
    ]
)
_EN_COMPANY = re.compile(
    rf"(?<!\w)(?:(?:{LATIN_WORD}|&) ){{1,4}}(?:ltd|limited|llc|inc|plc|corp|corporation"
    r"|co\.? ltd|pte ltd|gmbh)\b"
)
_EN_PRAISED = re.compile(
    r"\b(?:about|thanks?(?: you)?(?: to)?|praise|say|commend|compliments? (?:to|for)"
    r"|kudos to|shout ?out (?:to|for)|credit to|your|you guys'|old|young|little|named"
    r"|called|by|from|with|and|for|to|give|tell|that|because|when|guy|man|lady|girl|lad"
    r"|woman|bloke|chap|fella|technician|engineer|agent|rep|(?:talking|speaking"
    r"|spoke) (?:to|with)) "
)
_PLAIN = frozenset(
    [
        "will",
        "mark",
        "white",
        "brown",
        "green",
        "hall",
        "young",
        "long",
        "hill",
        "baker",
        "cook",
        "wright",
        "walker",
        "bell",
        "king",
        "wood",
        "ward",
        "song",
        "fan",
        "he",
        "ho",
        "man",
        "pan",
    ]
)
"""Family names that, without a capital, are words even after a given name."""
_COURTEOUS = re.compile(r"m(?:r|rs|s|iss|ister|issus)\b")
_LONGEST = 3
"""Words of a name."""
_PLACES = read_yaml(NLU_DATA / "entities" / "places.yml")
_BUILT = ("house", "office", "branch", "market", "school", "church")
_PLACE = (
    rf"(?:{alternatives([*_PLACES['street_suffixes']['en'], *_PLACES['area_suffixes']['en'], *_BUILT])})\b"
)
_IS_PLACE = re.compile(rf" {_PLACE}|(?<= ){_PLACE}")


def latin_names(folded: Folded) -> Iterator[Span]:
    """Everybody that is named in Latin letters, and firms."""
    yield from _introduced(folded)
    yield from _titled(folded)
    yield from _well_known(folded)
    yield from _praised(folded)
    yield from _unheard_of(folded)
    yield from _firms(folded)


def whole_name(folded: Folded) -> int:
    """How surely the message is nothing but a name: 0 not, 1 by its capitals, 3 by the lists."""
    words = folded.text.strip(" ,.!").split()
    if not 2 <= len(words) <= _LONGEST:
        return 0
    if words[0] in names().given and words[-1] in names().family:
        return 3
    written = folded.original.strip(" ,.!").split()
    return int(all(re.fullmatch(r"[A-ZÀ-Þ][a-zà-ÿ'’\-]+", word) for word in written))


def _introduced(folded: Folded) -> Iterator[Span]:
    for pattern, sure in ((_EN_SURE, True), (_EN_MAYBE, False)):
        for before in pattern.finditer(folded.text):
            start = before.end()
            end = _name_end(folded, start, sure)
            if end and (sure or not _rather_a_word(folded, start, end)):
                yield Span("name", start, end, folded.text[start:end], 4 if sure else 3)


def _titled(folded: Folded) -> Iterator[Span]:
    for title in names().staff_en.finditer(folded.text):
        start = title.end()
        courteous = bool(_COURTEOUS.match(title[0]))
        end = _name_end(folded, start, courteous and _capital(folded, start))
        if end and not _rather_a_word(folded, start, end):
            name = folded.text[start:end]
            first, sense = (title.start(), "courteous") if courteous else (start, "")
            yield Span("staff_name", first, end, staff_value(name), 5, sense)
            if courteous:
                yield Span("name", start, end, name, 4)


def _well_known(folded: Folded) -> Iterator[Span]:
    """Usual given names with a capital: with a family name somebody's, alone perhaps a colleague's."""
    usual = names().given - names().also_words
    for word in re.finditer(LATIN_WORD, folded.text):
        given = word[0].removesuffix("'s")
        start = word.start()
        if given not in usual or not _capital(folded, start) or folded.original.isupper():
            continue
        if _IS_PLACE.match(folded.text, start + len(given)):
            continue
        end = max(_name_end(folded, start, False), start + len(given))
        name = folded.text[start:end]
        if " " in name:
            yield Span("name", start, end, name, 3)
        yield Span("staff_name", start, end, name, 4 if " " in name else 3, "colleague")


def _praised(folded: Folded) -> Iterator[Span]:
    for before in _EN_PRAISED.finditer(folded.text):
        start = before.end()
        end = _name_end(folded, start, False)
        if end and not _rather_a_word(folded, start, end):
            first = before.start() if before[0] == "old " else start
            yield Span("staff_name", first, end, staff_value(folded.text[start:end]), 4, "colleague")


def _unheard_of(folded: Folded) -> Iterator[Span]:
    """A capital inside a sentence on a word that is none of ours and no place's: "your gal Renee"."""
    if folded.original.isupper():
        return
    for word in _INSIDE.finditer(folded.text):
        start, end = word.span("it")
        if _capital(folded, start) and not _capital(folded, start + 1) and not own_words().knows(word["it"]):
            yield Span("staff_name", start, end, word["it"], 2, "colleague")


_INSIDE = re.compile(
    r"(?<=[a-z,;:] )(?<!\bin )(?<!\bat )(?<!\bto )(?<!\bfrom )(?<!\bnear )(?<!\bof )(?<!\bon )"
    rf"(?!i['’])(?P<it>{LATIN_WORD})(?![\w'’])(?! {_PLACE})"
)
"""Words inside a sentence that no place is told by."""


def _firms(folded: Folded) -> Iterator[Span]:
    for match in _EN_COMPANY.finditer(folded.text):
        words = re.finditer(r"\S+", match[0])
        first = next((w.start() for w in words if _capital(folded, match.start() + w.start())), None)
        if first is not None:
            yield Span("name", match.start() + first, match.end(), match[0][first:], 6)


def _capital(folded: Folded, at: int) -> bool:
    """Whether the letter was written as a capital."""
    return at < len(folded.at) and folded.original[folded.at[at]].isupper()


def _name_end(folded: Folded, start: int, sure: bool) -> int:
    """Where the Latin name that begins at ``start`` ends; 0 when there is none.

    Unless it is sure that a name follows, one of its words must be a usual name, or two must have capitals.
    """
    shouting = folded.original.isupper()
    end, known, capitals, count = start, False, 0, 0
    for word in re.finditer(rf"{LATIN_WORD}|[a-z](?=[. ])", folded.text[start : start + 60]):
        bare = word[0].removesuffix("'s").removesuffix("’s")
        gap = folded.text[end : start + word.start()]
        if gap != (" " if count else "") and not (gap == ". " and end == start + 1):
            break
        capital = _capital(folded, start + word.start()) and not shouting
        usual = _usual(bare, capital, follows=count > 0) or (known and not own_words().knows(bare))
        if bare in _EN_NO_NAME or count == _LONGEST or not (usual or capital or (sure and not count)):
            break
        known, capitals, count = known or usual, capitals + capital, count + 1
        end = start + word.start() + len(bare)
    if not count or _IS_PLACE.search(folded.text, start, end) or _IS_PLACE.match(folded.text, end):
        return 0
    return end if sure or known or capitals > 1 else 0


def _usual(word: str, capital: bool, *, follows: bool) -> bool:
    """Whether it is a usual name here; one that is a word as well needs its capital."""
    lists = names()
    if word in lists.also_words and not capital:
        return follows and word in lists.family and word not in _PLAIN
    return word in lists.given or word in lists.family


def _rather_a_word(folded: Folded, start: int, end: int) -> bool:
    name = folded.text[start:end]
    return " " not in name and name in names().also_words and not _capital(folded, start)
