"""`patrol bench states`: taught regions, hour by hour, through the box's own code.

Composed hours say how a state that changes is told from one that only looks different; clips are
real, and short.
"""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2

from edge.bench.state_clips import LASTING_S, ClipRegion, run_clip
from edge.bench.state_hours import HARDS, LOOK_EVERY_S, Hour, run_hour
from edge.bench.state_things import PutDown, put_down
from edge.core.tracking import TrackingSettings
from edge.inference.site_models import find_packages, panel_of
from hazard_library.bundle import configs_root
from hazard_library.datasets.material import material_root
from hazard_library.evaluation.intervals import share
from hazard_library.evaluation.state_material import film_scenes, picture_scenes, read_states
from hazard_library.evaluation.state_scenes import CHANGES
from hazard_library.registry.feature_network import open_network

_SEED = 20261124
#: Shares of the zone that hazards of the catalogue ask for.
_ASKED = (0.15, 0.25)


@dataclass(frozen=True, slots=True)
class StatesBench:
    """hours: how many composed hours, each of another region. model: who finds people."""

    hours: int
    model: str
    as_json: bool


def measure(bench: StatesBench) -> int:
    """Run the clips and the hours, print the tables, and last one JSON object.

    Raises:
        DatasetError: the material is not there.
        RegistryError, ModelRejected: a model cannot be used.
    """
    cv2.setNumThreads(1)
    material = material_root(os.environ, Path.cwd())
    states = read_states(configs_root() / "evaluation" / "equipment-states.yaml")
    package, network = open_network("state-features")
    (detector,) = find_packages([bench.model])
    panel = panel_of([detector], TrackingSettings().low)
    clips = [
        row
        for film, regions in states.films.items()
        for row in run_clip(material / film, regions, network, panel, detector.card.thresholds)
    ]
    scenes = film_scenes(states, material)
    scenes += picture_scenes(states.pictures, material, bench.hours - len(scenes), _SEED)
    hours, things = [], []
    for number, scene in enumerate(scenes[: bench.hours]):
        others = [one for one in scenes if one is not scene]
        hours.append(run_hour(number, scene, others, network, _SEED))
        things.append(put_down(number, scene, others, network, _SEED))
        print(f"{number + 1}/{bench.hours} {scene.name}", file=sys.stderr)
    told = figures_of(hours, clips, f"{package.card.name} {package.card.version}", bench.model)
    told["put_down"] = [asdict(one) for one in things]
    if not bench.as_json:
        print("\n".join([*_table(hours, clips), *_things(things)]))
    print(json.dumps(told, ensure_ascii=False))
    return 0


def figures_of(
    hours: Sequence[Hour], clips: Sequence[ClipRegion], network: str, detector: str
) -> dict[str, object]:
    """Return the figures of a measuring, as `--json` prints them."""
    found = sum(one.found for one in hours)
    false = sum(one.false_quiet + one.false_hard for one in hours)
    return {
        "bench": "states",
        "network": network,
        "detector": detector,
        "precision_of_numbers": "float32",
        "composed": {
            "region_hours": len(hours),
            "changed_states": len(hours),
            "found": found,
            "recall": share(found, len(hours)).model_dump(),
            "incidents": found + false,
            "precision": share(found, found + false).model_dump(),
            "false_incidents_per_region_hour": round(false / max(1, len(hours)), 4),
            "by_hour": [asdict(one) for one in hours],
        },
        "clips": {
            "real": True,
            "region_seconds": round(sum(one.seconds for one in clips), 1),
            "found": sum(one.found for one in clips),
            "missed": sum(one.missed for one in clips),
            "false": sum(one.false for one in clips),
            "by_region": [asdict(one) for one in clips],
        },
    }


def _table(hours: Sequence[Hour], clips: Sequence[ClipRegion]) -> list[str]:
    lines = [
        f"composed hours 合成的小时 (a look every {LOOK_EVERY_S:g} s)",
        "change | hours | found",
    ]
    for change in CHANGES:
        of = [one for one in hours if one.change == change]
        lines.append(f"{change} | {len(of)} | {sum(one.found for one in of)}")
    lines.append("hard part | hours | false incidents in it | in the quiet parts of these hours")
    for hard in HARDS:
        those = [one for one in hours if one.hard == hard]
        counts = (sum(one.false_hard for one in those), sum(one.false_quiet for one in those))
        lines.append(f"{hard} | {len(those)} | {counts[0]} | {counts[1]}")
    found = sum(one.found for one in hours)
    false = sum(one.false_quiet + one.false_hard for one in hours)
    lines += [
        f"recall 召回 {share(found, len(hours)).text()}",
        f"precision 精确 {share(found, found + false).text()}",
        f"false incidents a region-hour 每区域小时误报 {false / max(1, len(hours)):.3f}",
        "",
        f"clips 真实片段 (a state has to hold {LASTING_S:g} s)",
        "film | region | seconds | found | missed | false | incidents",
    ]
    lines += [
        f"{one.film} | {one.region} | {one.seconds:g} | {one.found} | {one.missed} | {one.false} | "
        + (", ".join(f"{begin:g}–{end:g}" for begin, end in one.spans) or "–")
        for one in clips
    ]
    return lines


def _things(things: Sequence[PutDown]) -> list[str]:
    """Write how many looks reach the shares that hazards ask for, with the thing and without."""
    there = [one for thing in things for one in thing.there]
    empty = [one for thing in things for one in thing.empty]
    lines = ["", "things put down 放下的物品 (composed)", "share asked | thing there | empty"]
    for asked in _ASKED:
        rows = [share(sum(one >= asked for one in looks), len(looks)) for looks in (there, empty)]
        lines.append(f"{asked:g} | " + " | ".join(one.text() for one in rows))
    return lines
