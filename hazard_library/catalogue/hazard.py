"""A hazard as the catalogue knows it."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from hazard_library.catalogue.legal import BasisId, Department, LegalBasis, Sector
from hazard_library.catalogue.rules import Rule
from hazard_library.catalogue.text import Entry, Text
from hazard_library.contract.events import Severity
from hazard_library.contract.ids import HazardId

__all__ = [
    "GRAVEST",
    "BasisId",
    "Category",
    "Handling",
    "Hazard",
    "HazardCode",
    "Input",
    "LegalBasis",
    "Maturity",
    "PenaltyCandidate",
    "PermitKind",
    "Text",
]

#: The gravest severity, 紧急: what it marks is a lead of its own kind, and is looked at first.
GRAVEST: Severity = 4

HazardCode = Annotated[HazardId, Field(pattern=r"^[A-Z]{2,5}-\d{2}$")]

#: What a rule may need beside the picture.
Input = Literal["schedule", "permits", "machine_signal", "ground_calibration"]

#: What of it a site can tell its edge.
TOLD_TO_EDGE: frozenset[Input] = frozenset({"ground_calibration", "permits", "schedule"})


class PermitKind(StrEnum):
    """A kind of work that needs a permit 作业票."""

    HOT_WORK = "hot_work"
    CONFINED_SPACE = "confined_space"
    WORK_AT_HEIGHT = "work_at_height"
    LIFTING = "lifting"
    TEMPORARY_POWER = "temporary_power"
    EXCAVATION = "excavation"
    ROAD_CLOSURE = "road_closure"
    BLIND_PLATE = "blind_plate"
    MAINTENANCE = "maintenance"


class Category(StrEnum):
    """What kind of thing is wrong."""

    EQUIPMENT = "equipment"
    PROCESS = "process"
    DEVICE = "device"
    BEHAVIOUR = "behaviour"
    ENVIRONMENT = "environment"
    MANAGEMENT = "management"
    CAMERA = "camera"


class Maturity(StrEnum):
    """How far a hazard has come: only `trial` and `field` may be switched on."""

    DRAFT = "draft"
    TRIAL = "trial"
    FIELD = "field"


class Handling(StrEnum):
    """Who acts: the bureau, the bureau while telling another department, or the other one alone."""

    HANDLE = "HANDLE"
    HANDLE_AND_NOTIFY = "HANDLE_AND_NOTIFY"
    TRANSFER = "TRANSFER"


class PenaltyCandidate(Entry):
    """An article that may become relevant, and what must be established on site before."""

    basis: BasisId
    only_when: Text


class Hazard(Entry):
    """One hazard. The severity 1–4 is no legal grade; review_status says what a lawyer said."""

    id: HazardCode
    name: Text
    category: Category
    sectors: tuple[Sector, ...] = Field(min_length=1)
    sees: Text = Field(description="What a camera sees")
    shows_not: tuple[Text, ...] = Field(min_length=1, description="What the picture cannot show")
    known_false_alarms: tuple[Text, ...] = Field(min_length=1)
    severity: Severity
    major_hazard_criterion: BasisId | None = Field(
        default=None, description="A criterion it may point at; an officer judges, on site"
    )
    further_criteria: tuple[BasisId, ...] = ()
    rule: Rule
    excused_by: tuple[PermitKind, ...] = Field(
        default=(), description="Permits under which it is no hazard; no others ever excuse it"
    )
    needs: tuple[Input, ...] = Field(default=(), description="What the rule needs beside pictures")
    handling: Handling
    competent: Department = Field(description="The department that is competent, in Chinese")
    transfer_to: tuple[Department, ...] = ()
    check_items: tuple[Text, ...] = Field(min_length=1, description="What an inspector checks")
    evidence_needed: Text
    privacy: Text
    basis: tuple[BasisId, ...] = Field(min_length=1)
    penalty_candidates: tuple[PenaltyCandidate, ...] = ()
    never_cite_from_image: tuple[BasisId, ...] = ()
    maturity: Maturity
    waits_for: Text | None = Field(
        default=None, description="What keeps a draft back although it could be seen and judged"
    )
    review_status: Literal["UNREVIEWED", "REVIEWED"]
    heads_are_the_hazard: bool = Field(
        default=False, description="Heads stay unblurred on what is shown: they are what is judged"
    )

    @property
    def is_starred(self) -> bool:
        """Whether leads of it are ★ 重点线索."""
        return self.severity == GRAVEST or self.major_hazard_criterion is not None
