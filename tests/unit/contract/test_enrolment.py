"""Codes as people copy them."""

import pytest

from hazard_library.contract.enrolment import new_code, read_code
from hazard_library.errors import ContractError

FINGERPRINT = "7f" * 32


def test_a_code_is_read_however_it_was_typed() -> None:
    code = new_code(FINGERPRINT)
    misread = code.text.replace("0", "O").replace("1", "l").lower().replace("-", " ")
    assert read_code(code.text) == read_code(misread) == code
    assert [len(group) for group in code.text.split("-")] == [4] * 8


def test_a_code_names_its_own_authority_and_no_other() -> None:
    code = new_code(FINGERPRINT)
    assert code.names(FINGERPRINT)
    assert not code.names("7e" + FINGERPRINT[2:])
    assert not code.names(FINGERPRINT[:18] + "ff" + FINGERPRINT[20:])


def test_two_codes_of_one_authority_share_the_pin_alone() -> None:
    one, other = new_code(FINGERPRINT), new_code(FINGERPRINT)
    assert one.pin == other.pin
    assert one.secret != other.secret
    assert one.secret not in repr(one)


@pytest.mark.parametrize("typed", ["", "7K3Q", "U" * 32, "7K3Q-" * 9])
def test_what_is_no_code_is_refused_with_a_word(typed: str) -> None:
    with pytest.raises(ContractError, match="code"):
        read_code(typed)
