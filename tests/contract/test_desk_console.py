"""The agents' console over real HTTP: who may do what, in words, with every change guarded."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from domain.agent import Presence
from domain.ticket import Status
from tests.desk_house import PASSWORD, House, running_house
from tests.seat import Seat


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running_house(tmp_path_factory.mktemp("desk")) as running:
        yield running


def seat_of(house: House, login: str, language: str = "zh") -> Seat:
    return Seat(house.url, login, PASSWORD, language)


@pytest.fixture(scope="module")
def chen(house: House) -> Iterator[Seat]:
    seat = seat_of(house, "chen.gang")
    yield seat
    seat.http.close()


@pytest.fixture(scope="module")
def sun(house: House) -> Iterator[Seat]:
    seat = seat_of(house, "sun.tao")
    yield seat
    seat.http.close()


def test_wrong_name_and_wrong_password_read_the_same(house):
    answers = [
        httpx.post(f"{house.url}/desk/sign-in", data={"login": login, "password": password})
        for login, password in (("chen.gang", "wrong"), ("nobody", PASSWORD), ("", ""), ("gao.feng", ""))
    ]
    assert {answer.status_code for answer in answers} == {401}
    alerts = {re.search(r'role="alert">(.*?)<', answer.text).group(1) for answer in answers}
    assert alerts == {"用户名或密码不对。"}


def test_guessing_passwords_is_stopped(tmp_path):
    with running_house(tmp_path) as house:
        guess = {"login": "chen.gang", "password": "x"}
        codes = [httpx.post(f"{house.url}/desk/sign-in", data=guess).status_code for _ in range(10)]
        assert codes == [401] * 8 + [429] * 2
        right = {"login": " Chen.Gang ", "password": PASSWORD}
        assert httpx.post(f"{house.url}/desk/sign-in", data=right).status_code == 429


def test_nothing_is_shown_without_a_sign_in(house):
    for path in ("/desk", "/desk/t/2611240001", "/desk/outbox", "/desk/stream"):
        answer = httpx.get(house.url + path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk/sign-in")
    answer = httpx.get(house.url + "/desk/stream", headers={"Accept": "text/event-stream"})
    assert answer.status_code == 401


def test_a_sign_in_ends_when_idle_and_when_the_cookie_was_changed(house, chen):
    cookie = chen.http.cookies["shouwen_desk"]
    kept = chen.http.get("/desk").headers["set-cookie"].lower()
    assert "httponly" in kept and "samesite=lax" in kept
    forged = httpx.get(house.url + "/desk", cookies={"shouwen_desk": cookie[:-1] + "A" + cookie[-1]})
    assert forged.status_code == 303
    house.clock.ahead = timedelta(hours=2, minutes=1)
    try:
        assert httpx.get(house.url + "/desk", cookies={"shouwen_desk": cookie}).status_code == 303
    finally:
        house.clock.ahead = timedelta()


def test_a_change_needs_the_pages_own_token(house, chen):
    ticket = house.ticket(address="csrf")
    for headers in ({}, {"X-CSRF-Token": "0" * 64}):
        answer = chen.http.post(f"/desk/t/{ticket.number}/accept", data={}, headers=headers)
        assert answer.status_code == 403
    assert house.read(ticket.id).status is Status.ACCEPTED


def test_a_ticket_from_acceptance_to_the_result(house, chen):
    ticket = house.ticket(address="whole")
    assert chen.do(ticket.number, "accept") == (200, "已接单，现在由您负责。")
    page = chen.see(ticket.number)
    assert "陈刚 负责" in page and "还没有向客户作出承诺" in page
    assert chen.do(ticket.number, "reply", text="您好", token="t1")[0] == 200
    assert chen.do(ticket.number, "reply", text="您好", token="t1")[0] == 200
    assert chen.do(ticket.number, "note", text="只给同事看", token="t2")[0] == 200
    assert chen.do(ticket.number, "promise", text="一小时内到", until="2099-11-24T18:00")[0] == 200
    page = chen.see(ticket.number)
    assert page.count(">您好</div>") == 1
    assert "内部备注，客户看不到" in page and "最近承诺：一小时内到" in page and "2099年11月24日" in page
    assert chen.do(ticket.number, "leg", department="CSC", task="查表")[0] == 200
    assert chen.do(ticket.number, "resolve", result="已修好") == (409, "还有协办没有完成，不能写结果。")
    with house.store.read() as tx:
        leg = tx.tickets.legs(ticket.id)[0]
    assert chen.do(ticket.number, "finish_leg", leg=leg.id, result="表是好的")[0] == 200
    assert chen.do(ticket.number, "resolve", result="") == (409, "请先写处理结果。")
    assert chen.do(ticket.number, "resolve", result="已修好")[0] == 200
    assert house.read(ticket.id).result == "已修好"
    house.delivered(ticket.id)
    assert house.read(ticket.id).status is Status.REPLIED
    assert "结果已送达客户" in chen.see(ticket.number)


def test_nobody_goes_on_site_for_what_is_settled_in_words(house, chen):
    fault = house.ticket(address="fault")
    question = house.ticket(cls="ENQ", subject="person", address="words")
    house.desk.accept(fault.id, "chen.gang")
    house.desk.accept(question.id, "lin.yue")
    lin = seat_of(house, "lin.yue")
    assert "已到现场" in chen.see(fault.number)
    assert "已到现场" not in lin.see(question.number)
    lin.http.close()


def test_who_comes_second_reads_who_was_first(house, chen, sun):
    ticket = house.ticket(address="race")
    assert chen.do(ticket.number, "accept")[0] == 200
    status, words = sun.do(ticket.number, "accept")
    assert status == 409 and re.fullmatch(r"陈刚 已在 \d\d:\d\d 接下这张单。", words)
    english = seat_of(house, "sun.tao", "en")
    assert re.fullmatch(r"Chen Gang accepted this at \d\d:\d\d\.", english.do(ticket.number, "accept")[1])
    english.http.close()


def test_a_handover_moves_only_when_it_is_accepted(house, chen, sun):
    ticket = house.ticket(address="handover")
    chen.do(ticket.number, "accept")
    assert chen.do(ticket.number, "handover", to="sun.tao", reason="")[1] == "请写明理由。"
    assert chen.do(ticket.number, "handover", to="sun.tao", reason="我下班了")[0] == 200
    assert house.read(ticket.id).responsible == "chen.gang"
    assert "正在移交给 孙涛" in chen.see(ticket.number)
    assert "陈刚 想把这张单移交给您" in sun.see(ticket.number)
    with house.store.read() as tx:
        offer = next(o for o in tx.tickets.open_offers_to("sun.tao") if o.ticket_id == ticket.id)
    assert sun.do(ticket.number, "accept_handover", offer=offer.id)[0] == 200
    assert house.read(ticket.id).responsible == "sun.tao"
    status, words = chen.do(ticket.number, "resolve", result="x")
    assert status == 409
    assert re.fullmatch(
        r"没有发出去：这张单在 \d\d:\d\d 已由 孙涛 接手。您写的内容还在，需要的话请转告 孙涛。", words
    )
    assert seat_of(house, "luo.cheng").do(ticket.number, "resolve", result="x")[0] != 409


def test_strangers_cannot_act_and_supervisors_decide_with_a_reason(house, chen):
    ticket = house.ticket(address="rights")
    chen.do(ticket.number, "accept")
    wang, luo = seat_of(house, "wang.fang"), seat_of(house, "luo.cheng")
    assert "data-composer" not in wang.see(ticket.number)
    assert "data-composer" in luo.see(ticket.number) and "dlg-reassign" in luo.see(ticket.number)
    assert wang.do(ticket.number, "reply", text="我来", token="w")[0] == 403
    assert wang.do(ticket.number, "note", text="我看看", token="w")[0] == 403
    assert wang.do(ticket.number, "reassign", to="wang.fang", reason="我要")[0] == 403
    assert "改派" not in chen.see(ticket.number).split('data-part="verbs"')[1].split("</div>")[0]
    assert luo.do(ticket.number, "reassign", to="sun.tao", reason="")[0] == 409
    assert luo.do(ticket.number, "reassign", to="sun.tao", reason="陈刚请假")[0] == 200
    assert house.read(ticket.id).responsible == "sun.tao"
    wang.http.close()
    luo.http.close()


def test_tip_offs_stay_with_those_who_work_on_them(house, chen):
    ticket = house.ticket("TIP", "theft", "举报 5 栋偷电", address="tip", name="")
    assert chen.http.get(f"/desk/t/{ticket.number}").status_code == 404
    assert f'data-number="{ticket.number}"' not in chen.http.get("/desk?q=偷电").text
    assert chen.do(ticket.number, "note", text="看看", token="n")[0] == 404
    tang = seat_of(house, "tang.wei")
    assert "偷电" in tang.see(ticket.number)
    tang.http.close()


def test_numbers_are_masked_until_a_reason_is_written_down(house, chen):
    ticket = house.ticket(address="masked")
    page = chen.see(ticket.number) + chen.http.get(f"/desk?q={ticket.number}").text
    assert "0312345678" not in page and "13812345678" not in page and "138****5678" in page
    token = {"X-CSRF-Token": chen.csrf}
    assert (
        chen.http.post(f"/desk/t/{ticket.number}/reveal", data={"reason": " "}, headers=token).status_code
        == 409
    )
    answer = chen.http.post(
        f"/desk/t/{ticket.number}/reveal", data={"reason": "核对身份"}, headers=token
    ).json()
    assert answer["values"]["fact.phone"] == "13812345678"
    assert answer["values"]["about.account_no"] == "0312345678"
    with house.store.read() as tx:
        (event,) = tx.audit.about(f"ticket:{ticket.id}")
    assert (event.actor, event.action, event.data["reason"]) == ("chen.gang", "revealed", "核对身份")


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "'; DROP TABLE tickets; --", "{{ 7 * 7 }}", "😀" * 200]
)
def test_what_customers_write_is_shown_and_never_run(house, chen, text):
    ticket = house.ticket(text=text, address=f"odd{hash(text)}")
    page = chen.see(ticket.number)
    assert "<script>alert" not in page and ">49<" not in page
    assert text in html.unescape(page)


def test_bad_forms_are_refused_in_words(house, chen):
    ticket = house.ticket(address="forms")
    chen.do(ticket.number, "accept")
    assert chen.do(ticket.number, "reply", text="", token="a") == (400, "有内容没填对，请检查一下。")
    assert chen.do(ticket.number, "reply", text="长" * 5001, token="a") == (413, "内容太长了。")
    assert chen.do(ticket.number, "promise", text="x", until="明天")[0] == 400
    assert chen.do(ticket.number, "promise", text="x", until="2001-01-01T00:00")[0] == 409
    assert chen.do(ticket.number, "priority", priority="9", reason="x")[0] == 400
    assert chen.do(ticket.number, "handover", to="nobody", reason="x")[0] == 404
    assert chen.do(ticket.number, "no_such_verb")[0] == 404
    assert chen.do("9999999999", "accept")[0] == 404
    big = chen.http.post(
        f"/desk/t/{ticket.number}/note",
        content=b"text=" + b"x" * 100_000,
        headers={"X-CSRF-Token": chen.csrf},
    )
    assert big.status_code == 413


def test_forms_work_without_the_script(house, chen):
    ticket = house.ticket(address="plain")
    done = chen.http.post(f"/desk/t/{ticket.number}/accept", data={"csrf": chen.csrf})
    assert (done.status_code, done.headers["location"]) == (303, f"/desk/t/{ticket.number}")
    refused = chen.http.post(f"/desk/t/{ticket.number}/resolve", data={"csrf": chen.csrf, "result": ""})
    assert refused.status_code == 409 and "请先写处理结果。" in refused.text
    chen.http.post(f"/desk/t/{ticket.number}/reply", data={"csrf": chen.csrf, "as": "note", "text": "悄悄话"})
    talk = house.read(ticket.id).conversation_id
    with house.store.read() as tx:
        assert "悄悄话" not in [m.text for m in tx.conversations.messages(talk)]
        assert "悄悄话" in [m.text for m in tx.conversations.messages(talk, desk=True)]


def test_presence_and_signing_out(house, chen):
    token = {"X-CSRF-Token": chen.csrf}
    assert chen.http.post("/desk/presence", data={"presence": "online"}, headers=token).status_code == 200
    assert 'value="online" class="online" aria-pressed="true"' in chen.http.get("/desk").text
    assert chen.http.post("/desk/presence", data={"presence": "offline"}, headers=token).status_code == 400
    gone = seat_of(house, "chen.gang")
    assert gone.http.post("/desk/sign-out", data={"csrf": gone.csrf}).headers["location"] == "/desk/sign-in"
    with house.store.read() as tx:
        assert tx.people.agent("chen.gang").presence is Presence.OFFLINE
    assert gone.http.get("/desk").status_code == 303
    gone.http.close()


def test_the_stream_tells_of_offers_and_of_the_customer_and_resumes(house, sun):
    house.desk.set_presence("sun.tao", Presence.ONLINE)
    cursor = re.search(r'data-cursor="(\d+)"', sun.http.get("/desk").text).group(1)
    ticket = house.ticket(address="live")
    with sun.http.stream("GET", f"/desk/stream?after={cursor}") as response:
        told = next(data for data in _told(response) if data["news"] == "offer")
    assert told["number"] == ticket.number
    assert "sun.tao" in house.deps.presence.present()
    house.desk.accept(ticket.id, "sun.tao")
    house.desk.reply(ticket.id, "sun.tao", "在的", "t")
    cursor = re.search(r'data-cursor="(\d+)"', sun.http.get("/desk").text).group(1)
    house.customer_says("还没来电", "live")
    with sun.http.stream("GET", "/desk/stream", headers={"Last-Event-ID": cursor}) as response:
        told = next(data for data in _told(response) if data["news"])
    assert (told["news"], told["number"]) == ("customer", ticket.number)
    house.desk.set_presence("sun.tao", Presence.AWAY)


def _told(response: httpx.Response) -> Iterator[dict]:
    for line in response.iter_lines():
        if line.startswith("data: "):
            yield json.loads(line[6:])


def test_every_page_reads_in_both_languages(house, chen):
    ticket = house.ticket(address="both")
    for path in (
        "/desk",
        f"/desk/t/{ticket.number}",
        "/desk?shelf=waiting",
        "/desk?q=nothing-like-it",
        "/desk/outbox",
    ):
        chinese, english = (
            chen.http.get(path, headers={"X-Shouwen-Language": lang}).text for lang in ("zh", "en")
        )
        assert '<html lang="zh-CN">' in chinese and '<html lang="en">' in english
        assert chinese != english


def test_the_outbox_exists_only_where_it_is_wired(tmp_path):
    with running_house(tmp_path, read_sms=None) as house:
        seat = seat_of(house, "chen.gang")
        assert seat.http.get("/desk/outbox").status_code == 404
        seat.http.close()
