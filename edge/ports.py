"""The seams between core, shell and world on one page; `edge.app` alone constructs adapters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edge.core.detections import Detections
from edge.core.incidents import Incident, IncidentChange
from edge.core.moment import Moment
from hazard_library.contract.device import CameraCondition, Receipt
from hazard_library.contract.events import ModelUsed
from hazard_library.contract.evidence import EvidenceKind, EvidenceRef, PrivacyMask
from hazard_library.contract.ids import CameraId, MessageId
from hazard_library.contract.message import Numbered
from hazard_library.contract.topics import Channel

#: A picture: uint8 (height, width, 3), BGR.
Pixels = NDArray[np.uint8]


#: Brightness 0 to 255 of a picture or of some of its pixels, uint8 (rows, columns).
Grey = NDArray[np.uint8]


class HasGrey(Protocol):
    """A picture that tells its brightness without making its array."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""

    def grey(self, step: int) -> Grey:
        """Return the brightness of every so many pixels."""


class Undeveloped(HasGrey, Protocol):
    """A decoded picture whose array is made only when somebody looks at it."""

    def pixels(self) -> Pixels:
        """Make its array; again the same one when asked again."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A decoded picture on its way through one pipeline; handed on, never shared.

    number: 1, 2, 3 … within one opening of the source, counting every decoded frame.
    picture: its array, or what makes it when somebody looks.
    masks: areas that were burnt in before: nobody after the reader has ever seen them.
    condition: the state of the camera when it came.
    """

    camera: CameraId
    number: int
    at: Moment
    picture: Pixels | Undeveloped
    masks: tuple[PrivacyMask, ...] = ()
    condition: CameraCondition = CameraCondition.OK

    @property
    def pixels(self) -> Pixels:
        """Its array; the first call may have to make it."""
        return self.picture if isinstance(self.picture, np.ndarray) else self.picture.pixels()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        if isinstance(self.picture, np.ndarray):
            return self.picture.shape[1], self.picture.shape[0]
        return self.picture.size

    def grey(self, step: int) -> Grey:
        """Return the brightness of every so many pixels; green stands for it in an array."""
        if isinstance(self.picture, np.ndarray):
            return np.ascontiguousarray(self.picture[::step, ::step, 1])
        return self.picture.grey(step)


@dataclass(frozen=True, slots=True)
class RawBoxes:
    """A backend's answer for one picture, in pixels of that picture, best score first.

    boxes: float32 (N, 4) x1, y1, x2, y2; scores: float32 (N,); labels: N class names.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    labels: tuple[str, ...]


#: Nothing was found.
NO_BOXES = RawBoxes(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), ())

#: What finds objects in one picture, in its pixels; safe to call from several threads at once.
Look = Callable[[Pixels], RawBoxes]


class Clock(Protocol):
    """The only source of time in the shell."""

    def now(self) -> Moment:
        """Return the box's present moment."""
        ...

    def wait(self, seconds: float) -> None:
        """Let the calling thread sleep."""
        ...


class Counters(Protocol):
    """Where a part of the shell counts what it drops or refuses; the heartbeat carries the sums."""

    def count(self, name: str, by: int = 1) -> None:
        """Add to one counter; thread-safe and never fails."""
        ...


class Backend(Protocol):
    """A loaded model. Thread-safe: several workers call `detect` on one instance at once."""

    @property
    def model(self) -> ModelUsed:
        """What runs, with its hash and precision."""
        ...

    def detect(self, pixels: Pixels) -> RawBoxes:
        """Find objects in one picture, thresholds and non-maximum suppression applied."""
        ...


@dataclass(frozen=True, slots=True)
class Pending:
    """A message that waits for its receipt."""

    id: MessageId
    channel: Channel
    payload: bytes


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits, and how far this boot has counted. oldest_no: lowest of it that waits."""

    pending: int
    last_message_no: int
    oldest_no: int | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """Numbers of one boot that cannot be sent again, and why."""

    first: int
    last: int
    reason: str


class Outbox(Protocol):
    """What must not be lost: a message stays until `settle`, incidents with their events."""

    @property
    def boot(self) -> str:
        """Id of this start of the box; message numbers count within it."""
        ...

    def append(
        self, channel: Channel, write: Callable[[int], Numbered], incident: Incident | None = None
    ) -> Numbered:
        """Number, write and keep a message, and the incident it is about, in one transaction.

        In a full outbox another message is given up for it: an update first, then a manifest, then
        the oldest event of the lowest severity. It is counted, and told when the server asks.

        A message whose id is kept already is returned as kept; nothing is written.
        """
        ...

    def pending(self, limit: int, sent_before: Moment | None = None) -> tuple[Pending, ...]:
        """Return unsettled messages that were not sent since `sent_before`; None: all of them.

        Severe events first, manifests of evidence after all events, of equals the oldest; those
        that were sent many times without a receipt step behind the others, so that a message
        nobody answers never holds the rest up.
        """
        ...

    def mark_sent(self, ids: Sequence[MessageId], at: Moment) -> None:
        """Remember when messages were last handed to the broker."""
        ...

    def settle(self, receipt: Receipt, at: datetime) -> bool:
        """Take a message out of the queue on the server's word.

        False if it was not waiting: unknown, or settled before; the first outcome stays.
        """
        ...

    def resend(self, boot: str, first: int, last: int) -> int:
        """Queue numbered messages again; return how many were still kept."""
        ...

    def gone(self, boot: str, first: int, last: int) -> tuple[Gone, ...]:
        """Return which of these numbers cannot be sent again, in ranges, and why."""
        ...

    def open_incidents(self) -> tuple[Incident, ...]:
        """Return incidents whose last event was not `closed`, to go on after a restart.

        They are kept by `utc`; their `mono` is put on the line of the moment the outbox was opened
        with, because a monotonic clock starts anew with the box.
        """
        ...

    def backlog(self) -> Backlog:
        """Return how much waits and the highest number given in this boot."""
        ...

    def prune(self, settled_before: datetime, limit: int) -> int:
        """Forget at most `limit` messages that were settled before; return how many."""
        ...


class Link(Protocol):
    """The way to the broker. Reconnects by itself; what it receives goes to the given callbacks."""

    @property
    def is_connected(self) -> bool:
        """Whether the broker is there now."""
        ...

    def publish(self, channel: Channel, payload: bytes) -> bool:
        """Hand one message to the broker at QoS 1; False when there is no connection."""
        ...


class LinkListener(Protocol):
    """Called on the link's own thread: keep what comes, wake a worker, and return at once."""

    def connected(self) -> None:
        """Learn that the broker is there, for the first time or again."""
        ...

    def received(self, channel: Channel, payload: bytes) -> None:
        """Take one message from the server."""
        ...


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of evidence that waits for its upload."""

    ref: EvidenceRef
    path: Path


@dataclass(frozen=True, slots=True)
class Loss:
    """A file that the server will never get, and why."""

    sha256: str
    kind: EvidenceKind
    bytes: int
    reason: str


class EvidenceStore(Protocol):
    """Files addressed by hash, and what became of them."""

    def put(self, data: bytes, ref: EvidenceRef) -> Path:
        """Keep a file: temporary, fsync, rename, fsync folder, then row. Idempotent."""
        ...

    def to_upload(self, limit: int) -> tuple[Upload, ...]:
        """Return files the server does not have yet, key frames before clips, oldest first."""
        ...

    def mark_uploaded(self, sha256: str, at: datetime) -> None:
        """Remember that the server confirmed a file's hash."""
        ...

    def losses(self, limit: int) -> tuple[Loss, ...]:
        """Return files that are gone without having reached the server, not told of yet."""
        ...

    def mark_loss_told(self, sha256: str) -> None:
        """Remember that the loss of a file waits in the outbox."""
        ...


class Recorder(Protocol):
    """Makes evidence of incidents: the picture at once, the clip after the post-roll.

    `run` is the body of a thread; everything else is called by others and never waits for a clip,
    but for `drain`, and for a replay when too many wait.
    """

    def capture(self, change: IncidentChange, frame: Frame) -> tuple[EvidenceRef, ...]:
        """Write the key frame of an opened incident and order its clip; return what exists now."""
        ...

    def note_state(
        self, camera: CameraId, at: Moment, condition: CameraCondition, frame: Frame | None
    ) -> None:
        """Learn how a camera whose states are hazards is, after `observe` of the same moment."""
        ...

    def capture_state(self, change: IncidentChange) -> tuple[EvidenceRef, ...]:
        """Write the last good and the first bad picture of an opened incident of a state.

        The clip around the change is ordered; what there is not is named in the manifest.
        """
        ...

    def observe(self, camera: CameraId, at: Moment, detections: Detections) -> None:
        """Remember where heads were: called for every analysed picture of a camera, in order."""
        ...

    def source_ended(self, camera: CameraId, reason: str) -> None:
        """Learn that a camera's last picture was looked at: its clips end with what there is."""
        ...

    def adopt_configuration(self, sha256: str) -> None:
        """Name another configuration in what is sealed from now on."""
        ...

    def run(self, stop: Event) -> None:
        """Make clips until told to stop."""
        ...

    def drain(self, timeout_s: float) -> bool:
        """Wait until every ordered clip is sealed; False when time ran out first."""
        ...
