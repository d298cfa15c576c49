"""The contract: versions, unknown fields, and bytes that are no message."""

import json
from pathlib import Path
from typing import Any

import pytest

from hazard_library.contract.device import Ack, Command, DeviceState, Resend
from hazard_library.contract.events import HazardEvent
from hazard_library.contract.evidence import EvidenceLost, EvidenceManifest, EvidenceSealed
from hazard_library.contract.message import Message, parse, schema_of
from hazard_library.errors import MalformedMessage, UnknownMajor

GOLDEN = Path(__file__).parents[2] / "golden" / "messages"
KINDS: dict[str, type[Message]] = {
    schema_of(kind): kind
    for kind in (HazardEvent, EvidenceSealed, EvidenceLost, DeviceState, Command, Ack)
}


def event_bytes(**changes: object) -> bytes:
    raw = json.loads((GOLDEN / "hazard-event-1.opened.json").read_text())
    raw.update(changes)
    return json.dumps(raw).encode()


def said_again(raw: Any, written: Any) -> Any:
    """Return what was written again of what `raw` says."""
    if isinstance(raw, dict):
        return {name: said_again(value, written[name]) for name, value in raw.items()}
    if isinstance(raw, list):
        return [said_again(*pair) for pair in zip(raw, written, strict=True)]
    return written


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.name)
def test_every_message_ever_released_is_still_understood(path: Path) -> None:
    raw = json.loads(path.read_text())
    message = parse(KINDS[raw["schema"]], path.read_bytes())
    written = json.loads(message.to_bytes())
    # A later minor may add optional fields; what was said stays as it was said.
    assert said_again(raw, written) == raw


def test_every_kind_of_message_has_a_golden_sample() -> None:
    seen = {json.loads(path.read_text())["schema"] for path in GOLDEN.glob("*.json")}
    assert seen == set(KINDS)


def test_an_older_receiver_keeps_the_fields_it_does_not_know() -> None:
    event = parse(HazardEvent, event_bytes(weather="rain"))
    assert json.loads(event.to_bytes())["weather"] == "rain"


def test_an_unknown_major_is_set_aside_with_both_versions_named() -> None:
    with pytest.raises(UnknownMajor, match=r"hazard-event/2 .* only hazard-event/1"):
        parse(HazardEvent, event_bytes(schema="hazard-event/2"))


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (b"\xff\x00", "not JSON"),
        (b"[]", "a JSON object"),
        (event_bytes(schema="ack/1"), "expected hazard-event/1"),
        (event_bytes(severity=5), "severity"),
        (event_bytes(device="Box One"), "device"),
        (event_bytes(message_no=0), "message_no"),
        (event_bytes(sent_at="2026-01-01T00:00:00"), "sent_at"),
        (event_bytes(started_at="2030-01-01T00:00:00Z"), "started_at lies after opened_at"),
        (event_bytes(change="closed"), "ended_at"),
    ],
)
def test_bytes_that_are_no_event_are_refused_with_the_field_named(
    payload: bytes, says: str
) -> None:
    with pytest.raises(MalformedMessage, match=says):
        parse(HazardEvent, payload)


def test_a_manifest_is_read_back_from_the_text_that_was_signed() -> None:
    sealed = parse(EvidenceSealed, (GOLDEN / "evidence-sealed-1.two-hashes.json").read_bytes())
    manifest = EvidenceManifest.model_validate_json(sealed.manifest)
    signed = json.loads(sealed.manifest)
    # A later minor may add optional fields; what was signed stays as it was said.
    assert said_again(signed, json.loads(manifest.to_bytes())) == signed
    assert manifest.privacy_masks[0].id == "休息室"
    assert manifest.clock is not None


def test_a_manifest_of_the_first_release_is_still_read() -> None:
    sealed = parse(EvidenceSealed, (GOLDEN / "evidence-sealed-1.json").read_bytes())
    manifest = EvidenceManifest.model_validate_json(sealed.manifest)
    assert said_again(json.loads(sealed.manifest), json.loads(manifest.to_bytes())) == json.loads(
        sealed.manifest
    )
    assert (manifest.clock, manifest.original, manifest.files[0].sm3) == (None, None, None)


def test_a_command_is_told_apart_by_its_verb() -> None:
    command = parse(Command, (GOLDEN / "command-1.resend.json").read_bytes())
    assert isinstance(command.order, Resend)
