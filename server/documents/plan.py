"""What a 现场检查方案 says, before it is written down. Values only."""

from dataclasses import dataclass

from server.documents.mark import Mark

__all__ = [
    "Article",
    "Candidate",
    "CheckLine",
    "EvidenceLine",
    "Field",
    "InspectionPlan",
    "Mark",
    "Picture",
    "Section",
]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. A blank one has no value, whatever is known (INV-5)."""

    key: str
    label_zh: str
    label_en: str
    value: str
    mark: Mark
    source: str

    def __post_init__(self) -> None:
        """Refuse a pre-filled blank.

        Raises:
            ValueError: a field that only the officer may fill has a value.
        """
        if self.mark is Mark.BLANK and self.value:
            raise ValueError(f"{self.key} is the officer's to fill; it may carry no value")


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under one heading."""

    title_zh: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One thing to check on site; its result is the officer's."""

    number: int
    text_zh: str


@dataclass(frozen=True, slots=True)
class Article:
    """One legal basis, quoted word for word."""

    title_zh: str
    quote: str
    is_reviewed: bool

    @property
    def review_zh(self) -> str:
        """Say that no lawyer has signed, or nothing."""
        return "" if self.is_reviewed else "未经法制审核"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that may matter once something is established on site."""

    article: Article
    only_when_zh: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A shown picture: heads are blurred in it."""

    caption_zh: str
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One file of evidence and its hash."""

    kind_zh: str
    sha256: str
    bytes: int
    state_zh: str


@dataclass(frozen=True, slots=True)
class InspectionPlan:
    """The whole form."""

    lead_no: str
    task_no: str
    version: int
    made_at_text: str
    sections: tuple[Section, ...]
    check_items: tuple[CheckLine, ...]
    basis: tuple[Article, ...]
    candidates: tuple[Candidate, ...]
    shows_not: tuple[str, ...]
    pictures: tuple[Picture, ...]
    evidence: tuple[EvidenceLine, ...]
