"""From a bare machine to an environment: made once, brought up to a new lock, safe for two at once."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app import bootstrap
from app.bootstrap import HOUSE, Environment, Missing, Step


def small_environment(folder: Path, packages: str = "") -> Environment:
    """An environment whose lock asks for nothing, so that no network is needed."""
    lock = folder / "lock.txt"
    if not lock.exists():
        lock.write_text(packages)
    steps = [Step("packages", [["--no-deps", "--no-index", "-r", str(lock)]])]
    return Environment("small", folder / "env", [lock], steps)


def made_at(environment: Environment) -> int:
    return (environment.folder / "pyvenv.cfg").stat().st_mtime_ns


def test_made_once_and_remade_only_when_the_lock_changes(tmp_path: Path) -> None:
    environment = small_environment(tmp_path)
    assert not environment.ready()
    bootstrap.make_all([environment], tmp_path / "b.lock")
    assert environment.ready()
    first = made_at(environment)

    environment.locks[0].write_text("# a new line\n")
    assert not environment.ready()
    bootstrap.make_all([environment], tmp_path / "b.lock")
    assert environment.ready()
    assert made_at(environment) == first, "a changed lock installs into the whole environment, not anew"


def test_a_half_made_environment_is_made_anew(tmp_path: Path) -> None:
    environment = small_environment(tmp_path)
    bootstrap.make_all([environment], tmp_path / "b.lock")
    environment.stamp.unlink()
    left = environment.folder / "left-behind"
    left.touch()
    bootstrap.make_all([environment], tmp_path / "b.lock")
    assert environment.ready()
    assert not left.exists()


def test_two_at_once_build_once(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    def build() -> None:
        bootstrap.make_all([small_environment(tmp_path)], tmp_path / "b.lock")

    threads = [threading.Thread(target=build) for _ in range(2)]
    small_environment(tmp_path)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert small_environment(tmp_path).ready()
    assert capfd.readouterr().err.count("new environment") == 1


def test_a_package_nobody_has_is_told_with_its_remedy(tmp_path: Path) -> None:
    environment = small_environment(tmp_path, "no-such-package-of-ours==1.0\n")
    with pytest.raises(Missing, match="PIP_INDEX_URL"):
        bootstrap.make_all([environment], tmp_path / "b.lock")
    assert not environment.ready()


def test_a_variant_that_works_ends_the_search(tmp_path: Path) -> None:
    environment = small_environment(tmp_path)
    environment.steps[0].variants.insert(0, ["--no-index", "no-such-package-of-ours==1.0"])
    bootstrap.make_all([environment], tmp_path / "b.lock")
    assert environment.ready()


def test_too_little_disk_is_told(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="make room"):
        bootstrap.check_disk(tmp_path, needed_gib=10**9)


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("ERROR: No space left on device", "disk is full"),
        ("ERROR: Could not find a version that satisfies x==1", "PIP_INDEX_URL"),
        ("error: command 'gcc' failed", "build-essential"),
    ],
)
def test_pip_failures_are_explained(output: str, words: str) -> None:
    assert words in bootstrap.explain("app", "packages", output)


def test_the_locks_pin_what_both_environments_need() -> None:
    app, rasa = bootstrap.app_environment(dev=True), bootstrap.rasa_environment()
    assert app.steps[-1].packages > 80
    assert rasa.steps[-1].packages > 100
    for lock in {*app.locks, *rasa.locks}:
        loose = [
            line for line in lock.read_text().splitlines() if line[:1] not in ("#", "-") and "==" not in line
        ]
        assert not loose, f"{lock.name} leaves versions open"


def test_torch_never_brings_cuda() -> None:
    torch, packages = bootstrap.app_environment(dev=False).steps
    assert all("--no-deps" in variant for variant in [*torch.variants, *packages.variants])
    assert torch.variants[0][-1].endswith("+cpu")


def test_what_the_verbs_run() -> None:
    python = Path("/p")
    assert bootstrap.commands("chat", ["--lang", "en"], python) == [
        ["/p", "-m", "app", "chat", "--lang", "en"]
    ]
    (pytest_,) = bootstrap.commands("test", ["tests/unit"], python)
    assert pytest_[-1] == "tests/unit"
    assert "loadfile" in pytest_
    assert "loadfile" not in bootstrap.commands("test", ["-n0"], python)[-1]
    assert bootstrap.commands("check", [], python)[-1][-1] == "mypy"


def test_it_runs_on_the_standard_library_alone() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            f"import runpy; runpy.run_path({str(HOUSE / 'app/bootstrap.py')!r})",
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_a_missing_prerequisite_ends_with_two_and_words(tmp_path: Path) -> None:
    """A copy of the house whose lock is broken: no traceback, but a sentence."""
    shutil.copytree(HOUSE / "requirements", tmp_path / "requirements")
    (tmp_path / "app").mkdir()
    shutil.copy(HOUSE / "app/bootstrap.py", tmp_path / "app")
    (tmp_path / "requirements/app.txt").write_text("# emptied\n")
    done = subprocess.run(
        [sys.executable, tmp_path / "app/bootstrap.py", "run"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "Cannot go on" in done.stderr
    assert "Traceback" not in done.stderr
