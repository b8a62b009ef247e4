"""Entities that are words: appliances, channels, scopes … from lists, places and names by their shape."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from bot.understanding.data import NLU_DATA, read_yaml
from bot.understanding.entities.span import Span
from bot.understanding.normalise import fold

LISTED = ("appliance", "channel", "outage_scope", "customer_type", "special_type", "hazard_type")
_WEIGHTS = {
    "outage_scope": 5,
    "hazard_type": 4,
    "special_type": 4,
    "appliance": 4,
    "channel": 4,
    "customer_type": 2,
}
_NOT_NAMES = frozenset(
    [
        "王八",
        "小时",
        "老板",
        "小店",
        "小区",
        "老人",
        "老家",
        "老婆",
        "老公",
        "小孩",
        "小学",
        "小姐",
        "老师",
        "李子",
        "师傅",
        "老街",
        "小程",
        "小太",
        "小票",
        "小车",
        "小朋",
        "老小",
        "小卖",
        "小女",
        "小儿",
        "小伙",
    ]
)
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文欧阳"  # noqa: E501
_ZH_STAFF = re.compile(
    rf"(?:工号\s?[\da-z]{{3,8}}|[小老][{_SURNAMES}](?=师傅|[^区店板人家婆公孩学姐师]|$)(?:师傅)?|[{_SURNAMES}][一-鿿]{{0,2}}(?:师傅|经理|主任|班长|所长|站长|工程师|客服|电工|科长|队长|工(?=[，,\s来修说态给帮])))"
)
_EN_STAFF = re.compile(
    r"\b(?:mr|mrs|ms|miss|engineer|technician|electrician|inspector|agent|operator|officer|clerk|manager|lineman|foreman)\.? (?!who|that|is|was|at|in|to|from|and|on|came|please|for|has|said|told|did|of|or|with|never|here|by|about|called|i |the |a |there|now|asked|just|you|yesterday|today|again|were|still|didn|hasn|will)([a-z]{2,}(?: (?:li|wang|zhang|liu|chen|yang|zhao|huang|zhou|wu|xu|sun|hu|zhu))?)\b|\bbadge (?:no\.? ?|number )?\d{3,8}"  # noqa: E501
)
_TITLE = re.compile(
    r"^(?:工号|badge(?: no\.?| number)?|mr|mrs|ms|miss|engineer|technician|electrician|inspector|agent|operator|officer|clerk"  # noqa: E501
    r"|manager|lineman|foreman)\.?\s*|^[小老姓](?=[一-鿿])|(?:的?师傅|经理|主任|班长|所长|站长|工程师|客服|电工|科长|队长|老师|工|姐|哥)$"
)
_ZH_NAME = re.compile(
    rf"(?:我叫|我是(?!说|不是|想)|名字叫|叫|名字是?|户名是?|姓名是?|户主是?|户主叫|换成|改成|过户给|转给|登记的是|写的是|联系人是?|本人)(?P<name>(?:欧阳|[{_SURNAMES}])[一-鿿]{{1,2}})(?=$|[，,。！!\s的了吧想要家、；;（(]|[是住报在电手])"
)
_ZH_BARE_NAME = re.compile(rf"^(?:欧阳|[{_SURNAMES}])[一-鿿]{{1,2}}$")
_EN_NAME = re.compile(
    r"\b(?:my name is|my name's|i am called|this is|name of|registered (?:to|under|in the name of)|account holder is|holder is|named?|in the name of|under the name(?: of)?|to my (?:wife|husband|son|daughter|mother|father|brother|sister),?) (?P<name>(?!the |a |an |my |not |about |for |your |on |it |is |so |very |just |to |still |what|how|where|when|who|why|this|that|in |wrong|urgent|ridiculous|unacceptable|account|and |our |getting|nuts|crazy|really|too |now |insane|bad|bull)[a-z]{2,}(?: (?!and |from |here|calling|speaking|about|of |at |with |on |i |the |my |account|number|phone|in |is |to |id )[a-z]{2,}){0,2})"  # noqa: E501
)
_HOUSE_ZH = r"(?:(?:\d{1,4}|[零一二三四五六七八九十百幺]{1,4}|[a-z])(?:号楼|栋|幢|座|单元|号院|号|室|楼|层|房|户|弄|门|梯)(?!线|机|下午|上午|晚|早)(?:[之的\s-]?\d{1,4}(?!度|块|元|点|个|伏|千瓦|单元|[\d年月日号天人口栋幢座室楼层房户]))?)"  # noqa: E501
_EN_HOUSE = r"(?:(?:flat|apartment|apt|unit|block|building|tower|room|house|no|number|villa|suite|shop|door|villa)\.? ?#?(?:\d{1,4}[a-z]?|[a-h])\b|#\d{1,4})"  # noqa: E501


_LEADING = re.compile(
    r"^[一-鿿]{0,4}?(?:[给转说过边了听路送寄搬进响嗯扬啊映成锁住约下周窗外着](?=[一-鿿]{3}))+(?![一-鿿]{0,1}$)"
)
_NO_STREET = re.compile(r"(?:线|短|跑|电|走|道|马|一|公|迷|半|铁|网|回|断|修|通|旁|大|小|逛|上)[路街]$")
_STREET_WORD = (
    r"(?!the\b|my\b|our\b|your\b|this\b|that\b|in\b|at\b|of\b|whole\b|entire\b|from\b|to\b|near\b|a\b|on\b|and\b|is\b|for\b"
    r"|across\b|every\b|down\b|same\b|busy\b|wet\b|back\b|side\b|next\b|off\b|along\b|over\b|into\b|by\b|all\b|down\b|i\b)[a-z']{3,}"
)


def read_words(text: str) -> list[Span]:
    """Words of the lists in a folded text."""
    found = []
    for name in LISTED:
        zh, en, codes = _list(name)
        for pattern in (zh, en):
            if pattern is not None:
                for match in pattern.finditer(text):
                    code = (
                        codes.get(match[0])
                        or codes.get(re.sub(r"e?s$", "", match[0]))
                        or codes.get(match[0][:-1], "")
                    )
                    found.append(Span(name, match.start(), match.end(), code, _WEIGHTS[name]))
    return found


def word_value(name: str, surface: str) -> str:
    """Code of a surface known to be that entity; the folded words when the lists do not know it."""
    spans = [s for s in read_words(surface) if s.name == name]
    return max(spans, key=lambda s: s.end - s.start).value if spans else surface.strip()


def staff_value(surface: str) -> str:
    """A colleague's name or number without the title around it: "王经理" and "王" are one person."""
    return _TITLE.sub("", surface).strip() or surface


def read_people(text: str, expecting: str = "") -> list[Span]:
    """Names of customers and of the utility's staff."""
    found = [
        Span("staff_name", m.start(), m.end(), staff_value(m[0]), 3)
        for m in _ZH_STAFF.finditer(text)
        if m[0][:2] not in _NOT_NAMES
    ]
    found += [Span("staff_name", m.start(), m.end(), staff_value(m[0]), 3) for m in _EN_STAFF.finditer(text)]
    for pattern in (_ZH_NAME, _EN_NAME):
        found += [
            Span("name", m.start("name"), m.end("name"), m["name"].strip(), 4) for m in pattern.finditer(text)
        ]
    bare = text.strip(" ,.，。!！")
    if expecting == "name" and bare and not re.search(r"\d", bare) and len(bare) <= 40:
        found.append(Span("name", text.index(bare), text.index(bare) + len(bare), bare, 9))
    elif _ZH_BARE_NAME.match(bare) and len(bare) == 3 and bare[:2] not in _NOT_NAMES:
        found.append(Span("name", text.index(bare), text.index(bare) + len(bare), bare, 2))
    return found


class Gazetteer:
    """Reads places: an area alone is ``area``, with a house beside it ``address``.

    Args:
        areas: names the utility knows, in any script and case; added to those of ``places.yml``.
    """

    def __init__(self, areas: Iterable[str] = ()) -> None:
        places = read_yaml(NLU_DATA / "entities" / "places.yml")
        self._canonical: dict[str, str] = {}
        for group in places["areas"]:
            for word in group:
                self._canonical[fold(word).text] = group[0]
        for area in areas:
            self._canonical.setdefault(fold(area).text, area)
        zh_known = [re.escape(a) for a in self._canonical if not a.isascii()]
        en_known = [re.escape(a) for a in self._canonical if a.isascii()]
        suffixes, streets = places["area_suffixes"], places["street_suffixes"]
        zh_area = (
            _alternatives(zh_known)
            + "|"
            + rf"(?:(?![在住是我们你这那哪的到去来从和跟整个各请给为把换成址改帮查叫问将让离位家申有没全本小])[一-鿿]){{2,4}}?(?:{_alternatives(suffixes['zh'][:-3])})"  # noqa: E501
        )
        zh_street = rf"(?:(?![在住是我们你这那哪的到去来从和跟整条马一])[一-鿿]){{2,3}}(?:{_alternatives(streets['zh'])})(?![灯边口上])"  # noqa: E501
        word = r"(?!the\b|my\b|our\b|this\b|in\b|at\b|of\b|whole\b|entire\b|from\b|to\b|near\b|a\b|on\b|and\b|is\b|for\b)[a-z']{3,}"  # noqa: E501
        en_area = _alternatives(en_known) + rf"|(?:{word} ){{1,2}}(?:{_alternatives(suffixes['en'])})"
        en_street = rf"(?:\d{{1,4}}[a-z]? )?(?:{word} ){{1,2}}(?:{_alternatives(streets['en'])})"
        self._zh_address = re.compile(
            rf"(?:(?:{zh_street})?(?:{zh_area})|{zh_street})?(?:[一二三四五]期|[东西南北]区)?的?\s?(?:{_HOUSE_ZH}\s?)+"
        )
        self._zh_known = re.compile(_alternatives(zh_known))
        self._zh_area = re.compile(rf"(?:{zh_area})")
        self._en_street = re.compile(
            rf"\b(?:\d{{1,4}}[a-z]? )?(?:{_STREET_WORD} ){{1,2}}(?:road|street|lane|avenue|walk|row|crescent)\b"  # noqa: E501
        )
        self._zh_street = re.compile(rf"(?:{zh_street})(?:{_HOUSE_ZH})?")
        self._en_address = re.compile(
            rf"\b(?:(?:{_EN_HOUSE},? ?)+(?:,? ?(?:(?:in|at|of|on) )?(?:{en_area}|{en_street})\b)?"
            rf"|\d{{1,4}}[a-z]? (?:{en_area}|{en_street})\b|(?:{en_area}|{en_street}),? (?:{_EN_HOUSE},? ?)+)"
        )
        self._en_area = re.compile(rf"\b(?:{en_area})\b")

    def read(self, text: str) -> list[Span]:
        """Places in a folded text."""
        found: list[Span] = []
        for pattern in (self._zh_address, self._en_address):
            for match in pattern.finditer(text):
                start, end = self._first(match), match.start() + len(match[0].rstrip(" ,"))
                if end > start and not re.fullmatch(
                    r"(?:no|number|block|[\d一二三四五六七八九十]+[号楼层户]) ?", text[start:end]
                ):
                    found.append(
                        Span("address", start, end, _squeeze(text[start:end]), 8 if end - start > 3 else 3)
                    )
        for match in self._zh_street.finditer(text):
            start = self._first(match)
            if not _NO_STREET.search(text[start : match.end()]):
                found.append(Span("address", start, match.end(), text[start : match.end()], 3))
        for match in self._en_street.finditer(text):
            found.append(Span("address", match.start(), match.end(), match[0], 5))  # noqa: PERF401
        for pattern in (self._zh_area, self._en_area):
            for match in pattern.finditer(text):
                start = self._first(match)
                name = text[start : match.end()]
                weight = 4 if name in self._canonical else 3
                if len(name) > 2 or weight == 4:
                    found.append(Span("area", start, match.end(), self.value(name), weight))
        return found

    def _first(self, match: re.Match[str]) -> int:
        """Where the place begins: at a known name, else after the last word that is none of it."""
        known = self._zh_known.search(match[0])
        return match.start() + (known.start() if known else len(leading(match[0])))

    def value(self, surface: str) -> str:
        """The area's official name if it is known, else the words."""
        return self._canonical.get(surface, _squeeze(surface))


def leading(words: str) -> str:
    """What a Chinese place or branch, found by its last word, took in before its name: "给", "了解下"."""
    match = _LEADING.match(words)
    return match[0] if match else ""


def _squeeze(words: str) -> str:
    return re.sub(r"\s+", " ", words.strip(" ,，的"))


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


@cache
def _list(name: str) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None, dict[str, str]]:
    codes = {
        fold(str(w)).text: code
        for code, ws in read_yaml(NLU_DATA / "entities" / "words.yml")[name].items()
        for w in ws
    }
    zh = _alternatives(re.escape(w) for w in codes if not w.isascii())
    en = _alternatives(re.escape(w) for w in codes if w.isascii())
    return (
        re.compile(zh) if zh else None,
        re.compile(rf"(?<![a-z])(?:{en})(?:e?s)?(?![a-z])") if en else None,
        codes,
    )
