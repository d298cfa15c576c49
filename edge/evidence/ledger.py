"""What the evidence thread must not forget: ordered clips, and the chain of sealed manifests."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from edge.evidence.evidence_database import EvidenceDatabase
from hazard_library.contract.clock import ClockState
from hazard_library.contract.evidence import EvidenceKind, EvidenceRef, PrivacyMask
from hazard_library.contract.ids import CameraId, HazardId, IncidentId

_KEPT_MANIFESTS = 1000


@dataclass(frozen=True, slots=True)
class ClipOrder:
    """An incident whose manifest is still to be sealed: what is kept of it, and what is lost."""

    incident: IncidentId
    camera: CameraId
    hazard: HazardId
    trigger_at: datetime
    files: tuple[EvidenceRef, ...]
    lost: Mapping[EvidenceKind, str]
    clock: ClockState | None = None
    masks: tuple[PrivacyMask, ...] = ()
    last_good_at: datetime | None = None

    def with_files(self, *refs: EvidenceRef) -> "ClipOrder":
        """Return the order with more files."""
        return replace(self, files=(*self.files, *refs))

    def without(self, kind: EvidenceKind, reason: str) -> "ClipOrder":
        """Return the order with one more file that could not be made."""
        return replace(self, lost={**self.lost, kind: reason})


@dataclass(frozen=True, slots=True)
class SealedManifest:
    """A manifest's exact text with its hash and signature."""

    incident: IncidentId
    sha256: str
    manifest: str
    signature: str


class EvidenceLedger:
    """Orders and manifests in the evidence's database."""

    def __init__(self, database: EvidenceDatabase) -> None:
        self._database = database

    def order(self, order: ClipOrder) -> None:
        """Remember an order until its manifest is sealed."""
        files = [ref.model_dump(mode="json") for ref in order.files]
        lost = {kind.value: reason for kind, reason in order.lost.items()}
        row = (
            str(order.incident),
            order.camera,
            order.hazard,
            order.trigger_at.astimezone(UTC).isoformat(),
            json.dumps(files),
            json.dumps(lost),
            None if order.clock is None else order.clock.model_dump_json(),
            json.dumps([mask.model_dump(mode="json") for mask in order.masks]),
            None if order.last_good_at is None else order.last_good_at.astimezone(UTC).isoformat(),
        )
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO clip_order"
                " (incident, camera, hazard, trigger_at, files, lost, clock, masks, last_good_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )

    def open_orders(self) -> tuple[ClipOrder, ...]:
        """Return the orders whose manifests are not sealed, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT incident, camera, hazard, trigger_at, files, lost, clock, masks,"
                " last_good_at FROM clip_order ORDER BY trigger_at, incident"
            ).fetchall()
        return tuple(_order(row) for row in rows)

    def seal(
        self, incident: IncidentId, write: Callable[[str | None], SealedManifest]
    ) -> SealedManifest:
        """Write the next manifest of the chain and close its order, in one transaction.

        `write` is given the hash of the manifest before. An incident that has a manifest keeps it.
        """
        with self._database.writing() as connection:
            kept = connection.execute(
                "SELECT incident, sha256, manifest, signature FROM sealed WHERE incident = ?",
                (str(incident),),
            ).fetchone()
            if kept is not None:
                connection.execute("DELETE FROM clip_order WHERE incident = ?", (str(incident),))
                return _sealed(kept)
            last = connection.execute("SELECT sha256 FROM sealed ORDER BY no DESC").fetchone()
            new = write(last[0] if last is not None else None)
            connection.execute(
                "INSERT INTO sealed (incident, sha256, manifest, signature) VALUES (?, ?, ?, ?)",
                (str(incident), new.sha256, new.manifest, new.signature),
            )
            connection.execute("DELETE FROM clip_order WHERE incident = ?", (str(incident),))
            return new

    def is_sealed(self, incident: IncidentId) -> bool:
        """Whether an incident has its manifest already."""
        with self._database.reading() as connection:
            query = "SELECT 1 FROM sealed WHERE incident = ?"
            return connection.execute(query, (str(incident),)).fetchone() is not None

    def unannounced(self) -> tuple[SealedManifest, ...]:
        """Return manifests that are sealed but not in the outbox yet, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT incident, sha256, manifest, signature FROM sealed"
                " WHERE announced = 0 ORDER BY no"
            ).fetchall()
        return tuple(_sealed(row) for row in rows)

    def mark_announced(self, incident: IncidentId) -> None:
        """Remember that the outbox has a manifest; forget those announced long ago."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE sealed SET announced = 1 WHERE incident = ?", (str(incident),)
            )
            connection.execute(
                "DELETE FROM sealed WHERE announced = 1 AND no <= (SELECT max(no) FROM sealed) - ?",
                (_KEPT_MANIFESTS,),
            )


def _order(row: tuple[str, str, str, str, str, str, str | None, str, str | None]) -> ClipOrder:
    incident, camera, hazard, trigger_at, files, lost, clock, masks, last_good_at = row
    return ClipOrder(
        incident=IncidentId(UUID(incident)),
        camera=CameraId(camera),
        hazard=HazardId(hazard),
        trigger_at=datetime.fromisoformat(trigger_at),
        files=tuple(EvidenceRef.model_validate(entry) for entry in json.loads(files)),
        lost={EvidenceKind(kind): str(reason) for kind, reason in json.loads(lost).items()},
        clock=None if clock is None else ClockState.model_validate_json(clock),
        masks=tuple(PrivacyMask.model_validate(entry) for entry in json.loads(masks)),
        last_good_at=None if last_good_at is None else datetime.fromisoformat(last_good_at),
    )


def _sealed(row: tuple[str, str, str, str]) -> SealedManifest:
    incident, sha, manifest, signature = row
    return SealedManifest(IncidentId(UUID(incident)), sha, manifest, signature)
