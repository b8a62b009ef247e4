"""``python -m app learning``: out of a real data folder and into language files, every mistake in words."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.cli import cli
from app.settings import HOUSE, Settings
from app.wiring import open_store
from domain.errors import Unavailable
from domain.learning import Lesson, Mark
from tests.store_house import NOW, open_desk

Run = Callable[..., Result]


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data folder with a database and three labels."""
    folder = tmp_path / "data"
    store = open_store(Settings(data_dir=folder))
    store.migrate(lambda _: None)
    open_desk(store)
    marks = (Mark("account_no", 2, 12),)
    with store.write() as tx:
        tx.learning.teach(
            Lesson("a", "户号0300000000屋头账好多", "zh", "web", "query_bill", "wang", NOW, 2, marks=marks)
        )
        tx.learning.teach(
            Lesson("b", "my thingy spins like mad", "en", "hotline", "report_meter_problem", "li", NOW, 1)
        )
        tx.learning.teach(Lesson("c", "两件事一起办", "zh", "web", "two_requests", "li", NOW, 1))
        tx.learning.teach(Lesson("d", "asdf", "en", "web", "no_sense", "li", NOW, 1))
    store.close()
    return folder


@pytest.fixture
def language(tmp_path: Path) -> Path:
    """A copy of the house's own language files."""
    folder = tmp_path / "language"
    shutil.copytree(HOUSE / "nlu_data" / "intents", folder / "intents")
    return folder


@pytest.fixture
def run(data_dir: Path) -> Run:
    def invoke(*words: str) -> Result:
        return CliRunner().invoke(cli, ["learning", *words], env={"SHOUWEN_DATA_DIR": str(data_dir)})

    return invoke


@pytest.mark.parametrize("words", [(), ("export",), ("merge",)])
def test_help_tells_what_happens(run: Run, words: tuple[str, ...]) -> None:
    done = run(*words, "--help")
    assert done.exit_code == 0 and "review" in done.output


def test_from_labels_to_language_files(run: Run, data_dir: Path, language: Path) -> None:
    done = run("export")
    assert done.exit_code == 0, done.output
    (file,) = (data_dir / "learning").iterdir()
    assert done.stdout.strip() == str(file)
    assert "2 sentences to teach, 1 with two requests" in done.output and "query_bill" in done.output
    again = run("export")
    assert (again.exit_code, again.stdout) == (0, "") and "no labels are waiting" in again.output

    checked = run("merge", str(file), "--into", str(language), "--check")
    assert (checked.exit_code, checked.stdout) == (0, "2 would be merged, 0 taught already, 0 refused\n")
    bill, meter = (
        language / "intents" / f"{intent}.yml" for intent in ("query_bill", "report_meter_problem")
    )
    assert "屋头账好多" not in bill.read_text("utf-8")
    merged = run("merge", str(file), "--into", str(language))
    assert (merged.exit_code, merged.stdout) == (0, "2 merged, 0 taught already, 0 refused\n")
    assert bill.read_text("utf-8").endswith(
        f"- intent: query_bill     # from the desk, reviewed: {file.name}\n"
        "  examples: |\n    - 户号[0300000000](account_no)屋头账好多\n"
    )
    assert "my thingy spins like mad" in meter.read_text("utf-8")
    assert (
        run("merge", str(file), "--into", str(language)).stdout == "0 merged, 2 taught already, 0 refused\n"
    )


def test_what_is_refused_is_named_and_the_status_tells(run: Run, tmp_path: Path, language: Path) -> None:
    file = tmp_path / "mine.yml"
    file.write_text(
        "nlu:\n- intent: query_usage\n  examples: |\n    - 打[13812345678](phone)\n    - 烧了几多电嘞昨天\n",
        "utf-8",
    )
    done = run("merge", str(file), "--into", str(language))
    assert (done.exit_code, done.stdout) == (1, "1 merged, 0 taught already, 1 refused\n")
    assert "may name somebody: 13812345678" in " ".join(done.output.split())


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "there is no file"), ("nlu: [", "is not YAML"), ("x: 1", "no list under nlu")],
)
def test_a_file_that_cannot_be_used(
    run: Run, tmp_path: Path, language: Path, content: str | None, words: str
) -> None:
    file = tmp_path / "mine.yml"
    if content is not None:
        file.write_text(content, "utf-8")
    done = run("merge", str(file), "--into", str(language))
    assert (done.exit_code, done.stdout) == (2, "")
    assert words in " ".join(done.output.split())


def test_language_files_that_are_wrong_already(run: Run, tmp_path: Path, language: Path) -> None:
    file = tmp_path / "mine.yml"
    file.write_text("nlu:\n- intent: greet\n  examples: |\n    - 哈喽呀\n", "utf-8")
    (language / "intents" / "greet.yml").write_text("nlu: [", "utf-8")
    done = run("merge", str(file), "--into", str(language))
    assert done.exit_code == 2 and "the language files need mending" in done.output


def test_a_folder_that_cannot_be_written(run: Run, data_dir: Path) -> None:
    (data_dir / "learning").write_text("a file where the folder should be", "utf-8")
    done = run("export")
    assert done.exit_code == 2 and "All labels are still there" in " ".join(done.output.split())
    (data_dir / "learning").unlink()
    assert run("export").exit_code == 0


def test_a_database_that_was_never_made(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["learning", "export"], env={"SHOUWEN_DATA_DIR": str(tmp_path / "new")})
    assert isinstance(done.exception, Unavailable) and "not migrated" in str(done.exception)
