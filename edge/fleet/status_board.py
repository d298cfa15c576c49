"""What the box knows of itself, written by many threads and read by the heartbeat."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock

from hazard_library.contract.configuration import RevisionAnswer
from hazard_library.contract.device import (
    CameraCondition,
    CameraState,
    EvidenceRoom,
    InferenceUsed,
    PermitState,
)
from hazard_library.contract.events import ModelUsed
from hazard_library.contract.ids import CameraId
from hazard_library.contract.losses import RangeLost

#: Lost ranges in one state message.
LOST_TOLD = 50


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything on the board at one moment."""

    cameras: tuple[CameraState, ...] = ()
    models: tuple[ModelUsed, ...] = ()
    models_refused: Mapping[str, str] = field(default_factory=dict)
    inference: InferenceUsed | None = None
    config_sha256: str | None = None
    config_error: str | None = None
    config_revision: int | None = None
    config_answer: RevisionAnswer | None = None
    permits: tuple[PermitState, ...] = ()
    permits_error: str | None = None
    evidence: EvidenceRoom | None = None
    is_draining: bool = False
    lost: tuple[RangeLost, ...] = ()


class StatusBoard:
    """Implements `edge.ports.Counters`; calls its listener when something must be told now."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._now = Snapshot()
        self._cameras: dict[CameraId, CameraState] = {}
        self._counters: Counter[str] = Counter()
        self._on_change: Callable[[], None] = _tell_nobody

    def call_on_change(self, listener: Callable[[], None]) -> None:
        """Name whom to wake when a condition, a model or the configuration changes."""
        self._on_change = listener

    def count(self, name: str, by: int = 1) -> None:
        """Add to one counter."""
        with self._lock:
            self._counters[name] += by

    def counters(self) -> dict[str, int]:
        """Return all counters, by name."""
        with self._lock:
            return dict(sorted(self._counters.items()))

    def show_camera(
        self, camera: CameraId, condition: CameraCondition, since: datetime, detail: str = ""
    ) -> None:
        """Set a camera's condition; the same condition again keeps its `since`."""
        with self._lock:
            known = self._cameras.get(camera)
            if known is not None and (known.condition, known.detail) == (condition, detail):
                return
            same = known is not None and known.condition is condition
            fresh = CameraState(
                camera=camera, condition=condition, since=since, detail=detail, fps=0.0
            )
            if known is not None:
                kept = {"since": known.since} if same else {}
                fresh = known.model_copy(
                    update={"condition": condition, "since": since, "detail": detail} | kept
                )
            self._cameras[camera] = fresh
        self._on_change()

    def show_work(
        self,
        camera: CameraId,
        fps: float,
        shed: float | None = None,
        unwatched: Iterable[CameraCondition] = (),
    ) -> None:
        """Set what a camera gets; told with the next heartbeat.

        fps: analysed per second; shed: share let go; unwatched: what is not looked for.
        """
        with self._lock:
            known = self._cameras.get(camera)
            if known is not None:
                work = {"fps": fps, "shed": shed, "unwatched": tuple(sorted(unwatched))}
                self._cameras[camera] = known.model_copy(update=work)

    def show_lost(self, lost: tuple[RangeLost, ...]) -> None:
        """Tell what the server asked for and is lost here; the newest are kept, a limited number.

        What is pushed out is asked for, and told, again.
        """
        with self._lock:
            known = {(one.boot, one.first): one for one in (*self._now.lost, *lost)}
            kept = tuple(known.values())[-LOST_TOLD:]
            self._now = replace(self._now, lost=kept)
        self._on_change()

    def forget_camera(self, camera: CameraId) -> None:
        """Take a camera off the board."""
        with self._lock:
            self._cameras.pop(camera, None)
        self._on_change()

    def show_models(
        self, models: tuple[ModelUsed, ...], refused: Mapping[str, str] | None = None
    ) -> None:
        """Set what runs, and what was listed and must not run, with the reason."""
        with self._lock:
            self._now = replace(self._now, models=models, models_refused=refused or {})
        self._on_change()

    def show_inference(self, inference: InferenceUsed) -> None:
        """Set what the models run on."""
        with self._lock:
            self._now = replace(self._now, inference=inference)
        self._on_change()

    def show_config(self, sha256: str | None, error: str | None = None) -> None:
        """Set what configuration is in force, and why a newer one is not."""
        with self._lock:
            self._now = replace(self._now, config_sha256=sha256, config_error=error)
        self._on_change()

    def show_permits(self, permits: tuple[PermitState, ...], error: str | None = None) -> None:
        """Set which work permits are known and what they excused, and why a newer file is not."""
        with self._lock:
            self._now = replace(self._now, permits=permits, permits_error=error)
        self._on_change()

    def show_revision(self, revision: int, answer: RevisionAnswer | None) -> None:
        """Set which configuration of the server was put in place last, and what came of it."""
        with self._lock:
            self._now = replace(self._now, config_revision=revision, config_answer=answer)
        self._on_change()

    def answer_revision(self, answer: RevisionAnswer) -> None:
        """Set what came of the last configuration of the server; another one may be in place."""
        with self._lock:
            self._now = replace(self._now, config_answer=answer)
        self._on_change()

    def show_evidence(self, room: EvidenceRoom) -> None:
        """Set how full the evidence is; a new level or a loss is told at once."""
        with self._lock:
            before = self._now.evidence
            self._now = replace(self._now, evidence=room)
        known = None if before is None else (before.level, before.lost_files)
        if known != (room.level, room.lost_files):
            self._on_change()

    def show_draining(self) -> None:
        """Say that the box is about to leave."""
        with self._lock:
            self._now = replace(self._now, is_draining=True)
        self._on_change()

    def snapshot(self) -> Snapshot:
        """Return everything on the board, cameras by name."""
        with self._lock:
            cameras = tuple(self._cameras[camera] for camera in sorted(self._cameras))
            return replace(self._now, cameras=cameras)


def _tell_nobody() -> None:
    """Stand in until somebody wants to be woken."""
