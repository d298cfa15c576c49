"""What no format can say: everything the library knows of each picture, in a file beside.

A header line names the format and its classes; every further line is one sample. With it, a
library that was exported and imported elsewhere holds the same samples.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from hazard_library.errors import SampleError
from hazard_library.samples.blobs import write_text
from hazard_library.samples.box import Frozen
from hazard_library.samples.sample import Sample

FILE = "hazard-library.jsonl"
SCHEMA: Literal["hazard-library-samples/1"] = "hazard-library-samples/1"


class _Header(Frozen):
    """The first line."""

    schema_: Literal["hazard-library-samples/1"] = Field(default=SCHEMA, alias="schema")
    format: str
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What an export said.

    Attributes:
        samples: by SHA-256, as they were when they were exported.
    """

    format: str
    classes: tuple[str, ...]
    samples: dict[str, Sample]


def write_sidecar(
    out: Path, format_: str, classes: Sequence[str], samples: Sequence[Sample]
) -> None:
    """Write the file beside an export."""
    header = _Header(format=format_, classes=tuple(classes))
    lines = [header.model_dump_json(by_alias=True)]
    lines += [sample.model_dump_json() for sample in samples]
    write_text("\n".join(lines) + "\n", out / FILE)


def read_sidecar(folder: Path) -> Sidecar | None:
    """Read the file beside an export; None: there is none.

    Raises:
        SampleError: it cannot be read.
    """
    file = folder / FILE
    if not file.is_file():
        return None
    try:
        header, *rows = file.read_text(encoding="utf-8").splitlines()
        head = _Header.model_validate_json(header)
        samples = [Sample.model_validate_json(row) for row in rows]
    except (OSError, ValueError) as error:
        message = f"{file}: cannot be read ({error}); export again, or remove it to import without"
        raise SampleError(message) from error
    return Sidecar(head.format, head.classes, {one.sha256: one for one in samples})
