"""Label Studio's JSON of tasks. datumaro 1.13 has no plugin for it, so this is our own.

Only what we need: upright rectangles of one image a task. Coordinates are percent of the picture,
written in full, so nothing is rounded. See https://labelstud.io/guide/task_format for the format.
"""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from pydantic import TypeAdapter, ValidationError

from hazard_library.errors import SampleError
from hazard_library.samples.box import Box
from hazard_library.samples.folders import inside
from hazard_library.samples.formats.item import Content, Item, Outgoing

TASKS = "tasks.json"
INTERFACE = "labels.xml"
IMAGES = "images"
SHA256 = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
NAME = re.compile(r"[^/\\?=&]+$")


def write(out: Path, labels: Sequence[str], pictures: Sequence[Outgoing]) -> None:
    """Write tasks, the labelling interface and the pictures.

    Proposals of a model become predictions, which a person accepts or corrects; everything else
    becomes annotations. The addresses are those of a local storage at `out`.
    """
    (out / IMAGES).mkdir(parents=True, exist_ok=True)
    tasks = [_task(number, one) for number, one in enumerate(pictures, 1)]
    for one in pictures:
        shutil.copyfile(one.file, out / IMAGES / f"{one.stem}{one.file.suffix}")
    text = json.dumps(tasks, ensure_ascii=False, indent=1)
    (out / TASKS).write_text(text, encoding="utf-8")
    (out / INTERFACE).write_text(_interface(labels), encoding="utf-8")


def _task(number: int, one: Outgoing) -> dict[str, Any]:
    """Return one task."""
    address = f"/data/local-files/?d={IMAGES}/{one.stem}{one.file.suffix}"
    results = [_result(place, box, one) for place, box in enumerate(one.boxes)]
    kind = "predictions" if one.proposed else "annotations"
    return {
        "id": number,
        "data": {"image": address, "sha256": one.stem},
        kind: [{"id": number, "result": results}],
    }


def _result(place: int, box: Box, one: Outgoing) -> dict[str, Any]:
    """Return one rectangle."""
    return {
        "id": f"{one.stem[:8]}-{place}",
        "type": "rectanglelabels",
        "from_name": "label",
        "to_name": "image",
        "original_width": one.width,
        "original_height": one.height,
        "image_rotation": 0,
        "value": {
            "x": (box.cx - box.w / 2) * 100,
            "y": (box.cy - box.h / 2) * 100,
            "width": box.w * 100,
            "height": box.h * 100,
            "rotation": 0,
            "rectanglelabels": [box.label],
        },
    }


def _interface(labels: Sequence[str]) -> str:
    """Return the labelling interface to paste into a project; it lists the classes."""
    rows = "\n".join(f"    <Label value={quoteattr(label)}/>" for label in labels)
    return (
        '<View>\n  <Image name="image" value="$image"/>\n'
        f'  <RectangleLabels name="label" toName="image">\n{rows}\n'
        "  </RectangleLabels>\n</View>\n"
    )


def read(folder: Path) -> Content:
    """Read a folder with exported tasks (`tasks.json`, or the only JSON file in it).

    Raises:
        SampleError: there is no such file, or it is no list of tasks.
    """
    file = _tasks_file(folder)
    try:
        tasks = TypeAdapter(list[dict[str, Any]]).validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        message = f"{file}: no Label Studio tasks ({error}); export them as JSON"
        raise SampleError(message) from error
    items, problems, used = [], [], set()
    for number, task in enumerate(tasks, 1):
        try:
            item = _item(folder, task)
        except (KeyError, TypeError, ValueError, IndexError, SampleError) as error:
            problems.append((f"{file.name} task {number}", f"malformed ({error!r}); mend it"))
            continue
        items.append(item)
        used |= {box.label for box in item.boxes or ()}
    classes = _classes(folder) or tuple(sorted(used))
    return Content(classes, tuple(items), tuple(problems))


def _tasks_file(folder: Path) -> Path:
    """Return the file with the tasks."""
    stated = folder / TASKS
    if stated.is_file():
        return stated
    found = sorted(folder.glob("*.json"))
    return found[0] if len(found) == 1 else stated


def _classes(folder: Path) -> tuple[str, ...]:
    """Return the classes of the labelling interface that we wrote."""
    file = folder / INTERFACE
    if not file.is_file():
        return ()
    return tuple(re.findall(r'<Label value="([^"]+)"', file.read_text(encoding="utf-8")))


def _item(folder: Path, task: Mapping[str, Any]) -> Item:
    """Return what one task says: its last annotation that was not cancelled."""
    address = str(task["data"]["image"])
    found = SHA256.search(str(task["data"].get("sha256", ""))) or SHA256.search(address)
    base = NAME.search(address)
    name = base[0] if base else address
    file = inside(folder, f"{IMAGES}/{name}")
    done = [one for one in task.get("annotations", ()) if not one.get("was_cancelled")]
    label = found[0] if found else name
    picture = file if file.is_file() else None
    if not done:
        return Item(label, picture, None)
    results = done[-1]["result"]
    bad = [one for one in results if one["type"] != "rectanglelabels"]
    turned = [one for one in results if one["value"].get("rotation")]
    if bad or turned:
        what = bad[0]["type"] if bad else "a turned rectangle"
        return Item(label, picture, None, problem=f"has {what}; draw upright rectangles")
    return Item(label, picture, tuple(_box(one["value"]) for one in results))


def _box(value: Mapping[str, Any]) -> Box:
    """Return a box in shares."""
    x, y, w, h = (float(value[key]) / 100 for key in ("x", "y", "width", "height"))
    (label,) = value["rectanglelabels"]
    return Box(label=str(label), cx=x + w / 2, cy=y + h / 2, w=w, h=h)
