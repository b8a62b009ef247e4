"""The learning page in a real browser: by keyboard, in both languages, on a phone, beside a colleague."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from app.learning import LessonExport
from domain.learning import NOT_FOR_TRAINING
from domain.understanding import IntentGuess
from tests.browser.conftest import OpenPage
from tests.desk_house import PASSWORD, House, running_house
from tests.learning_house import puzzle
from tests.seat import Seat

GUESSES = (
    IntentGuess("request_meter_test", 0.41),
    IntentGuess("report_meter_problem", 0.33),
    IntentGuess("query_usage", 0.06),
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    running: list[House] = []
    folder = tmp_path_factory.mktemp("learning")

    def export(actor: str):
        return LessonExport(running[0].store, folder, running[0].clock)(actor)

    with running_house(tmp_path_factory.mktemp("house"), export_lessons=export) as made:
        running.append(made)
        yield made


@pytest.fixture(scope="module")
def cookies(house: House, browser: Browser) -> dict[str, list]:
    """Cookies of one sign-in each, shared by the tests of this file."""
    found = {}
    for login in ("chen.gang", "luo.cheng"):
        context = browser.new_context()
        page = context.new_page()
        page.goto(house.url + "/desk/sign-in")
        page.fill("#login", login)
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("body[data-ready]")
        found[login] = context.cookies()
        context.close()
    return found


OpenLearning = Callable[..., Page]


@pytest.fixture
def learning(open_page: OpenPage, cookies: dict[str, list], house: House) -> OpenLearning:
    def open_learning(path: str = "", who: str = "chen.gang", **how: object) -> Page:
        page = open_page("/chat", **how)
        page.context.add_cookies(cookies[who])
        page.goto(f"{house.url}/desk/learning{path}")
        page.wait_for_selector("body[data-ready]")
        return page

    return open_learning


@pytest.fixture(autouse=True)
def nothing_left(house: House) -> Iterator[None]:
    """Each test begins with an empty list."""
    yield
    now = house.clock.now()
    with house.store.write() as tx:
        tx.learning.exported([lesson.id for lesson in tx.learning.to_review()], "", now)
        tx.learning.forget(now + timedelta(days=1))


def label_of(house: House, lesson: str) -> str:
    with house.store.read() as tx:
        found = tx.learning.lesson(lesson)
    return found.label if found else ""


def opened(page: Page) -> str:
    return page.locator("#sheet").get_attribute("data-sheet")


@pytest.mark.parametrize(
    ("lang", "search", "name", "said", "undone"),
    [
        ("zh-CN", "发票", "开发票", "已标为“开发票”，按 u 撤销。", "已撤销，回到待标注。"),
        (
            "en-GB",
            "invoice",
            "Invoice",
            "Labelled “Invoice”. Press u to take it back.",
            "Taken back. It is waiting for a label again.",
        ),
    ],
)
def test_labelled_and_taken_back_without_touching_the_mouse(
    learning: OpenLearning, house: House, lang: str, search: str, name: str, said: str, undone: str
) -> None:
    first, second = puzzle(house, f"那个抬头的事 {lang}", 3), puzzle(house, f"黑黢黢的 {lang}", 2)
    page = learning(lang=lang)
    page.keyboard.press("j")
    expect(page.locator("#sheet")).to_have_attribute("data-sheet", first)
    page.keyboard.press("j")
    expect(page.locator("#sheet")).to_have_attribute("data-sheet", second)
    page.keyboard.press("k")
    expect(page.locator("#sheet")).to_have_attribute("data-sheet", first)
    page.keyboard.press("/")
    page.keyboard.type(search)
    expect(page.locator(".option:visible").first.locator("b")).to_have_text(name)
    expect(page.locator(".option:visible input:checked")).to_have_value("request_invoice")
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_have_text(said)
    expect(page.locator("#sheet")).to_have_attribute("data-sheet", second)
    expect(page.locator(f'[data-line="{first}"]')).to_have_count(0)
    assert label_of(house, first) == "request_invoice"
    page.keyboard.press("u")
    expect(page.locator("#toast")).to_have_text(undone)
    expect(page.locator("#sheet")).to_have_attribute("data-sheet", first)
    expect(page.locator(f'[data-line="{first}"]')).to_have_attribute("aria-current", "true")
    assert label_of(house, first) == ""


def test_a_letter_begins_a_search_and_arrows_choose(learning: OpenLearning, house: House) -> None:
    lesson = puzzle(house, "beep beep", guesses=GUESSES)
    page = learning(lang="en-GB")
    page.keyboard.press("j")
    expect(page.locator("#sheet")).to_have_attribute("data-sheet", lesson)
    page.keyboard.type("meter")
    expect(page.locator("#find")).to_have_value("meter")
    expect(page.locator(".option:visible")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(page.locator(".option:has(input:checked) b")).to_have_text("Meter test")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".option:has(input:checked) b")).to_have_text("Meter problem")
    page.keyboard.type(" nonsense")
    expect(page.get_by_text("No such meaning. Try another word.")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_have_text("Please choose a meaning first.")
    assert label_of(house, lesson) == ""
    page.keyboard.press("Escape")
    expect(page.locator("#find")).not_to_be_focused()


def test_what_is_called_so_stands_before_what_only_mentions_it(learning: OpenLearning, house: House) -> None:
    lesson = puzzle(house, "排在前面")
    page = learning(f"/{lesson}")
    page.fill("#find", "表")
    tops = page.locator(".option:visible").evaluate_all(
        "options => options.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)"
        ".map(option => option.querySelector('b').textContent)"
    )
    assert set(tops[:3]) == {"电表异常", "申请校表", "表扬"} and len(tops) > 3
    expect(page.locator(".option:has(input:checked) b")).to_have_text(tops[0])
    page.keyboard.press("ArrowDown")
    expect(page.locator(".option:has(input:checked) b")).to_have_text(tops[1])


def test_the_bots_own_guess_by_its_number(learning: OpenLearning, house: House) -> None:
    lesson = puzzle(house, "表不对", guesses=GUESSES)
    page = learning(f"/{lesson}")
    page.keyboard.press("2")
    expect(page.locator(".option input:checked")).to_have_value("report_meter_problem")
    assert label_of(house, lesson) == "", "a number alone labels nothing"
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_contain_text("电表异常")
    assert label_of(house, lesson) == "report_meter_problem"


def test_not_for_training_is_one_key_and_gone(learning: OpenLearning, house: House) -> None:
    lesson = puzzle(house, "乱七八糟")
    page = learning(f"/{lesson}")
    page.keyboard.press("x")
    expect(page.get_by_text("没有等您标注的话。")).to_be_visible()
    assert label_of(house, lesson) == NOT_FOR_TRAINING
    expect(page.locator(".progress span")).to_have_text(re.compile(r"已处理 (\d+) / \1"))


def test_of_two_at_one_sentence_the_second_is_told_and_goes_on(learning: OpenLearning, house: House) -> None:
    lesson, other = puzzle(house, "谁先谁后", 2), puzzle(house, "下一句")
    page = learning(f"/{lesson}")
    page.fill("#find", "发票")
    # She presses Enter before her page has heard of it.
    page.route(
        f"**/{lesson}*", lambda route: route.abort() if route.request.method == "GET" else route.continue_()
    )
    colleague = Seat(house.url, "sun.tao", PASSWORD)
    assert colleague.http.post(
        f"/desk/learning/{lesson}/label",
        data={"label": "query_bill"},
        headers={"X-CSRF-Token": colleague.csrf},
    ).is_success
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_have_text(re.compile("孙涛 .* 已标为“查账单”。您的看法也已记下"))
    expect(page.locator("#sheet")).to_have_attribute("data-sheet", other)
    assert label_of(house, lesson) == "query_bill"
    colleague.http.close()


def test_what_a_colleague_labels_leaves_the_list_by_itself(learning: OpenLearning, house: House) -> None:
    lesson = puzzle(house, "同事标了", 2)
    mine = puzzle(house, "我在写")
    page = learning(f"/{mine}")
    page.fill("#find", "发票")
    colleague = Seat(house.url, "sun.tao", PASSWORD)
    for each in (lesson, mine):
        colleague.http.post(
            f"/desk/learning/{each}/label",
            data={"label": "query_bill"},
            headers={"X-CSRF-Token": colleague.csrf},
        )
        expect(page.locator(f'[data-line="{each}"]')).to_have_count(0)
        if each == lesson:
            expect(page.locator("#find")).to_have_value("发票")
    expect(page.locator(".given")).to_contain_text(re.compile("孙涛 .* 标为 查账单"))
    colleague.http.close()


def test_filters_apply_at_once_and_say_when_nothing_fits(learning: OpenLearning, house: House) -> None:
    spoken = puzzle(house, "热线来的", channel="hotline", guesses=GUESSES)
    typed = puzzle(house, "typed in English", channel="telegram")
    page = learning()
    page.get_by_label("渠道").select_option("热线电话")
    expect(page.locator("[data-line]")).to_have_count(1)
    expect(page.locator(f'[data-line="{spoken}"]')).to_be_visible()
    page.get_by_label("语言").select_option("英文")
    expect(page.get_by_text("没有符合这些条件的话。")).to_be_visible()
    page.get_by_role("link", name="清除筛选").first.click()
    expect(page.locator("[data-line]")).to_have_count(2)
    page.get_by_label("最像").select_option("查账单")
    expect(page.locator(f'[data-line="{typed}"]')).to_be_visible()
    expect(page.locator("[data-line]")).to_have_count(1)
    page.keyboard.press("Escape")
    page.go_back()
    expect(page.locator("[data-line]")).to_have_count(2)


def test_a_supervisor_exports_with_a_button(learning: OpenLearning, house: House) -> None:
    lesson = puzzle(house, "要导出的")
    page = learning(f"/{lesson}", who="luo.cheng")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_contain_text("已标为")
    page.get_by_role("link", name=re.compile("已标注")).click()
    page.get_by_role("button", name="导出待审核文件").click()
    expect(page.locator("#toast")).to_have_text(re.compile(r"已写入 review-\d{4}-\d\d-\d\d.*\.yml：1 句"))
    expect(page.get_by_text("没有等待导出的标注。").first).to_be_visible()
    page.get_by_role("link", name=re.compile("已导出")).click()
    page.locator(f'[data-line="{lesson}"]').click()
    expect(page.locator("#sheet")).to_contain_text("已写入 review-")
    expect(page.locator("[data-undo]")).to_have_count(0)


def test_a_broken_line_is_told_and_nothing_chosen_is_lost(learning: OpenLearning, house: House) -> None:
    lesson = puzzle(house, "线路不好")
    page = learning(f"/{lesson}")
    page.fill("#find", "发票")
    page.route("**/label", lambda route: route.abort(), times=1)
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_have_class("bad")
    expect(page.locator("#find")).to_have_value("发票")
    expect(page.locator(".option input:checked")).to_have_value("request_invoice")
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_contain_text("已标为“开发票”")
    assert label_of(house, lesson) == "request_invoice"


def test_a_sentence_that_is_slow_to_come_says_so(learning: OpenLearning, house: House) -> None:
    lesson = puzzle(house, "慢吞吞")
    page = learning()
    page.route(f"**/{lesson}*", lambda route: (page.wait_for_timeout(600), route.continue_()))
    page.locator(f'[data-line="{lesson}"]').click()
    expect(page.locator("body.loading")).to_be_attached()
    expect(page.locator("#sheet")).to_have_attribute("aria-busy", "true")
    expect(page.locator("#sheet")).to_have_attribute("data-sheet", lesson)
    expect(page.locator("body.loading")).to_have_count(0)


@pytest.mark.parametrize("lang", ["zh-CN", "en-GB"])
def test_on_a_phone_list_and_sentence_are_two_views(learning: OpenLearning, house: House, lang: str) -> None:
    lesson = puzzle(
        house, f"手机上标 a rather long sentence that has to wrap on any phone {lang}", guesses=GUESSES
    )
    page = learning(width=390, height=844, lang=lang)
    expect(page.locator("#sheet")).to_be_hidden()
    page.locator(f'[data-line="{lesson}"]').click()
    expect(page.locator("#sheet blockquote")).to_be_visible()
    expect(page.locator(".found")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator("[data-decide]")).to_be_in_viewport()
    page.locator("[data-guess]").nth(1).click()
    page.locator("[data-decide]").click()
    expect(page.locator("#toast")).not_to_be_empty()
    expect(page.locator(".found")).to_be_visible()
    assert label_of(house, lesson) == "report_meter_problem"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_help_lists_the_keys_and_the_board_leads_here(learning: OpenLearning, house: House) -> None:
    page = learning()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="快捷键")).to_contain_text("不用于训练")
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_hidden()
    page.goto(house.url + "/desk")
    page.get_by_role("link", name="没听懂的话").click()
    page.wait_for_selector("body.learning[data-ready]")


@pytest.mark.parametrize("lang", ["zh-CN", "en-GB"])
def test_the_board_with_its_way_here_fits_a_phone(open_page: OpenPage, lang: str) -> None:
    page = open_page("/desk", sign_in="luo.cheng", width=360, height=740, lang=lang)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
