"""Amounts: money in fen, or energy as ``400 kWh``.

A number without a unit is money where money is the matter (sense ``money``), energy is an amount where it is
limited, billed or bought (sense ``energy``); see :mod:`bot.understanding.entities.wanted`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bot.understanding.entities import spoken
from bot.understanding.entities.numerals import EN_NUMBER, ZH_NUMBER, parse_number
from bot.understanding.entities.span import Span
from bot.understanding.entities.spoken import NO_EN_UNIT, ZH_COUNTED, ZH_HUNDREDS

_ZH_TENS = r"[一二两三四五六七八九]?十[一二三四五六七八九]?"
_ZH_SPENT = (
    r"(?:交|充|冲|付|扣|收|缴|欠|花|转|退|打|凑|塞|买|俾|给|掏|赔|补|垫|存|入|增值|低于"
    r"|少于|不足|低过|超过|超|剩下?|高达|多达|电费|电费单|账单|余额|违约金|滞纳金|蹦到"
    r"|涨到|翻到|涨|变成|要|才|多了?|少了?|贵了?|差|有|写|合同|一共|总共)"
    r"(?:是|才|了|咗|过|我|你们|他们|的|到|上|有|足|满|就|掉|走|出|去|回|:|那|这|个|得|都|在|也|要)*"
)
_EN_SPENT = (
    r"(?:paid|pay|sent|send|under|below|over|above|charged?|owed?|bill of|balance of"
    r"|topped up|top up|top-up of|put|loaded|load|transferred|deposited"
    r"|bought|spent|slipped|gave|billed|came to|come to|comes to|costs?|hits?|drops? (?:to"
    r"|below)|falls? (?:to|below)|reach(?:es)?|down to|normally|usually|took|got"
    r"|recharged?)"
)
_EN_SPENT_ON = (
    r"(?: me| us| you| him| her| them| in| with| only| about| another| like| around| just"
    r"| out| nearly| almost| it| my| of)*"
)
_EN_TENS = (
    r"(?:ten|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:one"
    r"|two|three|four|five|six|seven|eight|nine))?"
)
_EN_ROUND = (
    r"(?:(?:a|one|two|three|four|five|six|seven|eight|nine|twelve|fifteen"
    r"|eighteen) (?:hundred|thousand|grand)(?: (?:and )?(?:one|two|three|four|five|six"
    r"|seven|eight|nine|ten|eleven|twelve|thirteen|fifteen|sixteen|seventeen|eighteen"
    r"|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred))*)"
)
_CURRENCY = (
    r"(?:yuan|rmb|cny|kuai|dollars?|bucks|quid|pounds?|euros?|rupees?|rs|naira|pesos?|rand|kwacha"
    r"|shillings?|bob|cedis?|birr|pula|ringgit|baht|dirhams?|riyals?|taka|usd|eur|gbp|sgd|aud|nzd|hkd)"
)

_AMOUNT = re.compile(
    r"(?:[¥$£€₹₦₱₵]|(?<!\w)(?:ksh|ugx|tsh|rm|gh₵|[kr](?=[\d,.]+(?!\w)))(?=\d)|rmb ?|cny ?|usd ?|rs\.? ?)"
    rf"(?P<sign>\d[\d,]*(?:\.\d+)?k?)(?: ?{_CURRENCY}\b)?"
    r"|(?<![几数好])(?P<yuan>(?!一块(?![钱多几\d一二三四五六七八九零])|一块\d+[块元.])"
    rf"{ZH_NUMBER}|百八十)(?:多|来|几)?(?:块|元|圆|蚊|只洋|大洋|文(?=钱))(?!表|儿八|砖|地"
    r"|板|屏|牌|区)(?:(?:钱)|(?P<jiao>[\d一二两三四五六七八九])(?:毛"
    r"|角)?(?P<fen>[\d一二三四五六七八九])?分?(?![\d个度月天]))?"
    r"|(?<![一二两三四五六七八九十百千\d.])(?P<mao>[\d一二两三四五六七八九])毛(?P<mfen>[\d一"
    r"二三四五六七八九])?(?!病)(?:钱|分)?"
    rf"|(?<![a-z])(?P<en>{EN_NUMBER}) ?{_CURRENCY}\b"
    r"|(?<![\w.])(?P<pence>\d{1,3}) ?(?:p|pence|cents)\b"
    r"|\b(?P<note>tenner|fiver|(?<=a )grand|(?<=\d )grand)\b(?! (?:job|day|man))",
    re.ASCII,
)
_NOTES = {"tenner": 10, "fiver": 5, "grand": 1000}
_SMALL_PIECES = re.compile(r"^[一二两三四五六七八九1-9]块$")
"""Two "块" are two yuan or two pieces: money where it is paid or priced."""
_PRICED = re.compile(
    r"(?:交|充|付|扣|收|缴|欠|花|退|是|按|才|多|要|卖|剩|加|度|价|到|低于|超过|涨了?|贵了?|少了?)(?:了|我)?$"
)
_ENERGY = re.compile(
    rf"(?<!每)(?<!温度)(?<!空调)(?<![调开]到)(?<!调开)(?<!零下)(?<![\d.一二两三四五六七八九十百千万])"
    rf"(?P<zh>(?!一?度){ZH_NUMBER})[多来几]?(?:度(?![数过假角])|千瓦时)"
    rf"|(?<![a-z])(?P<en>{EN_NUMBER}) ?(?:kwh|kilowatt[ -]?hours?|units)\b"
)
_SPENT = re.compile(
    rf"{_ZH_SPENT}(?P<zh>\d+(?:\.\d+)?万?|{ZH_HUNDREDS}|{_ZH_TENS})(?:多"
    rf"|来)?(?![\d.十百千万一二两三四五六七八九多来几%块元圆{ZH_COUNTED}]|[多来几]块|千瓦"
    rf"|kw|kv|a\b|[^,，。!?\w]{{0,2}}(?:块|元))"
    rf"|\b{_EN_SPENT}{_EN_SPENT_ON} (?P<en>\d[\d,]*(?:\.\d+)?|{_EN_ROUND}|{_EN_TENS})(?![\w-]){NO_EN_UNIT}",
    re.ASCII,
)
"""Numbers that the verb before them makes money."""
_ROUND = re.compile(
    rf"(?<![第几数好上\d一二两三四五六七八九十百千万点])"
    rf"(?P<n>[一二两三四五六七八九][百千万](?:零?[一二两三四五六七八九十百千万])*|百八十)(?:多|来|几)?"
    rf"(?![\d一二三四五六七八九十百千万亿块元圆克吨升章钟来多%{ZH_COUNTED}]|千瓦|伏)"
    rf"|(?<![a-z])(?P<en>{_EN_ROUND})(?![\w-]){NO_EN_UNIT}(?! [a-z]+s\b)"
)
"""A bare number that people say of money only: nobody counts people or things in "三百八" without a word."""
_BARE = re.compile(
    rf"(?<![\d.,:/#a-z\-])(?!(?:19|20)\d\d(?!\d))(?P<n>\d{{1,3}}(?:,\d{{3}})+(?:\.\d{{1,2}})"
    rf"?|\d{{2,5}}(?:\.\d{{1,2}})?|[1-9]\.\d\d)"
    rf"{NO_EN_UNIT}(?![\-a-z]|[多块元圆千万百{ZH_COUNTED}])"
)
_THOUSANDS = re.compile(r"(?<![\w.,])(?P<n>\d{1,3}(?:\.\d)?)k\b(?! ?(?:wh?|va?|m|ohm)\b)")
"""Thousands of yuan, written short: a repair for "18k"."""
_NO_MONEY = re.compile(
    r"倍率|变比|底数|读数|指数|表上才|表底|止码|meter photo|dial|meter says|工号|尾号|起码"
    r"|止码|multiplier|reading|serial|badge|window|ending|\bflat (?!rate|out|of)|[室栋舍]|寝室"
    r"|温度|degrees|型号|(?:抄的?是|抄成|抄了|表上)[一-鿿]{0,4}$|空调[一-鿿\d]{0,8}$"
    r"|(?:[定调]|开到)[到在成]?$|(?:aircon|a/?c|thermostat)(?: \w+)? (?:at|on) $"
)
"""Bare numbers soon after these are no money."""
_WATTS = re.compile(r" ?(?:瓦|w\b|匹|寸|inch|digit|位数?)")


def read_amounts(text: str) -> Iterator[Span]:
    """Amounts in a folded text."""
    yield from _moneys(text)
    yield from _energies(text)
    yield from _bare_amounts(text)


def _moneys(text: str) -> Iterator[Span]:
    for match in _AMOUNT.finditer(text):
        fen = _fen(match)
        start, end = match.span("note" if match["note"] else 0)
        pieces = _SMALL_PIECES.match(text[start:end]) and not _PRICED.search(text[:start])
        if fen is not None and not pieces:
            yield Span("amount", start, end, str(fen), 6)


def _energies(text: str) -> Iterator[Span]:
    for match in _ENERGY.finditer(text):
        if (value := spoken.plain(match["zh"] or match["en"])) is not None:
            yield Span("amount", match.start(), match.end(), f"{value} kWh", 6, "energy")


def _bare_amounts(text: str) -> Iterator[Span]:
    """Numbers without a unit, where money is the matter."""
    for match in _THOUSANDS.finditer(text):
        yield Span("amount", *match.span(), str(int(Decimal(match["n"]) * 100_000)), 3, "money")
    for pattern, sense, weight in ((_SPENT, "money", 5), (_ROUND, "money", 2), (_BARE, "money", 2)):
        for match in pattern.finditer(text):
            name = next(n for n, words in match.groupdict().items() if words)
            number = spoken.number(match[name])
            near = text[max(0, match.start() - 24) : match.start()]
            if number is not None and not _NO_MONEY.search(near) and not _WATTS.match(text[match.end() :]):
                yield Span("amount", *match.span(name), str(int(number * 100)), weight, sense)


def _fen(match: re.Match[str]) -> int | None:
    if match["note"]:
        return _NOTES[match["note"]] * 100
    if match["pence"]:
        return int(match["pence"])
    if match["mao"]:
        return int(parse_number(match["mao"]) or 0) * 10 + int(parse_number(match["mfen"] or "零") or 0)
    words = match["sign"] or match["yuan"] or match["en"]
    number = spoken.number(words)
    if number is None:
        return None
    tenths = int(parse_number(match["jiao"]) or 0) if match["jiao"] else 0
    hundredths = int(parse_number(match["fen"]) or 0) if match["fen"] else 0
    return int(number * 100) + tenths * 10 + hundredths
