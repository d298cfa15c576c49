"""The law as data: one file for each statute, one entry for each article that may be cited."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from hazard_library.catalogue.text import Entry, Text

BasisId = Annotated[str, Field(pattern=r"^[^\s/]+$", description="Id of an article in legal/")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]

#: The industries as the catalogue and the register of enterprises name them.
Sector = Literal["矿山", "危险化学品", "烟花爆竹", "金属冶炼", "涉爆粉尘", "其他工贸"]

#: The departments that may be competent or take a matter over.
Department = Literal["应急管理", "消防救援机构", "市场监管", "住建", "公安", "卫生健康", "交通运输"]


class Statute(Entry):
    """What all articles of one statute share."""

    law: str
    law_short: str
    version_date: str = Field(pattern=r"^\d{4}(-\d{2}-\d{2})?$")
    in_force_from: Day | None = None
    in_force_to: Day | None = Field(default=None, description="Its last day")
    replaced_by: str | None = None
    dates_from: Literal["text", "source", "memory"] = Field(
        default="memory", description="Where the dates were found; memory: unchecked"
    )
    source: str = Field(min_length=1)
    text_file: str = Field(min_length=1, description="The statute's text it was compared with")
    sectors: tuple[Sector, ...] = Field(default=(), description="Whom it binds; none: everybody")
    doubt: Text | None = Field(default=None, description="What a lawyer has to look at first")


class Article(Entry):
    """One article, or a paragraph or item of it, quoted word for word."""

    id: BasisId
    article: str
    paragraph: str | None = None
    item: str | None = None
    kind: Literal["obligation", "penalty", "criterion", "procedure", "transfer"]
    enforced_by: Department | None = Field(
        default=None, description="Who decides on it, where that is another department"
    )
    quote_lead: str | None = Field(default=None, description="The sentence an item hangs on")
    quote: str = Field(min_length=1)
    gist: str = Field(min_length=1, description="What it says, in English")
    review_status: Literal["UNREVIEWED", "REVIEWED"]


class LegalBasis(Statute, Article):
    """An article together with its statute: what is cited and shown."""

    def is_in_force(self, day: date) -> bool:
        """Whether it was law on a day; a date that is not known does not count against it."""
        written = day.isoformat()
        begun = self.in_force_from is None or self.in_force_from <= written
        return begun and (self.in_force_to is None or written <= self.in_force_to)


class LegalFile(Statute):
    """One file under `legal/`."""

    articles: tuple[Article, ...] = Field(min_length=1)

    def bases(self) -> tuple[LegalBasis, ...]:
        """Return every article with its statute."""
        shared = {name: getattr(self, name) for name in Statute.model_fields}
        return tuple(
            LegalBasis(**shared, **{name: getattr(one, name) for name in Article.model_fields})
            for one in self.articles
        )
