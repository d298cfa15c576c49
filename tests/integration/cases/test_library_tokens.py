"""The token of a maintainer's program, and what enterprises agree to, at the command line."""

from datetime import timedelta
from pathlib import Path

import pytest
from bureau import FIRM, NOW, SETUP, found_bureau
from pydantic import ValidationError
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.service import Thing
from server.enterprises import service as enterprises
from server.enterprises.schemas import TrainingConsent
from server.identity import library_tokens
from server.kit.errors import NotFound, NotPermitted, NotSignedIn, SettingsError
from server.samples.pseudonyms import Pseudonyms

DAY = timedelta(days=1)
AGREED = TrainingConsent(reference="档案 2026-017 号")


def test_a_token_acts_for_its_maintainer_until_it_ends(db: Session) -> None:
    bureau = found_bureau(db)
    token = library_tokens.make(db, NOW, SETUP, "qian", DAY)
    assert library_tokens.holder_of(db, token, NOW, None).id == bureau.maintainer.id
    with pytest.raises(NotSignedIn, match="library-token"):
        library_tokens.holder_of(db, token, NOW + DAY, None)


def test_a_new_token_ends_the_one_before_and_revoking_ends_all(db: Session) -> None:
    found_bureau(db)
    first = library_tokens.make(db, NOW, SETUP, "qian", DAY)
    second = library_tokens.make(db, NOW, SETUP, "qian", DAY)
    with pytest.raises(NotSignedIn):
        library_tokens.holder_of(db, first, NOW, None)
    assert library_tokens.revoke(db, NOW, SETUP, "qian") == 1
    with pytest.raises(NotSignedIn):
        library_tokens.holder_of(db, second, NOW, None)


@pytest.mark.parametrize("name", ["wang", "admin", "zhou", "chen"])
def test_only_a_maintainer_gets_a_token(db: Session, name: str) -> None:
    found_bureau(db)
    with pytest.raises(NotPermitted, match="maintainer"):
        library_tokens.make(db, NOW, SETUP, name, DAY)


def test_tokens_of_nobody_are_told(db: Session) -> None:
    with pytest.raises(NotFound, match="add-user"):
        library_tokens.make(db, NOW, SETUP, "nobody", DAY)
    with pytest.raises(NotSignedIn):
        library_tokens.holder_of(db, "made-up", NOW, None)


def test_nobody_agrees_by_silence_and_every_change_is_in_the_chain(db: Session) -> None:
    found_bureau(db)
    firm = enterprises.place(db, "yard").enterprise
    assert enterprises.agreed(db, [firm.id]) == set()
    enterprises.consent_by_code(db, NOW, SETUP, FIRM.credit_code, AGREED)
    ended = TrainingConsent(reference=None)
    enterprises.consent_by_code(db, NOW, SETUP, FIRM.credit_code, ended)
    acts = audit.history(db, Thing("enterprise", str(firm.id)))[1:]
    assert [(act.from_state, act.to_state, act.reason) for act in acts] == [
        ("none", "agreed", AGREED.reference),
        ("agreed", "none", None),
    ]


def test_registering_again_keeps_what_was_agreed(db: Session) -> None:
    bureau = found_bureau(db)
    firm = enterprises.place(db, "yard").enterprise
    enterprises.consent_by_code(db, NOW, SETUP, FIRM.credit_code, AGREED)
    enterprises.register(db, NOW, SETUP, FIRM, bureau.unit)
    assert enterprises.agreed(db, [firm.id]) == {firm.id}


def test_consent_is_on_paper() -> None:
    with pytest.raises(ValidationError, match="reference"):
        TrainingConsent(reference="是")


def test_another_units_enterprise_is_out_of_reach(db: Session) -> None:
    bureau = found_bureau(db)
    firm = enterprises.place(db, "yard").enterprise
    with pytest.raises(NotFound):
        enterprises.settle_consent(db, NOW, bureau.stranger, firm.id, AGREED)


def test_pseudonyms_stay_and_say_nothing_without_the_key(tmp_path: Path) -> None:
    first = Pseudonyms.at(tmp_path / "data" / "pseudonyms.key")
    again = Pseudonyms.at(tmp_path / "data" / "pseudonyms.key")
    assert first.of("camera", "box-1", "gate") == again.of("camera", "box-1", "gate")
    assert first.of("camera", "box-1", "gate") != first.of("camera", "box-1g", "ate")
    assert first.of("camera", "a") != first.of("site", "a").replace("site", "camera")
    assert Pseudonyms(b"x" * 32).of("camera", "a") != first.of("camera", "a")
    assert (tmp_path / "data" / "pseudonyms.key").stat().st_mode & 0o777 == 0o600


def test_a_key_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pseudonyms.key"
    path.write_bytes(b"short")
    with pytest.raises(SettingsError, match="restore it from a copy"):
        Pseudonyms.at(path)
