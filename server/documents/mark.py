"""Who answers for a field of a form."""

from enum import StrEnum


class Mark(StrEnum):
    """The record, the proposal an officer may edit, or the person alone (✎)."""

    AUTO = "auto"
    PROPOSED = "proposed"
    BLANK = "blank"

    @property
    def zh(self) -> str:
        """The mark as forms and the console show it."""
        return {Mark.AUTO: "自动", Mark.PROPOSED: "建议", Mark.BLANK: "须填写"}[self]


#: The marks as the form files and WORKFLOW §6 write them.
WRITTEN = {"A": Mark.AUTO, "P": Mark.PROPOSED, "✎": Mark.BLANK}
