"""Every rule kind passes the same suite."""

from datetime import timedelta

import pytest

from edge.core.rules.binding import RuleBinding
from edge.core.scene import Zone
from edge.testing.conformance.rules import RuleCase, RuleConformance
from edge.testing.films import Film, RegionChange
from hazard_library.catalogue.rules import (
    BodyPart,
    Count,
    Crossing,
    Dwell,
    Missing,
    Presence,
    SceneState,
    StaticObject,
    ZoneNeed,
)
from hazard_library.contract.ids import HazardId, ZoneId

HAZARD = HazardId("TEST-01")
YARD = Zone(ZoneId("yard"), ((0.0, 0.3), (1.0, 0.3), (1.0, 1.0), (0.0, 1.0)))
GATE_LINE = Zone(ZoneId("gate-line"), ((0.5, 1.0), (0.5, 0.0)))
TIMES = {
    "zone": ZoneNeed.OPTIONAL,
    "lasting": timedelta(seconds=5),
    "max_gap": timedelta(seconds=1),
    "cooldown": timedelta(seconds=30),
}
STANDING = Film(lasting_s=30).with_person("p1", during=(4, 28))


class TestPresence(RuleConformance):
    @pytest.fixture
    def case(self) -> RuleCase:
        rule = Presence.model_validate({"subject": "person", **TIMES})
        return RuleCase(RuleBinding(HAZARD, rule, YARD), STANDING)


class TestDwell(RuleConformance):
    @pytest.fixture
    def case(self) -> RuleCase:
        rule = Dwell.model_validate({"subject": "person", **TIMES})
        return RuleCase(RuleBinding(HAZARD, rule, YARD), STANDING)


class TestMissing(RuleConformance):
    @pytest.fixture
    def case(self) -> RuleCase:
        rule = Missing.model_validate(
            {
                "subject": "person",
                "needs": "helmet",
                "absent_as": "no_helmet",
                "part": BodyPart.HEAD,
                **TIMES,
            }
        )
        return RuleCase(RuleBinding(HAZARD, rule, YARD), STANDING.with_bare_head("p1"))


class TestCrossing(RuleConformance):
    @pytest.fixture
    def case(self) -> RuleCase:
        rule = Crossing.model_validate(
            {"subject": "person", **TIMES, "lasting": timedelta(seconds=0)}
        )
        walking = Film(lasting_s=12).with_person("p1", moving=(15.0, 0.0))
        return RuleCase(RuleBinding(HAZARD, rule, GATE_LINE), walking)


class TestCrossingForGood(RuleConformance):
    @pytest.fixture
    def case(self) -> RuleCase:
        rule = Crossing.model_validate(
            {"subject": "person", **TIMES, "lasting": timedelta(seconds=2)}
        )
        walking = Film(lasting_s=15).with_person("p1", moving=(15.0, 0.0))
        return RuleCase(RuleBinding(HAZARD, rule, GATE_LINE), walking)


class TestCount(RuleConformance):
    @pytest.fixture
    def case(self) -> RuleCase:
        rule = Count.model_validate({"subject": "person", "maximum": 1, **TIMES})
        two = STANDING.with_person("p2", (500.0, 200.0, 560.0, 360.0), during=(6, 28))
        return RuleCase(RuleBinding(HAZARD, rule, YARD), two)


DOOR = Film(
    lasting_s=40, regions=(YARD.id,), changes=(RegionChange(YARD.id, during=(4, 30)),)
).with_person("p1", (300.0, 0.0, 320.0, 40.0))


class TestSceneState(RuleConformance):
    @pytest.fixture
    def case(self) -> RuleCase:
        rule = SceneState.model_validate(TIMES | {"max_gap": timedelta(seconds=2)})
        return RuleCase(RuleBinding(HAZARD, rule, YARD), DOOR)


class TestStaticObject(RuleConformance):
    @pytest.fixture
    def case(self) -> RuleCase:
        times = TIMES | {"max_gap": timedelta(seconds=2)}
        rule = StaticObject.model_validate({"min_overlap": 0.25, **times})
        return RuleCase(RuleBinding(HAZARD, rule, YARD), DOOR)
