"""AC-15, the package's side: it opens with the offline checker, and any change to it fails."""

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from handover_desk import HandoverDesk, told

from hazard_library.proof.verify_package import opened_package, verify_package
from server.handovers.cases.contents import gather
from server.handovers.cases.packing import write_package
from server.handovers.cases.repository import by_number

Entries = dict[str, bytes]


@pytest.fixture(scope="module")
def package(desk: HandoverDesk) -> Path:
    case = desk.case()
    desk.clue(case)
    page = desk.exported(case)
    return desk.room.path(page["packages"][0]["name"])


def fails(path: Path) -> set[str]:
    """Return the subjects that do not hold."""
    with opened_package(path) as opened:
        verdict = verify_package(opened)
    return {one.subject for one in verdict.findings if one.standing == "fails"}


def test_it_holds_on_a_machine_without_network_and_database(
    desk: HandoverDesk, package: Path, tmp_path: Path
) -> None:
    key = tmp_path / "unit.pub"
    key.write_text(desk.room.key(desk.bureau.unit).public_pem)
    command = [sys.executable, "-P", "-m", "patrol", "evidence", "verify", str(package)]
    ran = subprocess.run([*command, "--key", str(key)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "成立：与单位签署时一致" in ran.stdout
    nobody = subprocess.run(command, capture_output=True, text=True, check=False)
    assert nobody.returncode == 1
    assert "未能确认签署单位" in nobody.stdout


def renamed(entries: Entries, old: str, new: str) -> None:
    entries[new] = entries.pop(old)


def evidence_in(entries: Entries) -> str:
    return next(name for name in entries if name.startswith("evidence/"))


def flip(entries: Entries, name: str) -> None:
    content = bytearray(entries[name])
    content[len(content) // 2] ^= 1
    entries[name] = bytes(content)


CHANGES: dict[str, Callable[[Entries], object]] = {
    "a byte of the evidence": lambda e: flip(e, evidence_in(e)),
    "a byte of the cover": lambda e: flip(e, "documents/f8-cover.docx"),
    "a byte of the manifest": lambda e: e.update(
        {"manifest.json": e["manifest.json"].replace("江宁".encode(), "鼓楼".encode())}
    ),
    "an audit entry": lambda e: e.update(
        {"audit.jsonl": e["audit.jsonl"].replace(b"wang", b"wong")}
    ),
    "an audit entry left out": lambda e: e.update(
        {"audit.jsonl": b"".join(e["audit.jsonl"].splitlines(keepends=True)[1:])}
    ),
    "a file added": lambda e: e.update({"documents/more.docx": b"more"}),
    "a file taken away": lambda e: e.pop("documents/f8-cover.docx"),
    "a file renamed": lambda e: renamed(e, evidence_in(e), "evidence/other.jpg"),
    "the signature": lambda e: flip(e, "signature.json"),
}


@pytest.mark.parametrize("change", list(CHANGES))
def test_any_change_is_found(package: Path, tmp_path: Path, change: str) -> None:
    with zipfile.ZipFile(package) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    CHANGES[change](entries)
    changed = tmp_path / "AJ.zip"
    with zipfile.ZipFile(changed, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    assert fails(changed), change
    assert fails(package) == set()


def test_a_renamed_file_is_told_as_renamed(package: Path, tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    shutil.unpack_archive(package, folder)
    assert fails(folder) == set(), "unpacked it holds as well"
    found = next((folder / "evidence").rglob("*.jpg"))
    name = found.relative_to(folder).as_posix()
    found.rename(found.with_name("another.jpg"))
    assert f"文件 file {name}" in fails(folder)


def test_the_same_matter_gives_the_same_bytes(
    desk: HandoverDesk, package: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again.zip"
    with desk.database.writing() as db, again.open("w+b") as out:
        case = by_number(db, package.stem)
        assert case is not None
        case.round = 0
        gathered = gather(db, desk.catalogue, desk.store, case, is_demo=True)
        write_package(out, gathered.manifest, gathered.contents, desk.room.key(case.unit_id))
        db.rollback()
    assert again.read_bytes() == package.read_bytes()


def test_a_file_altered_in_the_store_stops_the_export(desk: HandoverDesk) -> None:
    case = desk.case()
    desk.clue(case)
    approved = desk.approved(case)
    place = desk.store.path(approved["violations"][0]["evidence"][0]["file"]["sha256"])
    whole = place.read_bytes()
    place.chmod(0o600)
    place.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    answer = desk.on_newest(
        desk.bureau.officer, f"handovers/{case['id']}", "export", {"purpose": "移交省执法系统"}
    )
    assert told(answer) == (422, "R-030")
    page = desk.read(desk.bureau.officer, f"handovers/{case['id']}")
    assert (page["state"], page["packages"]) == ("approved", [])
    place.write_bytes(whole)
