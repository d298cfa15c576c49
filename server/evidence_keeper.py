"""Every night: hash all evidence and the audit chain again, then destroy what is past its time.

It decides nothing: what is altered is named and freezes its matter (R-030), what is destroyed is
what the retention rule says.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from threading import Event

import structlog
from sqlalchemy.exc import DBAPIError

from server.audit import service as audit
from server.evidence import retention
from server.evidence import service as evidence
from server.evidence.arriving import EvidenceStore
from server.evidence.retention import StandingOf
from server.fleet import service as fleet
from server.identity.actor import LEGAL_ZONE
from server.kit.clock import Clock
from server.kit.db import Database
from server.kit.errors import ServerError

log = structlog.get_logger(__name__)

#: House: when fewest people wait for the disk.
NIGHT = time(2, 30)
_LOOKS_EVERY_S = 60.0
_WHO = audit.Who("svc:keeper", "svc")


@dataclass(frozen=True, slots=True)
class NightReport:
    """What a night found. faults: each names the exact item, file, manifest or audit row."""

    files: int
    verified: int
    faults: tuple[str, ...]
    destroyed: int


class EvidenceKeeper:
    """One thread runs `run`; tests call `night`."""

    def __init__(
        self, database: Database, clock: Clock, store: EvidenceStore, standing_of: StandingOf
    ) -> None:
        self._database = database
        self._clock = clock
        self._store = store
        self._standing_of = standing_of
        self._stopped = Event()

    def run(self) -> None:
        """Wait for each night until `stop`."""
        due = next_night(self._clock.now())
        while not self._stopped.wait(_LOOKS_EVERY_S):
            if self._clock.now() < due:
                continue
            try:
                self.night()
            except (DBAPIError, ServerError, OSError) as fault:
                log.warning("evidence_night_failed", reason=str(fault)[:500])
            due = next_night(self._clock.now())

    def stop(self) -> None:
        """Let `run` end."""
        self._stopped.set()

    def night(self) -> NightReport:
        """Verify everything, then destroy what is past its time."""
        stores = evidence.check_stores(self._database, self._clock, self._store)
        faults = [f"evidence file {name} is altered" for name in stores.altered]
        faults += [f"evidence file {name} is missing" for name in stores.missing]
        with self._database.reading() as db:
            devices = [seen.device for seen in fleet.all_seen(db)]
            faults += evidence.broken_manifests(db, devices)
            chain = audit.verify_chain(db)
        if chain.broken_at is not None:
            faults.append(f"audit entry {chain.broken_at}: {chain.why}")
        destroyed = retention.destroy_due(
            self._database, self._clock, self._store, self._standing_of
        )
        report = NightReport(stores.files, stores.verified, tuple(faults), destroyed)
        self._write_down(report)
        return report

    def _write_down(self, report: NightReport) -> None:
        told = {
            "files": report.files,
            "verified": report.verified,
            "destroyed": report.destroyed,
            "faults": list(report.faults[:100]),
        }
        event = "night_found_faults" if report.faults else "night_found_all_well"
        with self._database.writing() as db:
            act = audit.Act(event, detail=told)
            audit.record(db, self._clock.now(), _WHO, audit.Thing("evidence_store", "all"), act)
        if report.faults:
            log.error(event, **told)
        else:
            log.info(event, **told)


def next_night(now: datetime) -> datetime:
    """Return when the next night's work begins."""
    here = now.astimezone(LEGAL_ZONE)
    due = datetime.combine(here.date(), NIGHT, LEGAL_ZONE)
    return due if due > here else due + timedelta(days=1)
