"""Putting a version together from the store: choose, place, and let nothing leak."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from hazard_library.datasets.leaks import Leak, find_leaks
from hazard_library.datasets.selection import Part, VersionSpec
from hazard_library.datasets.splitting import assign_splits
from hazard_library.datasets.version import DatasetVersion, LeftOut, Picture, is_taken
from hazard_library.errors import DatasetError
from hazard_library.samples.box import Split
from hazard_library.samples.sample import Kind, Sample
from hazard_library.samples.store import Looks, SampleStore, Wanted


def assemble(
    store: SampleStore,
    spec: VersionSpec,
    name: str,
    created: datetime,
    parent: DatasetVersion | None = None,
) -> DatasetVersion:
    """Return the version that `spec` asks for; nothing is written.

    Raises:
        DatasetError: no picture fits, or something leaks and the spec refuses that.
    """
    chosen = _chosen(store, spec)
    looks = store.looks()
    before = {p.sha256: p.split for p in parent.pictures} if parent else {}
    splits = assign_splits([sample for sample, _ in chosen], looks, before, spec.val_share)
    pictures = [_picture(sample, part, splits, spec.labels) for sample, part in chosen]
    shares = {sample.sha256: part.share for sample, part in chosen}
    taken = [picture for picture in pictures if is_taken(picture, shares[picture.sha256])]
    kept, left_out = _without_leaks(taken, looks, spec)
    if not kept:
        message = f"{name}: no sample of the library fits; see patrol library import and review"
        raise DatasetError(message)
    return DatasetVersion(
        labels=spec.labels,
        pictures=tuple(kept),
        name=name,
        parent=parent.name if parent else None,
        created=created,
        left_out=left_out,
        accepted=spec.accepted,
    )


def _chosen(store: SampleStore, spec: VersionSpec) -> list[tuple[Sample, Part]]:
    """Return each usable sample with the first part that it fits, sorted by hash."""
    found: dict[str, tuple[Sample, Part]] = {}
    for part in reversed(spec.parts):
        wanted = Wanted(
            states=spec.states,
            collections=part.collections,
            sources=part.sources,
            kinds=[Kind.PICTURE],
        )
        found |= {sample.sha256: (sample, part) for sample in store.select(wanted)}
    return [found[name] for name in sorted(found)]


def _picture(
    sample: Sample, part: Part, splits: Mapping[str, Split], labels: Iterable[str]
) -> Picture:
    """Return what a version says of a sample."""
    taught = tuple(labels)
    doubts = (
        *sample.unsure,
        *(
            label.box().model_copy(update={"label": doubted})
            for label in sample.labels
            for doubted in part.unsure.get(label.label, ())
        ),
    )
    return Picture(
        file=sample.file,
        sha256=sample.sha256,
        source=sample.provenance.source,
        licence=sample.licence.text,
        split=splits[sample.sha256],
        width=sample.width,
        height=sample.height,
        known=tuple(label for label in taught if label in sample.known),
        boxes=tuple(label.box() for label in sample.labels if label.label in taught),
        repeat=part.repeat,
        unsure=tuple(box for box in doubts if box.label in taught),
        licence_class=sample.licence.kind.value,
        group=sample.group,
        camera=sample.camera,
    )


def _without_leaks(
    pictures: list[Picture], looks: Mapping[str, Looks], spec: VersionSpec
) -> tuple[list[Picture], tuple[LeftOut, ...]]:
    """Return the pictures that leak nothing, and what was left out for it.

    Raises:
        DatasetError: there are leaks and the spec refuses them; the message lists them.
    """
    accepted = [item.name for item in spec.accepted]
    left_out: dict[str, LeftOut] = {}
    # A leak names one validation picture of perhaps several: after it is gone, look again.
    while leaks := find_leaks(pictures, looks, accepted):
        if spec.leaks == "refuse":
            raise DatasetError(_told(leaks))
        for leak in leaks:
            out, stays = leak.train, leak.val
            if spec.leaks == "leave-out-validation":
                out, stays = stays, out
            why = f"{stays.sha256[:12]}: {leak.why}"
            left_out[out.sha256] = LeftOut(sha256=out.sha256, source=out.source, why=why)
        pictures = [picture for picture in pictures if picture.sha256 not in left_out]
    return pictures, tuple(left_out.values())


def _told(leaks: list[Leak]) -> str:
    """List leaks with the remedy."""
    lines = [f"  {leak}" for leak in leaks]
    remedy = (
        "give them one split, leave the training pictures out (leaks: leave-out), or accept a "
        "camera or scene by name with its reason (accepted)"
    )
    return "\n".join([f"{len(leaks)} training pictures leak into validation; {remedy}", *lines])
