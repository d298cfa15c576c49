"""Verdicts come back: key frames of decided leads become proposed samples.

A pull goes on from the bookmark of the one before. Whatever breaks it off, the next one begins
before what was not finished, and what is there already is neither fetched nor proposed again.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from hazard_library.catalogue.hazard import Hazard
from hazard_library.contract.ids import HazardId
from hazard_library.errors import SampleError
from hazard_library.samples import blobs
from hazard_library.samples.box import Box, Frozen
from hazard_library.samples.intake import Draft, Intake, Refusal
from hazard_library.samples.proposals import FrameRefused, Page, Proposal, ProposedBox, Server
from hazard_library.samples.review import TRANSITIONS, Event, State
from hazard_library.samples.sample import Label, Licence, LicenceClass, Privacy, Provenance, Sample
from hazard_library.samples.sighting import is_among
from hazard_library.samples.store import SampleStore, Wanted
from hazard_library.samples.verdict import Teaches, Verdict, classes_in_doubt, what_it_teaches

COLLECTION = "verdicts"
#: The paper at the server allows training and nothing else: never redistributed.
LICENCE = Licence(
    text="training agreed to by the enterprise in writing; not for redistribution",
    kind=LicenceClass.UNSTATED,
)
_SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png"}


class Bookmark(Frozen):
    """How far the verdicts of a server have been read.

    Attributes:
        consents: the server's number for the state of consents; another one begins anew.
    """

    after: int = 0
    consents: int = 0


@dataclass
class Told:
    """What a pull did."""

    proposed: dict[Teaches, list[str]] = field(default_factory=lambda: {t: [] for t in Teaches})
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    withdrawn: list[str] = field(default_factory=list)
    stays_withdrawn: int = 0
    no_consent: int = 0
    no_picture: int = 0
    refused: list[Refusal] = field(default_factory=list)


@dataclass
class Pull:
    """One pull from one server into one library.

    Attributes:
        intake: the library's own door; it knows who pulls, when and why.
        hazards: the catalogue's hazards, for the classes that a false alarm puts in doubt.
    """

    server: Server
    intake: Intake
    hazards: Mapping[HazardId, Hazard]
    told: Told = field(default_factory=Told)
    _by_frame: dict[str, str] = field(default_factory=dict)

    @property
    def store(self) -> SampleStore:
        """Return the library that is pulled into."""
        return self.intake.store

    @property
    def bookmark_file(self) -> Path:
        """Return where the bookmark of this server lies."""
        return self.store.root / "pulls" / f"{self.server.name.replace(':', '_')}.json"

    def run(self, *, again: bool = False) -> Told:
        """Fetch everything behind the bookmark, or with `again` everything from the start.

        Raises:
            SampleError: the server cannot be read; what had come stays, and the next pull goes on.
        """
        self._by_frame = _frames_of(self.store, self.server.name)
        mark = Bookmark() if again else self._read_bookmark()
        is_held_back = False
        while True:
            page = self.server.page(mark.after)
            if page.consents != mark.consents and mark.after != 0:
                mark, is_held_back = Bookmark(), False
                continue
            before = len(self.told.refused)
            self._take(page)
            # What was refused is tried again: the bookmark stays before the first such page.
            is_held_back = is_held_back or len(self.told.refused) > before
            mark = Bookmark(after=page.last, consents=page.consents)
            if not is_held_back:
                blobs.write_text(mark.model_dump_json(), self.bookmark_file)
            if not page.has_more:
                return self.told

    def _read_bookmark(self) -> Bookmark:
        try:
            return Bookmark.model_validate_json(self.bookmark_file.read_bytes())
        except FileNotFoundError:
            return Bookmark()
        except (OSError, ValidationError) as error:
            message = f"{self.bookmark_file}: no readable bookmark ({error}); remove it to pull all"
            raise SampleError(message) from error

    def _take(self, page: Page) -> None:
        self.told.no_consent += page.withheld.no_consent
        self.told.no_picture += page.withheld.no_picture
        for frame in page.ended:
            self._withdraw(str(frame))
        for proposal in page.items:
            try:
                self._take_one(proposal)
            except FrameRefused as refused:
                self.told.refused.append(Refusal(str(proposal.id), "frame", str(refused)))

    def _take_one(self, proposal: Proposal) -> None:
        """Add a key frame, or bring the verdict of one that is there up to date."""
        verdict = self._verdict(proposal)
        known = self._by_frame.get(verdict.frame, proposal.frame.sha256)
        there = self.store.find(known)
        if there is None:
            self._add(proposal, verdict)
        elif there.state is State.WITHDRAWN:
            self.told.stays_withdrawn += 1
        elif verdict in there.verdicts:
            self.told.unchanged += 1
        else:
            self._judge_anew(there, verdict)

    def _add(self, proposal: Proposal, verdict: Verdict) -> None:
        content = self.server.frame(proposal)
        suffix = _SUFFIXES.get(proposal.frame.media_type, ".bin")
        with tempfile.NamedTemporaryFile(suffix=suffix, dir=self.store.root) as file:
            file.write(content)
            file.flush()
            sample = self.intake.take(_draft(proposal, verdict, Path(file.name), self.intake))
        if sample is None:
            self.told.refused.append(self.intake.refused[-1])
            return
        self._by_frame[verdict.frame] = sample.sha256
        self.told.proposed[verdict.teaches].append(sample.sha256)

    def _judge_anew(self, there: Sample, verdict: Verdict) -> None:
        """Keep a verdict on a picture that is there; labels it contradicts are looked at again.

        Two leads may share a key frame. What people drew stays: a verdict is about a lead, and
        theirs is about the picture.
        """
        former = [one for one in there.verdicts if one.frame != verdict.frame]
        replaced = [one for one in there.verdicts if one.frame == verdict.frame]
        wrong = [
            label
            for label in there.labels
            if label.by.startswith("model:") and is_among(label, verdict.rejected)
        ]
        is_other = bool(wrong) or any(one.teaches is not verdict.teaches for one in replaced)
        is_sent_back = is_other and (there.state, Event.SEND_BACK) in TRANSITIONS
        kept = tuple(label for label in there.labels if label not in wrong)
        now = there.model_copy(update={"verdicts": (*former, verdict), "labels": kept})
        act = self.intake.act.model_copy(update={"why": f"{verdict.in_words}: {verdict.server}"})
        self.store.change(now, Event.SEND_BACK if is_sent_back else Event.NOTE, act)
        self._by_frame[verdict.frame] = there.sha256
        told = self.told.changed if replaced else self.told.proposed[verdict.teaches]
        told.append(there.sha256)

    def _withdraw(self, frame: str) -> None:
        """Take out what an enterprise agrees to no longer, bytes too."""
        sha256 = self._by_frame.get(frame)
        sample = self.store.find(sha256) if sha256 is not None else None
        if sample is None or sample.state is State.WITHDRAWN:
            return
        why = f"the enterprise agrees to training no longer: {self.server.name}"
        act = self.intake.act.model_copy(update={"why": why})
        self.store.change(sample, Event.WITHDRAW, act)
        self.store.purge(sample.sha256, act)
        self.told.withdrawn.append(sample.sha256)

    def _verdict(self, proposal: Proposal) -> Verdict:
        teaches = what_it_teaches(proposal.verdict, proposal.reason)
        rejected = tuple(
            box for box in proposal.boxes if box.subject and box.label in self._doubted(proposal)
        )
        is_wrong = teaches is Teaches.HARD_NEGATIVE
        return Verdict(
            server=self.server.name,
            frame=str(proposal.id),
            lead=str(proposal.lead),
            incident=proposal.incident,
            hazard=proposal.hazard,
            decision=proposal.verdict,
            reason=proposal.reason,
            decided_at=proposal.decided_at,
            models=tuple(f"{model.name}/{model.version}" for model in proposal.models),
            measured=proposal.measured,
            required=proposal.required,
            persons=proposal.persons,
            rejected=tuple(_box(box, proposal) for box in rejected) if is_wrong else (),
            absent=tuple(sorted(self._doubted(proposal))) if is_wrong else (),
        )

    def _doubted(self, proposal: Proposal) -> frozenset[str]:
        """Return the classes that a wrong detection puts in doubt."""
        hazard = self.hazards.get(HazardId(proposal.hazard))
        if hazard is not None:
            return classes_in_doubt(hazard.rule)
        return frozenset(box.label for box in proposal.boxes if box.subject)


def _frames_of(store: SampleStore, server: str) -> dict[str, str]:
    """Return which sample each key frame of a server is, withdrawn ones too."""
    return {
        verdict.frame: sample.sha256
        for sample in store.select(Wanted(states=tuple(State)))
        for verdict in sample.verdicts
        if verdict.server == server
    }


def _draft(proposal: Proposal, verdict: Verdict, file: Path, intake: Intake) -> Draft:
    """Say what is known of a key frame; the model's own boxes come along as its labels."""
    by = f"model:{'+'.join(verdict.models) or 'unknown'}"
    labels = [
        Label(**box.model_dump(), by=by, at=proposal.taken_at, score=told.score)
        for told in proposal.boxes
        if (box := _box(told, proposal)) not in verdict.rejected and box.w > 0 and box.h > 0
    ]
    return Draft(
        file=file,
        provenance=Provenance(
            collection=COLLECTION,
            source=verdict.server,
            path=f"{verdict.frame}{file.suffix}",
            refers_to=verdict.lead,
            imported_by=intake.act.by,
            imported_at=intake.act.at,
        ),
        licence=LICENCE,
        classes=intake.vocabulary,
        labels=tuple(labels),
        group=f"{verdict.server}/{proposal.camera}",
        camera=proposal.camera,
        site=proposal.site,
        taken_at=proposal.taken_at,
        privacy=Privacy(
            consent="given",
            heads_blurred=proposal.frame.redaction == "heads_blurred",
            names_replaced=True,
        ),
        verdicts=(verdict,),
        stated_sha256=proposal.frame.sha256,
        stated_size=(proposal.width, proposal.height),
    )


def _box(told: ProposedBox, proposal: Proposal) -> Box:
    """Write a box in shares of the picture, cut at its edges."""
    width, height = proposal.width, proposal.height
    x1, x2 = (min(max(x, 0.0), width) for x in (told.box[0], told.box[2]))
    y1, y2 = (min(max(y, 0.0), height) for y in (told.box[1], told.box[3]))
    return Box(
        label=told.label,
        cx=(x1 + x2) / 2 / width,
        cy=(y1 + y2) / 2 / height,
        w=(x2 - x1) / width,
        h=(y2 - y1) / height,
    )
