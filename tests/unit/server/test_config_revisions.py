"""The life of a configuration: two people, one signature, one answer."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from config_desk import SITE, ConfigDesk
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlalchemy import text
from sqlalchemy.orm import Session

from hazard_library.contract.configuration import RevisionDocument
from hazard_library.contract.device import DeviceState
from hazard_library.contract.ids import DeviceId
from hazard_library.proof.signature import is_signed_by
from server.audit import service as audit
from server.audit.service import Thing
from server.configuration import pages, service
from server.configuration.service import Attempt, Draft
from server.configuration.signing import ConfigurationKey
from server.configuration.states import REVISIONS, RevisionEvent, RevisionState
from server.fleet import service as fleet
from server.kit.errors import (
    FieldsMissing,
    NotAllowedNow,
    NotFound,
    NotPermitted,
    SettingsError,
    StaleVersion,
)
from server.testing.bureau import BY
from server.testing.fake_device import START


@pytest.fixture
def desk(db: Session, tmp_path: Path) -> ConfigDesk:
    return ConfigDesk(db, ConfigurationKey.at(tmp_path / "configuration"))


def test_a_revision_is_written_approved_published_and_acknowledged(desk: ConfigDesk) -> None:
    made = desk.draft()
    assert (made.state, made.number) == (RevisionState.DRAFTED, None)
    assert desk.approve(made).state is RevisionState.APPROVED
    sent = desk.publish(made)
    assert (sent.state, sent.number) == (RevisionState.PUBLISHED, 1)
    assert desk.answer(sent) is RevisionState.ACKNOWLEDGED
    told = [
        (entry.event, entry.actor, entry.to_state)
        for entry in audit.history(desk.db, Thing("config_revision", str(made.id)))
    ]
    assert told == [
        ("drafted", "wu", "drafted"),
        ("approve", "zhao", "approved"),
        ("publish", "wu", "published"),
        ("applied", "svc:configuration", "acknowledged"),
    ]
    assert audit.verify_chain(desk.db).broken_at is None


def test_what_is_signed_is_the_whole_text_for_this_box(desk: ConfigDesk) -> None:
    sent = desk.published()
    assert sent.document is not None
    assert sent.signature is not None
    public = load_pem_public_key(desk.key.public_pem.encode()).public_bytes_raw()  # type: ignore[union-attr]
    assert is_signed_by(sent.document.encode(), sent.signature, public)
    document = RevisionDocument.model_validate_json(sent.document)
    assert (document.device, document.revision) == ("box-1", 1)
    assert document.files == {"site.yaml": SITE}


def test_nobody_approves_what_they_wrote(desk: ConfigDesk) -> None:
    made = desk.draft(by="wu")
    with pytest.raises(NotPermitted, match="wu wrote this revision"):
        desk.approve(made, by="wu")
    assert made.state is RevisionState.DRAFTED
    assert desk.approve(made, by="leader").approved_by == "leader"


@pytest.mark.parametrize("name", ["leader", "officer", "aide", "admin", "maintainer"])
def test_only_device_operators_write_and_publish(desk: ConfigDesk, name: str) -> None:
    with pytest.raises(NotPermitted):
        desk.draft(by=name)
    made = desk.approve(desk.draft())
    with pytest.raises(NotPermitted):
        desk.publish(made, by=name)
    assert made.state is RevisionState.APPROVED


@pytest.mark.parametrize("name", ["officer", "aide", "admin", "maintainer"])
def test_only_a_leader_or_another_device_operator_approves(desk: ConfigDesk, name: str) -> None:
    made = desk.draft()
    with pytest.raises(NotPermitted):
        desk.approve(made, by=name)
    with pytest.raises(NotPermitted):
        service.withdraw(desk.db, desk.tried(made, name), "不需要")


def test_every_event_that_the_table_does_not_list_is_refused() -> None:
    for state in RevisionState:
        for event in set(RevisionEvent) - set(REVISIONS.allowed(state)):
            with pytest.raises(NotAllowedNow):
                REVISIONS.after(state, event)


def test_nothing_is_published_without_approval_and_nothing_twice(desk: ConfigDesk) -> None:
    made = desk.draft()
    with pytest.raises(NotAllowedNow):
        desk.publish(made)
    desk.publish(desk.approve(made))
    with pytest.raises(NotAllowedNow):
        desk.publish(made)


def test_an_act_on_a_version_that_is_not_the_newest_is_refused(desk: ConfigDesk) -> None:
    made = desk.approve(desk.draft())
    with pytest.raises(StaleVersion):
        service.publish(desk.db, desk.key, desk.tried(made, "wu", version=1))
    nothing = Attempt(START, desk.people["wu"], uuid4(), 1)
    with pytest.raises(NotFound):
        service.publish(desk.db, desk.key, nothing)


def test_the_box_says_the_same_again_and_it_counts_once(desk: ConfigDesk) -> None:
    sent = desk.published()
    desk.answer(sent)
    version = sent.version
    desk.answer(sent)
    desk.answer(sent, refused="later, for another reason")
    assert (sent.state, sent.version) == (RevisionState.ACKNOWLEDGED, version)


def test_a_refusal_keeps_the_boxs_own_reason(desk: ConfigDesk) -> None:
    sent = desk.published()
    assert desk.answer(sent, refused="it has no\0 model") is RevisionState.REFUSED
    assert sent.ended_because == "it has no model"
    # The model came, the box was started anew.
    assert desk.answer(sent) is RevisionState.ACKNOWLEDGED
    assert sent.ended_because is None


def test_an_answer_to_nothing_of_ours_changes_nothing(desk: ConfigDesk) -> None:
    sent = desk.published()
    service.hear(desk.db, START, desk.box.state())
    other = desk.box.state().model_dump(by_alias=True)
    other["config_answer"] = {"document_sha256": "0" * 64, "outcome": "applied"}
    service.hear(desk.db, START, DeviceState.model_validate(other))
    other["config_answer"]["document_sha256"] = sent.document_sha256
    service.hear(desk.db, START, DeviceState.model_validate(other | {"device": "box-2"}))
    assert sent.state is RevisionState.PUBLISHED


def test_a_newer_one_withdraws_the_one_that_still_waits(desk: ConfigDesk) -> None:
    first = desk.published()
    second = desk.published({"site.yaml": SITE + "time_zone: Asia/Shanghai\n"})
    assert (first.state, second.state) == (RevisionState.WITHDRAWN, RevisionState.PUBLISHED)
    assert second.number == 2
    assert "2" in str(first.ended_because)
    # It was handed over before: what the box runs with is true all the same.
    assert desk.answer(first) is RevisionState.ACKNOWLEDGED
    assert desk.answer(second) is RevisionState.ACKNOWLEDGED


def test_numbers_go_on_from_what_the_box_says_it_has(desk: ConfigDesk) -> None:
    fleet.hear(desk.db, START, desk.box.state(config_revision=41))
    assert desk.published().number == 42


def test_an_earlier_revision_comes_back_as_a_new_one(desk: ConfigDesk) -> None:
    first = desk.published()
    with pytest.raises(NotAllowedNow, match="restore"):
        service.restore(desk.db, START, desk.people["wu"], first.id, "回退")
    desk.answer(first)
    other = {"site.yaml": SITE.replace("PPE-01", "FIRE-01")}
    desk.answer(desk.published(other))
    back = service.restore(desk.db, START, desk.people["wu"], first.id, "误报太多，回退")
    assert (back.state, back.restores_id) == (RevisionState.DRAFTED, first.id)
    assert back.files_sha256 == first.files_sha256
    with pytest.raises(NotPermitted):
        desk.approve(back, by="wu")
    sent = desk.publish(desk.approve(back))
    assert sent.number == 3
    assert sent.document_sha256 != first.document_sha256


def test_a_page_shows_what_would_change_and_what_the_reader_may_do(desk: ConfigDesk) -> None:
    desk.answer(desk.published())
    made = desk.draft({"site.yaml": SITE.replace("id: gate", "id: barn")})
    page = pages.read(desk.db, START, desk.people["zhao"], made.id)
    assert page.compared_with == 1
    assert "-  - id: gate" in page.changes
    assert "+  - id: barn" in page.changes
    assert page.unregistered_cameras == ["barn"]
    may: Callable[[str], list[RevisionEvent]] = lambda name: (  # noqa: E731 - said once
        pages.read(desk.db, START, desk.people[name], made.id).events
    )
    assert may("wu") == [RevisionEvent.WITHDRAW]
    assert may("leader") == [RevisionEvent.APPROVE, RevisionEvent.WITHDRAW]
    assert may("officer") == []
    with pytest.raises(NotPermitted):
        may("maintainer")


def test_a_revoked_or_unknown_box_gets_none(desk: ConfigDesk) -> None:
    made = desk.approve(desk.draft())
    wanted = Draft(DeviceId("box-9"), {"site.yaml": SITE}, "新增")
    with pytest.raises(NotFound, match="box-9"):
        service.draft(desk.db, START, desk.people["wu"], wanted)
    with pytest.raises(NotFound, match="box-9"):
        pages.listed(desk.db, START, desk.people["wu"], DeviceId("box-9"), None)
    fleet.revoke(desk.db, START, BY, desk.box.id, "被盗")
    with pytest.raises(NotFound, match="revoked"):
        desk.publish(made)


def test_a_text_with_mistakes_is_not_even_written_down(desk: ConfigDesk) -> None:
    with pytest.raises(FieldsMissing) as told:
        desk.draft({"site.yaml": SITE.replace("stores: stores", "store: stores")})
    assert any("site.yaml:1: stores missing" in line for line in told.value.fields)
    assert any("unknown key store" in line for line in told.value.fields)
    assert desk.db.execute(text("SELECT count(*) FROM config_revision")).scalar() == 0


def test_the_key_is_made_once_and_a_broken_one_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "configuration"
    assert ConfigurationKey.at(folder).id == ConfigurationKey.at(folder).id
    file = folder / "configuration-key.pem"
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_text("nonsense")
    with pytest.raises(SettingsError, match=r"configuration-key\.pem"):
        ConfigurationKey.at(folder)
