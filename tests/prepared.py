"""What a running copy needs before its first message, made once and shared by all tests that run one."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path

import pytest

from app.settings import HOUSE, Settings
from app.wiring import build_utility
from domain.clock import SystemClock

KEPT = HOUSE / ".build" / "prepared"


@pytest.fixture(scope="session")
def seeded_utility() -> Path:
    """The sample utility's file as of today; parallel test workers seed it once, the next run reuses it."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        build_utility(Settings(data_dir=KEPT), SystemClock())
    return KEPT / "utility.db"


def prepare_copy(data_dir: Path, seeded_utility: Path, rasa_model: Path) -> None:
    """Give a new data folder its utility and its model, so that a copy there starts in seconds."""
    data_dir.mkdir(parents=True, exist_ok=True)
    shutil.copy(seeded_utility, data_dir / "utility.db")
    (data_dir / "models").symlink_to(rasa_model.parent)
