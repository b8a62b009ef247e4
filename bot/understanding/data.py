"""Finds and reads the language files of ``nlu_data``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

NLU_DATA = Path(__file__).resolve().parents[2] / "nlu_data"


@cache
def read_yaml(path: Path) -> Any:
    """The parsed file, read once per process."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))
