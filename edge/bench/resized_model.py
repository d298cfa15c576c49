"""A released model at the size that the bench compares: the same weights on a larger input.

The released detectors have inputs of 416 and 320. The answer is a network of the same shape as one
exported at 640, for measuring time; it is no released model.
"""

import hashlib
from pathlib import Path
from typing import Any

import yaml

from edge.errors import EdgeError
from hazard_library.registry.network_size import NotResizable, at_size, places_of
from hazard_library.registry.package import ModelPackage


def resized(package: ModelPackage, side: int, folder: Path) -> Path:
    """Write the package with a square input of `side` pixels; return its folder.

    Raises:
        EdgeError: the network is not built as expected.
    """
    home = folder / f"{package.card.name}-{side}" / package.card.version
    home.mkdir(parents=True, exist_ok=True)
    card = package.card.model_dump(by_alias=True, mode="json")
    rows = len(package.card.labels) + 4
    card["input"] |= {"width": side, "height": side}
    card["outputs"][0]["shape"] = [1, rows, places_of((side, side))]
    card |= {"self_test": [], "parity": None, "name": f"{package.card.name}-{side}"}
    card |= _written(package.model_file, home, side)
    card["variants"] = [
        one | {"self_test": []} | _written(package.folder / one["file"], home, side)
        for one in card["variants"]
    ]
    (home / "card.yaml").write_text(yaml.safe_dump(card, allow_unicode=True), encoding="utf-8")
    return home


def _written(file: Path, home: Path, side: int) -> dict[str, Any]:
    try:
        data = at_size(file.read_bytes(), (side, side))
    except NotResizable as reason:
        raise EdgeError(f"{file}: {reason}; bench it --as-released") from reason
    (home / file.name).write_bytes(data)
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
