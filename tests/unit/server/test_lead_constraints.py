"""What the database refuses of leads and their surroundings, whatever a program does."""

from pathlib import Path

from bureau import NOW, Reporter, Seen, found_bureau
from sqlalchemy import text
from sqlalchemy.orm import Session
from violations import refused_by

VIOLATIONS = {
    "ck_lead_confirmed_by_somebody": "UPDATE lead SET state = 'confirmed'",
    "ck_lead_dismissed_by_somebody": "UPDATE lead SET state = 'false_alarm', ended_at = now()",
    "ck_lead_state": "UPDATE lead SET state = 'guilty'",
    "ck_lead_severity": "UPDATE lead SET severity = 5",
    "ck_lead_score": "UPDATE lead SET score = 101",
    "ck_lead_times_seen": "UPDATE lead SET times_seen = 0",
    "ck_lead_seen_order": "UPDATE lead SET last_seen = first_seen - interval '1s'",
    "ck_lead_relooks": "UPDATE lead SET relooks = 3",
    "ck_lead_version": "UPDATE lead SET version = 0",
    "ck_lead_prescreened": "UPDATE lead SET suggestion = 'to_confirm'",
    "ck_lead_priority": "UPDATE lead SET priority = 'P9'",
    "ck_lead_verdict": "UPDATE lead SET verdict = 'maybe', decided_by = (SELECT id FROM account"
    " LIMIT 1), decided_at = now()",
    "ck_lead_verdict_of_somebody": "UPDATE lead SET verdict = 'confirmed'",
    "ck_lead_ended": "UPDATE lead SET ended_at = now()",
    "ck_lead_duplicate_of": "UPDATE lead SET state = 'duplicate', ended_at = now()",
    "ck_lead_expired": "UPDATE lead SET state = 'expired', ended_at = now(), severity = 2",
    "ck_lead_second_person": "UPDATE lead SET seconded_at = now()",
    "ck_lead_muted": "UPDATE lead SET muted_until = now()",
    "ck_lead_incident_seq": "UPDATE lead_incident SET seq = 0",
    "ck_lead_incident_joined_as": "UPDATE lead_incident SET joined_as = 'x'",
    "ck_lead_incident_moved_from": "UPDATE lead_incident SET moved_from = lead_id",
    "pk_lead_lease": "INSERT INTO lead_lease SELECT * FROM lead_lease",
    "ck_lead_verdict_verdict": "UPDATE lead_verdict SET verdict = 'maybe', reason = NULL",
    "ck_lead_verdict_reason": "UPDATE lead_verdict SET reason = 'whim'",
    "ck_lead_verdict_reason_given": "UPDATE lead_verdict SET reason = NULL",
    "ck_lead_verdict_revoked": "UPDATE lead_verdict SET revoked_at = now()",
    "uq_lead_verdict_holding": "INSERT INTO lead_verdict SELECT gen_random_uuid(), lead_id,"
    " verdict, reason, by, at FROM lead_verdict",
    "ck_lead_proposal_event": "UPDATE lead_proposal SET event = 'burn'",
    "ck_lead_proposal_state": "UPDATE lead_proposal SET state = 'lost', answered_at = now(),"
    " answered_by = (SELECT id FROM account WHERE name = 'zhou')",
    "ck_lead_proposal_reason": "UPDATE lead_proposal SET reason = ' '",
    "ck_lead_proposal_basis": "UPDATE lead_proposal SET basis = 'x'",
    "ck_lead_proposal_version": "UPDATE lead_proposal SET version = 0",
    "ck_lead_proposal_answered": "UPDATE lead_proposal SET answered_at = now()",
    "ck_lead_proposal_second_person": "UPDATE lead_proposal SET state = 'approved',"
    " answered_at = now(), answered_by = proposed_by",
    "uq_lead_proposal_pending": "INSERT INTO lead_proposal SELECT gen_random_uuid(), lead_id,"
    " event, state, version, reason, basis, proposed_by, proposed_at FROM lead_proposal",
    "ck_site_division_code": "UPDATE site SET division_code = '3201'",
    "ck_enterprise_credit_code": "UPDATE enterprise SET credit_code = 'x'",
    "ck_enterprise_risk_band": "UPDATE enterprise SET risk_band = 'x'",
    "ck_serial_number_last": "UPDATE serial_number SET last = 0",
    "ck_serial_number_prefix": "UPDATE serial_number SET prefix = 'z'",
}


def test_every_violation_is_refused_by_its_own_constraint(db: Session, tmp_path: Path) -> None:
    found_bureau(db)
    Reporter.at(db, tmp_path / "files").report(Seen())
    for table, values in (
        ("lead_lease", "lead.id, account.id, 'x', :now"),
        ("lead_verdict", "gen_random_uuid(), lead.id, 'false_alarm', 'test', account.id, :now"),
        (
            "lead_proposal",
            "gen_random_uuid(), lead.id, 'reopen', 'pending', 1, '新情况', NULL, account.id, :now",
        ),
    ):
        source = "FROM lead, account WHERE name = 'wang'"
        db.execute(text(f"INSERT INTO {table} SELECT {values} {source}"), {"now": NOW})
    refused = {name: refused_by(db, violation) for name, violation in VIOLATIONS.items()}
    assert refused == {name: name for name in VIOLATIONS}
