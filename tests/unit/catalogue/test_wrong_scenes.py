"""Scenes that lack what their rule needs, and hazards that say what their rule cannot have."""

from pathlib import Path

import pytest
from broken_catalogues import change, copied, mistakes

LANE = "hazards/general/beh-05-against-set-direction.yaml"
LEVELS = "hazards/mining/mine-02-two-levels-of-one-slope.yaml"
NIGHT = "hazards/general/beh-06-activity-outside-working-hours.yaml"

COMPANY = "hazards/chemicals/veh-03-loading-unattended.yaml"

CASES = [
    (
        "scenes/beh-05.yaml",
        "arrow: [[0.1, 0.6], [0.9, 0.6]]\n",
        "",
        "the rule needs a lane's arrow; draw one",
    ),
    (
        "scenes/mine-02.yaml",
        "further_zones:\n  - [[0.0, 0.6], [1.0, 0.6], [1.0, 1.0], [0.0, 1.0]]\n",
        "",
        "the rule looks at 2 zones; draw the others here",
    ),
    (
        "scenes/beh-06.yaml",
        "hours: ['22:00', '05:00']\n",
        "",
        "it is on by the clock only; say from when to when",
    ),
    (
        "scenes/beh-06.yaml",
        "at: '23:30'",
        "at: '23:75'",
        "'23:75' is no time of day; write one such as '08:00' or '24:00'",
    ),
    (
        LEVELS,
        "handling: HANDLE",
        "needs: [ground_calibration]\nhandling: HANDLE",
        "the rule needs a ground plane; give 4 points of it",
    ),
    (
        COMPANY,
        "handling: HANDLE",
        "excused_by: [hot_work]\nhandling: HANDLE",
        "a permit never excuses that somebody or something is missing; remove it",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "said"), CASES, ids=[one[3] for one in CASES])
def test_a_scene_that_lacks_something_is_named_with_a_remedy(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    copy = copied(tmp_path / "catalogue", (LANE, LEVELS, NIGHT, COMPANY))
    change(copy, file, old, new)
    assert said in mistakes(copy)
