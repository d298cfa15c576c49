"""The card of a feature network: a `card.yaml` of the kind `features`, beside those of detectors.

A feature network finds nothing. It turns the picture of a fixed region into maps of numbers, and
what a region looks like in its normal state is remembered as such numbers. Shares are 0..1.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from hazard_library.registry.card import (
    CardPart,
    CardWeights,
    Count,
    FileName,
    Limit,
    ModelOutput,
    Sha256,
)
from hazard_library.registry.package import CARD, SELF_TEST_FOLDER, read_card_as, verify_file

Positive = Annotated[float, Field(gt=0)]


class FeatureInput(CardPart):
    """How the picture of a region becomes the input tensor."""

    name: str = Field(description="Name of the input tensor")
    side: int = Field(gt=0, description="Pixels; the region is stretched to this square")
    colour: Literal["RGB", "BGR"] = Field(description="Order of the colour planes")
    scale: Positive = Field(description="Every value is divided by this")


class FeatureMap(CardPart):
    """One output: the features of every cell of a grid that lies over the region."""

    name: str = Field(description="Name of the output tensor")
    stride: int = Field(gt=0, description="Side of a cell, in pixels of the input")
    channels: int = Field(gt=0, description="Numbers for each cell")


class ExportedNetwork(CardPart):
    """A feature network as it lies in a file."""

    name: str
    file: FileName
    sha256: Sha256
    bytes: int = Field(gt=0)
    input: FeatureInput
    maps: tuple[FeatureMap, ...] = Field(min_length=1)
    weights: CardWeights
    parity: float = Field(ge=0, description="Largest difference from the trained network")


class Candidate(CardPart):
    """One choice of maps that is measured against the others."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    network: str | None = Field(description="Name of a network; none compares plain pixels")
    maps: tuple[str, ...] = ()


class BackboneRun(CardPart):
    """What `patrol backbone export` leaves behind: networks, and which cuts are to be compared."""

    schema_: Literal["backbone-run/1"] = Field(alias="schema")
    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    licence: str
    recipe: str
    recipe_sha256: Sha256
    seed: Count
    networks: tuple[ExportedNetwork, ...]
    candidates: tuple[Candidate, ...]
    ships: str = Field(description="The candidate of the package")
    frameworks: dict[str, str] = Field(description="Package → version")


class StatedFigure(CardPart):
    """A figure with what chance could have made of it."""

    value: float | None
    interval: tuple[float, float] | None = Field(description="95 %")


class ChangeFigures(CardPart):
    """How well one kind of change is told from the normal state."""

    looks: Count = Field(description="Pictures with the change")
    auroc: StatedFigure = Field(
        description="How often a changed look scores above a normal one; 0.5 is chance"
    )
    recall: StatedFigure = Field(
        description="Share of the changed looks above the threshold that 1 % of normal looks pass"
    )


class RivalFigures(CardPart):
    """A cut that was measured and not shipped."""

    name: str
    auroc: StatedFigure
    recall: StatedFigure
    behind: StatedFigure = Field(description="How much recall the shipped cut has more, paired")
    film_false_alarms: Count = Field(description="Real normal looks above its own threshold")
    film_found: Count = Field(description="Real abnormal looks above its own threshold")


class RegionFigures(CardPart):
    """One region of a film, all looks of it real."""

    region: str
    film: str
    normal: Count
    false_alarms: Count = Field(description="Normal looks above the threshold")
    abnormal: Count
    found: Count = Field(description="Abnormal looks above the threshold")
    covered: Count = Field(description="Looks with somebody before it, which are no normal ones")
    covered_above: Count = Field(description="Of them above the threshold: nobody may trust these")
    highest_normal: float = Field(description="Score")
    lowest_abnormal: float | None = Field(description="Score; None where there is no such look")
    auroc: float | None = Field(description="None where the film shows no abnormal state")


class FeatureFigures(CardPart):
    """What was measured, and by which rule."""

    method: Limit = Field(description="How a look is scored, in words")
    threshold: Positive = Field(
        description="In units of the normal looks' own spread: 1 % of the normal looks pass it"
    )
    scenes: Count = Field(description="Regions of different pictures and films")
    normal_looks: Count
    composed: Limit = Field(description="How the looks of the next three fields came about")
    overall: ChangeFigures
    kinds: dict[str, ChangeFigures] = Field(description="Kind of change → figures")
    harmless: dict[str, StatedFigure] = Field(
        description="Kind of harmless look → share above the threshold"
    )
    rivals: tuple[RivalFigures, ...]
    films_note: Limit = Field(description="What the real looks are")
    films: tuple[RegionFigures, ...]
    latency_ratio: Positive = Field(
        description="Time of a region over the time of a picture in the detector named below"
    )
    latency_detector: str
    pictures_of: dict[str, str] = Field(description="Source of pictures → its licence")


class ExpectedMap(CardPart):
    """What the self-test's picture must give: mean of every channel, by output."""

    name: str
    means: tuple[float, ...]


class FeatureSelfTest(CardPart):
    """A picture of the project's own and the features it must give."""

    picture: FileName = Field(description="PNG in the folder selftest/")
    sha256: Sha256
    maps: tuple[ExpectedMap, ...]
    tolerance: Positive = Field(description="How far a mean may lie off")


class FeatureCard(CardPart):
    """The whole card of one version of one feature network."""

    schema_: Literal["model-card/1"] = Field(alias="schema")
    kind: Literal["features"]
    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    title: Limit = Field(description="What it is, in a few words")
    purpose: Limit = Field(description="What it is for")
    file: FileName = Field(description="The model's file beside the card")
    sha256: Sha256 = Field(description="Of that file")
    bytes: int = Field(gt=0, description="Its size")
    licence: str = Field(description="SPDX identifier under which the weights may be used")
    input: FeatureInput
    precision: Literal["float32"]
    maps: tuple[FeatureMap, ...] = Field(min_length=1)
    outputs: tuple[ModelOutput, ...] = Field(min_length=1)
    initial_weights: CardWeights
    recipe: str
    recipe_sha256: Sha256
    seed: Count
    frameworks: dict[str, str]
    parity: float = Field(ge=0, description="Largest difference from the trained network")
    figures: FeatureFigures
    limits: tuple[Limit, ...] = Field(min_length=1)
    self_test: tuple[FeatureSelfTest, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class FeaturePackage:
    """A package whose card fits and whose files are the ones on the card."""

    folder: Path
    card: FeatureCard

    @property
    def model_file(self) -> Path:
        """Return the file with the weights."""
        return self.folder / self.card.file


def load_features(folder: Path) -> FeaturePackage:
    """Open the feature network in `folder` after checking its card and files.

    Raises:
        PackageNotFound: the folder holds no card.
        CardInvalid: the card is no YAML, is that of a detector, or a field does not fit.
        HashMismatch: a file is missing or is not the one on the card.
    """
    card = read_card_as(folder / CARD, FeatureCard)
    verify_file(folder / card.file, card.sha256, "sha256")
    for number, case in enumerate(card.self_test):
        picture = folder / SELF_TEST_FOLDER / case.picture
        verify_file(picture, case.sha256, f"self_test.{number}.sha256")
    return FeaturePackage(folder, card)
