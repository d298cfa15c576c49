"""The model card `card.yaml`: everything needed to run a model, and to judge it.

Coordinates and sizes are pixels of the model's input unless a field says otherwise; scores and
shares are 0..1.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$")]
"""A file beside the card, or below it with one folder named by the field: no way out of it."""


class CardPart(BaseModel):
    """A part of the card: immutable, and an unknown field is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelInput(CardPart):
    """How a picture becomes the model's input tensor."""

    name: str = Field(description="Name of the input tensor")
    width: int = Field(gt=0, description="Pixels")
    height: int = Field(gt=0, description="Pixels")
    colour: Literal["RGB", "BGR"] = Field(description="Order of the colour planes")
    scale: float = Field(gt=0, description="Every value is divided by this")
    layout: Literal["NCHW"] = Field(description="Order of the axes; the batch is always 1")
    fit: Literal["letterbox-centre", "letterbox-top-left"] = Field(
        description="Scaled with its aspect kept; where the picture lies on the padding"
    )
    pad: int = Field(ge=0, le=255, description="Value of the padding, before scaling")


class ModelOutput(CardPart):
    """One output tensor."""

    name: str = Field(description="Name of the output tensor")
    shape: tuple[int, ...] = Field(description="Its fixed shape")
    meaning: str = Field(description="What lies along the axes, in words")


class DataSource(CardPart):
    """One source of pictures."""

    id: str = Field(description="Name of the source in the dataset's manifest")
    licence: str = Field(description="As stated by the source; 'none stated' if it says nothing")
    pictures: Count = Field(description="How many of its pictures the version holds")


class CardData(CardPart):
    """The dataset version a model was made of."""

    sha256: Sha256 = Field(description="Hash of the version's manifest")
    train_pictures: Count
    val_pictures: Count
    sources: tuple[DataSource, ...]
    note: str = Field(description="What the sources' licences mean for whoever passes it on")
    leaks: Count | None = Field(
        default=None, description="What the leak check found; None: made before there was one"
    )
    decision: Count | None = Field(
        default=None, description="Entry of DECISIONS.md that allows sources of unstated licence"
    )


class CardWeights(CardPart):
    """The published weights that training started from."""

    file: str
    sha256: Sha256
    licence: str


class CardTraining(CardPart):
    """The run that made the model."""

    recipe: str = Field(description="The recipe's file, relative to the project")
    recipe_sha256: Sha256
    seed: Count
    epochs: Count
    steps: Count
    seconds: Count = Field(description="Computing time on two shared processor cores")
    frameworks: dict[str, str] = Field(description="Package → version")
    note: str = Field(default="", description="What a repetition of the run has to know")


class ClassMetrics(CardPart):
    """How well one class is found on validation pictures labelled throughout for it."""

    ap50: Share = Field(description="Average precision at an overlap (IoU) of 0.5")
    ap50_interval: tuple[Share, Share] | None = Field(
        default=None, description="What chance could have made of it, 95 %"
    )
    ap30: Share = Field(description="The same at 0.3, fairer to loose boxes such as smoke")
    threshold: Share = Field(description="The score at which precision and recall were taken")
    overlap: Share = Field(description="The IoU from which a box was right for these two")
    precision: Share
    recall: Share
    pictures_without: Count = Field(description="Those of the pictures that show none")
    false_alarms: Count = Field(description="Those of them in which a box counted all the same")
    boxes: Count = Field(description="True boxes in those pictures")
    pictures: Count = Field(description="Validation pictures labelled throughout for the class")


class Limit(CardPart):
    """A sentence in both languages of the product, such as what the model cannot be trusted with.

    Neither may be empty.
    """

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)


class ExpectedBox(CardPart):
    """A box the self-test must find, corners in pixels of the self-test's picture."""

    label: str
    score: Share
    x1: float
    y1: float
    x2: float
    y2: float


class SelfTest(CardPart):
    """A picture of the project's own and what the model answers to it."""

    picture: FileName = Field(description="PNG in the folder selftest/")
    sha256: Sha256
    floor: Share = Field(description="Boxes are compared above this score, after suppression")
    boxes: tuple[ExpectedBox, ...]
    score_tolerance: Share = Field(description="How far a score may lie off")
    box_tolerance_px: float = Field(gt=0, description="How far a corner may lie off")


class Parity(CardPart):
    """How far an exported file answers from the trained network, on real validation pictures.

    Compared are boxes that both found: the same class, best overlap, above the score stated.
    """

    box_px: float = Field(ge=0, description="Largest difference of a corner, in input pixels")
    score: Share = Field(description="Largest difference of a score")
    matched: Count = Field(description="Boxes compared")
    unmatched: Count = Field(description="Boxes that only one of both found")
    above: Share = Field(description="Only boxes from this score on were compared")
    map50_change: float = Field(description="mAP50 of the file less that of the trained network")


class Variant(CardPart):
    """Another file with the same weights in another precision, released beside the main one."""

    file: FileName
    sha256: Sha256
    bytes: int = Field(gt=0)
    precision: Literal["int8"]
    parity: Parity
    latency_ratio: float = Field(gt=0, description="Time over that of the main file, one run")
    self_test: tuple[SelfTest, ...]


class ModelCard(CardPart):
    """The whole card of one version of one model."""

    schema_: Literal["model-card/1"] = Field(alias="schema")
    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    file: FileName = Field(description="The model's file beside the card")
    sha256: Sha256 = Field(description="Of that file")
    bytes: int = Field(gt=0, description="Its size")
    licence: str = Field(description="SPDX identifier under which the weights may be used")
    decoder: Literal["yolo-anchor-free"] = Field(description="How outputs become boxes")
    title: Limit | None = Field(default=None, description="What the model is, in a few words")
    labels: tuple[str, ...] = Field(min_length=1, description="Class number → label")
    finds: dict[str, Limit] = Field(default={}, description="Label → what it means, in words")
    thresholds: dict[str, Share] = Field(description="Label → score from which a box counts")
    loose_labels: tuple[str, ...] = Field(
        default=(), description="Labels of things without a firm outline, scored at IoU 0.3"
    )
    thresholds_note: str = Field(description="How they were chosen")
    suppression_iou: Share = Field(description="Overlap from which the weaker box is dropped")
    input: ModelInput
    precision: Literal["float32", "int8"]
    outputs: tuple[ModelOutput, ...] = Field(min_length=1)
    data: CardData
    initial_weights: CardWeights
    training: CardTraining
    metrics: dict[str, ClassMetrics]
    limits: tuple[Limit, ...]
    self_test: tuple[SelfTest, ...]
    parity: Parity | None = Field(default=None, description="Of the main file")
    variants: tuple[Variant, ...] = ()

    @model_validator(mode="after")
    def _every_label_has_a_threshold(self) -> "ModelCard":
        """Refuse a card whose labels and thresholds differ."""
        if set(self.thresholds) != set(self.labels) or len(set(self.labels)) != len(self.labels):
            message = "thresholds must name every label once, and nothing else"
            raise ValueError(message)
        return self
