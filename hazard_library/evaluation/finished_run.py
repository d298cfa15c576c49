"""What a finished training run left behind in `run.json`."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hazard_library.errors import CardInvalid
from hazard_library.registry.card import CardWeights
from hazard_library.registry.wrong_fields import wrong_fields

SUMMARY = "run.json"


class FinishedRun(BaseModel):
    """What is read of `run.json`."""

    model_config = ConfigDict(frozen=True)

    schema_: Literal["training-run/1"] = Field(alias="schema")
    name: str
    version: str
    labels: tuple[str, ...]
    recipe: str
    recipe_sha256: str
    initial_weights: CardWeights
    seed: int
    epochs: int
    steps: int
    seconds: int
    frameworks: dict[str, str]


def read_run(folder: Path) -> FinishedRun:
    """Read what the run in a folder left behind.

    Raises:
        CardInvalid: it is not finished, or a field does not fit.
    """
    file = folder / SUMMARY
    try:
        return FinishedRun.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        why = wrong_fields(error) if isinstance(error, ValidationError) else error.strerror
        message = f"{file}: no finished training run ({why}); run the training to its end"
        raise CardInvalid(message) from error
