"""A name for numpy's arrays, whose types would tell a reader less than the word does."""

from __future__ import annotations

from typing import Any

Matrix = Any
"""A numpy array."""
