"""AC-21: what one camera sees again joins; during rectification it is told to the handler."""

from datetime import timedelta
from uuid import UUID

from bureau import CATALOGUE, Reporter, Seen
from handover_desk import HandoverDesk
from jiangsu import FINDING, looked_at

from server.leads import service as leads


def again(desk: HandoverDesk, times: int) -> UUID:
    """Let the same thing happen a number of times, 37 seconds apart."""
    lead: UUID | None = None
    for _ in range(times):
        desk.move_to(desk.clock.now() + timedelta(seconds=37))
        now = desk.clock.now()
        with desk.database.writing() as db:
            seen = Seen(started=now)
            if lead is None:
                lead = Reporter(db, desk.store).report(seen, now)
            else:
                assert leads.attach(db, now, CATALOGUE, seen.event()) == lead
    assert lead is not None
    return lead


def test_forty_incidents_are_one_lead_and_the_next_joins_its_task(desk: HandoverDesk) -> None:
    officer = desk.bureau.officer
    lead = again(desk, 40)
    page = desk.read(officer, f"leads/{lead}")
    assert page["times_seen"] == 40
    assert sum(term["points"] for term in page["addends"]) == page["score"]
    looked_at(desk, officer, lead)
    assert desk.do(officer, f"leads/{lead}", "confirm", FINDING)["state"] == "tasked"
    assert again(desk, 1) == lead
    page = desk.read(officer, f"leads/{lead}")
    assert page["incidents"][-1]["joined_as"] == "during_rectification"
    assert page["again_at"] is not None
    assert page["state"] == "tasked", "a machine changes no decision"
