"""What a new statement makes of a field."""

from datetime import date

import pytest

from server.enterprises.weighing import Before, Said, Standing, weigh

OLD, NEW = date(2026, 1, 1), date(2026, 2, 1)
KNOWN = Before(Said("甲路1号", "营业执照", OLD))


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        (Said("甲路1号", "风险报告系统", NEW), Standing.CURRENT),
        (Said("甲路1号", "风险报告系统", date(2025, 1, 1)), Standing.OLDER),
        (Said("乙路2号", "营业执照", NEW), Standing.CURRENT),
        (Said("乙路2号", "营业执照", date(2025, 1, 1)), Standing.OLDER),
        (Said("乙路2号", "风险报告系统", NEW), Standing.DISPUTED),
        (Said("乙路2号", "风险报告系统", date(2025, 1, 1)), Standing.DISPUTED),
        (Said(None, "风险报告系统", NEW), Standing.DISPUTED),
    ],
)
def test_two_sources_that_differ_are_never_reconciled_by_rank(
    said: Said, standing: Standing
) -> None:
    assert weigh(said, KNOWN) is standing


def test_the_first_word_counts_and_so_does_a_persons() -> None:
    said = Said("乙路2号", "风险报告系统", OLD)
    assert weigh(said, Before(None)) is Standing.CURRENT
    assert weigh(said, KNOWN, by_person=True) is Standing.CURRENT


def test_what_was_decided_is_not_asked_again() -> None:
    said = Said("乙路2号", "风险报告系统", NEW)
    assert weigh(said, Before(KNOWN.current, refused=True)) is Standing.DECIDED_AGAINST
