"""The calendar on the wire."""

from base64 import b64decode
from binascii import Error as NotBase64
from datetime import date, datetime

from pydantic import BaseModel, Field, field_validator

from server.calendar.holidays_of_a_year import MadeUp, Rest
from server.calendar.notice_file import Head, RowError
from server.calendar.periods import Unit

_MOST_CHARACTERS = 200_000


class YearShown(BaseModel):
    """A loaded year."""

    year: int
    revision: int = Field(description="0: it comes with the program")
    source: str
    issued_on: date
    approved_by: str | None = Field(description="None: 未经本单位核对")
    sha256: str
    off: list[Rest]
    work: list[MadeUp]


class CalendarShown(BaseModel):
    """The loaded years, newest first."""

    years: list[YearShown]
    missing_year: int | None = Field(description="尚未载入安排的年份；期限为暂算 (R-036)")
    review_status: str = Field(default="UNREVIEWED", description="未经法制审核")


class CountedDayShown(BaseModel):
    """One day of the count."""

    on: date
    number: int | None = Field(description="None: it is not counted")
    note_zh: str


class DeadlineShown(BaseModel):
    """When a period ends, day by day."""

    n: int
    unit: Unit
    basis: str
    on: date = Field(description="The last day, in China")
    ends_at: datetime = Field(description="The instant at which it is over")
    counted_as: Unit
    is_provisional: bool = Field(description="暂算")
    later_on: date | None = Field(description="Last day by the other reading, where there are two")
    count: list[CountedDayShown]
    review_status: str = Field(default="UNREVIEWED", description="未经法制审核")


class NoticeGiven(BaseModel):
    """A yearly notice as a file."""

    year: int = Field(ge=2000, le=2199)
    source: str = Field(min_length=2, max_length=200, description="Title of the notice")
    issued_on: date
    approved_by: str = Field(
        min_length=2, max_length=100, description="Who compared the file with the notice"
    )
    content: str = Field(
        max_length=_MOST_CHARACTERS,
        description="The file, base64: CSV 类型,名称,开始日期,结束日期 (UTF-8, GBK), or JSON",
    )

    @field_validator("content")
    @classmethod
    def _is_base64(cls, content: str) -> str:
        try:
            b64decode(content, validate=True)
        except NotBase64 as fault:
            raise ValueError("not base64") from fault
        return content

    @property
    def file(self) -> bytes:
        """Return the file as it was."""
        return b64decode(self.content)

    @property
    def head(self) -> Head:
        """Return what the notice is."""
        return Head.model_validate(self.model_dump(exclude={"content"}))


class ChangedDay(BaseModel):
    """A day that becomes another."""

    on: date
    before_zh: str
    after_zh: str
    becomes_workday: bool


class DeadlineTouched(BaseModel):
    """What happens to a deadline that somebody was told."""

    what_zh: str
    told: date
    becomes: date = Field(description="As told where the notice alone would shorten it")
    note_zh: str


class NoticePreview(BaseModel):
    """What loading a notice would do."""

    is_right: bool
    errors: list[RowError]
    sha256: str | None
    changed: list[ChangedDay]
    deadlines: list[DeadlineTouched]
