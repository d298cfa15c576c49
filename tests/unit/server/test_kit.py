"""What every module stands on: ids, states, versions, first answers, live changes."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import uuid4

import pytest
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from server.kit import live
from server.kit.clock import Clock, SystemClock
from server.kit.db import Database
from server.kit.errors import (
    Conflict,
    NotAllowedNow,
    StaleVersion,
    VersionNotGiven,
)
from server.kit.idempotency import Asked, forget_old, once
from server.kit.ids import new_id
from server.kit.live import Change, Kind, LiveChange
from server.kit.preconditions import check_version, if_match
from server.kit.state_machine import StateMachine
from server.testing.fake_device import START
from server.testing.settled_clock import SettledClock


class Light(StrEnum):
    RED = "red"
    GREEN = "green"


class Turn(StrEnum):
    GO = "go"
    STOP = "stop"


LIGHTS = StateMachine(
    "light", {(Light.RED, Turn.GO): Light.GREEN, (Light.GREEN, Turn.STOP): Light.RED}
)


class Answer(BaseModel):
    number: int


def test_a_state_moves_as_the_table_says() -> None:
    assert LIGHTS.after(Light.RED, Turn.GO) is Light.GREEN


def test_what_the_table_does_not_list_is_refused_with_what_it_does() -> None:
    with pytest.raises(NotAllowedNow) as refused:
        LIGHTS.after(Light.RED, Turn.STOP)
    assert refused.value.more() == {"state": "red", "allowed": ("go",)}


def test_ids_sort_by_the_time_they_were_made() -> None:
    ids = [new_id(START + timedelta(milliseconds=n)) for n in range(50)]
    assert ids == sorted(ids)
    assert {one.version for one in ids} == {7}
    assert len({new_id(START) for _ in range(50)}) == 50


def test_a_naive_time_names_nothing_and_is_never_stored(db: Session) -> None:
    naive = datetime(2026, 3, 2)  # noqa: DTZ001 - the mistake itself
    with pytest.raises(ValueError, match="naive"):
        new_id(naive)
    db.add(LiveChange(at=naive, kind=Kind.LEAD, object_id="1", data={}))
    with pytest.raises(StatementError, match="naive"):
        db.flush()


@pytest.mark.parametrize("clock", [SystemClock(), SettledClock()], ids=["system", "settled"])
def test_a_clock_tells_utc_and_never_goes_back(clock: Clock) -> None:
    assert clock.now().tzinfo is UTC
    first = clock.mono()
    assert clock.mono() >= first


@pytest.mark.parametrize("header", ['"3"', "3", 'W/"3"'])
def test_a_version_is_read_from_if_match(header: str) -> None:
    assert if_match(header) == 3


@pytest.mark.parametrize("header", [None, "", "*", '"x"', '"-1"'])
def test_a_write_without_a_version_is_refused(header: str | None) -> None:
    with pytest.raises(VersionNotGiven):
        if_match(header)


def test_a_stale_version_tells_both() -> None:
    check_version("lead 1", 3, 3)
    with pytest.raises(StaleVersion) as stale:
        check_version("lead 1", 2, 3)
    assert stale.value.more() == {"given_version": 2, "current_version": 3}


def test_the_same_key_gets_the_first_answer(db: Session) -> None:
    asked = Asked(uuid4(), "key-12345678", "lead/1/confirm", Answer(number=1), START)
    answers = [once(db, asked, Answer, lambda n=n: Answer(number=n)).number for n in (7, 8, 9)]
    assert answers == [7, 7, 7]


def test_the_same_key_for_something_else_is_refused(db: Session) -> None:
    actor = uuid4()
    first = Asked(actor, "key-12345678", "lead/1/confirm", Answer(number=1), START)
    once(db, first, Answer, lambda: Answer(number=7))
    for act, body in (("lead/2/confirm", 1), ("lead/1/confirm", 2)):
        other = Asked(actor, "key-12345678", act, Answer(number=body), START)
        with pytest.raises(Conflict):
            once(db, other, Answer, lambda: Answer(number=8))


def test_the_same_key_of_another_person_is_another_key(db: Session) -> None:
    answers = [
        once(
            db,
            Asked(uuid4(), "key-12345678", "x", None, START),
            Answer,
            lambda n=n: Answer(number=n),
        )
        for n in (1, 2)
    ]
    assert [answer.number for answer in answers] == [1, 2]


def test_an_old_answer_is_forgotten(db: Session) -> None:
    asked = Asked(uuid4(), "key-12345678", "x", None, START)
    once(db, asked, Answer, lambda: Answer(number=1))
    forget_old(db, START + timedelta(days=8))
    assert once(db, asked, Answer, lambda: Answer(number=2)).number == 2


def test_whoever_was_away_is_told_what_was_missed(db: Session) -> None:
    before = live.newest(db)
    for name in ("a", "b", "c"):
        live.announce(db, START, Change(Kind.LEAD, name, {"state": "new"}))
    told = live.changes_after(db, before)
    assert [(one.object_id, one.data) for one in told] == [
        (name, {"id": name, "state": "new"}) for name in ("a", "b", "c")
    ]
    assert live.changes_after(db, told[-1].seq) == []
    live.forget_old(db, START + timedelta(days=2))
    assert live.changes_after(db, before) == []


def write_and_fail(database: Database) -> None:
    with database.writing() as db:
        live.announce(db, START, Change(Kind.LEAD, "a"))
        raise ZeroDivisionError


def test_a_write_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        write_and_fail(database)
    with database.reading() as db:
        assert db.execute(text("SELECT count(*) FROM live_change")).scalar() == 0
