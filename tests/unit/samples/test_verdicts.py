"""What a verdict teaches, what a model's eye adds to a proposed sample, what is ranked first."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from library_samples import ACT, NOW, VOCABULARY, draft, intake, label, picture

from edge.testing.painted_film import PERSON
from edge.testing.painted_model import write_painted_package
from hazard_library import cli
from hazard_library.catalogue.load import load_catalogue
from hazard_library.contract.ids import HazardId
from hazard_library.samples.box import Box
from hazard_library.samples.prelabels import with_prelabels
from hazard_library.samples.ranking import MOST_POINTS, Factor, Ranked, count_labelled, rank
from hazard_library.samples.review import State
from hazard_library.samples.sample import Label, Sample
from hazard_library.samples.sighting import SeenBox, Sighting, agreement, iou
from hazard_library.samples.store import SampleStore
from hazard_library.samples.verdict import (
    Decision,
    Reason,
    Teaches,
    Verdict,
    classes_in_doubt,
    what_it_teaches,
)

LAMP = Box(label="fire", cx=0.3, cy=0.3, w=0.2, h=0.2)
THRESHOLDS = {"fire": 0.5, "person": 0.4}


def verdict(decision: Decision = Decision.FALSE_ALARM, reason: Reason | None = None) -> Verdict:
    wrong = what_it_teaches(decision, reason) is Teaches.HARD_NEGATIVE
    return Verdict(
        server="bureau",
        frame="f1",
        lead="l1",
        incident="i1",
        hazard="FIRE-01",
        decision=decision,
        reason=reason,
        decided_at=NOW,
        rejected=(LAMP,) if wrong else (),
        absent=("fire",) if wrong else (),
    )


def seen(*boxes: Box, score: float = 0.8, model: str = "ppe/0.1.0") -> Sighting:
    found = tuple(SeenBox(**box.model_dump(), score=score) for box in boxes)
    return Sighting(model=model, thresholds=THRESHOLDS, boxes=found)


@dataclass
class Shelf:
    """A library with a numbered picture for each sample that a test asks for."""

    store: SampleStore
    folder: Path
    made: list[Sample] = field(default_factory=list)

    def sample(self, *labels: Label, verdicts: tuple[Verdict, ...] = ()) -> Sample:
        file = picture(self.folder / f"{len(self.made)}.png", len(self.made))
        told = draft(file, labels, state=State.PROPOSED, verdicts=verdicts)
        taken = intake(self.store).take(told)
        assert taken is not None
        self.made.append(taken)
        return taken


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(SampleStore.open(tmp_path / "library", create=True), tmp_path)


# ---- verdicts ----


@pytest.mark.parametrize(
    ("decision", "reason", "teaches"),
    [
        (Decision.CONFIRMED, None, Teaches.POSITIVE),
        (Decision.FALSE_ALARM, Reason.MISDETECTION, Teaches.HARD_NEGATIVE),
        (Decision.FALSE_ALARM, Reason.OCCLUSION, Teaches.HARD_NEGATIVE),
        (Decision.FALSE_ALARM, Reason.NOT_VIOLATION, Teaches.OPEN),
        (Decision.FALSE_ALARM, Reason.UNDER_PERMIT, Teaches.OPEN),
        (Decision.FALSE_ALARM, Reason.TEST, Teaches.OPEN),
        (Decision.FALSE_ALARM, Reason.OTHER, Teaches.OPEN),
    ],
)
def test_only_a_wrong_detection_is_a_hard_negative(
    decision: Decision, reason: Reason | None, teaches: Teaches
) -> None:
    assert verdict(decision, reason).teaches is teaches


@pytest.mark.parametrize(
    ("hazard", "classes"),
    [("FIRE-01", {"fire"}), ("PPE-01", {"no_helmet"}), ("ZONE-01", {"person"})],
)
def test_a_rule_says_which_class_was_seen_wrongly(hazard: str, classes: set[str]) -> None:
    assert classes_in_doubt(load_catalogue().hazards[HazardId(hazard)].rule) == classes


# ---- pre-labels ----


def test_a_models_boxes_become_its_unreviewed_labels(shelf: Shelf) -> None:
    sample = shelf.sample()
    weak = seen(LAMP, score=0.49)
    assert with_prelabels(sample, weak, ACT).labels == ()
    (found,) = with_prelabels(sample, seen(LAMP), ACT).labels
    assert (found.box(), found.by, found.score) == (LAMP, "model:ppe/0.1.0", 0.8)


def test_what_people_drew_stays_and_older_models_give_way(shelf: Shelf) -> None:
    drawn = label("person", cx=0.7)
    older = LAMP.model_dump() | {"by": "model:ppe/0.0.9", "at": NOW, "score": 0.6}
    sample = shelf.sample(drawn, Label(**(older | {"cx": 0.31})))
    near = Box(label="person", cx=0.71, cy=0.5, w=0.25, h=0.5)
    now = with_prelabels(sample, seen(LAMP, near), ACT)
    assert [(one.label, one.by) for one in now.labels] == [
        ("person", drawn.by),
        ("fire", "model:ppe/0.1.0"),
    ]


def test_a_model_does_not_bring_back_what_an_officer_rejected(shelf: Shelf) -> None:
    sample = shelf.sample(verdicts=(verdict(reason=Reason.MISDETECTION),))
    moved = LAMP.model_copy(update={"cx": 0.31})
    elsewhere = LAMP.model_copy(update={"cx": 0.8})
    now = with_prelabels(sample, seen(moved, elsewhere), ACT)
    assert [one.box() for one in now.labels] == [elsewhere]


# ---- sightings ----

shares = st.floats(0.05, 0.45)
boxes = st.builds(
    Box, label=st.sampled_from(["fire", "person"]), cx=shares, cy=shares, w=shares, h=shares
)


@given(boxes, boxes)
def test_overlap_is_even_handed_and_whole_with_itself(one: Box, other: Box) -> None:
    assert iou(one, other) == pytest.approx(iou(other, one))
    assert 0 <= iou(one, other) <= 1 + 1e-9
    assert iou(one, one) == pytest.approx(1)


@given(st.lists(boxes, max_size=5))
def test_a_view_agrees_with_itself_and_not_with_nothing(view: list[Box]) -> None:
    assert agreement(view, view) == 1
    assert agreement(view, []) == (0 if view else 1)


# ---- the queue ----


def test_a_false_alarm_of_a_rare_class_comes_first_and_every_point_is_explained(
    shelf: Shelf,
) -> None:
    lamp = shelf.sample(verdicts=(verdict(reason=Reason.MISDETECTION),))
    permit = shelf.sample(verdicts=(verdict(reason=Reason.UNDER_PERMIT),))
    unsure, sure, other = shelf.sample(), shelf.sample(), shelf.sample()
    sightings = {
        unsure.sha256: [seen(LAMP, score=0.5), seen(LAMP, score=0.9, model="site/1.0.0")],
        sure.sha256: [seen(LAMP, score=0.99), seen(LAMP, score=0.99, model="site/1.0.0")],
        other.sha256: [seen(LAMP, score=0.99), seen(score=0.99, model="site/1.0.0")],
    }
    ranked = rank(shelf.made, sightings, {"fire": 10})
    assert [one.sha256 for one in ranked] == [
        one.sha256 for one in (lamp, unsure, other, permit, sure)
    ]
    top = ranked[0]
    assert points(top) == {
        Factor.HARD_NEGATIVE: 30.0,
        Factor.REJECTED_LEAD: 10.0,
        Factor.FEW_SAMPLES: 11.2,
    }
    assert [term.why for term in top.terms] == [
        "FIRE-01 误报（误检）",
        "10 labelled samples of fire",
        "FIRE-01 误报（误检）",
    ]
    assert points(ranked[1]) == {Factor.UNCERTAINTY: 25.0}
    assert ranked[1].terms[0].why == "ppe/0.1.0: fire 0.50, reported from 0.50"
    assert points(ranked[2]) == {Factor.DISAGREEMENT: 20.0}
    assert ranked[2].terms[0].why == "ppe/0.1.0 sees 1 object; site/1.0.0 0 objects"
    assert ranked[4].terms == ()


def points(ranked: Ranked) -> dict[Factor, float]:
    return {term.factor: term.points for term in ranked.terms}


def test_the_most_points_make_a_hundred() -> None:
    assert sum(MOST_POINTS.values()) == 100
    assert set(MOST_POINTS) == set(Factor)


def test_a_class_known_to_be_absent_counts_as_labelled(shelf: Shelf) -> None:
    counted = count_labelled([shelf.sample(label("person"), label("person", cx=0.2))])
    assert counted == {"person": 1}
    assert "fire" in VOCABULARY


# ---- the commands, with a model that finds paint ----


def test_who_labelled_does_not_review(
    tmp_path: Path, shelf: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    sample = shelf.sample(verdicts=(verdict(reason=Reason.MISDETECTION),))
    words = ["library", "review", sample.sha256, "--library", str(tmp_path / "library")]
    known = ["--event", "label", "--throughout", "fire", "--by", "qian"]
    assert cli.main([*words, *known]) == 0
    assert cli.main([*words, "--event", "review", "--by", "qian"]) == 1
    assert "another person reviews" in capsys.readouterr().err
    assert cli.main([*words, "--event", "review", "--by", "li"]) == 0
    now = shelf.store.get(sample.sha256)
    assert (now.state, now.known) == (State.REVIEWED, {"fire"})


def test_prelabel_and_queue_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = write_painted_package(tmp_path / "models")
    library = tmp_path / "library"
    with SampleStore.open(library, create=True) as store:
        taken = intake(store).take(draft(painted(tmp_path / "p.png"), state=State.PROPOSED))
        assert taken is not None
    words = ["--model", str(package), "--library", str(library)]
    assert cli.main(["library", "prelabel", *words]) == 0
    assert "1 changed" in capsys.readouterr().out
    with SampleStore.open(library) as store:
        (found,) = store.get(taken.sha256).labels
        assert store.get(taken.sha256).state is State.PROPOSED
    assert (found.label, found.by) == ("person", "model:painted/0.0.1")
    assert found.corners(416, 416) == pytest.approx((160, 100, 256, 260), abs=17)
    assert cli.main(["library", "prelabel", *words]) == 0
    assert "0 changed" in capsys.readouterr().out
    assert cli.main(["library", "queue", *words, "--json"]) == 0
    assert '"few-samples"' in capsys.readouterr().out
    assert cli.main(["library", "queue", *words]) == 0
    assert "样本少: 0 labelled samples of person" in capsys.readouterr().out
    assert cli.main(["library", "queue", *words, *words[:2], *words[:2]]) == 2


def painted(file: Path) -> Path:
    """Write a picture in which the painted model sees a person."""
    from PIL import Image  # noqa: PLC0415 - used here only

    picture_ = Image.new("RGB", (416, 416), (128, 128, 128))
    picture_.paste((255, 0, 0), (160, 100, 160 + PERSON[0], 100 + PERSON[1]))
    picture_.save(file)
    return file
