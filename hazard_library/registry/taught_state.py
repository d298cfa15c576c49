"""A taught state: the reference pictures of a region, and the threshold that they gave.

A folder with `taught.yaml` and the pictures of the region as PNG. The pictures are the memory: what
a box compares with is made from them anew at each start, so that nothing can differ between what
people looked at and what the box remembers. The card says which network the threshold belongs to.
"""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import cv2
import numpy as np
import numpy.typing as npt
import yaml
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from hazard_library.errors import RegistryError
from hazard_library.registry.wrong_fields import wrong_fields

CARD = "taught.yaml"
SHEET = "taught.jpg"
Pixels = npt.NDArray[np.uint8]
Share = Annotated[float, Field(ge=0, le=1)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReferencePicture(_Part):
    """One picture of the region. score: 1 is the threshold."""

    file: str = Field(pattern=r"^[a-z0-9-]+\.png$")
    sha256: Sha256
    state: Literal["normal", "abnormal"]
    taken_at: AwareDatetime
    score: float = Field(
        ge=0, description="Times the threshold; a normal one compared with all the others"
    )


class NetworkUsed(_Part):
    """The network that the threshold belongs to."""

    name: str
    version: str
    sha256: Sha256


class TaughtState(_Part):
    """`taught.yaml`."""

    schema_: Literal["taught-state/1"] = Field(default="taught-state/1", alias="schema")
    name: str
    camera: str
    region: tuple[tuple[Share, Share], ...] = Field(min_length=3)
    width: int = Field(gt=0, description="Of the camera's picture, in pixels")
    height: int = Field(gt=0)
    hazards: tuple[str, ...] = ()
    network: NetworkUsed
    threshold: float = Field(gt=0, description="In units of the normal pictures' own spread")
    spreads: tuple[float, ...] = Field(
        min_length=1, description="What normal pictures differ by on each map of the network"
    )
    taught_by: str
    taught_at: AwareDatetime
    pictures: tuple[ReferencePicture, ...] = Field(min_length=2)

    def of(self, state: Literal["normal", "abnormal"]) -> tuple[ReferencePicture, ...]:
        """Return the pictures of one state."""
        return tuple(one for one in self.pictures if one.state == state)


@dataclass(frozen=True, slots=True)
class TaughtPackage:
    """A taught state whose files are those on its card."""

    folder: Path
    state: TaughtState

    def pixels(self, state: Literal["normal", "abnormal"]) -> tuple[Pixels, ...]:
        """Return the pictures of one state, uint8 (height, width, 3), RGB.

        Raises:
            RegistryError: one cannot be read.
        """
        return tuple(_read(self.folder / one.file) for one in self.state.of(state))


def load_taught(folder: Path) -> TaughtPackage:
    """Open a taught state after checking its card and the hash of every picture.

    Raises:
        RegistryError: there is none, a field does not fit, or a picture is not the one taught.
    """
    file = folder / CARD
    try:
        state = TaughtState.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except OSError as fault:
        message = f"{file}: cannot be read ({fault.strerror}); teach the state"
        raise RegistryError(message) from fault
    except (ValidationError, yaml.YAMLError, UnicodeDecodeError) as fault:
        wrong = wrong_fields(fault) if isinstance(fault, ValidationError) else str(fault)
        raise RegistryError(f"{file}: {wrong}; teach the state anew") from fault
    for one in state.pictures:
        _verify(folder / one.file, one.sha256)
    return TaughtPackage(folder, state)


def write_taught(folder: Path, state: TaughtState, pictures: dict[str, bytes]) -> TaughtPackage:
    """Put a taught state in the place of the one before, whole or not at all.

    pictures: file → its bytes, all that the card names and what else lies beside them.
    """
    fresh = folder.with_name(f".{folder.name}.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name, data in pictures.items():
        _put(fresh / name, data)
    card = yaml.safe_dump(
        state.model_dump(mode="json", by_alias=True), allow_unicode=True, sort_keys=False
    )
    _put(fresh / CARD, card.encode())
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
    return load_taught(folder)


def png_of(region: Pixels) -> bytes:
    """Return a picture in RGB as PNG."""
    _, packed = cv2.imencode(".png", np.ascontiguousarray(region[..., ::-1]))
    return packed.tobytes()


def sha256_of(data: bytes) -> str:
    """Return the hash as the card writes it."""
    return hashlib.sha256(data).hexdigest()


def _put(file: Path, data: bytes) -> None:
    with file.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _verify(file: Path, expected: str) -> None:
    try:
        digest = sha256_of(file.read_bytes())
    except OSError as fault:
        message = f"{file}: cannot be read ({fault.strerror}); restore it or teach the state anew"
        raise RegistryError(message) from fault
    if digest != expected:
        message = f"{file}: is not the picture that {CARD} names; restore it or teach anew"
        raise RegistryError(message)


def _read(file: Path) -> Pixels:
    pixels = cv2.imdecode(np.frombuffer(file.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise RegistryError(f"{file}: is no picture; restore it or teach the state anew")
    return np.ascontiguousarray(np.asarray(pixels, np.uint8)[..., ::-1])
