"""The public articles in a real browser: found by typing, usable on a phone, and one click from the chat."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage


def test_on_a_phone_a_question_leads_to_its_passage(open_page: OpenPage):
    page = open_page("/knowledge", width=360, height=640)
    page.fill("#q", "谷电几点到几点")
    page.keyboard.press("Enter")
    page.locator(".hit a").first.click()
    expect(page).to_have_url(re.compile(r"/knowledge/time_of_use#hours$"))
    expect(page.locator("#hours h2")).to_be_in_viewport()
    expect(page.locator("#hours .sources")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for tool in page.locator(".top a.tool").all():
        assert tool.bounding_box()["height"] >= 40


def test_the_other_language_shows_the_same_article_and_asks_the_same(open_page: OpenPage):
    page = open_page("/knowledge/late_fee", lang="en-GB")
    expect(page.get_by_role("heading", level=1)).to_have_text("Late fees")
    page.get_by_role("link", name="切换到中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("电费违约金")
    page.goto(page.url.split("/knowledge")[0] + "/knowledge?q=谷电")
    page.get_by_role("link", name="Switch to English").click()
    expect(page.locator("#q")).to_have_value("谷电")
    expect(page.locator(".hit").first).to_contain_text("Time-of-use")


def test_an_article_leads_back_to_the_chat_and_the_chat_to_the_articles(open_page: OpenPage):
    page = open_page("/knowledge/tiers")
    page.get_by_role("banner").get_by_role("link", name="去问客服").click()
    page.wait_for_selector("body[data-ready]")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="查看常见问题和规定").click()
    expect(opened.value.locator("#q")).to_be_visible()


def test_an_address_in_our_words_is_a_link_and_in_the_customers_is_not(open_page: OpenPage):
    page = open_page("/chat")
    page.fill("#text", "全文：https://power.example/knowledge/tiers?lang=zh#limits。谢谢")
    page.keyboard.press("Enter")
    link = page.locator(".message.bot .bubble a")
    expect(link).to_have_attribute("href", "https://power.example/knowledge/tiers?lang=zh#limits")
    expect(link).to_have_attribute("rel", "noopener")
    assert page.locator(".message.customer .bubble a").count() == 0
    expect(page.locator(".message.bot .bubble")).to_have_text(
        "收到：全文：https://power.example/knowledge/tiers?lang=zh#limits。谢谢"
    )
