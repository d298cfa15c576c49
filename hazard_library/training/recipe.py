"""A training recipe: everything that decides what comes out of a training run."""

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from hazard_library.datasets.version import DataSpec, Frozen
from hazard_library.errors import TrainingError
from hazard_library.training.teaching_set import MachineLabels

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Range = tuple[Positive, Positive]


class InitialWeights(Frozen):
    """Where training starts: a published checkpoint or a released package of our own.

    `checkpoint` is a YOLOv5 file relative to the material; `package` the ONNX file of a release,
    relative to the folder of the models.
    """

    kind: Literal["checkpoint", "package"] = "checkpoint"
    file: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    licence: str
    tensors: int = Field(gt=0)
    """How many tensors must go over; any other number means another file or network."""
    labels: tuple[str, ...] = ()
    """The package's labels, in its order."""
    classes: dict[str, str] = Field(default={})
    """Label taught → label of the package whose row of the head it starts from."""


class Schedule(Frozen):
    """How long and how fast to learn."""

    epochs: int = Field(gt=0)
    budget_s: Positive | None = None
    """Seconds of computing after which the rate has reached its end, whatever the epoch. A run that
    a time box ends stops at another step on another machine: released models do without."""
    batch: int = Field(gt=0)
    rate: Positive
    head_rate_factor: Positive = 1.0
    """The head starts from random values, the rest does not."""
    final_rate: Share = 0.01
    warmup_steps: int = Field(ge=0, default=100)
    weight_decay: Annotated[float, Field(ge=0)] = 0.0005
    average_decay: Share = 0.998
    """Decay a step of the moving average of the weights, which is what gets exported."""
    precision: Literal["float32", "bfloat16"] = "float32"
    device: Literal["auto", "cpu"] = "auto"
    """`auto` computes on a GPU where there is one; the same recipe then gives other last digits."""
    threads: int = Field(gt=0, default=2)
    loader_processes: int = Field(ge=0, default=1)


class Augment(Frozen):
    """Changes to pictures in training; scales are relative to the picture fitted in its place."""

    mosaic: Share = 0.5
    mosaic_end: Share = 0.85
    """Share of the run after which pictures are no longer put together."""
    scale: Range = (0.4, 1.4)
    tile_scale: Range = (0.7, 1.6)
    aspect: Positive = 1.2
    mirror: Share = 0.5
    hue: Share = 0.015
    saturation: Share = 0.6
    brightness: Share = 0.4
    grey: Share = 0.05
    coarse: Share = 0.15
    """Share of pictures made coarse, as a cheap or distant camera shows them."""
    dark: Share = 0.0
    """Share of pictures made dark and noisy, as at dusk."""
    compressed: Share = 0.0
    """Share of pictures with the blocks of a stream of few bits."""
    tilt: Annotated[float, Field(ge=0, le=15)] = 0.0
    """Largest turn of a canvas in degrees, either way."""


class Stage(Frozen):
    """What holds from an epoch on."""

    from_epoch: int = Field(ge=0)
    frozen_layers: int = Field(ge=0, default=0)
    """How many of the first layers stay as they are; the finest ones cost the most time."""
    input: Annotated[int, Field(gt=0, multiple_of=32)] | None = None
    """Side of the canvases in this stage; None: that of the recipe."""
    augment: Augment = Augment()


class Recipe(Frozen):
    """The whole recipe; read from `configs/training/<name>.yaml`."""

    schema_: Literal["training-recipe/1"] = Field(alias="schema")
    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    seed: int = Field(ge=0)
    labels: tuple[str, ...] = Field(min_length=1)
    masked: bool = True
    """Whether a class that a picture's source does not label is left out of its loss."""
    exclusive: tuple[tuple[str, str], ...] = ()
    """Pairs of labels that one thing cannot both be: a box of one is no box of the other."""
    network: str
    input: int = Field(gt=0, multiple_of=32)
    data: DataSpec
    leave_out: tuple[str, ...] = ()
    """Sources of which nothing is taught: they show how well the model carries over."""
    machine_labels: tuple[MachineLabels, ...] = ()
    initial_weights: InitialWeights
    schedule: Schedule
    stages: tuple[Stage, ...] = Field(min_length=1)

    def stage(self, epoch: int) -> Stage:
        """Return the stage that an epoch belongs to."""
        return [stage for stage in self.stages if stage.from_epoch <= epoch][-1]

    @model_validator(mode="after")
    def _consistent(self) -> "Recipe":
        """Refuse pairs of labels that are not taught, and stages out of order."""
        starts = [stage.from_epoch for stage in self.stages]
        if starts[0] != 0 or starts != sorted(set(starts)):
            message = f"stages: from_epoch must rise from 0, not {starts}"
            raise ValueError(message)
        for pair in self.exclusive:
            if not set(pair) <= set(self.labels):
                message = f"exclusive: {pair} names a label that is not in labels"
                raise ValueError(message)
        return self


def read_recipe(file: Path) -> Recipe:
    """Read and check a recipe.

    Raises:
        TrainingError: the file is missing or a field is wrong; the message names it.
    """
    try:
        return Recipe.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, ValidationError, yaml.YAMLError) as error:
        message = f"{file}: not a training recipe: {error}"
        raise TrainingError(message) from error
