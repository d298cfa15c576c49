"""The models that look at one camera's pictures, each picture once, as if they were one model."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from edge.errors import ModelFailed, NothingToLookFor
from edge.inference.letterbox import Fit, Letterbox
from edge.inference.routing import Part
from edge.inference.runners.runner import Tensor
from edge.ports import Pixels, RawBoxes
from hazard_library.contract.events import ModelUsed

_NOTHING_ON = "no hazard is switched on"
_NO_BOXES = RawBoxes(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), ())


class TensorBackend(Protocol):
    """A loaded model whose input can be made apart from its run."""

    @property
    def model(self) -> ModelUsed:
        """What runs, with its hash and precision."""
        ...

    @property
    def letterbox(self) -> Letterbox:
        """What makes its input; models of one input size share it."""
        ...

    @property
    def most_pictures(self) -> int:
        """How many pictures it looks at in one run."""
        ...

    def find(self, tensor: Tensor, place: Fit) -> RawBoxes:
        """Find objects in a picture that the letterbox has fitted in."""
        ...

    def find_all(self, tensors: Sequence[Tensor], places: Sequence[Fit]) -> tuple[RawBoxes, ...]:
        """Find objects in several pictures in one run."""
        ...


@dataclass(frozen=True, slots=True)
class Seat:
    """A model at the panel. labels: what it answers for here; its other boxes are let go."""

    backend: TensorBackend
    labels: frozenset[str]


class Panel:
    """One answer of several models. Thread-safe, as its models are.

    One worker asks all models about a picture, one after the other: an answer is complete or there
    is none, its order does not depend on who was faster, and equal inputs are made once.
    """

    def __init__(self, seats: Sequence[Seat], why_empty: str | None = _NOTHING_ON) -> None:
        """Seat models in the site's order.

        why_empty: told when a panel of none is asked; None: nobody has to look, nothing is seen.
        """
        self._seats = tuple(seats)
        self._why_empty = why_empty

    @classmethod
    def of(
        cls,
        parts: Sequence[Part],
        backends: Mapping[str, TensorBackend],
        why_empty: str | None = _NOTHING_ON,
    ) -> "Panel":
        """Seat those who have a part."""
        return cls([Seat(backends[part.model], part.labels) for part in parts], why_empty)

    @property
    def models(self) -> tuple[ModelUsed, ...]:
        """What runs, in the site's order."""
        return tuple(seat.backend.model for seat in self._seats)

    def models_behind(self, labels: frozenset[str]) -> tuple[ModelUsed, ...]:
        """Return the models that answer for some of these labels."""
        return tuple(seat.backend.model for seat in self._seats if seat.labels & labels)

    def detect(self, pixels: Pixels) -> RawBoxes:
        """Ask every model about one BGR picture; best score first, of equals the first model's.

        Raises:
            ModelFailed: one of them failed, so that nobody can say what is not there.
            NothingToLookFor: nobody sits here, and somebody should.
        """
        if not self._seats:
            if self._why_empty is None:
                return _NO_BOXES
            raise NothingToLookFor(self._why_empty)
        inputs: dict[Letterbox, tuple[Tensor, Fit]] = {}
        answers: list[RawBoxes] = []
        for seat in self._seats:
            letterbox = seat.backend.letterbox
            if letterbox not in inputs:
                inputs[letterbox] = letterbox.fill(pixels)
            answers.append(_answer(seat, *inputs[letterbox]))
        return answers[0] if len(answers) == 1 else _together(answers)

    @property
    def most_pictures(self) -> int:
        """How many pictures all of its models look at in one run."""
        return min((seat.backend.most_pictures for seat in self._seats), default=1)

    @property
    def key(self) -> Hashable:
        """Equal for panels of the same models that answer for the same labels."""
        return tuple((id(seat.backend), seat.labels) for seat in self._seats)

    def detect_all(self, pictures: Sequence[Pixels]) -> tuple[RawBoxes, ...]:
        """Ask every model about several pictures, in one run each; at most `most_pictures`."""
        inputs: dict[Letterbox, list[tuple[Tensor, Fit]]] = {}
        answers: list[list[RawBoxes]] = [[] for _ in pictures]
        for seat in self._seats:
            letterbox = seat.backend.letterbox
            if letterbox not in inputs:
                filled = (letterbox.fill(pixels) for pixels in pictures)
                # The letterbox's memory is its thread's own: the next picture would overwrite it.
                inputs[letterbox] = [(tensor.copy(), place) for tensor, place in filled]
            tensors, places = zip(*inputs[letterbox], strict=True)
            for row, found in enumerate(seat.backend.find_all(tensors, places)):
                answers[row].append(_own(seat, found))
        return tuple(one[0] if len(one) == 1 else _together(one) for one in answers)


def _answer(seat: Seat, tensor: Tensor, place: Fit) -> RawBoxes:
    try:
        found = seat.backend.find(tensor, place)
    except Exception as fault:
        raise ModelFailed(f"{seat.backend.model.name}: {fault}") from fault
    return _own(seat, found)


def _own(seat: Seat, found: RawBoxes) -> RawBoxes:
    """Keep what the model answers for here."""
    rows = [row for row, label in enumerate(found.labels) if label in seat.labels]
    if len(rows) == len(found.labels):
        return found
    labels = tuple(found.labels[row] for row in rows)
    return RawBoxes(found.boxes[rows], found.scores[rows], labels)


def _together(answers: Sequence[RawBoxes]) -> RawBoxes:
    scores = np.concatenate([answer.scores for answer in answers])
    order = np.argsort(-scores, kind="stable")
    labels = [label for answer in answers for label in answer.labels]
    return RawBoxes(
        boxes=np.concatenate([answer.boxes for answer in answers])[order],
        scores=scores[order],
        labels=tuple(labels[row] for row in order.tolist()),
    )
