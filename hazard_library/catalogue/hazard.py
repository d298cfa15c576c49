"""A hazard as the catalogue knows it."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from hazard_library.catalogue.rules import Rule
from hazard_library.contract.events import Severity
from hazard_library.contract.ids import HazardId

HazardCode = Annotated[HazardId, Field(pattern=r"^[A-Z]{2,5}-\d{2}$")]
BasisId = Annotated[str, Field(pattern=r"^[^\s/]+$", description="Id of an article in legal/")]


class Entry(BaseModel):
    """A frozen piece of the catalogue; an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Entry):
    """One text in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


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
    sectors: tuple[str, ...] = Field(min_length=1)
    sees: Text = Field(description="What a camera sees")
    shows_not: tuple[Text, ...] = Field(min_length=1, description="What the picture cannot show")
    known_false_alarms: tuple[Text, ...] = Field(min_length=1)
    severity: Severity
    major_hazard_criterion: BasisId | None = None
    rule: Rule
    handling: Handling
    competent: str = Field(description="The department that is competent, in Chinese")
    transfer_to: tuple[str, ...] = ()
    check_items: tuple[Text, ...] = Field(min_length=1, description="What an inspector checks")
    evidence_needed: Text
    privacy: Text
    basis: tuple[BasisId, ...] = Field(min_length=1)
    penalty_candidates: tuple[PenaltyCandidate, ...] = ()
    never_cite_from_image: tuple[BasisId, ...] = ()
    maturity: Maturity
    review_status: Literal["UNREVIEWED", "REVIEWED"]
    heads_are_the_hazard: bool = Field(
        default=False, description="Heads stay unblurred on what is shown: they are what is judged"
    )

    @property
    def is_starred(self) -> bool:
        """Whether leads of it are ★ 重点线索."""
        return self.severity == 4 or self.major_hazard_criterion is not None  # noqa: PLR2004


class LegalBasis(Entry):
    """One article, or a paragraph or item of it, quoted word for word."""

    id: BasisId
    law: str
    law_short: str
    version_date: str = Field(pattern=r"^\d{4}(-\d{2}-\d{2})?$")
    in_force_from: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    in_force_to: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    article: str
    paragraph: str | None = None
    item: str | None = None
    kind: str
    quote: str = Field(min_length=1)
    source: str = Field(min_length=1)
    gist: str = Field(description="What it says, in English")
    review_status: Literal["UNREVIEWED", "REVIEWED"]
