"""Scoring incidents against what films show: hits, misses, false ones, and how late they came.

What is found is read from the last line of `patrol demo --once`, from any JSON object with a list
`incidents`, from a plain list, or from JSON lines. Times are seconds from the start of a film.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from statistics import median
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from hazard_library.errors import DatasetError
from hazard_library.registry.wrong_fields import wrong_fields

Seconds = Annotated[float, Field(ge=0)]
HOUR_S = 3600.0


class Span(BaseModel):
    """A hazard as a person saw it in a film.

    `late_s` is how long after `start_s` an incident may still begin and count; where none is given,
    it may begin until `end_s`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    hazard: str
    start_s: Seconds
    end_s: Seconds
    late_s: Seconds | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.end_s <= self.start_s:
            message = f"end_s {self.end_s} must come after start_s {self.start_s}"
            raise ValueError(message)
        return self


class Film(BaseModel):
    """A film, how long it is, and what it shows; what is not listed is not there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seconds: Annotated[float, Field(gt=0)]
    hazards: tuple[str, ...] = Field(description="Hazards that somebody looked for in the film")
    incidents: tuple[Span, ...] = ()

    @model_validator(mode="after")
    def _was_looked_for(self) -> Self:
        strange = sorted({span.hazard for span in self.incidents} - set(self.hazards))
        if strange:
            message = f"incidents of {strange}, which the field hazards does not list; add them"
            raise ValueError(message)
        return self


class Truth(BaseModel):
    """What films show; `configs/evaluation/*.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_: Literal["incident-truth/1"] = Field(alias="schema")
    films: dict[str, Film] = Field(description="File name of the film without its ending → film")


class Reported(BaseModel):
    """One incident as an edge told it; other fields are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    hazard: str
    start_s: Seconds
    end_s: Seconds
    camera: str = ""
    source: str = ""


class Counts(BaseModel):
    """One hazard over all films, or all of them.

    Attributes:
        delays_s: of each hit, from the truth's start to the incident's.
    """

    hits: int = 0
    missed: int = 0
    false: int = 0
    not_judged: int = 0
    delays_s: list[float] = []
    hours: float = 0.0

    @property
    def false_per_hour(self) -> float | None:
        """Return false incidents an hour; None for an hour of film or less, which tells nothing."""
        return self.false / self.hours if self.hours > 1.0 else None

    @property
    def median_delay_s(self) -> float | None:
        """Return the middle delay; None without a hit."""
        return median(self.delays_s) if self.delays_s else None


@dataclass(slots=True)
class Account:
    """What a comparison of incidents with the truth came to."""

    total: Counts = field(default_factory=Counts)
    by_hazard: dict[str, Counts] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def of(self, hazard: str) -> tuple[Counts, Counts]:
        """Return the two counts that an incident of a hazard belongs to."""
        return self.total, self.by_hazard.setdefault(hazard, Counts())


def read_truth(file: Path) -> Truth:
    """Read what films show.

    Raises:
        DatasetError: the file is missing or a field does not fit.
    """
    try:
        return Truth.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, ValidationError, yaml.YAMLError) as error:
        why = wrong_fields(error) if isinstance(error, ValidationError) else error
        message = f"{file}: no truth about incidents ({why}); mend these fields"
        raise DatasetError(message) from error


def read_found(file: Path) -> dict[str, list[Reported]]:
    """Read incidents, by the name of the film they were found in.

    Films without an incident are named as well where the file lists its cameras.

    Raises:
        DatasetError: the file holds no incidents in any form that is known.
    """
    try:
        said = _parsed(file.read_text(encoding="utf-8"))
        listed = said.get("incidents") if isinstance(said, dict) else said
        incidents = TypeAdapter(list[Reported]).validate_python(listed)
    except (OSError, ValueError) as error:
        why = wrong_fields(error) if isinstance(error, ValidationError) else error
        message = (
            f"{file}: no incidents ({why}); give the output of `make demo ONCE=1`, or a list of "
            "objects with hazard, start_s, end_s and source"
        )
        raise DatasetError(message) from error
    cameras = said.get("cameras", []) if isinstance(said, dict) else []
    films = {str(camera["id"]): film_name(str(camera["source"])) for camera in cameras}
    found: dict[str, list[Reported]] = {film: [] for film in films.values()}
    for incident in incidents:
        film = films.get(incident.camera) or film_name(incident.source or incident.camera)
        found.setdefault(film, []).append(incident)
    return found


def film_name(source: str) -> str:
    """Return a film's name in the truth: its file name without the ending."""
    return PurePath(source).stem


def compare(truth: Truth, found: Mapping[str, Sequence[Reported]]) -> Account:
    """Count hits, misses and false incidents in the films that were looked at.

    A span of the truth is hit by the first incident of its hazard that overlaps it and does not
    begin too late; one incident may cover several spans, since it lasts through short gaps. An
    incident that touches no span is false. Hazards nobody looked for in a film are not judged.
    """
    account = Account()
    for name, incidents in found.items():
        film = truth.films.get(name)
        if film is None:
            account.remarks.append(
                f"{name}: not in the truth, {len(incidents)} incidents not judged"
            )
            continue
        for counts in [account.total, *(account.of(hazard)[1] for hazard in film.hazards)]:
            counts.hours += film.seconds / HOUR_S
        _compare_film(film, incidents, account)
    absent = sorted(set(truth.films) - set(found))
    if absent:
        account.remarks.append(f"films of the truth that were not looked at: {', '.join(absent)}")
    return account


def _compare_film(film: Film, incidents: Sequence[Reported], account: Account) -> None:
    for span in film.incidents:
        starts = [one.start_s for one in incidents if _touches(span, one)]
        latest = span.end_s if span.late_s is None else span.start_s + span.late_s
        hit = bool(starts) and min(starts) <= latest
        for counts in account.of(span.hazard):
            counts.hits += hit
            counts.missed += not hit
            if hit:
                counts.delays_s.append(round(max(0.0, min(starts) - span.start_s), 2))
    for incident in incidents:
        judged = incident.hazard in film.hazards
        touches = any(_touches(span, incident) for span in film.incidents)
        for counts in account.of(incident.hazard):
            counts.not_judged += not judged
            counts.false += judged and not touches


def _touches(span: Span, incident: Reported) -> bool:
    """Whether an incident is of a span's hazard and shares time with it."""
    together = incident.start_s <= span.end_s and incident.end_s >= span.start_s
    return span.hazard == incident.hazard and together


def _parsed(text: str) -> object:
    """Read JSON: a whole file, JSON lines, or the last line of a program's output."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        pass
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        message = "the file is empty"
        raise ValueError(message)
    last = json.loads(lines[-1])
    if isinstance(last, dict) and "incidents" in last:
        return last
    return [json.loads(line) for line in lines]
