"""What a box can no longer send, and says so when it is asked."""

from pydantic import Field

from hazard_library.contract.message import Part


class RangeLost(Part):
    """Messages of a boot that the box cannot send any more, numbered `first`…`last`."""

    boot: str = Field(pattern=r"^[0-9a-f]{16}$")
    first: int = Field(ge=1)
    last: int = Field(ge=1)
    reason: str = Field(max_length=200, description="What became of them")
