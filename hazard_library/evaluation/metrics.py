"""Everything measured about a release: `metrics.json` in its package."""

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from hazard_library.errors import CardInvalid
from hazard_library.evaluation.evaluate import Evaluation
from hazard_library.evaluation.export_report import ExportReport
from hazard_library.registry.card import Share
from hazard_library.registry.wrong_fields import wrong_fields

METRICS = "metrics.json"


class LeftOutSource(BaseModel):
    """How well a class is found on a source, trained with it and trained without it."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    label: str = Field(alias="class")
    left_out: str = Field(description="The source")
    ap_with: Share = Field(description="AP50 on it, by a model that trained with it")
    ap_without: Share = Field(description="AP50 on it, by a model that never saw it")
    ap_with_interval: tuple[Share, Share] | None = Field(default=None, description="95 %")
    ap_without_interval: tuple[Share, Share] | None = Field(default=None, description="95 %")
    n: Annotated[int, Field(ge=0)] = Field(description="True boxes of the class in the source")

    @property
    def text_with(self) -> str:
        """Return AP50 of the model that trained with it, for a reader."""
        return _with_interval(self.ap_with, self.ap_with_interval)

    @property
    def text_without(self) -> str:
        """Return AP50 of the model that never saw it, for a reader."""
        return _with_interval(self.ap_without, self.ap_without_interval)

    @property
    def drop(self) -> float:
        """Return what not having seen the source costs."""
        return self.ap_with - self.ap_without


def _with_interval(value: float, interval: tuple[float, float] | None) -> str:
    bounds = f" ({interval[0]:.3f}–{interval[1]:.3f})" if interval else ""
    return f"{value:.3f}{bounds}"


class InTheField(BaseModel):
    """The model in the field, measured on the same pictures in the same run."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: str
    evaluation: Evaluation
    latency_ratio: float = Field(description="Time of the new model over its time")


class LeakCheck(BaseModel):
    """What the leak check of the dataset version found."""

    model_config = ConfigDict(frozen=True)

    pictures: int = Field(description="Pictures compared by perceptual hash, scene and camera")
    leaks: tuple[str, ...] = Field(description="Training pictures that give away a validation one")


class Metrics(BaseModel):
    """`metrics.json`."""

    model_config = ConfigDict(frozen=True)

    schema_: Literal["model-metrics/1"] = Field(default="model-metrics/1", alias="schema")
    evaluation: Evaluation
    export: ExportReport
    field: InTheField | None = Field(description="None for the first model of its kind")
    leak_check: LeakCheck
    left_out_sources: tuple[LeftOutSource, ...]
    latency_bound: float = Field(description="What the time over that of the field's may be")


def read_metrics(folder: Path) -> Metrics:
    """Read the metrics of a package.

    Raises:
        CardInvalid: it has none, or a field does not fit.
    """
    file = folder / METRICS
    try:
        return Metrics.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        why = wrong_fields(error) if isinstance(error, ValidationError) else error.strerror
        message = f"{file}: no readable metrics ({why}); release the run again"
        raise CardInvalid(message) from error


def read_left_out(file: Path | None) -> tuple[LeftOutSource, ...]:
    """Read the rows of a leave-one-source-out comparison; none if there is no file.

    Raises:
        CardInvalid: a row does not fit.
    """
    if file is None:
        return ()
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        return TypeAdapter(tuple[LeftOutSource, ...]).validate_python(rows)
    except (OSError, ValueError) as error:
        why = wrong_fields(error) if isinstance(error, ValidationError) else error
        message = f"{file}: no rows of class, left_out, ap_with, ap_without, n ({why}); mend them"
        raise CardInvalid(message) from error
