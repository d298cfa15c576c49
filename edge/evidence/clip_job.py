"""Makes the clip of one order: the original, the copy that is shown, and where the trigger lies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from edge.errors import EvidenceError
from edge.evidence.clip_desk import ClipJob
from edge.evidence.directory_store import reference
from edge.evidence.ledger import ClipOrder
from edge.evidence.people import ClipPeople
from edge.evidence.redaction import blurred, blurred_whole, scaled
from edge.ports import Pixels
from edge.video.clip import (
    AS_ORIGINAL,
    Clip,
    Redraw,
    ShownFormat,
    Timeline,
    playable,
    remux,
    transcode,
)
from edge.video.masks import burn
from edge.video.packet import Packet
from hazard_library.contract.evidence import ClipSpan, EvidenceKind, EvidenceRef

#: Keeps bytes under a reference, or raises EvidenceError.
Keep = Callable[[bytes, EvidenceRef], object]


@dataclass(frozen=True, slots=True)
class Made:
    """An order with the clips that could be made, and the stretch they hold."""

    order: ClipOrder
    span: ClipSpan | None


def make_clips(job: ClipJob, keep: Keep, form: ShownFormat, redraw: Redraw | None = None) -> Made:
    """Make both clips of a job; what cannot be made is named with its reason in the order.

    redraw: hides the heads in the copy that is shown; if none, the looks at the stream say where.
    """
    order = job.wish.order
    if not job.span.packets:
        reason = job.span.cut_short or "no packets were kept"
        return Made(lost(order, reason), None)
    packets = playable(job.span.packets)
    timeline = Timeline(packets)
    try:
        original = _original(remux(packets), timeline, order)
    except EvidenceError as fault:
        return Made(lost(order, str(fault)), None)
    order = _kept(order, EvidenceKind.CLIP_ORIGINAL, original, keep)
    try:
        shown = transcode(original, timeline, redraw or _redraw(job), form)
    except EvidenceError as fault:
        order = order.without(EvidenceKind.CLIP_SHOWN, str(fault))
    else:
        order = _kept(order, EvidenceKind.CLIP_SHOWN, shown, keep)
    has_clip = len(order.files) > len(job.wish.order.files)
    return Made(order, _span_of(job, packets, timeline) if has_clip else None)


def _original(received: Clip, timeline: Timeline, order: ClipOrder) -> Clip:
    """Return what is kept as the original: as received, or coded anew with the masks burnt in.

    What was received of a masked camera stays in memory and ends here.
    """
    if not order.masks:
        return received

    def masked(_mono: float, pixels: Pixels, _scale: float) -> Pixels:
        burn(pixels, order.masks)
        return pixels

    return transcode(received, timeline, masked, AS_ORIGINAL)


def lost(order: ClipOrder, reason: str) -> ClipOrder:
    """Say that an order's clips are gone."""
    kept = {ref.kind for ref in order.files}
    for kind in (EvidenceKind.CLIP_ORIGINAL, EvidenceKind.CLIP_SHOWN):
        if kind not in kept:
            order = order.without(kind, reason)
    return order


def _kept(order: ClipOrder, kind: EvidenceKind, clip: Clip, keep: Keep) -> ClipOrder:
    ref = reference(clip.data, kind, clip.media_type)
    try:
        keep(clip.data, ref)
    except EvidenceError as fault:
        return order.without(kind, str(fault))
    return order.with_files(ref)


def _redraw(job: ClipJob) -> Redraw:
    people = ClipPeople(job.looks, job.wish.trigger.mono, job.wish.keep)

    def redraw(mono: float, pixels: Pixels, scale: float) -> Pixels:
        regions = people.regions(mono)
        if regions is None:
            # Where nobody looked, nobody knows where the heads are.
            return blurred_whole(pixels)
        across, down = scale, scale
        if job.span.looked_at is not None:
            # The heads were found in the pictures of the other stream, of the same view.
            across = pixels.shape[1] / job.span.looked_at[0]
            down = pixels.shape[0] / job.span.looked_at[1]
        return blurred(pixels, (scaled(region, across, down) for region in regions))

    return redraw


def _span_of(job: ClipJob, packets: Sequence[Packet], timeline: Timeline) -> ClipSpan:
    last = max(packets, key=lambda packet: packet.pts)
    shown_for = timedelta(seconds=float(last.duration * last.format.time_base))
    return ClipSpan(
        from_at=packets[0].at.utc,
        to_at=last.at.utc + shown_for,
        trigger_offset_s=round(timeline.offset_of(job.wish.trigger.mono), 3),
        cut_short=job.span.cut_short,
        pre_roll_s=round(job.wish.stretch.before_s, 3),
        post_roll_s=round(job.wish.stretch.after_s, 3),
        stream=job.span.stream,
        stream_note=job.span.note,
    )
