"""The one way in which other modules refuse by a blocking rule: its id and its words."""

from collections.abc import Mapping, Sequence

from server.kit.errors import FieldsMissing, NotPermitted, ServerError
from server.reminders.rules import rules


def refusal(
    rule_id: str,
    detail: str,
    *,
    fields: Sequence[str] = (),
    words: Mapping[str, str] | None = None,
    zh: str | None = None,
) -> ServerError:
    """Return the error that a module raises where a blocking rule refuses.

    Args:
        rule_id: a rule that blocks.
        detail: one sentence in English: the thing, the place, the remedy.
        fields: what is missing; then the answer is 422 and names them, otherwise it is 403.
        words: what the rule's message needs, such as unit for R-020.
        zh: more precise words than the rule's own.

    Raises:
        ValueError: the rule does not block: it reminds, and refuses nothing.
    """
    rule = rules()[rule_id]
    if not rule.blocks:
        raise ValueError(f"{rule_id} does not block; it must not refuse anything")
    told = zh or rule.says({"fields": "、".join(fields), **(words or {})})
    if fields:
        return FieldsMissing(fields, told, rule_id=rule_id)
    return NotPermitted(detail, told, rule_id=rule_id)
