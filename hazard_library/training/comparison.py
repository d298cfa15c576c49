"""Short runs of one recipe that differ in one thing each: what helps, and what carries over.

A run that leaves a source out shows, on that source, what the model makes of cameras it has never
seen; the base run of the same length shows what it makes of them after seeing them.
"""

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from hazard_library.datasets.version import Frozen
from hazard_library.errors import TrainingError
from hazard_library.training.recipe import Recipe, read_recipe

BASE = "base"


class Comparison(Frozen):
    """Read from `configs/training/<name>.comparison.yaml`."""

    schema_: Literal["comparison/1"] = Field(alias="schema")
    recipe: str
    """File name of the recipe beside this one."""
    short: dict[str, Any]
    """Fields of the recipe that make every run short; mappings are merged into the recipe's."""
    runs: dict[str, dict[str, Any]]
    """Name of a run → the one thing in which it differs from `base`, which differs in nothing."""

    @model_validator(mode="after")
    def _has_base(self) -> "Comparison":
        """Without a run that differs in nothing there is nothing to compare with."""
        if self.runs.get(BASE) != {}:
            message = f"runs: needs `{BASE}: {{}}`, the run that differs in nothing"
            raise ValueError(message)
        return self


def read_comparison(file: Path) -> Comparison:
    """Read and check a comparison.

    Raises:
        TrainingError: the file is missing or a field is wrong; the message names it.
    """
    try:
        return Comparison.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, ValidationError, yaml.YAMLError) as error:
        message = f"{file}: not a comparison: {error}"
        raise TrainingError(message) from error


def recipe_of(comparison: Comparison, run: str, folder: Path) -> dict[str, Any]:
    """Return the recipe of one run as the mapping a recipe file holds.

    Raises:
        TrainingError: there is no such run, or its recipe is none.
    """
    if run not in comparison.runs:
        message = f"no run {run}; there are {', '.join(comparison.runs)}"
        raise TrainingError(message)
    file = folder / comparison.recipe
    read_recipe(file)
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    content = merged(merged(content, comparison.short), comparison.runs[run])
    try:
        Recipe.model_validate(content)
    except ValidationError as error:
        message = f"run {run}: not a training recipe: {error}"
        raise TrainingError(message) from error
    return dict(content)


def merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return `one` with the fields of `other`; a mapping in both is merged, all else replaced.

    A key that `other` gives as null is taken out, so that a default holds again.
    """
    result = dict(one)
    for key, value in other.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result
