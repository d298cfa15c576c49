"""Which samples make up a version: a spec in YAML, or the data part of a training recipe."""

from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError

from hazard_library.datasets.version import Accepted, DataSpec
from hazard_library.errors import DatasetError
from hazard_library.samples.box import Frozen
from hazard_library.samples.review import USABLE, State


class Part(Frozen):
    """Some samples of the store and how much they weigh."""

    collections: tuple[str, ...] = ()
    """Sets to take; empty: all."""
    sources: tuple[str, ...] = ()
    """Sources to take; empty: all."""
    repeat: int = Field(default=1, gt=0)
    """How often a pass of training goes over these pictures."""
    share: float = Field(default=1.0, gt=0, le=1)
    """Part of the training pictures to take, chosen by their hashes; validation stays whole."""
    unsure: dict[str, tuple[str, ...]] = Field(default={})
    """Boxes of a class that is not taught → classes that are not known inside them."""


class VersionSpec(Frozen):
    """What a version shall hold."""

    schema_: Literal["version-spec/1"] = Field(default="version-spec/1", alias="schema")
    labels: tuple[str, ...] = Field(min_length=1)
    parts: tuple[Part, ...] = (Part(),)
    """The first part that fits a sample decides."""
    states: tuple[State, ...] = USABLE
    leaks: Literal["refuse", "leave-out", "leave-out-validation"] = "refuse"
    """Fail when something stands on both sides, or leave out one of the two and say so: the
    training picture, or, to judge a model that learnt from it already, the validation picture."""
    accepted: tuple[Accepted, ...] = ()
    val_share: float = Field(default=0.12, ge=0, lt=1)
    """Share of the scenes without a stated split that go to validation."""


def read_spec(file: Path) -> VersionSpec:
    """Read a spec, or take one from a training recipe: same sets, labels, shares and weights.

    What the recipe knows about sources (`reviewed_absent`, `absence_lists`) stands on
    the samples since they were imported.

    Raises:
        DatasetError: the file is missing or a field is wrong; the message names it.
    """
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        if isinstance(content, dict) and content.get("schema") == "training-recipe/1":
            data = DataSpec.model_validate(content["data"])
            parts = tuple(
                Part(
                    collections=(Path(s.folder).name,),
                    repeat=s.repeat,
                    share=s.share,
                    unsure=s.unsure,
                )
                for s in data.sets
            )
            return VersionSpec.model_validate({"labels": content["labels"], "parts": parts})
        return VersionSpec.model_validate(content)
    except (OSError, KeyError, ValidationError, yaml.YAMLError) as error:
        message = f"{file}: no version-spec/1 and no training recipe: {error}"
        raise DatasetError(message) from error
