"""Small pictures and drafts for tests of the sample store."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PIL import Image

from hazard_library.samples.intake import Draft, Intake
from hazard_library.samples.review import Act, State
from hazard_library.samples.sample import Label, Licence, LicenceClass, Provenance, Throughout
from hazard_library.samples.store import SampleStore

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
ACT = Act(by="person:li", at=NOW, why="first import")
VOCABULARY = frozenset({"person", "helmet", "no_helmet", "fire", "smoke", "fallen"})
OPEN = Licence(text="CC BY 4.0", kind=LicenceClass.OPEN)


def picture(file: Path, seed: int, size: tuple[int, int] = (96, 64)) -> Path:
    """Write a picture of coarse random patches, unlike that of any other seed."""
    rng = np.random.default_rng(seed)
    patches = Image.fromarray(rng.integers(0, 255, (6, 8, 3), dtype=np.uint8))
    file.parent.mkdir(parents=True, exist_ok=True)
    patches.resize(size, Image.Resampling.BICUBIC).save(file)
    return file


def label(name: str, cx: float = 0.5, cy: float = 0.5, w: float = 0.25, h: float = 0.5) -> Label:
    return Label(label=name, cx=cx, cy=cy, w=w, h=h, by="source:site-a", at=NOW)


def throughout(*names: str) -> tuple[Throughout, ...]:
    return tuple(Throughout(label=name, by="source:site-a", at=NOW) for name in names)


def draft(
    file: Path, labels: Sequence[Label] = (), known: Sequence[str] = (), **fields: object
) -> Draft:
    """Return a labelled draft of the set `trial`; any field can be replaced."""
    said: dict[str, object] = {
        "provenance": Provenance(
            collection="trial",
            source="site-a",
            path=file.name,
            imported_by=ACT.by,
            imported_at=NOW,
        ),
        "licence": OPEN,
        "classes": VOCABULARY,
        "labels": tuple(labels),
        "exhaustive": throughout(*known),
        "state": State.LABELLED,
    }
    return Draft(file=file, **(said | fields))  # type: ignore[arg-type]


def intake(store: SampleStore, max_bytes: int = 1_000_000) -> Intake:
    return Intake(store, VOCABULARY, ACT, max_bytes)
