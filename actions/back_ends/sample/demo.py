"""The guide to the named accounts, ``docs/demo.md``."""

from __future__ import annotations

from pathlib import Path

from actions.back_ends.sample.situations import Situation, situations

_HEAD = """\
# Accounts to try / 试用户号

The sample utility (the invented city of Cuihu, 翠湖市) is seeded with these accounts; every name and number
is invented. They are made fresh each day, so that a planned outage is always tomorrow and a fault is always
being repaired. To be recognised, give the account number with the holder's name and the last four of the ID,
or the code that is sent to the phone (see the local outbox page).

示例电网（虚构的翠湖市）内置下列用户，姓名与号码均为虚构，每天自动更新。核实身份时，可报户号、户名和证件号后四位，
或输入发送到手机的验证码（见本地短信页面）。

| Account 户号 | Holder 户名 | ID 后四位 | Phone 手机 | Situation 情况 | Try 试试说 |
|---|---|---|---|---|---|
"""

_TAIL = """
Places with something going on:

- 阳光花园 Sunshine Garden: cable fault on one transformer, crew on site
- 石桥镇 Shiqiao Town: tree on the line, no estimate yet
- 江景苑 Riverside Court: planned tomorrow, 08:30 to 17:00
- 滨港新城 Harbour New Town: planned today, 08:00 to 18:00, one transformer
- 老街社区 Old Street: planned in three days
- 柳林村 Liulin Village: planned in six days

This page is written from `actions/back_ends/sample/situations.yml`; change it there.
"""


def demo_page() -> str:
    """The page as Markdown."""
    return _HEAD + "".join(_row(situation) for situation in situations()) + _TAIL


def write_demo(path: Path) -> None:
    """Write the page."""
    path.write_text(demo_page(), encoding="utf-8")


def _row(situation: Situation) -> str:
    account = situation.customer.account
    cells = (
        account.account_no,
        account.holder,
        account.id_tail4,
        account.phone,
        f"{situation.title_zh} · {situation.title_en}",
        f"「{situation.say_zh}」 · “{situation.say_en}”",
    )
    return f"| {' | '.join(cells)} |\n"
