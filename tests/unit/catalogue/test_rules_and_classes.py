"""The rule kinds as data, and the vocabulary of classes."""

from pathlib import Path
from typing import get_args

import pytest
from pydantic import TypeAdapter, ValidationError

import edge.core.rules
from hazard_library.catalogue.load import load_catalogue
from hazard_library.catalogue.rules import (
    Rule,
    RuleBase,
    ZoneNeed,
    classes_needed,
    needs_drawing,
)
from hazard_library.registry.package import newest_cards

KINDS: dict[str, type[RuleBase]] = {
    one.model_fields["kind"].default: one for one in get_args(get_args(Rule)[0])
}
READ: TypeAdapter[Rule] = TypeAdapter(Rule)
COMMON = {"zone": "named", "for": "5s", "cooldown": "60s"}


def test_the_edge_has_a_file_for_every_kind() -> None:
    folder = Path(edge.core.rules.__path__[0])
    assert [kind for kind in KINDS if not (folder / f"{kind}.py").is_file()] == []


def test_a_rule_over_a_camera_names_a_state() -> None:
    with pytest.raises(ValidationError):
        READ.validate_python(COMMON | {"kind": "camera_condition", "conditions": []})


def test_a_rule_that_compares_needs_all_the_classes_it_compares() -> None:
    loading = READ.validate_python(
        COMMON | {"kind": "absence", "subject": "tanker", "needs": "person", "minimum": 1}
    )
    assert classes_needed(loading) == {"tanker", "person"}
    near = READ.validate_python(
        COMMON | {"kind": "proximity", "subject": "person", "near": "forklift", "distance_m": 2}
    )
    assert classes_needed(near) == {"person", "forklift"}


def test_a_rule_over_a_region_needs_those_who_may_stand_before_it() -> None:
    for values in ({"kind": "scene_state"}, {"kind": "static_object", "min_overlap": 0.3}):
        assert classes_needed(READ.validate_python(COMMON | values)) == {"person"}


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("absence", {"subject": "tanker", "needs": "person", "minimum": 0}),
        ("proximity", {"subject": "person", "near": "forklift", "distance_m": -1}),
        ("direction", {"subject": "vehicle", "angle_deg": 10, "distance_m": 5}),
        ("speed", {"subject": "vehicle", "limit_m_s": 0}),
        ("static_object", {"min_overlap": 0}),
        ("scene_state", {"difference": 0.5}),
        ("simultaneous", {"subject": "person", "zones": 1}),
    ],
)
def test_every_figure_of_a_rule_has_bounds(kind: str, values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        READ.validate_python(COMMON | {"kind": kind} | values)


def test_a_rule_for_a_named_zone_needs_a_drawing() -> None:
    rule = READ.validate_python(COMMON | {"kind": "presence", "subject": "vehicle"})
    assert rule.zone is ZoneNeed.NAMED
    assert needs_drawing(rule)
    assert not needs_drawing(rule.model_copy(update={"zone": ZoneNeed.REQUIRED}))


def test_a_released_model_sees_just_the_classes_that_the_vocabulary_says() -> None:
    labels = load_catalogue().labels
    for card in newest_cards():
        said = {name for name, label in labels.items() if card.name in label.models}
        assert said in (set(), set(card.labels)), card.name
