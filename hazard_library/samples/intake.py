"""Taking samples in: everything from outside is checked here, and refused one by one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from hazard_library.errors import SampleError
from hazard_library.samples import blobs, merging
from hazard_library.samples.box import Box, Split
from hazard_library.samples.pictures import Facts, inspect
from hazard_library.samples.review import Act, Event, State
from hazard_library.samples.sample import (
    Kind,
    Label,
    Licence,
    LicenceClass,
    Privacy,
    Provenance,
    Reference,
    Sample,
    Throughout,
)
from hazard_library.samples.store import SampleStore
from hazard_library.samples.verdict import Verdict

MAX_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that was not taken in."""

    file: str
    field: str
    problem: str

    def __str__(self) -> str:
        """Write it as one line; the problem ends in its remedy."""
        return f"{self.file}: {self.field}: {self.problem}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is said about a file before its bytes were looked at; see `Sample` for the fields.

    Attributes:
        file: where the bytes lie.
        classes: the classes this import speaks about. For a sample that is in the library
            already, boxes of these classes are replaced and all others stay.
        stated_sha256: what a manifest says the hash is.
        stated_size: what a manifest says (width, height) is, in pixels.
    """

    file: Path
    provenance: Provenance
    licence: Licence
    classes: frozenset[str]
    labels: tuple[Label, ...] = ()
    exhaustive: tuple[Throughout, ...] = ()
    unsure: tuple[Box, ...] = ()
    state: State = State.PROPOSED
    split: Split | None = None
    group: str | None = None
    camera: str | None = None
    site: str | None = None
    taken_at: datetime | None = None
    privacy: Privacy = field(default_factory=Privacy)
    reference: Reference | None = None
    verdicts: tuple[Verdict, ...] = ()
    stated_sha256: str | None = None
    stated_size: tuple[int, int] | None = None


@dataclass
class Intake:
    """One import into a library; what was done is counted, and what was refused is listed.

    Attributes:
        vocabulary: the classes that may be labelled, those of the catalogue.
        act: who imports, when and why.
        max_bytes: size of a file from which it is refused.
    """

    store: SampleStore
    vocabulary: frozenset[str]
    act: Act
    max_bytes: int = MAX_BYTES
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    def take_all(self, drafts: Iterable[Draft]) -> None:
        """Take each draft in, many in a transaction; a refused one leaves the others alone."""
        batch: list[Draft] = []
        for draft in drafts:
            batch.append(draft)
            if len(batch) == BATCH:
                self._take_batch(batch)
                batch = []
        self._take_batch(batch)

    def take(self, draft: Draft) -> Sample | None:
        """Take one draft in; return the sample as it is now, or None when it was refused."""
        try:
            sample = self._take(draft)
        except _Refused as refused:
            self.refuse(draft.provenance.path, refused.field, refused.problem)
            return None
        return sample

    def refuse(self, file: str, field_: str, problem: str) -> None:
        """Put something on the list of what was not taken in."""
        self.refused.append(Refusal(file, field_, problem))

    def _take_batch(self, batch: list[Draft]) -> None:
        with self.store.writing():
            for draft in batch:
                self.take(draft)

    def _take(self, draft: Draft) -> Sample:
        self._check_said(draft)
        digest = self._digest(draft)
        there = self.store.find(digest)
        if there is not None:
            return self._merge(there, draft)
        namesake = self.store.at_path(draft.provenance.collection, draft.provenance.path)
        if namesake is not None:
            problem = f"another file of this name is {namesake.sha256[:12]}; rename or withdraw one"
            raise _Refused("name", problem)
        return self._add(draft, digest)

    def _check_said(self, draft: Draft) -> None:
        """Check what needs no look at the bytes."""
        if draft.licence.kind is LicenceClass.REFUSED:
            problem = f"{draft.licence.text!r} is not acceptable; leave out or ask for a licence"
            raise _Refused("licence", problem)
        named = {box.label for box in (*draft.labels, *draft.unsure)}
        named |= {statement.label for statement in draft.exhaustive}
        unknown = sorted(named - self.vocabulary)
        if unknown:
            problem = f"unknown class {', '.join(unknown)}; add to labels.yaml or map it"
            raise _Refused("label", problem)

    def _digest(self, draft: Draft) -> str:
        """Check the file as a file and return its hash."""
        try:
            if draft.file.is_symlink() or not draft.file.is_file():
                raise _Refused("file", "missing, or no plain file; restore it")
            size = draft.file.stat().st_size
            if size > self.max_bytes:
                problem = f"{size} bytes, more than {self.max_bytes}; make it smaller or cut it"
                raise _Refused("size", problem)
            digest = blobs.digest_of(draft.file)
        except OSError as error:
            raise _Refused("file", f"cannot be read ({error}); restore it") from error
        if draft.stated_sha256 not in {None, digest}:
            problem = f"is {digest}, the manifest says {draft.stated_sha256}; restore the file"
            raise _Refused("sha256", problem)
        return digest

    def _add(self, draft: Draft, digest: str) -> Sample:
        """Look at the bytes and store the new sample."""
        try:
            facts = inspect(draft.file)
        except SampleError as error:
            raise _Refused("content", str(error)) from error
        size = (facts.width, facts.height)
        if draft.stated_size not in {None, size}:
            problem = f"is {size}, the manifest says {draft.stated_size}; mend the manifest"
            raise _Refused("size", problem)
        _check_inside(draft, size)
        sample = _sample(draft, digest, facts)
        try:
            self.store.add(sample, draft.file, facts.looks, self.act)
        except SampleError as error:
            raise _Refused("content", str(error)) from error
        self.added.append(digest)
        return sample

    def _merge(self, there: Sample, draft: Draft) -> Sample:
        """Bring what the draft says into a sample that is in the library already."""
        if there.state is State.WITHDRAWN:
            problem = f"{there.sha256[:12]} was withdrawn; it does not come back"
            raise _Refused("state", problem)
        _check_inside(draft, (there.width, there.height))
        now, event = merging.merged(there, draft.labels, draft.exhaustive, draft.classes)
        if there.state is State.PROPOSED and draft.state is State.LABELLED:
            event = Event.LABEL
        if event is None:
            self.unchanged.append(there.sha256)
            return there
        self.changed.append(there.sha256)
        return self.store.change(now, event, self.act)


BATCH = 200
"""Samples a transaction: fewer cost a sync each, more keep the writer's place for long."""


class _Refused(Exception):
    """Caught in `take`, where it becomes a `Refusal`."""

    def __init__(self, field_: str, problem: str) -> None:
        super().__init__(problem)
        self.field = field_
        self.problem = problem


def _sample(draft: Draft, digest: str, facts: Facts) -> Sample:
    """Join what is said and what the bytes say."""
    try:
        return Sample(
            sha256=digest,
            kind=Kind.REFERENCE if draft.reference else facts.kind,
            suffix=facts.suffix,
            width=facts.width,
            height=facts.height,
            state=draft.state,
            provenance=draft.provenance,
            licence=draft.licence,
            camera=draft.camera,
            site=draft.site,
            taken_at=draft.taken_at,
            group=draft.group,
            split=draft.split,
            labels=draft.labels,
            exhaustive=draft.exhaustive,
            unsure=draft.unsure,
            privacy=draft.privacy,
            reference=draft.reference,
            verdicts=draft.verdicts,
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "sample"
        raise _Refused(where, f"{first['msg']}; mend the import") from error


def _check_inside(draft: Draft, size: tuple[int, int]) -> None:
    """Refuse boxes that lie more than half a pixel outside the picture, or have no area."""
    width, height = size
    for box in (*draft.labels, *draft.unsure):
        left, top, right, bottom = box.corners(width, height)
        inside = min(left, top, width - right, height - bottom) >= -ROUNDING_PX
        if not inside or box.w <= 0 or box.h <= 0:
            corners = f"({left:.0f}, {top:.0f}, {right:.0f}, {bottom:.0f})"
            problem = f"{box.label} box {corners} is not inside {width} x {height}; mend the label"
            raise _Refused("box", problem)


ROUNDING_PX = 0.5
"""How far formats that round to pixels may carry a box over the edge."""
