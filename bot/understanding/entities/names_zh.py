"""Chinese names of customers, firms and colleagues in a folded text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.understanding.entities.name_lists import names, staff_value
from bot.understanding.entities.span import Span

_KIN = (
    r"儿子|女儿|闺女|老公|老婆|老伴|丈夫|妻子|爱人|妈妈?|爸爸?|母亲|父亲|哥哥?|弟弟?|姐姐?"
    r"|妹妹?|媳妇|女婿|侄子|外甥|爷爷|奶奶|外公|外婆|姥姥|姥爷|公公|婆婆|岳父|岳母|前夫"
    r"|前妻|同事|会计|租客|房客|房东|朋友|秘书|助理|原户主"
)
_ZH_BEFORE = re.compile(
    r"(?:我叫|我是(?!说|不是|想)|(?<![你您谁])叫(?:做|那个|作|什么)?|(?:名字|姓名|户名|户主"
    r"|联系人|抬头|经办人|申请人|机主)(?:是|叫|写|换|改|变更|为|成|的|他|:|,|，)*"
    r"|换成|换为|改成|改为|变更为|变更成|更名为|过户给|过给|转给|登记?的?是|写的是|本人"
    r"|开给|[由允同](?:许|意)?|代表|留的?是|落款|[得要该]写|写成|写的?还?是"
    rf"|(?:委托|授权|让|给|我|的|帮|是|新)(?:给)?(?:新)?(?:我的|我们|我)?(?:{_KIN})(?:名字|,|，)?(?:叫|是)?)"
)
_ZH_TO_ASK_FOR = re.compile(r"(?:找|联系|通知|打给|写|还是|成)(?=[一-鿿]{2})")
"""Before a name where accounts change hands or callers speak for others."""
_ZH_FIRM = re.compile(
    r"(?:抬头|户名|名称|名字|变更为|变更成|更名为|改成|改为|换成|开给|叫做?|单位|公司|发票"
    r"|我们?是|户主)(?:是|写|开|给|为|:|：|，|,)*"
    r"(?P<firm>[一-鿿（）()]{2,16}?(?:有限责任公司|股份有限公司|有限公司|公司|合作社|商行"
    r"|经营部|工作室|事务所|集团|服务部|中心小学|中学))"
    r"|(?P<sure>(?![的是给为叫开把帮我你])[一-鿿（）()]{2,14}?(?:有限责任公司|股份有限公司|有限公司))"
)
_BEFORE_FIRM = re.compile(
    r"(?:.*(?:抬头|户名|名称|变更为|变更成|更名为|改成|改为|换成|开给|叫做?)(?:是|写|开|给|为)*)?"
)
_ZH_SURNAME = re.compile(
    r"(?:(?P<ours>师傅|电工|经理|那位|工人|小伙子?|姑娘|大姐|大哥|主管|客服)|我|客户|户主"
    r"|他|她|[^\w])?姓(?P<name>[一-鿿])(?![名氏什啥])(?P<who>的?(?:师傅|经理|主任|班长"
    r"|电工|工作人员|客服|小伙子?|抄表))?"
)
_STAFF_NUMBER = re.compile(
    r"(?:工号|工牌号?|胸牌号?)(?:是|写着|上写着)?\s?[\da-z]{3,8}|(?:胸牌"
    r"|工牌)上?写着[一-鿿]{1,3}|\bbadge (?:no\.? ?|number )?\d{3,8}"
)
_ZH_COLLEAGUE = re.compile(
    r"(?:工作人员|客服|客户经理|经理|师傅|师父|电工|抄表员|抄表的|班长|主任|所长|站长"
    r"|接线员|柜员|业务员|网格员|小伙子|小伙|小姑娘|姑娘|同志|员工|职员)"
    r"(?:叫|是|名叫|姓名|名字叫|，|,)?(?:那个|做|作|什么)?(?=[一-鿿])"
)
_ZH_PRAISED = re.compile(
    r"(?:叫|写|名字是?|表扬|感谢|谢谢|多亏|投诉|点赞|点名|夸夸?|给|找|送给|送到)(?:一下"
    r"|那个|那位|做|作|你们的?|贵公司的?|咱们的?|的|了)*(?=[一-鿿])"
)
_ZH_NOT_OURS = re.compile(
    r"(?:社区|邻居|隔壁|物业|居委会?|亲戚|同事|朋友|房东|租客|同学|村长|村里|对门|楼上|楼下)(?:的|那个|家)?$"
)
_ZH_ENDS = frozenset(
    "的了吗呢吧啊呀哦嘛啦咯喔哈呗嗯是在有和跟与给到说来去不没把被让也都就才还又很太真办写改"
    "换打电手身号老三两四五六七八九十零一我你他她它们这那哪什怎想要请帮代变双骂接找投处先后"
    "再上下里外住收付交欠修查问用开关报态服做过得着从向对为以及或但因所如若当将会能可该应女"
    "同师经主户"
    "，。！？、；：,.!?;:()（）\"' \n"
)
"""Characters that follow a name and are seldom part of one."""
_THREE = re.compile(r"(?:(?<=[,，:：。])|(?<=代表)|(?<=叫))[一-鿿]{3}(?=[,，。]|$)")
"""Three characters between two commas: a name that is put in."""


_WORDS_ENDING_SO = frozenset(
    (
        "开关",
        "机关",
        "有关",
        "线路",
        "电路",
        "公路",
        "马路",
        "安全",
        "现金",
        "资金",
        "楼梯",
        "大方",
        "地方",
        "对方",
    )
)
"""Words whose last character is a family name."""


_THEIRS = re.compile(r"(?:你们|贵公司|贵司|咱们|师傅|电工|客服|找|转|接|让)(?:的|那个|那位|家|一下)?$")
"""Words before "小王" that make him a colleague of ours."""
_NO_FIRM = re.compile(r"你们|供电公司|电力公司|电网公司|物业公司|^(?:我们|贵)?公司$|什么公司|哪个公司")


def chinese_names(text: str) -> Iterator[Span]:
    """Everybody that is named in Chinese, staff numbers and firms."""
    yield from _introduced(text)
    yield from _by_surname(text)
    yield from _titled(text)
    yield from _familiar(text)
    yield from _firms(text)
    for pattern, sense in ((_ZH_COLLEAGUE, ""), (_ZH_PRAISED, "colleague")):
        for before in pattern.finditer(text):
            if end := name_end(text, before.end()):
                yield Span("staff_name", before.end(), end, text[before.end() : end], 5, sense)
    for match in _STAFF_NUMBER.finditer(text):
        yield Span("staff_name", *match.span(), staff_value(match[0]), 4)


def whole_name(words: str) -> bool:
    """Whether three characters are a name and nothing else."""
    return len(words) == 3 and name_end(words, 0) == 3 and not words.endswith(_PLACES)


_PLACES = ("路", "街", "巷", "村", "镇", "区", "苑", "园", "楼", "店", "厂")


def name_end(text: str, start: int) -> int:
    """Where the Chinese name that begins at ``start`` ends; 0 when there is none."""
    length = next((n for n in (2, 1) if text[start : start + n] in names().surnames), 0)
    if not length or text[start : start + 2] in names().not_names:
        return 0
    given = start + length
    for size in (2, 1):
        part = text[given : given + size]
        if len(part) == size and all(_is_han(c) and c not in _ZH_ENDS for c in part):
            after = text[given + size : given + size + 1]
            if not after or after in _ZH_ENDS or not _is_han(after):
                return given + size
    return 0


def _is_han(char: str) -> bool:
    return "一" <= char <= "鿿"


def _introduced(text: str) -> Iterator[Span]:
    for before in _ZH_BEFORE.finditer(text):
        if end := name_end(text, before.end()):
            yield Span("name", before.end(), end, text[before.end() : end], 3 if before[0] == "我是" else 4)
    for before in _ZH_TO_ASK_FOR.finditer(text):
        if end := name_end(text, before.end()):
            yield Span("name", before.end(), end, text[before.end() : end], 5, "named")
    for clause in _THREE.finditer(text):
        if whole_name(clause[0]):
            yield Span("name", *clause.span(), clause[0], 1)


def _by_surname(text: str) -> Iterator[Span]:
    for match in _ZH_SURNAME.finditer(text):
        start, end = match.span("name")
        if (longer := text[start : start + 2]) in names().surnames:
            end = start + len(longer)
        introduced = match[0].startswith(("我姓", "户主姓"))
        if (introduced or text[start:end] in names().surnames) and not name_end(text, start):
            ours = match["ours"] or match["who"]
            yield Span("staff_name" if ours else "name", start, end, text[start:end], 4)
            if not ours and not match[0].startswith(("我", "客户", "户主")):
                yield Span("staff_name", start, end, text[start:end], 5, "blamed")


def _titled(text: str) -> Iterator[Span]:
    for match in names().titled.finditer(text):
        start, end = match.span()
        if text[start : start + 2] in names().not_names or _ZH_NOT_OURS.search(text[:start]):
            continue
        if start and text[start - 1 : start + 1] in _WORDS_ENDING_SO:
            continue
        if start and text[start - 1] in "小老":
            start -= 1
        yield Span("staff_name", start, end, staff_value(match["name"]), 4)
    for match in names().elder.finditer(text):
        if text[match.start() : match.start() + 2] not in names().not_names:
            yield Span("staff_name", *match.span(), match[0], 4, "colleague")


def _familiar(text: str) -> Iterator[Span]:
    for match in names().familiar.finditer(text):
        start, end = match.span()
        known_word = match["name"] in names().not_names or text[start : start + 3] in names().not_names
        if (
            known_word
            or _ZH_NOT_OURS.search(text[:start])
            or text[end : end + 1] in tuple("姐家区板人店孩学")
        ):
            continue
        ours = match["title"] or _THEIRS.search(text[:start])
        if not ours:
            yield Span("name", start, end, text[start:end], 3, "named")
        yield Span("staff_name", start, end, staff_value(match[0]), 3, "" if ours else "colleague")


def _firms(text: str) -> Iterator[Span]:
    for match in _ZH_FIRM.finditer(text):
        name = "firm" if match["firm"] else "sure"
        led_in = _BEFORE_FIRM.match(match[name])
        start = match.start(name) + (led_in.end() if led_in else 0)
        if not _NO_FIRM.search(match[name]):
            yield Span("name", start, match.end(name), text[start : match.end(name)], 5)
