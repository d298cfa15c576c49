"""What the database refuses of reminders, whatever a program does."""

from sqlalchemy.orm import Session
from violations import refused_by

from server.identity import service as identity
from server.reminders import service as reminders
from server.reminders.facts import Fact
from server.reminders.service import Attempt, Gathered
from server.tables import metadata
from server.testing.bureau import settle
from server.testing.fake_device import START

SWITCH = "INSERT INTO reminder_rule_switch SELECT gen_random_uuid(), {} FROM reminder_rule_switch"
VIOLATIONS = {
    "ck_reminder_state": "UPDATE reminder SET state = 'lost', reason = NULL, handled_by = NULL",
    "ck_reminder_severity": "UPDATE reminder SET severity = 'loud'",
    "ck_reminder_within_unit": "UPDATE reminder SET within_unit = 'moon'",
    "ck_reminder_rule": "UPDATE reminder SET rule = 'X-1'",
    "ck_reminder_version": "UPDATE reminder SET version = 0",
    "ck_reminder_within_n": "UPDATE reminder SET within_n = 0",
    "ck_reminder_steps_up": "UPDATE reminder SET steps_up = 4",
    "ck_reminder_handled_by_somebody": "UPDATE reminder SET handled_by = NULL",
    "ck_reminder_handled_how": "UPDATE reminder SET reason = NULL WHERE state = 'handled'",
    "ck_reminder_reason": "UPDATE reminder SET reason = ' x '",
    "ck_reminder_ended": "UPDATE reminder SET ended_at = NULL",
    "fk_reminder_unit_id": "UPDATE reminder SET unit_id = gen_random_uuid()",
    "fk_reminder_owner_id": "UPDATE reminder SET owner_id = gen_random_uuid()",
    "uq_reminder_rule_object_type_object_id_period": "INSERT INTO reminder SELECT"
    " gen_random_uuid(), rule, rule_version, object_type, object_id, period, unit_id, owner_id,"
    " state, severity, steps_up, message_zh, within_n, within_unit, raised_at, answer_by,"
    " handled_by, reason, ended_at, version FROM reminder",
    "ck_reminder_rule_switch_rule": SWITCH.format("'X', 1, is_on, by, reason, at"),
    "ck_reminder_rule_switch_blocking_stays_on": SWITCH.format("'R-043', 1, false, by, reason, at"),
    "ck_reminder_rule_switch_turn": SWITCH.format("rule, 0, is_on, by, reason, at"),
    "uq_reminder_rule_switch_rule_turn": SWITCH.format("rule, turn, is_on, by, reason, at"),
    "ck_reminder_rule_switch_reason": SWITCH.format("rule, 9, is_on, by, '  ', at"),
}


def test_every_violation_is_refused_by_its_own_constraint(db: Session) -> None:
    settle(db)
    leader = identity.actor_named(db, "leader", "test", START)
    reminders.switch(db, START, leader, "R-021", on=False, reason="试用期")
    fact = Fact("R-036", "holiday_year", "2027", START, words={"year": "2027"})
    assert reminders.run(db, START, Gathered((fact,), frozenset({"R-036"}))).fired == 1
    item = reminders.listed(db, START, leader, reminders.ReminderState.OPEN, None)[0]
    reminders.handle(db, Attempt(START, leader, item.id, 1, "已下载，待载入"))
    refused = {name: refused_by(db, violation) for name, violation in VIOLATIONS.items()}
    assert refused == {name: name for name in VIOLATIONS}


def test_no_constraint_is_left_untried() -> None:
    named = {
        str(constraint.name)
        for table in ("reminder", "reminder_rule_switch")
        for constraint in metadata.tables[table].constraints
        if not str(constraint.name).startswith("pk_")
    }
    assert named == set(VIOLATIONS)
