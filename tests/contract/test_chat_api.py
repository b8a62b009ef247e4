"""The web channel over real HTTP: exactly once, resumable, and calm about bad input."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator

import httpx
import pytest

from domain.ticket import Ticket
from tests.desk_house import House, running_house


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running_house(tmp_path_factory.mktemp("chat")) as running:
        yield running


@pytest.fixture
def visitor(house: House) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=house.url, timeout=20) as client:
        yield client


def send(visitor: httpx.Client, text: str, client_id: str = "m1", **more: object) -> httpx.Response:
    return visitor.post("/chat/api/messages?wait=10", json={"client_id": client_id, "text": text, **more})


def test_a_message_is_answered_and_both_are_kept(visitor):
    answer = send(visitor, "我家停电了 choices")
    assert answer.status_code == 202
    body = answer.json()
    assert body["answered"] and not body["duplicate"] and body["seq"] == 1
    (reply,) = body["replies"]
    assert reply["author"] == "bot" and reply["text"] == "收到：我家停电了 choices"
    assert reply["reply_to"] == body["inbound_id"]
    assert [choice["payload"] for choice in reply["choices"]] == ["yes", "no"]
    kept = visitor.get("/chat/api/messages").json()
    assert [(m["seq"], m["author"]) for m in kept["messages"]] == [(1, "customer"), (2, "bot")]
    assert kept["last_seq"] == 2 and kept["mode"] == "bot"
    assert [m["seq"] for m in visitor.get("/chat/api/messages?after=1").json()["messages"]] == [2]


def test_the_same_client_id_is_one_message_also_when_sent_at_once(visitor):
    visitor.get("/chat")
    receipts: list[dict] = []
    threads = [
        threading.Thread(target=lambda: receipts.append(send(visitor, "一次").json())) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({receipt["inbound_id"] for receipt in receipts}) == 1
    assert sum(not receipt["duplicate"] for receipt in receipts) == 1
    assert [m["author"] for m in visitor.get("/chat/api/messages").json()["messages"]] == ["customer", "bot"]


def test_visitors_do_not_see_each_other_even_with_the_same_client_id(house, visitor):
    send(visitor, "第一位")
    with httpx.Client(base_url=house.url, timeout=20) as other:
        assert other.get("/chat/api/messages").json()["messages"] == []
        assert not send(other, "第二位").json()["duplicate"]
        assert "第一位" not in other.get("/chat/api/messages").text


def test_a_forged_session_is_a_new_one_and_a_forged_token_is_refused(house, visitor):
    send(visitor, "真的")
    token = visitor.cookies["shouwen_chat"]
    with httpx.Client(base_url=house.url) as thief:
        thief.cookies.set("shouwen_chat", token[:-2] + "xx", path="/chat")
        assert thief.get("/chat/api/messages").json()["messages"] == []
        refused = thief.get("/chat/api/messages", headers={"Authorization": "Bearer " + token[:-2] + "xx"})
    assert refused.status_code == 401 and refused.json()["error"]["code"] == "not_authentic"


def test_a_token_carries_the_session_where_cookies_are_withheld(house):
    token = httpx.post(f"{house.url}/chat/api/session").json()["token"]
    head = {"Authorization": f"Bearer {token}"}
    answer = httpx.post(
        f"{house.url}/chat/api/messages?wait=10", json={"text": "框架里"}, headers=head, timeout=20
    )
    assert answer.status_code == 202 and "set-cookie" not in answer.headers
    kept = httpx.get(f"{house.url}/chat/api/messages", headers=head).json()["messages"]
    assert [m["text"] for m in kept] == ["框架里", "收到：框架里"]


def test_the_terminal_is_a_channel_of_its_own(house, visitor):
    send(visitor, "网页上")
    terminal = {"X-Shouwen-Channel": "console"}
    assert visitor.get("/chat/api/messages", headers=terminal).json()["messages"] == []
    visitor.post("/chat/api/messages?wait=10", json={"client_id": "m1", "text": "终端里"}, headers=terminal)
    kept = visitor.get("/chat/api/messages", headers=terminal).json()["messages"]
    assert [m["text"] for m in kept] == ["终端里", "收到：终端里"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"text": ""}, 400, "bad_request"),
        ({"text": " \n\t "}, 400, "bad_request"),
        ({"text": "\u0000\u0007"}, 400, "bad_request"),
        ({"text": 7}, 400, "bad_request"),
        ({"text": ["a"]}, 400, "bad_request"),
        ({"text": "x", "client_id": "a b"}, 400, "bad_request"),
        ({"text": "x", "client_id": "a" * 81}, 400, "bad_request"),
        ([1, 2], 400, "bad_request"),
        ("x", 400, "bad_request"),
        ({"text": "长" * 5001}, 413, "too_long"),
        ({"text": "x", "payload": "y" * 501}, 413, "too_long"),
        ({"text": "字" * 40_000}, 413, "too_long"),
    ],
)
def test_bad_bodies_are_refused_in_words_and_leave_nothing(visitor, body, status, code):
    answer = visitor.post("/chat/api/messages", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code and answer.json()["error"]["message"]
    assert visitor.get("/chat/api/messages").json()["messages"] == []


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b"[" * 50_000, b'{"text": "x"' + b" " * 200_000])
def test_bodies_that_are_no_json_are_refused(visitor, raw):
    answer = visitor.post("/chat/api/messages", content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 413} and answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "text",
    [
        "长" * 5000,
        "😀👨‍👩‍👧 停电了",
        "<script>alert(1)</script><img src=x onerror=alert(2)>",
        "'; DROP TABLE messages; --",
        "第一行\n第二行",
        "اردو العربية",
    ],
)
def test_odd_texts_arrive_as_they_were_written(visitor, text):
    assert send(visitor, text).status_code == 202
    assert visitor.get("/chat/api/messages").json()["messages"][0]["text"] == text


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("停\u0000电\u0007了", "停电了"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("a\r\nb", "a\nb"),
        ("半\ud83d个", "半\ufffd个"),
    ],
)
def test_control_characters_and_halves_are_cleaned(visitor, sent, kept):
    body = json.dumps({"client_id": "m1", "text": sent})
    visitor.post("/chat/api/messages?wait=10", content=body, headers={"Content-Type": "application/json"})
    assert visitor.get("/chat/api/messages").json()["messages"][0]["text"] == kept


@pytest.mark.parametrize("query", ["after=x", "after=-1", "after=nan", "wait=-1", "wait=abc"])
def test_bad_numbers_in_the_query_are_refused(visitor, query):
    if query.startswith("wait"):
        answer = visitor.post(f"/chat/api/messages?{query}", json={"text": "x"})
    else:
        answer = visitor.get(f"/chat/api/messages?{query}")
    assert answer.status_code == 400


def test_too_many_messages_are_told_when_to_come_back(tmp_path):
    with running_house(tmp_path, messages_per_minute=3) as house, httpx.Client(base_url=house.url) as visitor:
        visitor.get("/chat")
        codes = [visitor.post("/chat/api/messages", json={"text": "x"}).status_code for _ in range(5)]
        assert codes == [202, 202, 202, 429, 429]
        refused = visitor.post("/chat/api/messages", json={"text": "x"}, headers={"Accept-Language": "en"})
        assert int(refused.headers["Retry-After"]) > 0 and "moment" in refused.json()["error"]["message"]


def events(response: httpx.Response) -> Iterator[tuple[str, str, dict]]:
    event: dict[str, str] = {}
    for line in response.iter_lines():
        if line:
            name, _, value = line.partition(":")
            event[name] = value.strip()
        else:
            if "data" in event:
                yield event["event"], event.get("id", ""), json.loads(event["data"])
            event = {}


def test_the_stream_resumes_and_brings_what_comes_later(house, visitor):
    send(visitor, "第一句", "m1")
    with visitor.stream("GET", "/chat/api/stream", headers={"Last-Event-ID": "1"}) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        heard = events(response)
        kind, number, data = next(heard)
        assert (kind, number, data["text"]) == ("message", "2", "收到：第一句")
        assert next(heard)[0] == "state"
        with httpx.Client(base_url=house.url, cookies=visitor.cookies) as tab:
            tab.post("/chat/api/messages", json={"client_id": "m2", "text": "第二句"})
        later = [next(heard), next(heard)]
    assert [(number, data["text"]) for _, number, data in later] == [("3", "第二句"), ("4", "收到：第二句")]


def own_ticket(house: House, visitor: httpx.Client) -> Ticket:
    """A ticket of this visitor's conversation, accepted by Chen Gang, who has written."""
    visitor.get("/chat")
    send(visitor, "有人吗")
    signed = visitor.cookies["shouwen_chat"].split(".")[0]
    ticket = house.ticket(address=json.loads(base64.urlsafe_b64decode(signed + "==")))
    house.desk.accept(ticket.id, "chen.gang")
    house.desk.reply(ticket.id, "chen.gang", "您好，我是陈刚", "r1")
    return ticket


def test_the_stream_tells_when_an_agent_is_writing(house, visitor):
    ticket = own_ticket(house, visitor)
    after = visitor.get("/chat/api/messages").json()["last_seq"]
    with visitor.stream("GET", f"/chat/api/stream?after={after}") as response:
        heard = events(response)
        assert next(heard)[::2] == ("state", {"mode": "agent", "with": "陈刚"})
        house.deps.signals.signal(f"typing:{ticket.conversation_id}")
        assert next(heard)[::2] == ("typing", {"with": "陈刚"})


def test_internal_notes_never_reach_the_customer(house, visitor):
    ticket = own_ticket(house, visitor)
    house.desk.note(ticket.id, "chen.gang", "内部：此户欠费", "n1")
    body = visitor.get("/chat/api/messages").json()
    assert "内部" not in json.dumps(body, ensure_ascii=False)
    assert body["messages"][-1]["author"] == "agent" and body["messages"][-1]["author_name"] == "陈刚"
    assert body["mode"] == "agent" and body["with"] == "陈刚"


def test_pages_are_strict(visitor):
    for path in ("/chat", "/chat/demo", "/desk/sign-in"):
        page = visitor.get(path)
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy and "<script>" not in page.text and "style=" not in page.text
    assert "frame-ancestors 'self'" in visitor.get("/chat?embed=1").headers["content-security-policy"]
    assert "httponly" in visitor.get("/chat").headers.get("set-cookie", "httponly").lower()


def test_the_page_speaks_the_readers_language_and_remembers_a_choice(house):
    with httpx.Client(base_url=house.url, headers={"Accept-Language": "en-GB,zh;q=0.5"}) as visitor:
        assert "how can we help" in visitor.get("/chat").text
        assert "有什么可以帮您" in visitor.get("/chat?lang=zh").text
        assert "有什么可以帮您" in visitor.get("/chat").text


def test_static_files_are_cached_for_ever_under_their_release_only(visitor):
    page = visitor.get("/chat").text
    script = page.split('type="module" src="')[1].split('"')[0]
    assert "immutable" in visitor.get(script).headers["cache-control"]
    assert visitor.get("/static/000000000000/chat.js").headers["cache-control"] == "no-cache"
    for outside in ("/static/x/%2e%2e/deps.py", "/static/x/..%2fdeps.py", "/static/x//etc/passwd"):
        assert visitor.get(outside, follow_redirects=True).status_code == 404
    assert visitor.get("/widget.js").headers["content-type"].startswith("text/javascript")
