"""An incident's evidence leaves the server as a zip that holds without the server."""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import certificates
import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import FastAPI
from sqlalchemy import text
from web_server import serving

import patrol
from hazard_library.contract.evidence import EvidenceKind
from server.evidence import service as evidence
from server.evidence.file_store import FileStore
from server.evidence.uploads import Piece, Uploads
from server.fleet import service as fleet
from server.kit.db import Database
from server.testing.bureau import PASSWORD
from server.testing.fake_device import FakeDevice, file_ref
from server.testing.settled_clock import SettledClock

from .conftest import SignIn

PICTURE, ORIGINAL = os.urandom(5000), os.urandom(3000)
PURPOSE = "核实线索情况"

Verify = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def incident(device: FakeDevice, database: Database, files: FileStore, clock: SettledClock) -> UUID:
    """The second incident of a box: sealed, and its two files are stored."""
    first, second = device.event(), device.event(hazard="ZONE-01")
    refs = [file_ref(PICTURE), file_ref(ORIGINAL, EvidenceKind.FRAME_ORIGINAL)]
    before = device.sealed(first, [])
    after = device.sealed(second, refs, previous_manifest_sha256=before.manifest_sha256)
    with database.writing() as db:
        box = fleet.known_device(db, device.id)
        assert box is not None
        for sealed in (before, after):
            evidence.seal(db, first.opened_at + timedelta(seconds=30), box, sealed)
    uploads = Uploads(database, files, clock, lambda *_: None)
    for ref, content in zip(refs, (PICTURE, ORIGINAL), strict=True):
        uploads.take(device.id, Piece(ref.sha256, 0, ref.bytes, content))
    return second.incident_id


@pytest.fixture
def officers_eyes(app: FastAPI) -> None:
    """Let the signed-in officer see every incident: leads are another module's."""
    app.state.sees_incident = lambda _db, _actor, _incident: True


@pytest.fixture
def key_file(device: FakeDevice, tmp_path: Path) -> Path:
    path = tmp_path / "box.pub"
    public = device.key.public_key()
    path.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


@pytest.fixture
def verify(capsys: pytest.CaptureFixture[str]) -> Verify:
    def words(*arguments: object) -> tuple[int, dict[str, Any]]:
        code = patrol.main(["evidence", "verify", *map(str, arguments), "--json"])
        told = capsys.readouterr()
        return code, json.loads(told.out) if told.out else {"error": told.err}

    return words


def standing(answer: dict[str, Any], check: str) -> list[str]:
    found = [f for v in answer["verdicts"] for f in v["findings"] if f["check"] == check]
    return [one["standing"] for one in found]


@pytest.mark.usefixtures("officers_eyes")
def test_an_export_holds_far_from_the_server(
    sign_in: SignIn, incident: UUID, key_file: Path, verify: Verify, tmp_path: Path
) -> None:
    url = f"/api/v1/evidence/incidents/{incident}/export"
    answer = sign_in("officer").get(url, params={"purpose": PURPOSE})
    assert answer.status_code == 200
    path = tmp_path / "sent.zip"
    path.write_bytes(answer.content)
    code, told = verify(path, "--key", key_file)
    assert code == 0
    assert standing(told, "file") == ["holds", "open"]
    assert standing(told, "chain") == ["holds"]


@pytest.mark.usefixtures("officers_eyes")
def test_the_sealed_original_stays_what_goes_is_marked_and_looks_are_recorded(
    sign_in: SignIn, incident: UUID, database: Database
) -> None:
    url = f"/api/v1/evidence/incidents/{incident}/export"
    answer = sign_in("officer").get(url)
    with ZipFile(BytesIO(answer.content)) as archive:
        assert archive.read("frame_shown.jpg") == PICTURE
        assert "frame_original.jpg" not in archive.namelist()
        sheet = json.loads(archive.read("export.json"))
    assert "approved export" in next(iter(sheet["left_out"].values()))
    assert sheet["notice"] == "仅作线索,不得单独作为处罚证据"
    with database.reading() as db:
        looks = db.execute(text("SELECT actor, purpose FROM access_record")).all()
    assert [tuple(look) for look in looks] == [("officer", "查看线索")]
    assert sign_in("aide").get(url, params={"purpose": PURPOSE}).status_code == 403


def test_an_incident_out_of_scope_or_not_sealed_is_not_there(
    sign_in: SignIn, incident: UUID
) -> None:
    officer = sign_in("officer")
    for one in (incident, UUID(int=7)):
        assert officer.get(f"/api/v1/evidence/incidents/{one}/export").status_code == 404


@pytest.mark.usefixtures("officers_eyes")
def test_an_address_is_checked_over_https_with_the_authority_that_was_named(
    app: FastAPI, incident: UUID, verify: Verify, tmp_path: Path
) -> None:
    issued = certificates.issue(tmp_path / "tls")
    password = tmp_path / "password"
    password.write_text(PASSWORD + "\n")
    who = ("--account", "officer", "--password-file", password)
    with serving(app, issued) as address:
        url = f"{address}/api/v1/evidence/incidents/{incident}/export?purpose={PURPOSE}"
        app.state.public_origins = {address}
        code, told = verify(url, *who, "--ca-file", issued.ca)
        assert (code, standing(told, "key")) == (0, ["holds"])
        assert standing(told, "file") == ["holds", "open"]
        code, told = verify(url, *who)
        assert code == 2
        assert "--ca-file" in told["error"]
        password.write_text("another")
        code, told = verify(url, *who, "--ca-file", issued.ca)
        assert code == 2
        assert "账号或密码" in told["error"]


@pytest.mark.usefixtures("officers_eyes")
def test_bytes_altered_at_the_server_do_not_leave_it(
    sign_in: SignIn, incident: UUID, files: FileStore
) -> None:
    path = files.path(file_ref(PICTURE).sha256)
    path.chmod(0o600)
    path.write_bytes(PICTURE[:-1] + bytes([PICTURE[-1] ^ 1]))
    answer = sign_in("officer").get(f"/api/v1/evidence/incidents/{incident}/export")
    assert (answer.status_code, answer.json()["code"]) == (422, "evidence_mismatch")


def test_nobody_exports_without_signing_in(browser: httpx.Client, incident: UUID) -> None:
    assert browser.get(f"/api/v1/evidence/incidents/{incident}/export").status_code == 401
