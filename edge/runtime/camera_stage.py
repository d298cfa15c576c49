"""What evidence knows of the cameras that run now. It changes as cameras come, change and go.

Written by the thread that applies a configuration, read by pipelines and the evidence thread; each
table is changed one key at a time, which a reader sees whole or not yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from edge.core.scene import Zone
from edge.ports import Look
from edge.runtime.bindings import drawn
from edge.runtime.camera_eyes import CameraEyes
from edge.video.evidence_ring import ClipSource
from hazard_library.contract.events import ModelUsed
from hazard_library.contract.ids import CameraId, HazardId


@dataclass(slots=True)
class CameraStage:
    """Tables by camera.

    heads_found_by: for cameras whose own models see no people, what finds them in a shown picture.
    """

    config_sha256: str
    rings: dict[CameraId, ClipSource] = field(default_factory=dict)
    zones: dict[CameraId, tuple[Zone, ...]] = field(default_factory=dict)
    heads_found_by: dict[CameraId, Look | None] = field(default_factory=dict)
    clock_sources: dict[CameraId, Literal["stream", "arrival", "file"]] = field(
        default_factory=dict
    )
    _models: dict[CameraId, Mapping[HazardId, tuple[ModelUsed, ...]]] = field(default_factory=dict)

    def show(self, eyes: CameraEyes) -> None:
        """Know what looks at a camera from now on, and where."""
        camera = eyes.camera.id
        self.zones[camera] = drawn(eyes.camera)
        self._models[camera] = eyes.models_by_hazard
        if eyes.knows_people:
            self.heads_found_by.pop(camera, None)
        else:
            self.heads_found_by[camera] = None if eyes.people is None else eyes.people.detect

    def forget(self, camera: CameraId) -> None:
        """Let go of a camera's packets; what is said of its last incidents stays true."""
        self.rings.pop(camera, None)

    def models(self, camera: CameraId, hazard: HazardId) -> tuple[ModelUsed, ...]:
        """Return the models behind a hazard at a camera."""
        return self._models.get(camera, {}).get(hazard, ())
