from io import BytesIO

import pytest

from hazard_library.proof import hashes


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
    ids=["one block", "two blocks"],
)
def test_sm3_is_the_hash_of_the_standards_own_examples(data: bytes, expected: str) -> None:
    """GB/T 32905-2016, annex A."""
    assert hashes.sm3(data) == expected


def test_a_file_hashed_piece_by_piece_has_the_hash_of_the_whole() -> None:
    data = bytes(range(256)) * 10_000
    size, _, sm3 = hashes.of_stream(BytesIO(data))
    assert (size, sm3) == (len(data), hashes.sm3(data))
