"""From what a box reports to leads, on PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from bureau import BOX, CATALOGUE, FLAME, NOW, Reporter, Seen, found_bureau
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hazard_library.contract.events import Change
from hazard_library.contract.ids import CameraId, HazardId, ZoneId
from server.audit import service as audit
from server.audit.service import Thing
from server.kit.db import Database
from server.kit.errors import FieldsMissing
from server.kit.live import changes_after
from server.leads import service as leads
from server.leads.joining import JoinedAs
from server.leads.states import LeadState
from server.leads.tables import Lead, LeadIncident

MINUTE = timedelta(minutes=1)


def attach(db: Session, seen: Seen) -> UUID:
    return leads.attach(db, NOW, CATALOGUE, seen.event())


def lead_of(db: Session, lead_id: UUID) -> Lead:
    return db.get_one(Lead, lead_id, populate_existing=True)


def test_an_incident_begins_a_lead_that_nobody_has_decided(db: Session) -> None:
    bureau = found_bureau(db)
    lead = lead_of(db, attach(db, Seen()))
    assert lead.state is LeadState.NEW
    assert (lead.decided_by, lead.finding) == (None, None)
    assert lead.number == "XS-320115-2026-000001"
    assert (lead.unit_id, lead.site_id, lead.times_seen) == (bureau.unit, "yard", 1)
    assert lead.camera_name == "gate摄像机"
    assert lead.is_trial


def test_the_same_message_again_changes_nothing(db: Session) -> None:
    found_bureau(db)
    first = attach(db, Seen())
    assert attach(db, Seen()) == first
    assert lead_of(db, first).times_seen == 1
    assert len(audit.history(db, Thing("lead", str(first)))) == 1


def test_a_second_incident_joins_and_is_counted(db: Session) -> None:
    found_bureau(db)
    first = attach(db, Seen())
    assert attach(db, Seen(started=NOW + 20 * MINUTE)) == first
    lead = lead_of(db, first)
    assert (lead.times_seen, lead.version) == (2, 1)
    assert lead.last_seen > NOW + 20 * MINUTE
    assert [entry.event for entry in audit.history(db, Thing("lead", str(first)))] == [
        "created",
        "incident_joined",
    ]


def test_changes_in_the_wrong_order_end_the_same(db: Session) -> None:
    found_bureau(db)
    seen = Seen(lasts=timedelta(minutes=4))
    closed, opened = seen.event(3, Change.CLOSED), seen.event(1)
    lead_id = leads.attach(db, NOW, CATALOGUE, closed)
    assert leads.attach(db, NOW, CATALOGUE, opened) == lead_id
    lead = lead_of(db, lead_id)
    assert lead.last_seen == seen.started + timedelta(minutes=4)
    row = db.get_one(LeadIncident, seen.id)
    assert (row.seq, row.event["change"]) == (3, "closed")
    assert row.picture_event["change"] == "opened", "boxes belong to the key frame"
    assert row.ended_at is not None


def test_the_boxes_stay_those_of_the_key_frame(db: Session) -> None:
    found_bureau(db)
    seen = Seen()
    leads.attach(db, NOW, CATALOGUE, seen.event(1))
    later = seen.event(2, Change.UPDATED)
    leads.attach(db, NOW, CATALOGUE, later.model_copy(update={"persons": 9}))
    leads.attach(db, NOW, CATALOGUE, seen.event(3, Change.CLOSED))
    row = db.get_one(LeadIncident, seen.id)
    assert row.event["seq"] == 3
    assert (row.picture_event["seq"], len(row.picture_event["boxes"])) == (1, 1)


def test_other_cameras_hazards_and_zones_are_other_leads(db: Session) -> None:
    found_bureau(db)
    same_time = [
        Seen(),
        Seen(camera=CameraId("dock")),
        Seen(hazard=FLAME),
        Seen(zone=ZoneId("store")),
        Seen(zone=None),
    ]
    assert len({attach(db, seen) for seen in same_time}) == 5
    numbers = db.scalars(select(Lead.number).order_by(Lead.number)).all()
    assert [number[-6:] for number in numbers] == [f"{n:06d}" for n in range(1, 6)]


def test_severity_is_the_catalogues_and_not_the_boxs(db: Session) -> None:
    found_bureau(db)
    event = Seen().event().model_copy(update={"severity": 4})
    lead = lead_of(db, leads.attach(db, NOW, CATALOGUE, event))
    assert lead.severity == CATALOGUE.hazards[HazardId("PPE-01")].severity
    assert not lead.is_starred


def test_a_flame_is_starred_and_due_in_ten_minutes(db: Session) -> None:
    found_bureau(db)
    lead = lead_of(db, attach(db, Seen(hazard=FLAME, zone=None)))
    assert lead.is_starred
    assert lead.priority == "P0"
    assert lead.due_at == NOW + 10 * MINUTE
    assert lead.addends[0]["points"] == 60


def test_twenty_incidents_on_a_camera_are_twenty_leads_and_the_next_is_a_storm(
    db: Session,
) -> None:
    found_bureau(db)
    spots = [Seen(started=NOW + timedelta(seconds=n), zone=ZoneId(f"z{n}")) for n in range(25)]
    made = [attach(db, seen) for seen in spots]
    assert len(set(made[:20])) == 20
    assert len(set(made[20:])) == 1
    storm = lead_of(db, made[20])
    assert (storm.is_storm, storm.times_seen) == (True, 5)
    assert not lead_of(db, made[0]).is_storm
    joined = db.scalars(
        select(LeadIncident.joined_as).where(LeadIncident.lead_id == storm.id)
    ).all()
    assert set(joined) == {JoinedAs.STORM}


def test_a_flame_in_a_storm_is_a_lead_of_its_own(db: Session) -> None:
    found_bureau(db)
    for n in range(22):
        attach(db, Seen(started=NOW + timedelta(seconds=n), zone=ZoneId(f"z{n}")))
    flame = lead_of(db, attach(db, Seen(started=NOW + MINUTE, hazard=FLAME, zone=None)))
    assert not flame.is_storm
    assert flame.is_starred


def test_an_unknown_hazard_makes_no_lead(db: Session) -> None:
    found_bureau(db)
    event = Seen().event().model_copy(update={"hazard": "NONE-01"})
    with pytest.raises(FieldsMissing):
        leads.attach(db, NOW, CATALOGUE, event)
    assert db.scalar(select(func.count()).select_from(Lead)) == 0


def test_a_camera_that_is_not_registered_makes_no_lead(db: Session) -> None:
    found_bureau(db)
    with pytest.raises(FieldsMissing):
        attach(db, Seen(camera=CameraId("nobodys")))
    assert db.scalar(select(func.count()).select_from(Lead)) == 0


def test_pages_are_told_of_a_new_lead(db: Session) -> None:
    found_bureau(db)
    lead_id = attach(db, Seen())
    told = [change for change in changes_after(db, 0) if change.kind == "lead"]
    assert told[-1].data == {"id": str(lead_id), "version": 1, "state": "new", "priority": "P3"}


def test_a_hundred_incidents_from_many_connections_are_a_hundred_leads(
    own_database: Database,
) -> None:
    """Acceptance 3: distinct keys, at most twenty a camera in ten minutes."""
    with own_database.writing() as db:
        found_bureau(db)
    happenings = [
        Seen(camera=CameraId(f"cam-{n % 5}"), zone=ZoneId(f"z{n}"), started=NOW + n * MINUTE)
        for n in range(100)
    ]
    assert run_all(own_database, happenings + happenings[:30]) == 100
    with own_database.reading() as db:
        times = db.scalars(select(Lead.times_seen)).all()
        numbers = sorted(db.scalars(select(Lead.number)).all())
    assert times == [1] * 100
    assert numbers[-1] == "XS-320115-2026-000100"


def test_one_key_from_many_connections_is_one_lead(own_database: Database) -> None:
    with own_database.writing() as db:
        found_bureau(db)
    happenings = [Seen(started=NOW + timedelta(seconds=40 * n)) for n in range(20)]
    assert run_all(own_database, happenings) == 1
    with own_database.reading() as db:
        assert db.scalars(select(Lead.times_seen)).all() == [20]


def run_all(database: Database, happenings: list[Seen]) -> int:
    """Attach from eight connections at once; return how many leads there are."""

    def attach_alone(seen: Seen) -> UUID:
        with database.writing() as db:
            return attach(db, seen)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(attach_alone, happenings))
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(Lead)) or 0


def test_without_taking_a_turn_attaching_takes_it_itself(own_database: Database) -> None:
    """A caller that forgot to begin a writing transaction still makes no second lead."""
    with own_database.writing() as db:
        found_bureau(db)

    def forgetful(seen: Seen) -> UUID:
        with own_database.reading() as db:
            lead = attach(db, seen)
            db.commit()
            return lead

    happenings = [Seen(started=NOW + timedelta(seconds=40 * n)) for n in range(12)]
    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(forgetful, happenings))) == 1


@pytest.fixture
def reporter(db: Session, tmp_path: Path) -> Callable[[Seen], UUID]:
    return Reporter.at(db, tmp_path / "files").report


def test_a_picture_that_arrives_is_told_to_the_pages(
    db: Session, reporter: Callable[[Seen], UUID]
) -> None:
    found_bureau(db)
    lead_id = reporter(Seen())
    before = len(changes_after(db, 0))
    leads.evidence_arrived(db, NOW, Seen().id)
    news = changes_after(db, 0)[before:]
    assert [change.object_id for change in news] == [str(lead_id)]


def test_evidence_of_an_incident_that_is_not_known_yet_tells_nobody(db: Session) -> None:
    found_bureau(db)
    before = len(changes_after(db, 0))
    leads.evidence_arrived(db, NOW, UUID(int=5))
    assert len(changes_after(db, 0)) == before


def test_the_box_is_the_one_that_was_registered(db: Session) -> None:
    found_bureau(db)
    assert lead_of(db, attach(db, Seen())).device == BOX
