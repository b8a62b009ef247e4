"""Amounts in integer fen (分, 0.01 yuan); prices in yuan as ``Decimal``. The bot writes them out."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_ONE = Decimal(1)
_FEN_PER_YUAN = Decimal(100)


def fen(yuan: Decimal) -> int:
    """Whole fen of an amount in yuan, rounded half up (away from zero). Once per bill line, never per day."""
    return int((yuan * _FEN_PER_YUAN).quantize(_ONE, rounding=ROUND_HALF_UP))


def yuan(amount_fen: int) -> Decimal:
    """The amount in yuan, with two decimals."""
    return (Decimal(amount_fen) / _FEN_PER_YUAN).quantize(Decimal("0.01"))
