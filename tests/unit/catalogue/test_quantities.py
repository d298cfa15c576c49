"""Durations as people write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazard_library.catalogue.quantities import parse_duration, write_duration


@given(st.integers(min_value=0, max_value=10**9))
def test_a_written_duration_reads_as_itself(milliseconds: int) -> None:
    duration = timedelta(milliseconds=milliseconds)
    assert parse_duration(write_duration(duration)) == duration


@pytest.mark.parametrize("text", ["5", "s", "-5s", "5 s", "5d", "1e3s", 5, None])
def test_what_is_no_duration_is_refused_with_an_example(text: object) -> None:
    with pytest.raises(ValueError, match="such as 5s"):
        parse_duration(text)
