"""The pictures of an incident that is a camera's own state: last good one and first bad one."""

from collections.abc import Callable
from dataclasses import replace

from edge.core.incidents import IncidentChange
from edge.evidence import key_frame
from edge.evidence.heads import people_in
from edge.evidence.ledger import ClipOrder
from edge.evidence.state_witness import Episode, Kept
from edge.ports import Frame, Look
from hazard_library.contract.evidence import EvidenceKind

#: Keeps one picture of an order, or says in it why it is lost.
KeepFrame = Callable[[ClipOrder, EvidenceKind, Callable[[], bytes]], ClipOrder]

#: What is written into the shown copies, and the kinds of the two pictures.
_BEFORE = ("last good picture", EvidenceKind.BEFORE_ORIGINAL, EvidenceKind.BEFORE_SHOWN)
_FIRST = ("first bad picture", EvidenceKind.FRAME_ORIGINAL, EvidenceKind.FRAME_SHOWN)


def with_pictures(
    order: ClipOrder, change: IncidentChange, episode: Episode, keep: KeepFrame, look: Look | None
) -> ClipOrder:
    """Keep both pictures of an episode; what there is not is named with its reason.

    look: finds people at a camera whose own models see none; without it the looks of that moment
    say where heads are, and a picture that nobody looked at is shown coarse all over.
    """
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
            lambda one=kept, said=note: _shown(change, one, look, said),  # type: ignore[misc]
        )
    return order


def _shown(change: IncidentChange, kept: Kept, look: Look | None, note: str) -> bytes:
    pixels = key_frame.pixels_of(kept.jpeg)
    people = kept.people if look is None else people_in(pixels, look)
    frame = Frame(change.incident.camera, 0, kept.at, pixels)
    return key_frame.shown_jpeg(frame, change, people, (), note=note)
