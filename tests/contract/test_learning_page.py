"""The learning page over real HTTP: who may do what, every label audited, none lost, no customer shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml

from app.learning import LessonExport
from bot.understanding.teaching import INTENTS
from desk.labels import GROUPS, LABELS
from desk.wording import load_words
from domain.job import AuditEvent
from domain.learning import NOT_FOR_TRAINING, TWO_REQUESTS, Lesson, Reason, Stage
from domain.understanding import IntentGuess
from tests.contract.test_desk_console import seat_of
from tests.desk_house import House, running_house
from tests.learning_house import marked, puzzle
from tests.seat import Seat


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("learning")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[House]:
    # The house makes store and clock; the export needs both, so it is looked up when it is called.
    running: list[House] = []

    def export(actor: str):
        return LessonExport(running[0].store, folder, running[0].clock)(actor)

    with running_house(tmp_path_factory.mktemp("desk"), export_lessons=export) as made:
        running.append(made)
        yield made


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


@pytest.fixture(scope="module")
def luo(house: House) -> Iterator[Seat]:
    """A supervisor."""
    seat = seat_of(house, "luo.cheng")
    yield seat
    seat.http.close()


def post(seat: Seat, path: str, **form: str) -> tuple[int, str]:
    answer = seat.http.post(f"/desk/learning/{path}", data=form, headers={"X-CSRF-Token": seat.csrf})
    return answer.status_code, answer.json()["words"]


def see(seat: Seat, path: str = "", language: str = "zh") -> str:
    answer = seat.http.get(f"/desk/learning{path}", headers={"X-Shouwen-Language": language})
    assert answer.status_code == 200
    return answer.text


def audited(house: House, lesson: str) -> list[AuditEvent]:
    with house.store.read() as tx:
        return tx.audit.about(f"lesson:{lesson}")[::-1]


def kept(house: House, lesson: str) -> Lesson | None:
    with house.store.read() as tx:
        return tx.learning.lesson(lesson)


def test_the_labels_are_the_taxonomy_and_three_more() -> None:
    offered = [intent for group in GROUPS.values() for intent in group]
    assert len(offered) == 50 and set(offered) == INTENTS
    assert {"two_requests", "no_sense", "not_for_training"} == LABELS - INTENTS


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_label_group_and_reason_has_words(language: str) -> None:
    words = load_words()[language]
    for intent in INTENTS:
        assert words(f"intent.{intent}.name") and words(f"intent.{intent}.about")
    names = [words(f"intent.{intent}.name") for intent in INTENTS]
    assert len(set(names)) == 50, "two intents are called the same"
    for key in [*(f"intent_group.{g}" for g in GROUPS), *(f"learning.reason.{r.value}" for r in Reason)]:
        assert words(key)
    for stage in Stage:
        assert words(f"learning.stage.{stage.value}") and words(f"learning.empty.{stage.value}")


def test_nothing_is_shown_without_a_sign_in(house: House) -> None:
    for path in ("", "/x", "?stage=labelled"):
        answer = httpx.get(f"{house.url}/desk/learning{path}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk/sign-in")


def test_a_sentence_shows_what_helps_to_label_it(house: House, chen: Seat) -> None:
    text = "户号0300000000，<b>那个</b>转得飞快"
    guesses = (IntentGuess("request_meter_test", 0.41), IntentGuess("report_meter_problem", 0.33))
    lesson = puzzle(
        house, text, 3, channel="hotline", marks=marked(text, account_no="0300000000"), guesses=guesses,
        reason=Reason.CORRECTED, said="好的，…。请告诉我户号。", chosen="report_meter_problem",
    )  # fmt: skip
    page = see(chen, f"/{lesson}")
    for words in ("申请校表", "41 %", "电表异常", "33 %", "客户随后选了“电表异常”", "好的，…。请告诉我户号。",
                  "被客户纠正", "3 次", "热线电话", '<mark title="户号">0300000000'):  # fmt: skip
        assert words in page, words
    assert "<b>那个</b>" not in page and "&lt;b&gt;那个" in page
    english = see(chen, f"/{lesson}", "en")
    for words in ("Meter test", "Meter problem", "customer corrected us", "Hotline", "Label"):
        assert words in english, words


def test_the_list_is_filtered_counted_and_paged(house: House, chen: Seat) -> None:
    guess = (IntentGuess("set_alert", 0.3),)
    for number in range(53):
        puzzle(house, f"filter me {'o' * number}", channel="console", guesses=guess)
    first = see(chen, "?channel=console&guess=set_alert&language=en")
    assert first.count("data-line=") == 50 and "data-later" in first
    second = see(chen, "?channel=console&guess=set_alert&language=en&page=2")
    assert second.count("data-line=") == 3 and "data-later" not in second
    assert "没有符合这些条件的话" in see(chen, "?channel=console&language=zh")
    for odd in (
        "?stage=nonsense",
        "?page=x",
        "?page=0",
        "?page=99999",
        "?language=<b>",
        "?stage=open&page=-1",
    ):
        assert "data-part" in see(chen, odd)


def test_a_label_is_kept_with_who_and_when_and_leaves_an_audit_row(house: House, chen: Seat) -> None:
    lesson = puzzle(house, "屋头黑黢黢的哦", 2)
    assert post(chen, f"{lesson}/label", label="report_outage") == (200, "已标为“停电报修”，按 u 撤销。")
    given = kept(house, lesson)
    assert (given.label, given.by, given.times, given.stage) == (
        "report_outage",
        "chen.gang",
        2,
        Stage.LABELLED,
    )
    (event,) = audited(house, lesson)
    assert (event.actor, event.action, event.data["label"]) == ("chen.gang", "labelled", "report_outage")
    assert event.at == given.at
    assert f'data-line="{lesson}"' not in see(chen) and f'data-line="{lesson}"' in see(
        chen, "?stage=labelled"
    )
    assert re.search(r"陈刚 \d\d:\d\d 标为 <strong>停电报修", see(chen, f"/{lesson}"))


def test_who_comes_second_is_told_and_her_view_is_not_lost(house: House, chen: Seat, sun: Seat) -> None:
    lesson = puzzle(house, "表走得不对劲")
    assert post(chen, f"{lesson}/label", label="report_meter_problem")[0] == 200
    status, words = post(sun, f"{lesson}/label", label="request_meter_test")
    assert status == 409
    assert re.fullmatch(r"陈刚 \d\d:\d\d 已标为“电表异常”。您的看法也已记下，审核时能看到。", words)
    assert kept(house, lesson).by == "chen.gang"
    assert "孙涛 认为是“申请校表”" in see(chen, f"/{lesson}")
    status, words = post(sun, f"{lesson}/label", label="report_meter_problem")
    assert status == 409 and re.fullmatch(r"陈刚 \d\d:\d\d 也标为“电表异常”，不用再标。", words)
    assert [event.action for event in audited(house, lesson)] == [
        "labelled",
        "label_differed",
        "label_agreed",
    ]


def test_the_same_click_twice_is_one_label(house: House, chen: Seat) -> None:
    lesson = puzzle(house, "点了两下")
    assert [post(chen, f"{lesson}/label", label="greet")[0] for _ in range(2)] == [200, 200]
    assert [event.action for event in audited(house, lesson)] == ["labelled"]


def test_taking_back_is_for_oneself_and_for_supervisors(
    house: House, chen: Seat, sun: Seat, luo: Seat
) -> None:
    lesson = puzzle(house, "手滑了")
    post(chen, f"{lesson}/label", label="greet")
    assert post(sun, f"{lesson}/undo") == (409, "只能撤销自己的标注，或请主管撤销。")
    assert "data-undo" not in see(sun, f"/{lesson}") and "data-undo" in see(chen, f"/{lesson}")
    assert post(chen, f"{lesson}/undo") == (200, "已撤销，回到待标注。")
    assert post(chen, f"{lesson}/undo") == (409, "没有可以撤销的标注。")
    assert f'data-line="{lesson}"' in see(chen)
    post(chen, f"{lesson}/label", label="thanks")
    assert post(luo, f"{lesson}/undo")[0] == 200
    assert [(event.actor, event.action) for event in audited(house, lesson)] == [
        ("chen.gang", "labelled"),
        ("chen.gang", "label_undone"),
        ("chen.gang", "labelled"),
        ("luo.cheng", "label_undone"),
    ]


def test_bad_labels_are_refused_in_words(house: House, chen: Seat) -> None:
    lesson = puzzle(house, "随便说说")
    for label in ("", "no_such_intent", "report_outage "):
        assert post(chen, f"{lesson}/label", label=label) == (409, "请先选一个意思。")
    assert post(chen, "0" * 20 + "/label", label="greet") == (404, "没有找到。")
    for headers in ({}, {"X-CSRF-Token": "0" * 64}):
        for path in (f"{lesson}/label", f"{lesson}/undo", "export"):
            answer = chen.http.post(f"/desk/learning/{path}", data={"label": "greet"}, headers=headers)
            assert answer.status_code == 403
    assert chen.http.get("/desk/learning/" + "0" * 20).status_code == 404
    assert kept(house, lesson) is None and audited(house, lesson) == []


def test_forms_work_without_the_script(house: House, chen: Seat) -> None:
    lesson = puzzle(house, "不用脚本也行")
    refused = chen.http.post(f"/desk/learning/{lesson}/label", data={"csrf": chen.csrf})
    assert refused.status_code == 409 and "请先选一个意思。" in refused.text
    assert f'href="/desk/learning/{lesson}"' in refused.text
    done = chen.http.post(
        f"/desk/learning/{lesson}/label", data={"csrf": chen.csrf, "label": NOT_FOR_TRAINING}
    )
    assert (done.status_code, done.headers["location"]) == (303, "/desk/learning")
    assert f'data-line="{lesson}"' in see(chen, "?stage=aside")


def test_supervisors_export_agents_do_not(
    house: House, chen: Seat, luo: Seat, sun: Seat, folder: Path
) -> None:
    text = "户号0300000000，查下钱"
    lesson = puzzle(house, text, 2, marks=marked(text, account_no="0300000000"))
    two = puzzle(house, "我要开票还有上个月的单子")
    post(chen, f"{lesson}/label", label="query_bill")
    post(sun, f"{lesson}/label", label="query_arrears")
    post(chen, f"{two}/label", label=TWO_REQUESTS)
    assert post(chen, "export") == (403, "导出由主管来做。") and not list(folder.iterdir())
    assert "data-export" not in see(chen, "?stage=labelled") and "data-export" in see(luo, "?stage=labelled")
    status, words = post(luo, "export")
    (file,) = folder.iterdir()
    assert status == 200 and file.name in words and "另有 1 句说了两件事" in words
    written = file.read_text("utf-8")
    assert "    - 户号[0300000000](account_no)，查下钱" in written
    assert "but sun.tao (孙涛) reads it as query_arrears" in written
    assert "labelled by chen.gang (陈刚), 20" in written and "came 2 times" in written
    assert "query_bill" in {block["intent"] for block in yaml.safe_load(written)["nlu"]}
    assert kept(house, lesson).file == kept(house, two).file == file.name
    assert post(chen, f"{lesson}/undo") == (409, "已经导出，不能撤销了，请在审核文件里改。")
    assert f"已写入 {file.name}" in see(chen, f"/{lesson}")
    with house.store.read() as tx:
        (event,) = tx.audit.about("learning")
    assert (event.actor, event.action, event.data["file"]) == ("luo.cheng", "exported", file.name)
    assert post(luo, "export") == (409, "没有等待导出的标注。")


def test_a_second_export_on_one_day_writes_another_file(
    house: House, chen: Seat, luo: Seat, folder: Path
) -> None:
    before = set(folder.iterdir())
    post(chen, f"{puzzle(house, '又来一句')}/label", label="greet")
    assert post(luo, "export")[0] == 200
    (new,) = set(folder.iterdir()) - before
    assert re.fullmatch(r"review-\d{4}-\d\d-\d\d(-2)?\.yml", new.name) and new not in before
    assert "又来一句" in new.read_text("utf-8")


def test_a_file_that_cannot_be_written_loses_no_label(
    house: House, chen: Seat, luo: Seat, folder: Path
) -> None:
    lesson = puzzle(house, "磁盘坏了")
    post(chen, f"{lesson}/label", label="greet")
    away = folder.with_name("away")
    folder.rename(away)
    folder.write_text("a file where the folder should be")
    try:
        status, words = post(luo, "export")
        assert (status, words) == (503, "文件没能写入，标注都还在，请联系维护人员检查数据目录。")
        assert kept(house, lesson).stage is Stage.LABELLED
    finally:
        folder.unlink()
        away.rename(folder)
    assert post(luo, "export")[0] == 200


def test_without_an_export_there_is_no_button(tmp_path: Path) -> None:
    with running_house(tmp_path) as bare:
        seat = seat_of(bare, "luo.cheng")
        lesson = puzzle(bare, "没有导出")
        assert post(seat, f"{lesson}/label", label="greet")[0] == 200
        assert "data-export" not in see(seat, "?stage=labelled")
        assert post(seat, "export")[0] == 403
        seat.http.close()


def test_an_empty_house_says_so_in_both_languages(tmp_path: Path) -> None:
    with running_house(tmp_path) as bare:
        seat = seat_of(bare, "chen.gang")
        assert "没有等您标注的话" in see(seat) and "已处理 0 / 0" in see(seat)
        assert "Nothing is waiting for a label" in see(seat, "", "en")
        for stage, words in (
            ("labelled", "没有等待导出"),
            ("aside", "没有排除"),
            ("exported", "还没有导出过"),
        ):
            assert words in see(seat, f"?stage={stage}")
        seat.http.close()
