"""Write app.txt and dev.txt: every package of this environment that pyproject.toml needs, pinned.

Run it with the environment that was just installed from pyproject.toml and has passed the tests:
``.venv/bin/python requirements/lock.py``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HERE = Path(__file__).resolve().parent
HEADER = "# Made by requirements/lock.py; change pyproject.toml instead.\n"


def closure(wanted: Iterable[str]) -> dict[str, str]:
    """Name and version of all that ``wanted`` needs here, itself included."""
    pins: dict[str, str] = {}
    waiting = [(Requirement(line), frozenset[str]()) for line in wanted]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement, asked_extras = waiting.pop()
        if requirement.marker and not any(
            requirement.marker.evaluate({"extra": extra}) for extra in asked_extras or {""}
        ):
            continue
        name = canonicalize_name(requirement.name)
        extras = frozenset(requirement.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            found = distribution(name)
        except PackageNotFoundError as missing:
            raise SystemExit(f"{name} is needed but not installed here: install it first") from missing
        pins[name] = found.version.split("+")[0]
        if requirement.marker and not asked_extras and "platform_machine" in str(requirement.marker):
            # A package with one platform's wheels only: elsewhere pip would try to build it.
            pins[name] += f" ; {requirement.marker}"
        waiting += [(Requirement(line), extras) for line in found.requires or []]
    return pins


def write(path: Path, pins: dict[str, str], above: str = "") -> None:
    """One pin a line, in order of names."""
    lines = "".join(f"{name}=={version}\n" for name, version in sorted(pins.items()))
    path.write_text(HEADER + above + lines)


def main() -> None:
    """Read pyproject.toml, write both locks."""
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text())
    app = closure(project["project"]["dependencies"])
    dev = closure(project["dependency-groups"]["dev"])
    write(HERE / "app.txt", app)
    write(HERE / "dev.txt", {name: pin for name, pin in dev.items() if name not in app}, "-r app.txt\n")


if __name__ == "__main__":
    main()
