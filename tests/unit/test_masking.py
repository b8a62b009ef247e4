"""What is left of personal data in replies and logs."""

from __future__ import annotations

import pytest

from domain.masking import mask_account_no, mask_address, mask_name, mask_phone


@pytest.mark.parametrize(("number", "masked"), [("0312456789", "******6789"), ("123", "123"), ("", "")])
def test_account_numbers(number: str, masked: str) -> None:
    assert mask_account_no(number) == masked


@pytest.mark.parametrize(
    ("number", "masked"), [("13812345678", "138****5678"), ("95598", "***98"), ("8", "8"), ("", "")]
)
def test_phones(number: str, masked: str) -> None:
    assert mask_phone(number) == masked


@pytest.mark.parametrize(
    ("name", "masked"), [("张伟", "张*"), ("欧阳若曦", "欧***"), ("Emma Brown", "E*** B****"), ("", "")]
)
def test_names(name: str, masked: str) -> None:
    assert mask_name(name) == masked


def test_addresses() -> None:
    assert mask_address("翠湖小区3栋2单元1502") == "翠湖小区*栋*单元****"
