"""The rule kinds that measure, and the one that looks at several zones, pass the same suite."""

from datetime import timedelta

import pytest

from edge.core.rules.binding import RuleBinding
from edge.core.scene import Zone
from edge.testing.conformance.rules import RuleCase, RuleConformance
from edge.testing.films import Actor, Film
from edge.testing.grounds import overhead
from hazard_library.catalogue.rules import (
    Absence,
    Direction,
    Proximity,
    Simultaneous,
    Speed,
    ZoneNeed,
)
from hazard_library.contract.ids import HazardId, ZoneId

HAZARD = HazardId("TEST-01")
ALL = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
LANE = Zone(ZoneId("lane"), ALL, arrow=((0.9, 0.5), (0.1, 0.5)))
LEFT = Zone(ZoneId("left"), ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)))
RIGHT = Zone(ZoneId("right"), ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)))
TIMES = {
    "zone": ZoneNeed.OPTIONAL,
    "lasting": timedelta(seconds=5),
    "max_gap": timedelta(seconds=1),
    "cooldown": timedelta(seconds=30),
}
SHORT = TIMES | {"lasting": timedelta(seconds=1)}
STANDING = Film(lasting_s=30).with_person("p1", during=(4, 28))
DRIVING = Film(lasting_s=12).with_actor(
    Actor("v", "vehicle", (20.0, 250.0, 140.0, 320.0), moving=(55.0, 0.0))
)


class TestProximityInMetres(RuleConformance):
    @pytest.fixture
    def case(self) -> RuleCase:
        rule = Proximity.model_validate(
            {"subject": "person", "near": "forklift", "distance_m": 3, **TIMES}
        )
        truck = Actor("f", "forklift", (400.0, 270.0, 520.0, 370.0))
        return RuleCase(RuleBinding(HAZARD, rule, ground=overhead()), STANDING.with_actor(truck))


class TestProximityInBodies(RuleConformance):
    @pytest.fixture
    def case(self) -> RuleCase:
        rule = Proximity.model_validate(
            {"subject": "person", "near": "forklift", "distance_m": 2, **TIMES}
        )
        truck = Actor("f", "forklift", (400.0, 250.0, 520.0, 370.0))
        return RuleCase(RuleBinding(HAZARD, rule), STANDING.with_actor(truck))


class TestProximityOfWhatMoves(RuleConformance):
    @pytest.fixture
    def case(self) -> RuleCase:
        rule = Proximity.model_validate(
            {"subject": "person", "near": "forklift", "distance_m": 3, "moving": True, **SHORT}
        )
        truck = Actor("f", "forklift", (20.0, 270.0, 140.0, 370.0), moving=(25.0, 0.0))
        film = Film(lasting_s=24).with_person("p1").with_actor(truck)
        return RuleCase(RuleBinding(HAZARD, rule, ground=overhead()), film)


class TestAbsence(RuleConformance):
    @pytest.fixture
    def case(self) -> RuleCase:
        rule = Absence.model_validate(
            {"subject": "vehicle", "needs": "person", "minimum": 1, "within_m": 10, **TIMES}
        )
        film = Film(lasting_s=30).with_actor(
            Actor("v", "vehicle", (300.0, 200.0, 420.0, 300.0), (4, 28))
        )
        return RuleCase(RuleBinding(HAZARD, rule), film)


class TestBeingAlone(RuleConformance):
    @pytest.fixture
    def case(self) -> RuleCase:
        rule = Absence.model_validate(
            {"subject": "person", "needs": "person", "minimum": 2, "within_m": 5, **TIMES}
        )
        return RuleCase(RuleBinding(HAZARD, rule), STANDING)


class TestDirection(RuleConformance):
    @pytest.fixture
    def case(self) -> RuleCase:
        rule = Direction.model_validate(
            {"subject": "vehicle", "angle_deg": 120, "distance_m": 4, **SHORT}
        )
        return RuleCase(RuleBinding(HAZARD, rule, LANE, ground=overhead()), DRIVING)


class TestDirectionByItsOwnHeight(RuleConformance):
    @pytest.fixture
    def case(self) -> RuleCase:
        rule = Direction.model_validate(
            {"subject": "vehicle", "angle_deg": 120, "distance_m": 4, **SHORT}
        )
        return RuleCase(RuleBinding(HAZARD, rule, LANE), DRIVING)


class TestSpeed(RuleConformance):
    @pytest.fixture
    def case(self) -> RuleCase:
        rule = Speed.model_validate({"subject": "vehicle", "limit_m_s": 0.8, **SHORT})
        return RuleCase(RuleBinding(HAZARD, rule, ground=overhead()), DRIVING)


class TestSimultaneous(RuleConformance):
    @pytest.fixture
    def case(self) -> RuleCase:
        rule = Simultaneous.model_validate({"subject": "person", "zones": 2, **TIMES})
        two = STANDING.with_person("p2", (500.0, 200.0, 560.0, 360.0), during=(6, 28))
        return RuleCase(RuleBinding(HAZARD, rule, LEFT, together=(LEFT, RIGHT)), two)
