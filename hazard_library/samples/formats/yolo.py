"""Reading YOLO folders, of Ultralytics (`data.yaml`) and of darknet (`obj.names`).

datumaro 1.13 reads them too, but stops at the first bad line of a whole set: it does not hand its
error policy down to this format. So the reading is ours, the writing is datumaro's.
"""

from pathlib import Path

import yaml

from hazard_library.errors import SampleError
from hazard_library.samples.formats.item import Content, Item
from hazard_library.samples.yolo_text import parse_yolo

NAMES = ("obj.names", "classes.txt", "names.txt")
PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})
SUBSETS = ("train", "val", "valid", "validation", "test")


def read(folder: Path) -> Content:
    """Read all pictures below a folder with the labels that belong to them.

    Raises:
        SampleError: there is no list of classes.
    """
    classes = _classes(folder)
    items, problems = [], []
    for picture in sorted(folder.rglob("*")):
        if picture.suffix.lower() not in PICTURES:
            continue
        try:
            items.append(_item(folder, picture, classes))
        except (OSError, ValueError, IndexError) as error:
            name = str(picture.relative_to(folder))
            problems.append((name, f"bad labels ({error}); mend the label file"))
    return Content(classes, tuple(items), tuple(problems))


def _classes(folder: Path) -> tuple[str, ...]:
    """Return the classes in the order of their numbers."""
    try:
        stated = folder / "data.yaml"
        if stated.is_file():
            names = yaml.safe_load(stated.read_text(encoding="utf-8"))["names"]
            return tuple(names.values() if isinstance(names, dict) else names)
        for name in NAMES:
            if (folder / name).is_file():
                lines = (folder / name).read_text(encoding="utf-8").splitlines()
                return tuple(line.strip() for line in lines if line.strip())
    except (OSError, KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        message = f"{folder}: cannot be read as yolo: its list of classes is broken ({error})"
        raise SampleError(message) from error
    message = f"{folder}: cannot be read as yolo: neither data.yaml nor {', '.join(NAMES)}"
    raise SampleError(message)


def _item(folder: Path, picture: Path, classes: tuple[str, ...]) -> Item:
    """Return a picture with its boxes; one without a label file was not labelled."""
    name = picture.relative_to(folder)
    subset = next((part for part in SUBSETS if _is_in(name, part)), "")
    for file in (picture.with_suffix(".txt"), folder / _beside(name)):
        if file.is_file():
            boxes = tuple(parse_yolo(file.read_text(encoding="utf-8"), classes))
            return Item(picture.stem, picture, boxes, subset)
    return Item(picture.stem, picture, None, subset)


def _beside(name: Path) -> Path:
    """Return the label file in the folder beside: …/images/x/y.jpg → …/labels/x/y.txt."""
    parts = ["labels" if part == "images" else part for part in name.parts]
    return Path(*parts).with_suffix(".txt")


def _is_in(name: Path, subset: str) -> bool:
    """Whether a picture lies in the folder of a subset, as `images/val` or `obj_val_data`."""
    return any(part in {subset, f"obj_{subset}_data"} for part in name.parts[:-1])
