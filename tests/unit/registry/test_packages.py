"""A model package is opened whole or refused with a sentence that names file, field and remedy."""

import hashlib
from pathlib import Path

import pytest
import yaml

from hazard_library.bundle import models_root
from hazard_library.errors import CardInvalid, HashMismatch, PackageNotFound
from hazard_library.registry import find_package, load_package
from hazard_library.registry.features import load_features

WEIGHTS = b"not really a network, but bytes with a hash"
PICTURE = b"not really a picture"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


METRICS = {
    "ap50": 0.6,
    "ap30": 0.7,
    "threshold": 0.4,
    "overlap": 0.5,
    "precision": 0.8,
    "pictures_without": 4,
    "false_alarms": 1,
    "recall": 0.5,
    "boxes": 20,
    "pictures": 10,
}


def card(version: str = "0.1.0") -> dict[str, object]:
    """Return a card that fits, as plain data."""
    return {
        "schema": "model-card/1",
        "name": "site-hazards",
        "version": version,
        "file": "model.onnx",
        "sha256": digest(WEIGHTS),
        "bytes": len(WEIGHTS),
        "licence": "AGPL-3.0-or-later",
        "decoder": "yolo-anchor-free",
        "labels": ["person", "fire"],
        "thresholds": {"person": 0.4, "fire": 0.5},
        "loose_labels": ["fire"],
        "thresholds_note": "precision first",
        "suppression_iou": 0.5,
        "input": {
            "name": "images",
            "width": 416,
            "height": 416,
            "colour": "RGB",
            "scale": 255,
            "layout": "NCHW",
            "fit": "letterbox-centre",
            "pad": 114,
        },
        "precision": "float32",
        "outputs": [{"name": "output0", "shape": [1, 6, 3549], "meaning": "boxes and scores"}],
        "data": {
            "sha256": "0" * 64,
            "train_pictures": 2,
            "val_pictures": 1,
            "sources": [{"id": "own", "licence": "CC0-1.0", "pictures": 3}],
            "note": "",
        },
        "initial_weights": {"file": "w.pt", "sha256": "1" * 64, "licence": "AGPL-3.0"},
        "training": {
            "recipe": "configs/training/site-hazards.yaml",
            "recipe_sha256": "2" * 64,
            "seed": 1,
            "epochs": 2,
            "steps": 3,
            "seconds": 4,
            "frameworks": {"torch": "2"},
        },
        "metrics": {"person": METRICS},
        "limits": [{"en": "not at night", "zh": "不适用于夜间"}],
        "self_test": [
            {
                "picture": "a.png",
                "sha256": digest(PICTURE),
                "floor": 0.2,
                "boxes": [{"label": "fire", "score": 0.5, "x1": 0, "y1": 0, "x2": 9, "y2": 9}],
                "score_tolerance": 0.05,
                "box_tolerance_px": 2,
            }
        ],
    }


def write_package(
    root: Path, version: str = "0.1.0", changes: dict[str, object] | None = None
) -> Path:
    """Write a package under `root` with some fields of its card changed."""
    folder = root / "site-hazards" / version
    (folder / "selftest").mkdir(parents=True)
    (folder / "model.onnx").write_bytes(WEIGHTS)
    (folder / "selftest" / "a.png").write_bytes(PICTURE)
    content = yaml.safe_dump(card(version) | (changes or {}), allow_unicode=True)
    (folder / "card.yaml").write_text(content, encoding="utf-8")
    return folder


def test_a_whole_package_opens(tmp_path: Path) -> None:
    package = load_package(write_package(tmp_path))
    assert package.card.labels == ("person", "fire")
    assert package.model_file.read_bytes() == WEIGHTS
    assert package.self_test_folder.is_dir()


def test_a_name_alone_means_its_newest_version_by_number(tmp_path: Path) -> None:
    for version in ("0.9.0", "0.10.0", "0.2.11"):
        write_package(tmp_path, version)
    assert find_package("site-hazards", tmp_path).card.version == "0.10.0"


def test_a_name_with_a_version_means_that_version(tmp_path: Path) -> None:
    write_package(tmp_path, "0.9.0")
    write_package(tmp_path, "0.10.0")
    assert find_package("site-hazards/0.9.0", tmp_path).card.version == "0.9.0"


def test_an_at_sign_names_a_version_too(tmp_path: Path) -> None:
    write_package(tmp_path, "0.9.0")
    write_package(tmp_path, "0.10.0")
    assert find_package("site-hazards@0.9.0", tmp_path).card.version == "0.9.0"


PARITY = {
    "box_px": 3.0,
    "score": 0.1,
    "matched": 40,
    "unmatched": 2,
    "above": 0.25,
    "map50_change": -0.004,
}


def write_with_variant(root: Path) -> Path:
    """Write a package that has its weights in eight bits, too."""
    small = b"the same in eight bits"
    variant = {
        "file": "model-int8.onnx",
        "sha256": digest(small),
        "bytes": len(small),
        "precision": "int8",
        "parity": PARITY,
        "latency_ratio": 0.5,
        "self_test": [],
    }
    folder = write_package(root, changes={"variants": [variant]})
    (folder / "model-int8.onnx").write_bytes(small)
    return folder


def test_a_colon_names_the_variant_of_another_precision(tmp_path: Path) -> None:
    folder = write_with_variant(tmp_path)
    for name in ("site-hazards:int8", "site-hazards@0.1.0:int8", f"{folder}:int8"):
        package = find_package(name, tmp_path)
        assert (package.model_file.name, package.card.precision) == ("model-int8.onnx", "int8")
        assert package.card.labels == ("person", "fire")
    assert find_package("site-hazards", tmp_path).card.precision == "float32"


def test_a_variant_that_is_not_there_is_refused_with_those_there_are(tmp_path: Path) -> None:
    write_with_variant(tmp_path)
    with pytest.raises(PackageNotFound, match="no variant 'int4'; it has float32, int8"):
        find_package("site-hazards:int4", tmp_path)


def test_a_changed_variant_refuses_the_whole_package(tmp_path: Path) -> None:
    (write_with_variant(tmp_path) / "model-int8.onnx").write_bytes(b"another")
    with pytest.raises(HashMismatch, match=r"field variants\.0\.sha256"):
        find_package("site-hazards", tmp_path)


def test_the_path_of_a_folder_opens_it(tmp_path: Path) -> None:
    folder = write_package(tmp_path / "elsewhere")
    assert find_package(str(folder), tmp_path).folder == folder


def test_an_unknown_name_is_refused_with_the_names_there_are(tmp_path: Path) -> None:
    write_package(tmp_path)
    with pytest.raises(PackageNotFound, match=r"no model package 'forklifts'.*site-hazards"):
        find_package("forklifts", tmp_path)


def test_a_folder_without_a_card_is_no_package(tmp_path: Path) -> None:
    with pytest.raises(PackageNotFound, match=r"card\.yaml: cannot be read"):
        load_package(tmp_path)


def test_weights_changed_after_the_card_was_written_are_refused(tmp_path: Path) -> None:
    folder = write_package(tmp_path)
    (folder / "model.onnx").write_bytes(WEIGHTS + b"!")
    with pytest.raises(HashMismatch, match=r"model\.onnx.*field sha256; install"):
        load_package(folder)


def test_missing_weights_are_refused(tmp_path: Path) -> None:
    folder = write_package(tmp_path)
    (folder / "model.onnx").unlink()
    with pytest.raises(HashMismatch, match=r"model\.onnx: cannot be read"):
        load_package(folder)


def test_a_changed_self_test_picture_is_refused(tmp_path: Path) -> None:
    folder = write_package(tmp_path)
    (folder / "selftest" / "a.png").write_bytes(b"another")
    with pytest.raises(HashMismatch, match=r"field self_test\.0\.sha256"):
        load_package(folder)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("threshold", {}, r"threshold: Extra inputs"),
        ("thresholds", {"person": 0.4}, r"thresholds must name every label"),
        ("thresholds", {"person": 1.4, "fire": 0.5}, r"thresholds\.person: .*less than or equal"),
        ("sha256", "abc", r"sha256: String should match"),
        ("file", "../../etc/passwd", r"file: String should match"),
        ("schema", "model-card/2", r"schema: Input should be 'model-card/1'"),
        ("decoder", "guess", r"decoder: Input should be"),
    ],
)
def test_a_card_that_does_not_fit_names_the_field(
    tmp_path: Path, field: str, value: object, says: str
) -> None:
    folder = write_package(tmp_path, changes={field: value})
    with pytest.raises(CardInvalid, match=says):
        load_package(folder)


def test_a_card_that_is_no_yaml_is_refused(tmp_path: Path) -> None:
    folder = write_package(tmp_path)
    (folder / "card.yaml").write_text("schema: [", encoding="utf-8")
    with pytest.raises(CardInvalid, match="not YAML"):
        load_package(folder)


def test_every_package_that_comes_with_the_program_opens() -> None:
    cards = sorted(models_root().glob("*/*/card.yaml"))
    for file in cards:
        of_features = "\nkind: features\n" in file.read_text(encoding="utf-8")
        package = (load_features if of_features else load_package)(file.parent)
        assert file.parent == models_root() / package.card.name / package.card.version
        assert package.model_file.stat().st_size == package.card.bytes
