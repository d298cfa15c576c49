"""AC-15: no export without both reviews; what leaves holds without a network, and names count."""

import base64
import io
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from evidence_desk import EvidenceDesk, passed

import patrol
from server.evidence.material_states import Use
from server.evidence.uses import Matter
from server.kit.double_review import Half
from server.testing.fake_device import START

WISH = {"use": "penalty", "purpose": "案件移交使用", "receiver": "省执法系统"}


def test_both_reviews_open_the_gate(
    bench: EvidenceDesk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.review_camera("gate")
    material = bench.done("officer", bench.record(START.replace(hour=9)), "fix")
    answer = bench.as_("officer").post(f"/evidence/materials/{material['id']}/exports", json=WISH)
    export = answer.json()
    half = bench.done("legal", material, "legal-review", passed("evidence", Half.LEGAL))
    assert half["lacks"] == ["技术审核"]
    refused = bench.on_export("leader", export, "approve")
    assert (refused.status_code, refused.json()["rule_id"]) == (403, "R-025")
    assert "技术审核" in refused.json()["message_zh"]
    assert bench.act("officer", half, "seal").json()["rule_id"] == "R-025"

    whole = bench.done("tech", half, "tech-review", passed("evidence", Half.TECH))
    assert (whole["state"], whole["lacks"]) == ("qualified", [])
    assert bench.on_export("leader", export, "approve").json()["rule_id"] == "R-025"
    bench.attach(whole["id"], Matter("handover", "9", "AJ-9"), Use.PENALTY)
    bench.done("officer", whole, "seal")
    approved = bench.on_export("leader", export, "approve").json()
    assert (approved["state"], approved["copy_no"]) == ("approved", 1)
    sent = bench.on_export("officer", approved, "deliver")
    assert sent.status_code == 200, sent.text
    (tmp_path / "box.pub").write_text(base64.b64encode(bench.device.public_key).decode())
    _holds_only_as_it_is(sent.content, tmp_path)
    capsys.readouterr()
    words = bench.as_("officer").get(f"/evidence/materials/{material['id']}/custody").json()
    said = " ".join(link["zh"] for link in words["links"])
    for step in (
        "签名",
        "固定证据",
        "法制审核合格",
        "技术审核合格",
        "封存",
        "批准导出",
        "导出副本",
    ):
        assert step in said


def _holds_only_as_it_is(content: bytes, folder: Path) -> None:
    """Check the package as it came, then with each file altered, and with each renamed."""
    with ZipFile(io.BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    assert _verified(entries, folder) == 0
    for name in entries:
        if name == "export.json":
            continue
        assert _verified(entries, folder, name, lambda old: (old, b"x")) != 0, name
        assert _verified(entries, folder, name, lambda old: (f"{old}.bak", None)) != 0, name


def _verified(
    entries: dict[str, bytes],
    folder: Path,
    name: str | None = None,
    change: Callable[[str], tuple[str, bytes | None]] = lambda old: (old, None),
) -> int:
    path = folder / "package.zip"
    with ZipFile(path, "w") as archive:
        for known, content in entries.items():
            new, other = change(known) if known == name else (known, None)
            archive.writestr(new, content if other is None else other)
    return patrol.main(["evidence", "verify", str(path), "--key", str(folder / "box.pub")])


def test_one_person_never_does_both_halves_nor_reviews_the_own_case(bench: EvidenceDesk) -> None:
    material = bench.done("officer", bench.record(START.replace(hour=10)), "fix")
    for name, half in (("officer", Half.LEGAL), ("legal", Half.TECH), ("leader", Half.TECH)):
        answer = bench.act(name, material, f"{half}-review", passed("evidence", half))
        assert answer.status_code == 403, name
    assert bench.material_of(material["incident_id"])["state"] == "fixed"
