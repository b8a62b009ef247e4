"""The acceptance story, once, for every channel: from a bill and a wire in the street to a score.

A channel brings a ``Line`` (how this customer speaks and hears), the agent's side a ``Desk``, a language the
``Script``. What is checked is what the customer was told, what the database holds and what the ledger proves.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from domain.ledger import Step, first_broken
from domain.satisfaction import Solved
from domain.ticket import Priority, Status, Ticket, TicketClass
from tests.fakes.telegram_api import eventually
from tests.product import Product
from tests.seat import Seat


class Line(Protocol):
    """How one customer speaks and hears."""

    def say(self, words: str) -> None:
        """Send words; what is heard from now on counts as told since then."""
        ...

    def press(self, label: str) -> None:
        """Choose an offered button, in this channel's way."""
        ...

    def hear(self, fragment: str) -> str:
        """Wait until words with this fragment came; everything told since the customer last spoke."""
        ...


class Desk(Protocol):
    """How the agent works."""

    def accept(self, number: str) -> None: ...

    def reply(self, number: str, text: str) -> None: ...

    def read(self, number: str, fragment: str) -> None:
        """Wait until the ticket shows this."""
        ...

    def resolve(self, number: str, result: str) -> None: ...


@dataclass(frozen=True)
class Script:
    """Who speaks and what is said. Names in capitals of the story: customer's words; the rest is heard."""

    account_no: str
    phone: str
    agent: str
    """Login of who takes the ticket."""
    ask_bill: str
    ask_why: str
    report_wire: str
    place: str
    ask_again: str
    ask_person: str
    what_about: str
    """What the bot asks for in one line before it fetches a person; empty when she has said it already."""
    about: str
    hello: str
    answer: str
    first_result: str
    second_result: str
    not_solved: str
    solved: str
    five: str

    wants_account: str
    wants_code: str
    bill: Callable[[int], str]
    """How an amount in fen is said."""
    parts: str
    advice: str
    urgent: str
    where: str
    place_noted: str
    queued: str
    taken: str
    is_it_solved: str
    open_again: str
    wants_score: str
    thanks: str


def yuan(fen: int) -> str:
    """An amount as it is written."""
    return f"{fen / 100:,.2f}"


CHINESE = Script(
    account_no="0312010101",
    phone="19900000101",
    agent="lin.yue",
    ask_bill="上个月电费多少钱",
    ask_why="为什么这么高",
    report_wire="等一下，我们街上有根电线掉下来了",
    place="翠湖小区东门口，便利店旁边",
    ask_again="刚才的电费怎么会这么高",
    ask_person="转人工",
    what_about="用一句话说说",
    about="账单比上个月多了一倍，想请人核一下",
    hello="您好，我是林悦，账单我来看。",
    answer="好的，麻烦看看空调那部分",
    first_result="电费计算无误，增加的部分来自天气变冷。",
    second_result="已安排下周二上门校表，结果会再告诉您。",
    not_solved="没解决",
    solved="解决了",
    five="5 分",
    wants_account="请告诉我户号",
    wants_code="验证码",
    bill=yuan,
    parts="天气冷热",
    advice="离电线至少 8 米",
    urgent="最高级别派单",
    where="请告诉我具体位置",
    place_noted="位置已经发给抢修人员",
    queued="已经在转人工",
    taken="负责到底",
    is_it_solved="问题解决了吗",
    open_again="重新打开",
    wants_score="打几分",
    thanks="谢谢您的反馈",
)

ENGLISH = Script(
    account_no="0312212121",
    phone="19900000121",
    agent="lin.yue",
    ask_bill="How much was my bill last month?",
    ask_why="Why is it so high?",
    report_wire="Wait, a power line is down in our street",
    place="In front of the library on University Road",
    ask_again="Back to my bill: why is it so high?",
    ask_person="I want to talk to a person about it",
    what_about="",
    about="",
    hello="Hello, this is Lin Yue, I am looking at your bill.",
    answer="Thanks, please check the heating part",
    first_result="The bill is right, the rise comes from the weather.",
    second_result="A technician will test your meter next Tuesday.",
    not_solved="Not solved",
    solved="Solved",
    five="5 of 5",
    wants_account="What is the account number?",
    wants_code="6-digit code",
    bill=yuan,
    parts="hotter or colder weather",
    advice="at least 8 metres from the wire",
    urgent="highest priority",
    where="Where exactly is it?",
    place_noted="The crew has the location",
    queued="getting you a person",
    taken="answers for it until you are satisfied",
    is_it_solved="Is it solved?",
    open_again="is open again",
    wants_score="from 1 to 5",
    thanks="that's noted",
)


def tell(
    product: Product,
    line: Line,
    desk: Desk,
    script: Script,
    picture: Callable[[str], None] = lambda name: None,
) -> Ticket:
    """The whole story; the closed ticket. ``picture`` is called at the moments worth showing."""
    _learns_her_bill(product, line, script, picture)
    _reports_a_danger(product, line, script, picture)
    number = _comes_back_and_asks_for_a_person(product, line, script, picture)

    desk.accept(number)
    line.hear(script.taken)
    picture("agent-accepted")
    responsible = product.ticket(number).responsible
    desk.reply(number, script.hello)
    line.hear(script.hello)
    line.say(script.answer)
    desk.read(number, script.answer)
    picture("agent-and-customer")
    desk.resolve(number, script.first_result)
    told = line.hear(script.is_it_solved)
    assert script.first_result in told
    picture("is-it-solved")

    line.press(script.not_solved)
    line.hear(script.open_again)
    again = product.ticket(number)
    assert (again.status, again.responsible, again.reopened) == (Status.REOPENED, responsible, 1)
    steps = [entry.step for entry in product.ledger(again)]
    assert steps.index(Step.NOT_SOLVED) < steps.index(Step.REOPENED)
    picture("not-solved")

    desk.resolve(number, script.second_result)
    told = line.hear(script.is_it_solved)
    assert script.second_result in told
    line.press(script.solved)
    line.hear(script.wants_score)
    line.press(script.five)
    line.hear(script.thanks)
    picture("solved")
    return _what_remains(product, number, responsible)


def _learns_her_bill(product: Product, line: Line, script: Script, picture: Callable[[str], None]) -> None:
    line.say(script.ask_bill)
    line.hear(script.wants_account)
    line.say(script.account_no)
    line.hear(script.wants_code)
    line.say(product.code(script.phone))
    told = line.hear(script.bill(product.last_bill_fen(script.account_no)))
    assert script.account_no not in told, "the account number is masked"
    picture("bill")
    line.say(script.ask_why)
    line.hear(script.parts)
    picture("why")


def _reports_a_danger(product: Product, line: Line, script: Script, picture: Callable[[str], None]) -> None:
    line.say(script.report_wire)
    told = line.hear(script.where)
    assert told.index(script.advice) < told.index(script.urgent), "advice comes first"
    danger = product.newest_ticket()
    assert (danger.cls, danger.subject, danger.priority) == (TicketClass.FLT, "hazard", Priority.P0)
    assert danger.status is Status.ACCEPTED
    assert danger.responsible
    line.say(script.place)
    line.hear(script.place_noted)
    wrote = [entry for entry in product.ledger(danger) if entry.step is Step.CUSTOMER_WROTE]
    assert len(wrote) == 1, "the place is on the ticket of the danger"
    picture("danger")


def _comes_back_and_asks_for_a_person(
    product: Product, line: Line, script: Script, picture: Callable[[str], None]
) -> str:
    """The number of the ticket that she gets."""
    codes = len(product.texts(script.phone))
    line.say(script.ask_again)
    line.hear(script.parts)
    assert len(product.texts(script.phone)) == codes, "nobody proves herself twice in half an hour"
    line.say(script.ask_person)
    if script.what_about:
        line.hear(script.what_about)
        line.say(script.about)
    line.hear(script.queued)
    ticket = product.newest_ticket()
    assert ticket.priority is not Priority.P0
    assert ticket.status is Status.ACCEPTED
    picture("queued")
    return ticket.number


def _what_remains(product: Product, number: str, responsible: str) -> Ticket:
    """Closed, scored, and a ledger that proves who was responsible all the way."""
    ticket = product.ticket(number)
    assert (ticket.status, ticket.responsible) == (Status.CLOSED, responsible)
    first, second = sorted(product.surveys(ticket), key=lambda survey: survey.asked_at)
    assert (first.solved, first.responsible) == (Solved.NO, responsible)
    assert (second.solved, second.score, second.responsible) == (Solved.YES, 5, responsible)
    ledger = product.ledger(ticket)
    assert first_broken(ledger) is None
    steps = [entry.step for entry in ledger]
    assert steps.count(Step.RESULT_DELIVERED) == 2
    assert steps.index(Step.CLOSED) > steps.index(Step.REOPENED)
    accepted = steps.index(Step.ACCEPTED)
    assert {entry.responsible for entry in ledger[accepted:]} == {responsible}
    assert all(entry.responsible for entry in ledger[:accepted]), "somebody answered for it before, too"
    seqs = [message.seq for message in product.messages(ticket.conversation_id)]
    assert seqs == list(range(1, len(seqs) + 1)), "no message was lost"
    return ticket


class SeatDesk:
    """An agent who works by plain HTTP."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._said = 0
        seat.take_tickets()

    def accept(self, number: str) -> None:
        self._do(number, "accept")

    def reply(self, number: str, text: str) -> None:
        self._said += 1
        self._do(number, "reply", text=text, token=f"{number}-{self._said}")

    def read(self, number: str, fragment: str) -> None:
        eventually(lambda: fragment in self._seat.see(number))

    def resolve(self, number: str, result: str) -> None:
        self._do(number, "resolve", result=result)

    def _do(self, number: str, verb: str, **form: str) -> None:
        status, words = self._seat.do(number, verb, **form)
        assert status == 200, words


def numbered(label: str, told: str, pattern: str) -> str:
    """The number that stands for a label, in the words that offered it; ``pattern`` has both as groups."""
    offered = {found["label"].strip(): found["number"] for found in re.finditer(pattern, told)}
    return offered[label]
