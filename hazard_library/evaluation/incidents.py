"""Scoring incidents against what films show: hits, misses, false ones, and how late they came.

What is found is read from the last line of `patrol demo --once`, from `patrol edge replay`, from
any JSON object with a list `incidents`, from a plain list, or from JSON lines. Times are seconds
from the start of a film.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from statistics import median
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from hazard_library.contract.message import Sha256
from hazard_library.errors import DatasetError
from hazard_library.evaluation.incident_matching import Reported, Span, Tolerance, matched
from hazard_library.registry.wrong_fields import wrong_fields

HOUR_S = 3600.0


class Film(BaseModel):
    """A film, how long it is, and what it shows; what is not listed is not there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: Sha256 | None = Field(default=None, description="Which file was looked at")
    seconds: Annotated[float, Field(gt=0)]
    tolerance: Tolerance | None = Field(
        default=None, description="If given, each span takes one incident that fits within it"
    )
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
    by_film: dict[str, Counts] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    @property
    def is_perfect(self) -> bool:
        """Whether everything was found and nothing else."""
        return not self.total.missed and not self.total.false

    def of(self, hazard: str) -> Counts:
        """Return the counts of a hazard."""
        return self.by_hazard.setdefault(hazard, Counts())

    def all_of(self, film: str, hazard: str) -> tuple[Counts, Counts, Counts]:
        """Return the counts that an incident belongs to."""
        return self.total, self.of(hazard), self.by_film.setdefault(film, Counts())


def read_truths(files: Sequence[Path]) -> Truth:
    """Read what films show from several files, no film twice.

    Raises:
        DatasetError: a file is missing, a field does not fit, or two files speak of one film.
    """
    films: dict[str, Film] = {}
    for file in files:
        more = read_truth(file).films
        twice = sorted(films.keys() & more.keys())
        if twice:
            message = f"{file}: speaks of {', '.join(twice)}, as another file does; keep one"
            raise DatasetError(message)
        films |= more
    return Truth(schema="incident-truth/1", films=films)


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

    Hazards nobody looked for in a film are not judged. What hits what says `incident_matching`.
    """
    account = Account()
    for name, incidents in found.items():
        film = truth.films.get(name)
        if film is None:
            account.remarks.append(
                f"{name}: not in the truth, {len(incidents)} incidents not judged"
            )
            continue
        by_film = account.by_film.setdefault(name, Counts())
        for counts in [account.total, by_film, *(account.of(hazard) for hazard in film.hazards)]:
            counts.hours += film.seconds / HOUR_S
        _compare_film(name, film, incidents, account)
    absent = sorted(set(truth.films) - set(found))
    if absent:
        account.remarks.append(f"films of the truth that were not looked at: {', '.join(absent)}")
    return account


def _compare_film(name: str, film: Film, incidents: Sequence[Reported], account: Account) -> None:
    judged = [one for one in incidents if one.hazard in film.hazards]
    outcome = matched(film.incidents, judged, film.tolerance)
    for answer in outcome.answers:
        span, hit = answer.span, answer.hit
        for counts in account.all_of(name, span.hazard):
            counts.hits += hit is not None
            counts.missed += hit is None
            if hit is not None:
                counts.delays_s.append(round(max(0.0, hit.start_s - span.start_s), 2))
        if answer.near is not None:
            account.remarks.append(f"{name}: {span.name}: {answer.near}")
    for incident in incidents:
        is_false = any(incident is one for one in outcome.false)
        for counts in account.all_of(name, incident.hazard):
            counts.not_judged += incident.hazard not in film.hazards
            counts.false += is_false
        if is_false and film.tolerance is not None:
            account.remarks.append(f"{name}: {_told(incident)}: nobody sees that")


def _told(incident: Reported) -> str:
    where = "" if incident.zone is None else f" {incident.zone}"
    return f"{incident.hazard}{where} {incident.start_s:.1f}-{incident.end_s:.1f} s"


def check_films(truth: Truth, file: Path) -> list[str]:
    """Refuse incidents of another film than the truth is about; return what was not seen whole.

    Only the output of `patrol edge replay` says which film it was.

    Raises:
        DatasetError: a film is another one.
    """
    said = _parsed(file.read_text(encoding="utf-8"))
    clip = said.get("clip") if isinstance(said, dict) else None
    if not isinstance(said, dict) or not isinstance(clip, dict):
        return []
    name = film_name(str(clip["path"]))
    film = truth.films.get(name)
    if film is not None and film.sha256 not in (None, clip["sha256"]):
        message = (
            f"{file}: {clip['path']} is another film than the truth about {name} was written from "
            f"({film.sha256}); play that one"
        )
        raise DatasetError(message)
    return [f"{name}: {fault}" for fault in said.get("incomplete", [])]


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
