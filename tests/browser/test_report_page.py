"""The evaluation's page in Chromium, on a desk and on a telephone, by day and by night."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bot.understanding.evaluation.report import write_report
from tests.unit.test_report import NOW, evaluation


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_page_fits_and_opens_without_an_error(
    browser: Browser, tmp_path: Path, width: int, scheme: str
) -> None:
    path = tmp_path / "report.html"
    write_report(evaluation(), path, title="Understanding", facts=[], now=NOW)
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda told: problems.append(told.text))
    page.on("request", lambda asked: problems.append(asked.url) if asked.url != path.as_uri() else None)
    page.goto(path.as_uri())
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("text=电费贵得要着火").first.is_visible()
    assert page.locator("figure svg").count() == 3
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (sum(map(int, ground[4:-1].split(","))) < 200) == (scheme == "dark")
    page.locator("nav a", has_text="Calibration").click()
    assert page.locator("#calibration").bounding_box()["y"] < 400
    assert problems == []
    context.close()
