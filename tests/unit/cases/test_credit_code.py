"""统一社会信用代码: the check digit finds typing mistakes."""

import pytest

from server.enterprises.credit_code import ALPHABET, check_digit, is_valid

#: The example of GB 32100-2015's commentary, and one of a public authority.
GOOD = ("91350100M000100Y43", "12100000400000624D")


@pytest.mark.parametrize("code", GOOD)
def test_a_true_code_is_valid(code: str) -> None:
    assert is_valid(code)


@pytest.mark.parametrize("code", GOOD)
def test_any_single_wrong_sign_is_found(code: str) -> None:
    for position, right in enumerate(code):
        for wrong in ALPHABET:
            if wrong != right:
                assert not is_valid(code[:position] + wrong + code[position + 1 :])


@pytest.mark.parametrize(
    "code", ["", "91350100M000100Y4", "91350100M000100Y433", "9135010OM000100Y43"]
)
def test_other_lengths_and_letters_are_refused(code: str) -> None:
    assert not is_valid(code)


def test_the_check_digit_completes_a_code() -> None:
    assert check_digit("91350100M000100Y4") == "3"
