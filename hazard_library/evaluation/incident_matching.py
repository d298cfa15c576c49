"""Which incident answers which span of a film: as loosely or as strictly as its truth asks for.

A film without a tolerance asks only whether a hazard was noticed: a span is hit by the first
incident that overlaps it and does not begin too late, and one incident may cover several spans.

A film with a tolerance asks for the incidents that a person sees, and no others: each span takes
one incident, which begins and ends within the tolerance. One that says less than there is (comes
late, ends early) leaves its span missed and is not false; one that says more (begins before, lasts
on, comes a second time) is false.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Seconds = Annotated[float, Field(ge=0)]


class Span(BaseModel):
    """A hazard as a person saw it in a film.

    `late_s` is how long after `start_s` an incident may still begin and count; where none is given,
    the film's tolerance says it, and without one it may begin until `end_s`. `zone` is the drawn
    zone, null for the whole picture; where it is not given, any will do.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    hazard: str
    zone: str | None = None
    start_s: Seconds
    end_s: Seconds
    late_s: Seconds | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.end_s <= self.start_s:
            message = f"end_s {self.end_s} must come after start_s {self.start_s}"
            raise ValueError(message)
        return self

    @property
    def name(self) -> str:
        """Its hazard, and its zone if one is meant."""
        return self.hazard if self.zone is None else f"{self.hazard} {self.zone}"


class Tolerance(BaseModel):
    """How far an incident may lie from what a person saw: the eye reads times to half a second."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    early_s: Seconds = Field(description="How long before start_s it may begin")
    late_s: Seconds = Field(description="How long after start_s it may begin")
    end_s: Seconds = Field(description="How far from end_s it may end, on either side")


class Reported(BaseModel):
    """One incident as an edge told it; other fields are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    hazard: str
    start_s: Seconds
    end_s: Seconds
    zone: str | None = None
    camera: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A span of the truth, the incident that hit it or None, and why one that came near did not."""

    span: Span
    hit: Reported | None
    near: str | None = None


@dataclass(frozen=True, slots=True)
class Matched:
    """Every span with its answer, and the incidents that are false."""

    answers: tuple[Answer, ...]
    false: tuple[Reported, ...]


def matched(
    spans: Sequence[Span], incidents: Sequence[Reported], tolerance: Tolerance | None
) -> Matched:
    """Answer every span of one film."""
    return (
        _loosely(spans, incidents) if tolerance is None else _strictly(spans, incidents, tolerance)
    )


def _loosely(spans: Sequence[Span], incidents: Sequence[Reported]) -> Matched:
    answers = []
    for span in spans:
        touching = [one for one in incidents if _touches(span, one)]
        first = min(touching, key=lambda one: one.start_s, default=None)
        latest = span.end_s if span.late_s is None else span.start_s + span.late_s
        answers.append(Answer(span, first if first and first.start_s <= latest else None))
    false = (one for one in incidents if not any(_touches(span, one) for span in spans))
    return Matched(tuple(answers), tuple(false))


def _strictly(
    spans: Sequence[Span], incidents: Sequence[Reported], tolerance: Tolerance
) -> Matched:
    left = sorted(incidents, key=lambda one: one.start_s)
    hits: dict[int, Reported] = {}
    for place, span in sorted(enumerate(spans), key=lambda pair: pair[1].start_s):
        hit = next((one for one in left if not any(_amiss(span, one, tolerance))), None)
        if hit is not None:
            hits[place] = hit
            left.remove(hit)
    missed = [span for place, span in enumerate(spans) if place not in hits]
    short = [one for one in left if any(_says_less(span, one, tolerance) for span in missed)]
    answers = (
        Answer(span, hits.get(place), None if place in hits else _near(span, left, tolerance))
        for place, span in enumerate(spans)
    )
    return Matched(tuple(answers), tuple(one for one in left if one not in short))


def _near(span: Span, left: Sequence[Reported], tolerance: Tolerance) -> str | None:
    """Say what was amiss with the first incident that touched a missed span."""
    first = next((one for one in left if _touches(span, one)), None)
    return None if first is None else ", ".join(_amiss(span, first, tolerance))


def _says_less(span: Span, one: Reported, tolerance: Tolerance) -> bool:
    """Whether an incident lies within a span, tolerance included, and is only late or short."""
    starts_within = one.start_s >= span.start_s - tolerance.early_s
    return _touches(span, one) and starts_within and one.end_s <= span.end_s + tolerance.end_s


def _amiss(span: Span, one: Reported, tolerance: Tolerance) -> Iterator[str]:
    """Yield what keeps an incident from being the one of a span."""
    late_s = tolerance.late_s if span.late_s is None else span.late_s
    if not _is_of(span, one):
        yield "another hazard or zone"
    if not span.start_s - tolerance.early_s <= one.start_s <= span.start_s + late_s:
        yield f"begins at {one.start_s:.1f} s instead of {span.start_s:.1f} s"
    if abs(one.end_s - span.end_s) > tolerance.end_s:
        yield f"ends at {one.end_s:.1f} s instead of {span.end_s:.1f} s"


def _touches(span: Span, one: Reported) -> bool:
    """Whether an incident is of a span's hazard and shares time with it."""
    return _is_of(span, one) and one.start_s <= span.end_s and one.end_s >= span.start_s


def _is_of(span: Span, one: Reported) -> bool:
    any_zone = "zone" not in span.model_fields_set
    return span.hazard == one.hazard and (any_zone or span.zone == one.zone)
