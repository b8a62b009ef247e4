"""An enquiry through the running product: answered from its article, in the chat and on the phone."""

from __future__ import annotations

import re
import uuid

import httpx
import pytest

from tests.fakes.telegram_api import eventually
from tests.product import HOTLINE_TOKEN, Product


def ask(product: Product, text: str, language: str) -> list[dict]:
    """What the web chat answers to one message of a new visitor."""
    with httpx.Client(base_url=product.url, timeout=60, headers={"accept-language": language}) as chat:
        token = chat.post("/chat/api/session").json()["token"]
        answer = chat.post(
            "/chat/api/messages?wait=30",
            json={"client_id": uuid.uuid4().hex, "text": text, "payload": ""},
            headers={"authorization": f"Bearer {token}"},
        )
        return answer.json()["replies"]


@pytest.mark.parametrize(
    ("text", "language", "shows", "passage"),
    [
        ("阶梯电价第二档从多少度开始", "zh", "2760度", "tiers?lang=zh#limits"),
        ("申请校表几天出结果", "zh", "5个工作日", "meters?lang=zh#test_time"),
        ("how long does a meter test take", "en", "5 working days", "meters?lang=en#test_time"),
        ("what are the off-peak hours", "en", "22:00 to 08:00", "time_of_use?lang=en#hours"),
    ],
)
def test_the_answer_links_to_a_page_that_holds_it(
    product: Product, text: str, language: str, shows: str, passage: str
) -> None:
    answer, question = ask(product, text, language)
    assert shows in answer["text"]
    assert len(question["choices"]) >= 2
    link = re.search(r"https?://\S+", answer["text"])[0]
    assert link == f"{product.url}/knowledge/{passage}"
    page = httpx.get(link.split("#")[0])
    assert page.status_code == 200
    body = page.text.split(f'id="{passage.split("#")[1]}"')[1]
    assert answer["text"].split("\n")[0][:20] in body


def test_a_report_is_never_explained(product: Product) -> None:
    replies = ask(product, "我们整栋楼停电了，一般多久能修好", "zh")
    assert not any("/knowledge/" in reply["text"] for reply in replies)


def test_on_the_phone_the_passage_is_spoken_without_its_address(product: Product) -> None:
    call = uuid.uuid4().hex
    with httpx.Client(
        base_url=product.url, timeout=60, headers={"authorization": f"Bearer {HOTLINE_TOKEN}"}
    ) as hotline:
        told = hotline.post(
            "/hotline/turn",
            json={"call_id": call, "turn_id": "1", "language": "zh", "speech": "那个谷电是几点到几点啊"},
        ).json()
        while told["pending"]:
            told = hotline.get(f"/hotline/turn/{call}/1").json()
    said = " ".join(told["say"])
    assert "22点到8点" in said
    assert "http" not in said


def test_on_telegram_the_answer_comes_with_its_address(product: Product) -> None:
    chat_id = 700_105
    telegram = product.telegram
    assert telegram.deliver(telegram.writes(chat_id, "how long does a meter test take")) == [200]

    def told() -> str:
        return "\n".join(m["text"] for m in list(telegram.sent) if m["chat"]["id"] == chat_id)

    eventually(lambda: "Does that answer it?" in told())
    assert "5 working days" in told()
    assert f"{product.url}/knowledge/meters?lang=en#test_time" in told()
