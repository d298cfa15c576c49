"""What every piece of the configuration is made of."""

from pydantic import BaseModel, ConfigDict


class Setting(BaseModel):
    """A frozen piece of the configuration; an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
