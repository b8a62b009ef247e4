"""From a bare machine to a running verb: ``python3 app/bootstrap.py run`` (which is what ``make run`` does).

Runs on the machine's own Python with the standard library only. Makes the two environments from their
locks when they are missing or a lock has changed, then becomes ``python -m app <verb>``. When all is there,
it costs a few file reads. Several may be started at once: one builds, the others wait.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
PYTHON = (3, 11)
NEEDED_GIB = 6
"""Disk for both environments while they are being made."""
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"


class Missing(Exception):
    """Something that this machine lacks; the text says what, and what to do about it."""


@dataclass
class Step:
    """One pip command, tried in its variants until one succeeds."""

    name: str
    variants: list[list[str]]
    packages: int = 0


@dataclass
class Environment:
    """A virtual environment in ``folder``, made by ``steps`` from ``locks``."""

    name: str
    folder: Path
    locks: list[Path]
    steps: list[Step] = field(default_factory=list)

    @property
    def python(self) -> Path:
        """The interpreter inside."""
        return self.folder / "bin" / "python"

    @property
    def stamp(self) -> Path:
        """Written last: what the environment was made from. Without it, the environment is not whole."""
        return self.folder / ".made-from"

    def recipe(self) -> dict[str, str]:
        """Lock file to hash of its contents."""
        return {lock.name: hashlib.sha256(lock.read_bytes()).hexdigest() for lock in self.locks}

    def stamped(self) -> dict[str, str]:
        """What the environment was made from; empty when it is missing or half made."""
        if not (self.stamp.exists() and self.python.exists()):
            return {}
        return dict(line.split() for line in self.stamp.read_text().splitlines())

    def ready(self) -> bool:
        """Whether it holds at least what the locks say: an environment with more is as good."""
        return self.recipe().items() <= self.stamped().items()


def app_environment(*, dev: bool) -> Environment:
    """Where Shouwen itself runs; with ``dev`` also what its tests and checks need."""
    locks = [HOUSE / "requirements" / name for name in (("app.txt", "dev.txt") if dev else ("app.txt",))]
    version = pinned(locks[0], "torch")
    # The plain wheel wants gigabytes of CUDA; a machine without a local CPU wheel gets it from its makers.
    torch = [
        ["--no-deps", f"torch=={version}+cpu"],
        ["--no-deps", "--index-url", TORCH_CPU_INDEX, f"torch=={version}"],
        ["--no-deps", f"torch=={version}"],
    ]
    rest = Step("packages", [["--no-deps", "-r", str(locks[-1])]], sum(map(count_pins, locks)))
    return Environment("app", HOUSE / ".venv", locks, [Step("torch for the CPU", torch, 1), rest])


def rasa_environment() -> Environment:
    """Where Rasa runs, apart: it needs older versions of what the app uses."""
    lock = HOUSE / "nlu_data" / "requirements.txt"
    tools = [f"{name}=={pinned(lock, name)}" for name in ("setuptools", "wheel")]
    pins = ["--no-deps", "--ignore-requires-python", "--no-build-isolation", "-r", str(lock)]
    steps = [Step("build tools", [["--no-deps", *tools]], 2), Step("packages", [pins], count_pins(lock))]
    return Environment("Rasa", HOUSE / ".venv-rasa", [lock], steps)


def pinned(lock: Path, package: str) -> str:
    """The version of a package in a lock."""
    found = re.search(rf"^{package}==(\S+)$", lock.read_text(), re.MULTILINE)
    if not found:
        raise Missing(f"{lock} does not pin {package}; restore the file from git")
    return found[1]


def count_pins(lock: Path) -> int:
    """How many packages a lock pins."""
    return len(re.findall(r"^[^#\s-]\S*==", lock.read_text(), re.MULTILINE))


def machine_python() -> str:
    """A Python 3.11 of this machine that can make environments.

    Raises:
        Missing: there is none, or it lacks venv.
    """
    wanted = ".".join(map(str, PYTHON))
    python = sys.executable if sys.version_info[:2] == PYTHON else shutil.which(f"python{wanted}")
    if python is None or subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode:
        raise Missing(
            f"Python {wanted} is needed (Rasa has no newer), this is {sys.version.split()[0]}. "
            f"Debian 12: apt-get install python{wanted} python{wanted}-venv; else: pyenv install {wanted}"
        )
    has_venv = subprocess.run([python, "-c", "import venv, ensurepip"], capture_output=True, check=False)
    if has_venv.returncode:
        raise Missing(f"{python} lacks the venv module. Debian: apt-get install python{wanted}-venv")
    return python


def check_disk(folder: Path, needed_gib: float = NEEDED_GIB) -> None:
    """Raises Missing when the disk is too full to build."""
    free = shutil.disk_usage(folder).free / 2**30
    if free < needed_gib:
        raise Missing(f"{needed_gib} GiB of disk are needed in {folder}, {free:.1f} are free: make room")


class Progress:
    """One line on a terminal, rewritten; on anything else a new line every so often."""

    def __init__(self, every_s: float = 15.0) -> None:
        self._began = self._told = time.monotonic()
        self._every_s = every_s
        self._live = sys.stderr.isatty()
        self._parts: dict[str, str] = {}
        self._lock = threading.Lock()

    def tell(self, part: str, words: str, *, always: bool = False) -> None:
        """Say how far one part is."""
        with self._lock:
            self._parts[part] = words
            now = time.monotonic()
            if not self._live and not always and now - self._told < self._every_s:
                return
            self._told = now
            line = " | ".join(f"{name}: {words}" for name, words in self._parts.items())
            line = f"{line} | {now - self._began:.0f} s"
            if self._live:
                width = shutil.get_terminal_size().columns - 1
                sys.stderr.write(f"\r\033[K{line[:width]}")
            else:
                sys.stderr.write(line + "\n")
            sys.stderr.flush()

    def tell_more(self, part: str, words: str, more: str) -> None:
        """As ``tell``, with a detail behind."""
        self.tell(part, f"{words} {more}")

    def close(self) -> None:
        """End the line."""
        if self._live and self._parts:
            sys.stderr.write("\n")


def make(environment: Environment, python: str, progress: Progress) -> None:
    """Bring one environment to its locks; a half-made one is made anew.

    Raises:
        Missing: pip could not get or build something.
    """
    whole = bool(environment.stamped())
    environment.stamp.unlink(missing_ok=True)
    total = len(environment.steps) + 1
    if not whole:
        progress.tell(environment.name, f"step 1 of {total}, new environment", always=True)
        code, output = run_logged([python, "-m", "venv", "--clear", str(environment.folder)])
        if code:
            raise Missing(f"could not make {environment.folder}: {output}")
    for number, step in enumerate(environment.steps, start=2):
        words = f"step {number} of {total}, {step.name}"
        progress.tell(environment.name, words, always=True)
        install(environment, step, partial(progress.tell_more, environment.name, words))
    lines = (f"{name} {digest}\n" for name, digest in environment.recipe().items())
    environment.stamp.write_text("".join(lines))
    progress.tell(environment.name, "ready", always=True)


def install(environment: Environment, step: Step, tell: Callable[[str], None]) -> None:
    """Run pip for one step, by the first variant that works."""
    pip = [str(environment.python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    seen: set[str] = set()

    def count(line: str) -> None:
        if line.startswith(("Collecting ", "Requirement already satisfied")):
            seen.add(line)
            tell(f"{len(seen)} of {step.packages}")
        elif line.startswith("Installing collected"):
            tell("unpacking")

    output = ""
    for variant in step.variants:
        code, output = run_logged([*pip, *variant], count)
        if code == 0:
            return
    raise Missing(explain(environment.name, step.name, output))


def run_logged(command: list[str], each_line: Callable[[str], object] = len) -> tuple[int, str]:
    """Run to the end, calling ``each_line`` on the way; the exit code and the last of what it said."""
    # PYTHONPATH or a surrounding environment would leak other versions into this one.
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
    lines: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=clean, errors="replace"
    ) as process:
        assert process.stdout is not None  # noqa: S101 (asked for above)
        for line in process.stdout:
            lines.append(line)
            each_line(line)
    return process.returncode, "".join(lines[-40:])


def explain(environment: str, step: str, output: str) -> str:
    """Why pip failed and what to do, in words."""
    errors = [line for line in output.splitlines() if line.startswith(("ERROR", "error"))] or [output[-500:]]
    if "No space left" in output:
        remedy = f"the disk is full: make {NEEDED_GIB} GiB of room"
    elif re.search(r"connection|resolve|timed out|Could not find a version|SSL", output, re.IGNORECASE):
        remedy = "no package index that has it was reached: check the network, or set PIP_INDEX_URL"
    else:
        remedy = "see the message above; a compiler may be missing (Debian: apt-get install build-essential)"
    return f"{environment} environment, {step}: " + "\n".join(errors[-3:]) + f"\n{remedy}, then run again"


@contextlib.contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Only one process builds; the others wait here, and tell so."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.stderr.write("another process is making the environments; waiting for it\n")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def make_all(environments: list[Environment], lock: Path = HOUSE / ".build" / "bootstrap.lock") -> None:
    """Make what is not ready, side by side.

    Raises:
        Missing: a prerequisite is not there.
    """
    if all(environment.ready() for environment in environments):
        return
    with alone(lock):
        waiting = [environment for environment in environments if not environment.ready()]
        if not waiting:
            return
        python = machine_python()
        if not all(environment.stamped() for environment in waiting):
            check_disk(waiting[0].folder.parent)
        progress = Progress()
        failures: list[BaseException] = []

        def build(environment: Environment) -> None:
            try:
                make(environment, python, progress)
            except BaseException as failure:  # noqa: BLE001 (told by the main thread)
                failures.append(failure)

        threads = [threading.Thread(target=build, args=(environment,)) for environment in waiting]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        progress.close()
        if failures:
            raise failures[0]


def find_browser() -> str | None:
    """The Chromium of this machine."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def has_chinese_font() -> bool:
    """Without one, Chromium shows boxes for Chinese."""
    return any(Path("/usr/share/fonts").rglob("*CJK*"))


def ensure_browser() -> None:
    """Chromium and a Chinese font for the browser tests: installed by apt-get for root, else named.

    Raises:
        Missing: not there and not ours to install.
    """
    packages = [
        *([] if find_browser() else ["chromium"]),
        *([] if has_chinese_font() else ["fonts-noto-cjk"]),
    ]
    if not packages:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        sys.stderr.write(f"installing {' and '.join(packages)} for the browser tests\n")
        for step in (["apt-get", "update"], command):
            code, output = run_logged(step)
        if code == 0:
            return
        raise Missing(f"{output}\ncould not install {' and '.join(packages)}: see above")
    raise Missing(f"the browser tests need {' and '.join(packages)}: run `sudo {' '.join(command)}`")


def commands(verb: str, arguments: list[str], python: Path) -> list[list[str]]:
    """What a verb runs, in order; all but the last must succeed."""
    run = [str(python), "-m"]
    if verb == "test":
        workers = str(min(4, max(2, os.cpu_count() or 2)))
        # A file stays with one worker; files in their own order, so that the long journeys are not the last.
        spread = ["-n", workers, "--dist", "loadfile", "--no-loadscope-reorder"]
        shared = [] if any(a.startswith("-n") for a in arguments) else spread
        # The tests train their own model, once, and keep it for the next run.
        return [[*run, "pytest", *shared, *arguments]]
    if verb == "check":
        ruff = [*run, "ruff"]
        return [[*ruff, "check", "."], [*ruff, "format", "--check", "."], [*run, "mypy", *arguments]]
    return [[*run, "app", verb, *arguments]]


def main(arguments: list[str]) -> int:
    """Prepare what the verb needs, then become it. ``prepare VERB`` only prepares."""
    only_prepare = arguments[:1] == ["prepare"]
    verb, *rest = (arguments[1:] if only_prepare else arguments) or ["--help"]
    app = app_environment(dev=verb in ("test", "check"))
    without_rasa = verb in ("check", "chat", "migrate", "demo", "--help")
    make_all([app] if without_rasa else [app, rasa_environment()])
    if verb == "test":
        ensure_browser()
    if only_prepare:
        return 0
    os.chdir(HOUSE)
    *before, last = commands(verb, rest, app.python)
    for command in before:
        code = subprocess.run(command, check=False).returncode
        if code:
            return code
    # The verb takes over this process, and with it Ctrl-C and the exit code.
    return os.execv(last[0], last)  # noqa: S606


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Missing as missing:
        sys.stderr.write(f"\nCannot go on: {missing}\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.stderr.write("\nstopped\n")
        sys.exit(130)
