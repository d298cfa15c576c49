"""What every piece of the catalogue is made of."""

from pydantic import BaseModel, ConfigDict, Field


class Entry(BaseModel):
    """A frozen piece of the catalogue; an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Entry):
    """One text in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)
