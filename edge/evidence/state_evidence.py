"""The pictures of an incident that is a camera's own state: last good one and first bad one."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from edge.core.incidents import IncidentChange
from edge.evidence import key_frame
from edge.evidence.heads import people_in
from edge.evidence.ledger import ClipOrder
from edge.evidence.markings import Words
from edge.evidence.state_witness import Episode, Kept
from edge.ports import Frame, Look
from hazard_library.contract.evidence import EvidenceKind

#: Keeps one picture of an order, or says in it why it is lost.
KeepFrame = Callable[[ClipOrder, EvidenceKind, Callable[[], bytes]], ClipOrder]

#: What is written into the shown copies, and the kinds of the two pictures.
_BEFORE = (
    "最后的正常画面 last good picture",
    EvidenceKind.BEFORE_ORIGINAL,
    EvidenceKind.BEFORE_SHOWN,
)
_FIRST = ("首张异常画面 first bad picture", EvidenceKind.FRAME_ORIGINAL, EvidenceKind.FRAME_SHOWN)


@dataclass(frozen=True, slots=True)
class Showing:
    """What the shown copies need.

    look: finds people at a camera whose own models see none; without it the looks of that moment
    say where heads are, and a picture that nobody looked at is shown coarse all over.
    """

    look: Look | None
    words: Words


def with_pictures(
    order: ClipOrder, change: IncidentChange, episode: Episode, keep: KeepFrame, showing: Showing
) -> ClipOrder:
    """Keep both pictures of an episode; what there is not is named with its reason."""
    if isinstance(episode.before, Kept):
        order = replace(order, last_good_at=episode.before.at.utc)
    for kept, (note, original, shown) in ((episode.first, _FIRST), (episode.before, _BEFORE)):
        if isinstance(kept, str):
            order = order.without(original, kept).without(shown, kept)
            continue
        order = keep(order, original, lambda one=kept: one.jpeg)  # type: ignore[misc]
        order = keep(
            order,
            shown,
            lambda one=kept, said=note: _shown(change, one, showing, said),  # type: ignore[misc]
        )
    return order


def _shown(change: IncidentChange, kept: Kept, showing: Showing, note: str) -> bytes:
    pixels = key_frame.pixels_of(kept.jpeg)
    people = kept.people if showing.look is None else people_in(pixels, showing.look)
    frame = Frame(change.incident.camera, 0, kept.at, pixels)
    return key_frame.shown_jpeg(frame, change, people, (), words=replace(showing.words, note=note))
