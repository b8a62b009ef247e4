"""Places: a named one is an ``area``, with a house beside it an ``address``; offices are a ``branch``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.understanding.data import NLU_DATA, read_yaml
from bot.understanding.entities.numerals import parse_number
from bot.understanding.entities.span import Span
from bot.understanding.entities.words import alternatives
from bot.understanding.hearing.own_words import own_words
from bot.understanding.normalise import Folded, fold

_ZH_N = r"(?:\d{1,4}|[零一二三四五六七八九十百幺]{1,5})"
_HOUSE_ZH = (
    rf"(?:(?:{_ZH_N}|[a-z])(?:号楼|栋|幢|座|单元|号院|号|室|楼|层|房|户|弄|门|梯|组|排|铺)(?!线"
    rf"|机|下午|上午|晚|早|窗)(?:[之的\s-]?(?:\d{{1,4}}"
    rf"|[零一二三四五六七八九幺]{{3,4}})(?!度|块|元|点|个|伏|千瓦|单元"
    r"|[\d年月日号天人口栋幢座室楼层房户弄一二三四五六七八九十百]))?)"
)
_VILLAGE_HOUSE = re.compile(
    r"(?:(?![在到去住我们])[一-鿿]){2,4}(?:村|屯|庄|家子|屯子|寨|湾|沟|营|堡"
    r"|社)(?:[东西南北中]头|村口|村尾|[东西南北]边|里)?第?[一二三四五六七八九十\d]+(?:户"
    r"|家|组|队)"
)
_WORDED = (
    r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen"
    r"|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty"
    r"|sixty|seventy|eighty|ninety|hundred|double|and)"
)
_EN_NUMBER = rf"(?:\d{{1,4}}[a-z]?|{_WORDED}(?:[ -]{_WORDED}){{0,4}})"
_EN_HOUSE = (
    r"(?:(?:flat|apartment|apt|unit|block|blk|plot|building|tower|room|house|no|number|villa|suite"
    rf"|shop|door)(?: ?#| |(?<=no)\. ?|(?<=apt)\. ?|(?=\d))(?:{_EN_NUMBER}|[b-h]|a(?=[,.]"
    rf"|$))\b(?!,\d)|#\d{{1,4}}|(?:ground|first|second|third|fourth|fifth|top"
    rf"|\d{{1,2}}(?:st|nd|rd|th)) floor)"
)
_STREETS_EN = r"road|rd|street|lane|avenue|ave|walk|row|crescent|cres|boulevard|blvd|yard|mews"
_NO_WORD = (
    "divorce|food|final|read|industrial|business|retail|science|her|his|their|after"
    "|before|solar|parking|charging|surname|manage|manages|eleven|wedding|caravan|car"
    "|holiday|wrong|the|my|our|your|this|that|in|at|of|whole|entire|from|to|near|a|on|and"
    "|is|for|across|every|down|same|busy|wet|back|side|next|off|along|over|into|by|all|i"
    "|it's|its|it|no|out|outside|behind|new|old|nice|quiet|main|which|what|one|can't"
    "|beside|under|opposite|past|around|along|between|through|cannot|can|we|you|they|not|just|public|any|where|with|there|here|up|only|live|lives"
    "|living|stay|power|cut|outage|please|fix|yes|hi|hello|address|number|flat|blackout"
)
_STREET_WORD = rf"(?!(?:{_NO_WORD})\b)[a-z][a-z'’]{{2,}}"
_NO_STREET = re.compile(
    r"(?:线|短|跑|电|走|道|马|一|公|迷|半|铁|网|回|断|修|通|旁|大|小|逛|上|几|好多人|人"
    r"|这条|那条|整条|赶|让|顺|陌|销|思|出|退|末|生|骂|酒|不了|了)[路街巷]$|^(?:坐|停|几"
    r"|哪)"
)
_LEADING = re.compile(
    r"^[一-鿿]{0,4}?(?:[给转说过边了就为叫看找听送寄搬进响嗯扬啊映成锁住约下周窗外着诉是到去在问查](?"
    r"=[一-鿿]{3}))+(?![一-鿿]{0,1}$)"
)
_WHEN = re.compile(
    r"(?:[今明后][天日儿]|(?:周|星期|礼拜)[一二三四五六日天]|早上|上午|中午|下午|晚上|^午){1,3}的?(?=[一-鿿]{2})"
)
_NO_AREA = re.compile(
    r"^(?:我们|咱们|你们|这个|那个|整个|哪个|本|全|一个|隔壁|对面|附近|工业|开发|商业|居民"
    r"|老旧|新|旧|农|山|乡|城|自然|行政|学|校|小|大|偏远|农村|前|后|同|老|全县|全市"
    r"|各)(?:小区|花园|社区|家园|新村|街道|公寓|村|镇|乡|广场|苑|市场|商场|学校|大学|园区"
    r"|开发区|工业园|区)$"
    r"|[老家城下]乡$|[上读中]小学$|合同.{0,3}园$|^(?:菜|超级|农贸|批发|股票|电力)市场$"
    r"|^(?:度假|养老公|养老|老年|农|渔)[村寓]?公?寓?$|^(?:城中村|度假村|养老公寓|中心小学"
    r"|县中学|希望小学)$"
)
_BRANCH_ZH = re.compile(
    r"(?:(?![去到你们我的哪个最近附那这离从是问下诉给])[一-鿿]){2,6}?(?:营业厅|供电所"
    r"|营业所|服务站|营业点|供电站|服务厅|(?<=[东西南北])大厅)"
)
_BRANCH_BY_PLACE = re.compile(
    r"(?:(?![去到你们我的哪个最近附那这离从是问下诉给])[一-鿿]){2,6}?(?:那边|旁边|对面|头上?|上)?(?:那个|那家|的)"
    r"(?:营业厅|供电所|服务站|缴费机|厅(?!子|里面)|所(?![有以长谓得]))"
)
"""An office by where it stands: "解放路那个厅"."""
_BRANCH_EN = re.compile(
    r"\b(?:(?!the\b|your\b|to\b|at\b|of\b|this\b|a\b|in\b|nearest\b|local\b|which\b|is\b"
    r"|any\b|from\b|main\b|for\b|my\b|our\b|and\b|an\b|on\b|with\b|community\b|closest\b"
    r"|other\b|what\b|visit\b)[a-z]{3,} ){1,2}"
    r"(?:branch|service hall|service cent(?:re|er)|customer cent(?:re|er)|business hall|office|hall"
    r"|cent(?:re|er)|counter)\b"
)
_NO_BRANCH = re.compile(
    r"home office|head office|post office|box office|town hall|city hall|ticket office"
    r"|back office|nearby|nearest|closest|service hall$"
    r"|community office|^(?:建议|意见|投诉|反映|预约|我们|附近|就近|最近|线下|网上|你们"
    r"|贵公司|国网|供电局|电力|去过|离家|哪里)+.{0,2}(?:营业厅|供电所|服务站|营业所)$"
    r"|^.{0,3}(?:意见|建议)"
    r"|meter office|main office|tax office|registry office|closest branch|village hall"
    r"|(?:prayer|church|music|sports|school|mess) hall"
    r"|(?:call|shopping|garden|health|medical|care|data|town|city|leisure|job|sports?|support|control|dialysis|arts"
    r"|gas|test|testing|recycling|civic|distribution|training|enquiry|inquiry|kitchen|over|geiger|cash)"
    r" (?:cent(?:re|er)|counter)"
    r"|cent(?:re|er) of$"
    r"|(?:tree|oak|palm|pine|mango|willow|big|huge|broken|fallen) branch"
)
_NEAR = re.compile(
    r"\b(?:nearest|closest)(?: \w+){1,4}? (?:to|in|around|near) (?P<it>(?!campus\b|where\b"
    r"|me\b|my\b|here\b|the\b|us\b|home\b|you\b|this\b|our\b|work\b|where\b|a\b|town\b"
    r"|old\b)[a-z]{4,}(?: (?:road|street|station|market|park))?)\b"
    r"|(?<![一-鿿])(?P<zh>(?![我你他这那哪家单公学车市村镇城乡附])[一-鿿]{2})(?=(?:那边"
    r"|一带|片区|附近)[一-鿿]{0,3}(?:营业厅|供电所|大厅|服务|停电|没电))"
)


_IN_PLACE = re.compile(
    r"\b(?:in|at|near|around|behind|beside|outside) (?P<it>(?:(?:new|old|north|south|east|west|upper"
    r"|lower|lake|mount|port|fort|saint|great|little) )?(?P<name>[a-z][a-z'’]{3,})(?: (?:north|south"
    r"|east|west|beach|island|market|docks?|harbou?r|heights|hills?|bay|point))?)\b(?!['’-])"
)
"""A place that is told by nothing but that nobody of ours uses its name as a word."""
_COMMON_FROM = 30
"""Times that a word stands in our own sentences from which it is no name before a "street"."""
_ALSO_NAMES = frozenset(
    ("church", "high", "market", "mill", "park", "school", "station", "tower", "water", "west", "east",
     "north", "south", "green", "hill", "bridge", "river", "lake", "garden", "union", "long", "king", "queen")
)  # fmt: skip


class Gazetteer:
    """Reads areas, addresses and offices.

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
        zh_known = alternatives(re.escape(a) for a in self._canonical if not a.isascii())
        en_known = alternatives(re.escape(a) for a in self._canonical if a.isascii())
        suffixes, streets = places["area_suffixes"], places["street_suffixes"]
        head = (
            r"(?!和(?!平|谐)|[在住是我们近你这那哪的到去来从跟整个各请给为把换成址改帮查叫问将让离位"
            r"家申有没全本小说听嗯啊呃])[一-鿿]"
        )
        zh_area = rf"(?:{zh_known}|(?:{head}){{2,4}}?(?:{alternatives(suffixes['zh'])}))"
        zh_street = (
            r"(?:(?![在住是我们你这那哪的到去来从跟整条马一给寄搬电近天喂个嗯]|和(?!平))[一-鿿]){2,3}"
            rf"(?:{alternatives(streets['zh'])})(?![灯边口上由费过]|(?<=街)道)"
        )
        suffix = alternatives(suffixes["en"])
        en_area = (
            rf"(?:(?:{en_known})(?: (?:{suffix})(?! (?:{suffix}))(?<!gardens park)(?<!court park)(?<"
            rf"!estate park))?|sector \d{{1,3}}|(?:{_STREET_WORD} ){{1,2}}(?:{suffix}))"
        )
        en_street = rf"(?:{_STREET_WORD} ){{1,2}}(?:{alternatives(streets['en'])})\b"
        self._known = re.compile(rf"{zh_known}|\b(?:{en_known})\b")
        self._zh_address = re.compile(
            rf"(?:(?:{zh_street})?(?:{zh_area})|{zh_street})?(?:[一二三四五]期"
            rf"|[东西南北a-d]区)?的?\s?(?:{_HOUSE_ZH}\s?)+"
        )
        self._zh_area = re.compile(zh_area)
        self._zh_street = re.compile(zh_street)
        self._en_address = re.compile(
            rf"\b(?:(?:{_EN_HOUSE},? ?)+(?:,? ?(?:(?:in|at|of|on) )?(?:(?:{_EN_NUMBER} )?{en_area}"
            rf"|(?:{_EN_NUMBER} )?{en_street})\b)?"
            rf"|{_EN_NUMBER} (?:{en_area}|{en_street})(?:,? {_EN_HOUSE})*"
            rf"|(?:{en_area}|{en_street}),? (?:{_EN_HOUSE},? ?)+"
            rf"|(?:county|provincial|national|state) road {_EN_NUMBER})"
        )
        self._en_area = re.compile(rf"\b{en_area}\b")
        self._en_street = re.compile(rf"\b(?:{_STREET_WORD} ){{1,2}}(?:{_STREETS_EN})\b")

    def read(self, folded: Folded) -> list[Span]:
        """Places in a message."""
        text = folded.text
        return [*self._addresses(text), *_numbered(folded), *self._areas(text), *_branches(text)]

    def _addresses(self, text: str) -> Iterator[Span]:
        for pattern in (self._zh_address, self._en_address):
            for match in pattern.finditer(text):
                start, end = self._first(match), match.start() + len(re.sub(r"(?: and|[ ,])+$", "", match[0]))
                if end > start and _is_house(text[start:end]):
                    weight = 8 if end - start > 3 else 3
                    yield Span("address", start, end, address_value(text[start:end]), weight)
        for match in _VILLAGE_HOUSE.finditer(text):
            yield Span("address", *match.span(), address_value(match[0]), 8)

    def _areas(self, text: str) -> Iterator[Span]:
        for pattern in (self._zh_area, self._en_area):
            for match in pattern.finditer(text):
                start = self._named_from(match)
                name = text[start : match.end()]
                weight = 4 if name in self._canonical else 3
                if (len(name) > 2 or weight == 4) and start < match.end() and not _NO_AREA.search(name):
                    yield from self._named(start, match.end(), name, weight)
        for pattern in (self._zh_street, self._en_street):
            for match in pattern.finditer(text):
                start = self._named_from(match)
                name = text[start : match.end()]
                if len(name) > 2 and not _NO_STREET.search(name):
                    yield from self._named(start, match.end(), name, 3)
        for match in _IN_PLACE.finditer(text):
            if not own_words().knows(match["name"]):
                yield Span("area", *match.span("it"), self.value(match["it"]), 2, "place")
        for match in _NEAR.finditer(text):
            group = str(match.lastgroup)
            yield Span("area", *match.span(group), self.value(match[group]), 2)

    def _named(self, start: int, end: int, name: str, weight: int) -> Iterator[Span]:
        """An area; who makes an appointment names it for the office that is there."""
        yield Span("area", start, end, self.value(name), weight)
        yield Span("branch", start, end, self.value(name), weight + 1, "office")

    def _first(self, match: re.Match[str]) -> int:
        """Where the place begins: at a known name, else after the last word that is none of it."""
        known = self._known.search(match[0])
        if known and not re.search(r"\d", match[0][: known.start()]):
            return match.start() + known.start()
        start = match.start() + len(_leading(match[0]))
        # "12月3号翠竹小区": the counter of a date is no part of the name.
        dated = (
            re.search(r"[\d一二三四五六七八九十]$", match.string[:start])
            and match.string[start] in "号日月年点"
        )
        return start + 1 if dated else start

    def _named_from(self, match: re.Match[str]) -> int:
        """The same for a place without a house; its end where only common words stand before "walk"."""
        if match[0] in self._canonical:
            return match.start()
        start = self._first(match)
        return start + len(_common_words(match.string[start : match.end()]))

    def value(self, surface: str) -> str:
        """The area's official name if it is known, else the words."""
        return self._canonical.get(surface, _squeeze(surface))


def _numbered(folded: Folded) -> Iterator[Span]:
    """A number before capitals is a house in a street, whatever the street is called: "518 Kessler"."""
    if folded.original.isupper():
        return
    for match in _NUMBER_AND_WORDS.finditer(folded.text):
        named, end = 0, match.start()
        for word in re.finditer(r"[a-z'’]+", match["words"]):
            at = match.start("words") + word.start()
            if not folded.original[folded.at[at]].isupper() or _NO_STREET_NAME.fullmatch(word[0]):
                break
            named, end = named + 1, at + len(word[0])
        if named > 1 or (named and not own_words().knows(match["words"].split()[0])):
            yield Span("address", match.start(), end, address_value(folded.text[match.start() : end]), 6)


_NUMBER_AND_WORDS = re.compile(
    r"(?<![\w.,/:$£€¥#-])\d{1,5}[a-z]? (?P<words>[a-z'’]+(?: [a-z'’]+){0,2})(?![\w'’])"
)
_NO_STREET_NAME = re.compile(
    r"jan\w*|feb\w*|mar(?:ch)?|apr\w*|may|june?|july?|aug\w*|sept?\w*|oct\w*|nov\w*|dec\w*|[a-z]+day|i|am|pm"
    r"|k[wv]\w*|yuan|rmb|naira|rands?|rupees?|dollars?|euros?|pounds?|units?|hours?|days?|nights?|people|persons?"
)
"""What stands behind a number with a capital and is no street."""


def address_value(surface: str) -> str:
    """An address in one way of writing: house numbers in digits, without spaces between Chinese."""
    words = _squeeze(surface)
    words = re.sub(r"(?<=[一-鿿\d])[\s,]+(?=[一-鿿\d])", "", words) if re.search("[一-鿿]", words) else words
    return _ZH_HOUSE_NUMBER.sub(_in_digits, words)


_ZH_HOUSE_NUMBER = re.compile(
    r"(?<!第)[零一二三四五六七八九十百幺]+(?=号楼|栋|幢|座|单元|号|室|层|弄|户|组)"
    r"|(?<=[号栋幢座元弄])[零一二三四五六七八九幺]{3,4}$"
)


def _in_digits(match: re.Match[str]) -> str:
    number = parse_number(match[0])
    return match[0] if number is None else f"{number:f}"


def _is_house(words: str) -> bool:
    return not re.fullmatch(
        r"(?:no|number|block|shop|unit|house|door|room|(?:[\d一二三四五六七八九十]+号)+"
        r"|[\d一二三四五六七八九十a-z]+(?:号楼|[楼层户门组栋幢座排铺]|单元)"
        r"|(?:flat|apartment|apt|unit|block|building|tower|room|house|villa|suite|shop|no"
        rf"|number|door)\.? ?#?(?:{_EN_NUMBER}|[a-h])|(?:ground|first|second|third|fourth|fifth"
        r"|top|\d+(?:st|nd|rd|th)) floor) ?",
        words.strip(),
    )


def _branches(text: str) -> Iterator[Span]:
    for pattern in (_BRANCH_ZH, _BRANCH_BY_PLACE, _BRANCH_EN):
        for match in pattern.finditer(text):
            start = match.start() + len(_leading(match[0]))
            words = text[start : match.end()]
            if not _NO_BRANCH.search(words):
                yield Span("branch", start, match.end(), words, 5)


def _leading(words: str) -> str:
    """What a Chinese place or branch, found by its last word, took in before its name: "给", "明天上午"."""
    match = _WHEN.match(words) or _LEADING.match(words)
    return match[0] if match else "的" if words.startswith("的") else ""


def _common_words(words: str) -> str:
    """What an English street, found by its last word, took in before its name: "too", "pole".

    All of it where nothing but common words stands there: "people walk".
    """
    *before, _ = re.findall(r"\S+ |\S+$", words) or [""]
    taken = ""
    for word in before:
        if word.strip() in _ALSO_NAMES or own_words().english.get(word.strip(), 0) < _COMMON_FROM:
            return taken
        taken += word
    return words if before else ""


def _squeeze(words: str) -> str:
    return re.sub(r"\s+", " ", words.strip(" ,，的"))
