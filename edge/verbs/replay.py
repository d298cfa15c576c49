"""`patrol edge replay`: the rules of one camera on a clip, at full speed, the incidents as JSON."""

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from edge.app import open_box
from edge.config.desk import Clip
from edge.disk.stores import OUTBOX
from edge.errors import ConfigError
from edge.verbs.desk import Played, play, sha256_of
from hazard_library.catalogue.load import load_catalogue

#: What of the stores' report concerns the clip; the rest is about delivery.
_TOLD = ("cameras", "incidents")


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What to play with whose rules. out: keep the stores with key frames and clips there."""

    clip: Clip
    config: Path
    camera: str | None
    as_json: bool
    out: Path | None


def replay(options: ReplayOptions) -> int:
    """Play a clip and print what was found; 1 when the clip was not seen whole.

    Raises:
        EdgeError: the configuration, the camera or the clip cannot be used.
    """
    if options.out is not None and (options.out / OUTBOX).exists():
        raise ConfigError(
            f"--out {options.out}: holds the stores of another run; name a new folder"
        )
    box = open_box(options.config, load_catalogue(), is_enrolled=False)
    with tempfile.TemporaryDirectory(prefix="patrol-replay-") as passing:
        stores = options.out or Path(passing)
        keeps = options.out is not None
        played = play(box, options.clip, options.camera, stores, keeps_evidence=keeps)
    print(
        json.dumps(
            _told(options.clip.path, played, keeps_evidence=keeps),
            ensure_ascii=False,
            indent=None if options.as_json else 2,
        )
    )
    for fault in played.faults:
        print(fault, file=sys.stderr)
    return 1 if played.faults else 0


def _told(clip: Path, played: Played, *, keeps_evidence: bool) -> dict[str, object]:
    told: dict[str, object] = {"clip": {"path": str(clip), "sha256": sha256_of(clip)}}
    told |= {name: played.found[name] for name in _TOLD}
    if keeps_evidence:
        told["evidence"] = played.found["evidence"]
    return told | {"incomplete": list(played.faults)}
