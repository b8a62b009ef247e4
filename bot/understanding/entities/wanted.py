"""Whether words that may be a value are one: by what the customer wants, or the words around them.

``nlu_data/entities/wanted.yml`` says in which requests each kind of word is a value. The request itself is a
matter of likelihood: a reading holds when those requests together are likely enough.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from bot.understanding.data import NLU_DATA, read_yaml
from bot.understanding.entities.span import Span

_ENOUGH = 0.3
"""Joint probability of the requests from which a reading holds."""
_SHORT = 12
"""Characters up to which a message is little more than the value."""
_ALONE = frozenset(("time_slot", "customer_type", "period"))

_AROUND = {
    "time_slot": re.compile(
        r"预约|约|上门|来人|过来|派人|有空|在家|方便|取号|排号|排个号|改到|留个|窗口"
        r"|appointment|\bbook|visit|slot|come (?:round|over|by)|home (?:in|at)|free"
    ),
    "customer_type": re.compile(
        r"电价|价格|一度|报装|新装|装表|装电|申请|开个?|要办|用电|三相|tariff|rate|price"
        r"|per kwh|supply|connect|appl|new|open"
    ),
    "period": re.compile(
        r"电费|账单|单子|用电|电量|度|用了|发票|多少|费用|扣|贵|\b(?:bills?|us(?:e|ed|age|ing)"
        r"|kwh|invoices?|costs?|charged?|paid|receipts?|units|statements?)\b"
    ),
    "money": re.compile(
        r"电费|账单|余额|欠|扣|提醒|预警|告警|上限|封顶|限额|单子|这个?月|上个?月|本月|翻|涨"
        r"|多了|贵|交|充|缴|付|转账|回单"
        r"|\b(?:bills?|costs?|charge[ds]?|balance|owe|owing|pay|paid|payment|alert|warn"
        r"|text me|message me|tell me|shout|limit|debit(?:ed)?|top(?:ped)?|recharge|refund"
        r"|month|dearer|expected|usually|normally|statement|transferred|bucks)\b|[$£€¥]"
    ),
    "used": re.compile(
        r"^(?!.*(?:停电|没电|交了|付了|到账|paid|outage)).*(?:度电|用电量|用了|多少度|电量"
        r"|账单|电费|usage|\bkwh\b|\bbill\b|units|consum)"
    ),
}
"""What must stand near while the request is unknown; kinds that are not here hold anywhere then."""
_LONG = re.compile(
    r"月(?![初底中末头尾\d])|[年季](?![初底])|\b(?:weeks?|months?|quarters?|years?|winter|summer|spring|autumn"
    r"|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
)
"""English speaks of a week as of a month; in Chinese 上周 is when something happened."""
_ONLY_JUDGED = frozenset(
    (
        "applied",
        "blamed",
        "dated",
        "began",
        "measured",
        "sized",
        "household",
        "hour",
        "metered",
        "ticketed",
        "damaged",
        "colleague",
        "named",
        "office",
        "billed",
        "reached",
    )
)
"""Readings that are too bold while the request is unknown."""


class Wanted:
    """What counts as a value in one message.

    Args:
        words: the folded message.
        expecting: name of the entity that was asked for, or empty.
        chances: probability of each request; None while nothing has judged it.
    """

    def __init__(self, words: str, expecting: str, chances: Mapping[str, float] | None) -> None:
        self._words, self._expecting, self._chances = words, expecting, chances

    def holds(self, span: Span) -> bool:
        """Whether this reading is a value here."""
        if span.name == self._expecting:
            return True
        if span.sense == "range":
            return True
        if span.sense == "event":
            return not self.holds(span._replace(sense="billing"))
        if span.sense == "began":
            return not self.likely("time_slot") and self.likely("began")
        if span.sense == "billing":
            return self.likely("period") or self._is_span_of_time(span)
        if span.sense and not self.likely(span.sense):
            return False
        return span.name == "period" or self.likely(span.name)

    def likely(self, kind: str) -> bool:
        """Whether the message wants something in which such words are values."""
        requests = _wanted().get(kind)
        if requests is None:
            return True
        if self._chances is not None:
            return sum(self._chances.get(r, 0.0) for r in requests) >= _ENOUGH
        if kind in _ONLY_JUDGED:
            return False
        around = _AROUND.get(kind)
        if around is None:
            return True
        brief = kind in _ALONE and len(self._words) <= _SHORT
        return brief or bool(around.search(self._words))

    def _is_span_of_time(self, span: Span) -> bool:
        """A month as a whole is a period whatever happens in it; where it only tells when, it is a date."""
        return bool(_LONG.search(self._at(span))) and not self.likely("dated")

    def _at(self, span: Span) -> str:
        return self._words[span.start : span.end]


@cache
def _wanted() -> dict[str, frozenset[str]]:
    table = read_yaml(NLU_DATA / "entities" / "wanted.yml")
    wanted = {kind: frozenset((*requests, *table["open"])) for kind, requests in table["wanted"].items()}
    return wanted | {kind: frozenset(requests) for kind, requests in table["senses"].items()}
