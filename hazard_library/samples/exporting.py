"""Out of the store: a folder in some format, with everything else we know beside it."""

from collections.abc import Sequence
from pathlib import Path

from hazard_library.errors import SampleError
from hazard_library.samples.formats.item import Outgoing
from hazard_library.samples.formats.sidecar import write_sidecar
from hazard_library.samples.intake import Refusal
from hazard_library.samples.review import State
from hazard_library.samples.sample import Kind, LicenceClass, Sample
from hazard_library.samples.store import SampleStore


def export(
    store: SampleStore, samples: Sequence[Sample], out: Path, format_: str, *, inside: bool = False
) -> list[Refusal]:
    """Write samples as a folder; return those that may not go out.

    Args:
        store: where the bytes lie.
        samples: what is asked for.
        out: an empty or new folder.
        format_: one of `FORMATS`.
        inside: the folder stays inside the project, so every licence that may train may go.

    Raises:
        SampleError: the folder is not empty, or nothing is left to write.
    """
    if out.exists() and any(out.iterdir()):
        message = f"{out}: not empty; name a new folder"
        raise SampleError(message)
    refused = [refusal for one in samples if (refusal := _refusal(one, inside=inside))]
    bad = {refusal.file for refusal in refused}
    going = [one for one in samples if one.sha256 not in bad]
    if not going:
        message = f"{out}: nothing to write; {len(refused)} of {len(samples)} samples may not go"
        raise SampleError(message)
    labels = sorted({box.label for one in going for box in one.labels} | _stated(going))
    write_format(out, format_, labels, [_outgoing(store, one) for one in going])
    write_sidecar(out, format_, labels, going)
    return refused


def write_format(
    out: Path, format_: str, labels: Sequence[str], pictures: Sequence[Outgoing]
) -> None:
    """Write a folder in one of `FORMATS`."""
    # datumaro takes seconds to load and belongs to the extra `library`.
    from hazard_library.samples.formats import label_studio, with_datumaro  # noqa: PLC0415

    if format_ == "label-studio":
        label_studio.write(out, labels, pictures)
    else:
        with_datumaro.write(out, format_, labels, pictures)


def _stated(samples: Sequence[Sample]) -> set[str]:
    """Return classes that are labelled throughout somewhere: a labeller has to know them."""
    return {label for one in samples for label in one.known}


def _refusal(sample: Sample, *, inside: bool) -> Refusal | None:
    """Say why a sample may not go out, if so."""
    if sample.state is State.WITHDRAWN:
        return Refusal(sample.sha256, "state", "withdrawn; it goes nowhere")
    if sample.kind is Kind.CLIP:
        return Refusal(sample.sha256, "kind", "a clip; these formats hold pictures only")
    if inside:
        return None
    if sample.licence.kind is LicenceClass.UNSTATED:
        problem = f"{sample.licence.text!r} is never passed on; --inside if it stays in the project"
        return Refusal(sample.sha256, "licence", problem)
    if sample.licence.kind is LicenceClass.OWN and sample.privacy.consent == "unstated":
        problem = "own picture without consent; --inside if it stays in the project"
        return Refusal(sample.sha256, "privacy", problem)
    return None


def _outgoing(store: SampleStore, sample: Sample) -> Outgoing:
    """Return what the formats need of a sample."""
    return Outgoing(
        stem=sample.sha256,
        file=store.file(sample),
        width=sample.width,
        height=sample.height,
        boxes=tuple(label.box() for label in sample.labels),
        subset=sample.split or "default",
        proposed=sample.state is State.PROPOSED,
    )
