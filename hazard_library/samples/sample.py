"""One sample and everything known about it. The picture itself lies beside, under its hash."""

from datetime import datetime
from enum import StrEnum
from typing import Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from hazard_library.samples.box import Box, Frozen, Split
from hazard_library.samples.review import Act, Event, State
from hazard_library.samples.verdict import Verdict

Sha256 = str


class Kind(StrEnum):
    """What a sample is."""

    PICTURE = "picture"
    CLIP = "clip"
    REFERENCE = "reference"


class LicenceClass(StrEnum):
    """What a licence allows.

    `unstated` may train inside the project and is never redistributed; `refused` never comes in.
    """

    OPEN = "open"
    PUBLIC_DOMAIN = "public-domain"
    OWN = "own"
    UNSTATED = "unstated"
    REFUSED = "refused"


class Licence(Frozen):
    """The licence as its source states it, and what follows from it."""

    text: str
    kind: LicenceClass


class Provenance(Frozen):
    """Where a sample comes from."""

    collection: str
    """The set it came with, as `ppe`, or `verdicts` for what a server sent back."""
    source: str
    path: str
    """The path in the folder that was imported."""
    original_path: str | None = None
    """The path where the source published it."""
    repo: str | None = None
    url: str | None = None
    commit: str | None = None
    refers_to: str | None = None
    """The incident or lead whose key frame it is."""
    imported_by: str
    imported_at: AwareDatetime


class Label(Box):
    """A box with who drew it: `source:<id>`, `person:<name>` or `model:<name>/<version>`."""

    by: str
    at: datetime
    score: float | None = Field(default=None, ge=0, le=1)
    """The model's score; None: a person drew it."""

    def box(self) -> Box:
        """Return the box alone."""
        return Box(label=self.label, cx=self.cx, cy=self.cy, w=self.w, h=self.h)


class Throughout(Frozen):
    """A statement that every instance of a class in the sample has a box (or there is none)."""

    label: str
    by: str
    at: datetime
    why: str = ""


class Privacy(Frozen):
    """What is known of the people and firms in a sample."""

    consent: Literal["given", "not-needed", "unstated"] = "unstated"
    heads_blurred: bool = False
    names_replaced: bool = False


class Reference(Frozen):
    """A region of an equipment seen by one camera, in a known state."""

    state: Literal["normal", "abnormal"]
    hazard: str
    camera: str
    region: tuple[tuple[float, float], ...] = Field(min_length=3)
    """Corners in shares of the whole frame, from which the sample was cut."""


class Sample(Frozen):
    """One sample. `sha256` is that of the file's bytes and names the sample."""

    sha256: Sha256 = Field(pattern=r"^[0-9a-f]{64}$")
    kind: Kind = Kind.PICTURE
    suffix: str = Field(pattern=r"^\.[a-z0-9]+$")
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    state: State
    provenance: Provenance
    licence: Licence
    camera: str | None = None
    site: str | None = None
    taken_at: AwareDatetime | None = None
    group: str | None = None
    """The scene: samples of one group never part between training and validation."""
    split: Split | None = None
    """The split its source made; None: a version decides."""
    labels: tuple[Label, ...] = ()
    exhaustive: tuple[Throughout, ...] = ()
    unsure: tuple[Box, ...] = ()
    """Regions in which the named class is not known although the sample is."""
    privacy: Privacy = Privacy()
    reference: Reference | None = None
    verdicts: tuple[Verdict, ...] = ()
    """What officers decided about the leads whose key frame it is; proposals, not labels."""

    @model_validator(mode="after")
    def _reference_says_what_of(self) -> Self:
        """A reference picture has its region, and nothing else has one."""
        if (self.kind is Kind.REFERENCE) != (self.reference is not None):
            message = "reference: given exactly for samples of kind reference"
            raise ValueError(message)
        return self

    @property
    def known(self) -> frozenset[str]:
        """Return the classes that are labelled throughout."""
        return frozenset(statement.label for statement in self.exhaustive)

    @property
    def file(self) -> str:
        """Return where the bytes lie, relative to the folder of the library."""
        return f"blobs/{self.sha256[:2]}/{self.sha256}{self.suffix}"


class HistoryEntry(Frozen):
    """One line of a sample's history; `before` is the sample as it was, so nothing is lost."""

    number: int
    event: Event
    act: Act
    before: Sample | None
