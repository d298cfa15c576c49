"""`patrol library pull` from the real server: what comes, what comes once, what goes again."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from bureau import CATALOGUE, FLAME, NOW, Seen
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from web_server import serving

from hazard_library import cli
from hazard_library.contract.events import Box
from hazard_library.contract.ids import HazardId, ZoneId
from hazard_library.errors import SampleError
from hazard_library.samples.intake import Intake
from hazard_library.samples.proposals import Server, read_token
from hazard_library.samples.pull import Pull, Told
from hazard_library.samples.review import Act, Event, State
from hazard_library.samples.sample import Sample
from hazard_library.samples.store import SampleStore, Wanted
from hazard_library.samples.verdict import Teaches
from hazard_library.samples.vocabulary import read_vocabulary
from server.audit import service as audit
from server.audit.service import Thing
from server.leads.states import DismissReason

from .conftest import AGREED, ENDED, MINUTE, Office, frame

ACT = Act(by="person:qian", at=NOW, why="pull")
INTRUDER = HazardId("ZONE-01")
ALL = Wanted(states=tuple(State))
LAMP = Box(label="fire", score=0.81, box=(100.0, 90.0, 180.0, 170.0), subject=True)
WORKER = Box(label="person", score=0.9, box=(300.0, 50.0, 380.0, 350.0), subject=False)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[SampleStore]:
    with SampleStore.open(tmp_path / "library", create=True) as store:
        yield store


def pull(store: SampleStore, address: str, token: str, *, again: bool = False) -> Told:
    with Server.at(address, token) as server:
        intake = Intake(store, read_vocabulary(), ACT)
        return Pull(server, intake, CATALOGUE.hazards).run(again=again)


def one(store: SampleStore) -> Sample:
    (sample,) = store.select(ALL)
    return sample


def test_a_lamp_taken_for_fire_becomes_a_hard_negative_proposal(
    office: Office, library: SampleStore
) -> None:
    office.consent(AGREED)
    lead = office.report(Seen(hazard=FLAME, zone=None), 1, boxes=(LAMP, WORKER))
    office.dismiss(lead)
    told = pull(library, office.address, office.token)
    sample = one(library)
    assert told.proposed[Teaches.HARD_NEGATIVE] == [sample.sha256]
    assert sample.state is State.PROPOSED
    assert library.file(sample).read_bytes() == frame(1)
    (verdict,) = sample.verdicts
    assert (verdict.absent, [box.label for box in verdict.rejected]) == (("fire",), ["fire"])
    assert verdict.in_words == "FIRE-01 误报（误检）"
    assert [(label.label, label.by) for label in sample.labels] == [
        ("person", "model:site-hazards/1")
    ]
    assert sample.known == frozenset(), "a verdict proposes; a maintainer states"
    assert (sample.privacy.consent, sample.privacy.names_replaced) == ("given", True)
    assert sample.provenance.refers_to == str(lead)
    assert sample.group is not None
    assert sample.camera is not None
    assert "gate" not in sample.model_dump_json()


def test_a_confirmed_lead_becomes_a_positive_with_the_models_boxes(
    office: Office, library: SampleStore
) -> None:
    office.consent(AGREED)
    office.confirm(office.report(Seen(), 1))
    told = pull(library, office.address, office.token)
    sample = one(library)
    assert told.proposed[Teaches.POSITIVE] == [sample.sha256]
    (label,) = sample.labels
    assert (label.label, label.score) == ("no_helmet", 0.8)
    assert label.corners(640, 360) == pytest.approx((10, 20, 30, 40))


def test_a_bare_head_that_was_none_leaves_the_person(office: Office, library: SampleStore) -> None:
    office.consent(AGREED)
    person = WORKER.model_copy(update={"subject": True})
    head = Box(label="no_helmet", score=0.7, box=(320.0, 50.0, 360.0, 90.0), subject=True)
    office.dismiss(office.report(Seen(), 1, boxes=(person, head)))
    pull(library, office.address, office.token)
    assert [label.label for label in one(library).labels] == ["person"]
    assert one(library).verdicts[0].absent == ("no_helmet",)


@pytest.mark.parametrize("is_fire_first", [True, False])
def test_two_leads_with_one_key_frame_are_one_sample(
    office: Office, library: SampleStore, *, is_fire_first: bool
) -> None:
    office.consent(AGREED)
    both = (LAMP, WORKER)
    fire = office.report(Seen(hazard=FLAME, zone=None), 1, boxes=both)
    zone = office.report(Seen(hazard=INTRUDER), 1, boxes=both)
    for lead in (fire, zone) if is_fire_first else (zone, fire):
        (office.dismiss if lead == fire else office.confirm)(lead)
        pull(library, office.address, office.token)
    sample = one(library)
    assert {verdict.in_words for verdict in sample.verdicts} == {
        "FIRE-01 误报（误检）",
        "ZONE-01 属实",
    }
    assert [label.label for label in sample.labels] == ["person"]


@pytest.mark.parametrize("reason", [DismissReason.UNDER_PERMIT, DismissReason.NOT_VIOLATION])
def test_a_flame_under_permit_is_no_negative(
    office: Office, library: SampleStore, reason: DismissReason
) -> None:
    office.consent(AGREED)
    office.dismiss(office.report(Seen(hazard=FLAME, zone=None), 1, boxes=(LAMP,)), reason)
    told = pull(library, office.address, office.token)
    assert told.proposed[Teaches.OPEN] == [one(library).sha256]
    assert one(library).verdicts[0].absent == ()
    assert [label.label for label in one(library).labels] == ["fire"]


def test_a_second_pull_brings_nothing_twice_and_looks_at_no_picture(
    office: Office, library: SampleStore
) -> None:
    office.consent(AGREED)
    office.dismiss(office.report(Seen(), 1))
    pull(library, office.address, office.token)
    again = pull(library, office.address, office.token, again=True)
    assert (again.unchanged, sum(map(len, again.proposed.values()))) == (1, 0)
    more = pull(library, office.address, office.token)
    assert (more.unchanged, sum(map(len, more.proposed.values()))) == (0, 0)
    assert len(library.history(one(library).sha256)) == 1
    assert _pictures_looked_at(office, one(library)) == 1


def test_a_pull_goes_on_where_it_was_broken_off(office: Office, library: SampleStore) -> None:
    office.consent(AGREED)
    leads = [office.report(Seen(started=NOW - n * MINUTE, zone=ZoneId(f"z{n}")), n) for n in (1, 2)]
    for lead in leads:
        office.dismiss(lead)
    path = office.files.path(hashlib.sha256(frame(2)).hexdigest())
    hidden = path.with_suffix(".away")
    path.rename(hidden)
    told = pull(library, office.address, office.token)
    assert len(told.proposed[Teaches.HARD_NEGATIVE]) == 1
    (refusal,) = told.refused
    assert "no longer offered" in str(refusal)
    hidden.rename(path)
    office.verify(path.name)
    told = pull(library, office.address, office.token)
    assert (len(told.proposed[Teaches.HARD_NEGATIVE]), told.refused, told.unchanged) == (1, [], 1)


def test_consent_that_ends_withdraws_and_erases(office: Office, library: SampleStore) -> None:
    office.consent(AGREED)
    office.dismiss(office.report(Seen(), 1))
    pull(library, office.address, office.token)
    file = library.file(one(library))
    office.consent(ENDED)
    told = pull(library, office.address, office.token)
    assert (told.withdrawn, told.no_consent) == ([one(library).sha256], 1)
    assert one(library).state is State.WITHDRAWN
    assert not file.exists()
    office.consent(AGREED)
    told = pull(library, office.address, office.token)
    assert (told.stays_withdrawn, one(library).state) == (1, State.WITHDRAWN)


def test_consent_that_comes_later_brings_the_earlier_verdicts(
    office: Office, library: SampleStore
) -> None:
    office.dismiss(office.report(Seen(), 1))
    told = pull(library, office.address, office.token)
    assert (told.no_consent, library.select(ALL)) == (1, [])
    office.consent(AGREED)
    pull(library, office.address, office.token)
    assert one(library).state is State.PROPOSED


def test_another_verdict_sends_labels_back_to_be_looked_at(
    office: Office, library: SampleStore
) -> None:
    office.consent(AGREED)
    lead = office.report(Seen(hazard=FLAME, zone=None), 1, boxes=(LAMP,))
    office.dismiss(lead)
    pull(library, office.address, office.token)
    library.change(one(library), Event.LABEL, ACT)
    office.reopen(lead)
    office.confirm(lead)
    told = pull(library, office.address, office.token)
    sample = one(library)
    assert (told.changed, sample.state) == ([sample.sha256], State.PROPOSED)
    assert [verdict.decision for verdict in sample.verdicts] == ["confirmed"]
    assert library.history(sample.sha256)[-1].act.why.startswith("FIRE-01 属实")


def test_the_command_tells_what_came_and_what_is_not_offered(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office.consent(AGREED)
    office.dismiss(office.report(Seen(), 1))
    office.dismiss(office.report(Seen(started=NOW + MINUTE * 9, zone=None), 2, arrived=False))
    token = tmp_path / "token"
    token.write_text(f"{office.token}\n")
    words = ["--server", office.address, "--token-file", str(token)]
    assert cli.main(["library", "pull", *words, "--library", str(tmp_path / "new")]) == 0
    said = capsys.readouterr().out
    assert "1 hard negative" in said
    assert "1 incidents whose key frame is not there" in said


@pytest.mark.parametrize(
    ("url", "token", "says"),
    [
        ("http://127.0.0.1:1", "t", "does not answer"),
        ("http://patrol.example.cn", "t", "use https"),
        ("patrol.example.cn", "t", "https://patrol.example.cn"),
    ],
)
def test_a_server_that_cannot_be_used_is_told(
    library: SampleStore, url: str, token: str, says: str
) -> None:
    with pytest.raises(SampleError, match=says):
        pull(library, url, token)


def test_a_wrong_token_is_told_with_its_remedy(office: Office, library: SampleStore) -> None:
    with pytest.raises(SampleError, match="library-token"):
        pull(library, office.address, "made-up")


def test_a_token_file_without_a_token_is_told(tmp_path: Path) -> None:
    with pytest.raises(SampleError, match="library-token"):
        read_token(tmp_path / "none")
    (tmp_path / "prose").write_text("two words\n")
    with pytest.raises(SampleError, match="holds no token"):
        read_token(tmp_path / "prose")


def test_bytes_that_are_not_the_announced_ones_are_refused_and_the_rest_comes(
    office: Office, library: SampleStore
) -> None:
    office.consent(AGREED)
    leads = [office.report(Seen(started=NOW - n * MINUTE, zone=ZoneId(f"z{n}")), n) for n in (1, 2)]
    for lead in leads:
        office.dismiss(lead)
    page = office.get("proposals").json()
    with _lying_about(page, UUID(page["items"][0]["id"])) as address:
        told = pull(library, address, "t")
        assert len(told.proposed[Teaches.HARD_NEGATIVE]) == 1
        (refusal,) = told.refused
        assert (refusal.file, refusal.field) == (page["items"][0]["id"], "frame")
        assert "announced was" in refusal.problem


def test_something_that_is_no_server_of_ours_is_told(library: SampleStore) -> None:
    with (
        _lying_about({"items": "none"}, None) as address,
        pytest.raises(SampleError, match="is this a hazard-patrol server"),
    ):
        pull(library, address, "t")


@contextmanager
def _lying_about(page: object, frame_id: UUID | None) -> Iterator[str]:
    """A server that hands out other bytes for one frame than it announces."""
    app = FastAPI()

    @app.get("/api/v1/samples/proposals")
    def proposals() -> JSONResponse:
        return JSONResponse(page)

    @app.get("/api/v1/samples/frames/{of}")
    def content(of: UUID) -> Response:
        return Response(frame(99 if of == frame_id else 2), media_type="image/jpeg")

    with serving(app) as address:
        yield address


def _pictures_looked_at(office: Office, sample: Sample) -> int:
    with office.database.reading() as db:
        looks = audit.looks(db, Thing("evidence", sample.verdicts[0].frame))
    return sum(look.actor == "qian" for look in looks)


def test_time_between_the_verdicts_does_not_matter(office: Office, library: SampleStore) -> None:
    office.consent(AGREED)
    first = office.report(Seen(zone=None), 1)
    office.dismiss(first)
    office.clock.advance(-timedelta(hours=3))
    second = office.report(Seen(), 2)
    pull(library, office.address, office.token)
    office.dismiss(second)
    pull(library, office.address, office.token)
    assert len(library.select(ALL)) == 2, "the server's clock stepped back between the verdicts"
