"""What pydantic refused, as one sentence a person can act on."""

from pydantic import ValidationError


def wrong_fields(error: ValidationError) -> str:
    """Name every field that does not fit, and why."""
    return "; ".join(
        f"{'.'.join(str(part) for part in mistake['loc']) or 'the whole'}: {mistake['msg']}"
        for mistake in error.errors()
    )
