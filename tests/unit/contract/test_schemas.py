"""The committed JSON Schemas are what the models say."""

import json
from importlib.resources import files

from hazard_library.contract.configuration import ConfigRevision
from hazard_library.contract.device import Ack, Command, DeviceState
from hazard_library.contract.events import HazardEvent
from hazard_library.contract.evidence import EvidenceLost, EvidenceManifest, EvidenceSealed

MESSAGES = (
    HazardEvent,
    EvidenceManifest,
    EvidenceSealed,
    EvidenceLost,
    DeviceState,
    Command,
    Ack,
    ConfigRevision,
)


def test_the_installed_schemas_are_fresh_and_complete() -> None:
    folder = files("hazard_library.contract") / "schema"
    committed = {entry.name: json.loads(entry.read_text()) for entry in folder.iterdir()}
    spoken = {
        str(kind.model_fields["schema_id"].default).replace("/", ".") + ".schema.json": (
            kind.model_json_schema(by_alias=True)
        )
        for kind in MESSAGES
    }
    assert committed == spoken, "stale; run: python tools/schemas.py"
