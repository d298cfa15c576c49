"""The account of a demo that ran once: what both sides say, compared. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict


class Report(BaseModel):
    """What one side says of itself; fields the account does not need are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class CameraRead(Report):
    """One source as the edge read it."""

    id: str
    frames: int
    seconds: float
    ended_early: str | None = None


class IncidentSeen(Report):
    """One incident; seconds count from the start of its source, None where that was lost."""

    id: str
    hazard: str
    camera: str
    start_s: float | None
    end_s: float | None
    severity: int


class EventRaised(Report):
    """One change that the edge's own store says was raised."""

    incident_id: str
    seq: int


class EdgeReport(Report):
    """`patrol edge report --json`."""

    cameras: tuple[CameraRead, ...]
    incidents: tuple[IncidentSeen, ...]
    events: tuple[EventRaised, ...]
    pending: int


class Gap(Report):
    """Message numbers of one boot that never came."""

    device: str
    boot: str
    missing: tuple[int, ...]


class EvidenceHeld(Report):
    """Files of evidence announced, and how many still have their hash."""

    files: int
    verified: int


class ServerReport(Report):
    """`patrol server report --json`."""

    leads: int
    tasks: int
    transfers: int
    duplicates: int
    events: tuple[tuple[str, int], ...]
    gaps: tuple[Gap, ...]
    evidence: EvidenceHeld


@dataclass(frozen=True, slots=True)
class SourceCount:
    """A source's packets, counted apart from the engine."""

    id: str
    label: str
    packets: int


@dataclass(frozen=True, slots=True)
class Account:
    """Everything the last line says, and what is wrong with it."""

    edge: EdgeReport
    server: ServerReport
    sources: tuple[SourceCount, ...]
    documents: tuple[str, ...]

    @property
    def lost(self) -> int:
        """Events the edge raised and the database lacks, and numbers that never came."""
        held = set(self.server.events)
        absent = sum((e.incident_id, e.seq) not in held for e in self.edge.events)
        return absent + sum(len(gap.missing) for gap in self.server.gaps)

    def faults(self) -> list[str]:
        """Say in sentences what was lost, doubled or not verified; empty when all is well."""
        faults = []
        if self.lost:
            faults.append(f"{self.lost} events or messages are lost")
        if self.server.duplicates:
            faults.append(f"{self.server.duplicates} things stand twice in the database")
        if self.edge.pending:
            faults.append(f"{self.edge.pending} messages still wait in the outbox")
        evidence = self.server.evidence
        if evidence.files != evidence.verified:
            faults.append(f"{evidence.files - evidence.verified} evidence files are not verified")
        return faults + _frame_faults(self.edge.cameras, self.sources)

    def remarks(self) -> list[str]:
        """Say what a user should know though nothing went wrong: films that break off."""
        ends = [(camera.id, camera.ended_early) for camera in self.edge.cameras]
        return [f"camera {camera}: {why}" for camera, why in ends if why]

    def line(self) -> dict[str, object]:
        """Return the one JSON object of `--once`."""
        labels = {source.id: source.label for source in self.sources}
        return {
            "cameras": [
                {
                    "id": camera.id,
                    "source": labels.get(camera.id, camera.id),
                    "frames": camera.frames,
                    "seconds": round(camera.seconds, 3),
                }
                for camera in self.edge.cameras
            ],
            "incidents": [incident.model_dump() for incident in self.edge.incidents],
            "leads": self.server.leads,
            "tasks": self.server.tasks,
            "transfers": self.server.transfers,
            "documents": list(self.documents),
            "lost": self.lost,
            "duplicates": self.server.duplicates,
            "evidence": self.server.evidence.model_dump(),
        }


def _frame_faults(cameras: Sequence[CameraRead], sources: Sequence[SourceCount]) -> list[str]:
    read = {camera.id: camera.frames for camera in cameras}
    return [
        f"camera {source.id}: {read.get(source.id, 0)} frames read of {source.packets} packets"
        for source in sources
        if read.get(source.id, 0) != source.packets
    ]
