"""Write the JSON Schemas of messages and configuration; with --check, say which are stale."""

import json
import sys
from pathlib import Path

from edge.config.load import camera_schema, site_schema
from hazard_library.contract.configuration import ConfigRevision
from hazard_library.contract.device import Ack, Command, DeviceState
from hazard_library.contract.events import HazardEvent
from hazard_library.contract.evidence import EvidenceLost, EvidenceManifest, EvidenceSealed

FOLDER = Path(__file__).parent.parent / "hazard_library" / "contract" / "schema"
CONFIGS = Path(__file__).parent.parent / "configs" / "schema"
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


def schemas() -> dict[Path, str]:
    """Return every schema file's path and text: one per message and major, and the configs'."""
    texts = {
        CONFIGS / "site.schema.json": _text(site_schema()),
        CONFIGS / "camera.schema.json": _text(camera_schema()),
    }
    for kind in MESSAGES:
        name, _, major = str(kind.model_fields["schema_id"].default).partition("/")
        schema = kind.model_json_schema(by_alias=True)
        texts[FOLDER / f"{name}.{major}.schema.json"] = _text(schema)
    return texts


def _text(schema: dict[str, object]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def stale() -> list[Path]:
    """Return the files that are missing or differ from what the models say."""
    return [
        path
        for path, text in schemas().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def main() -> int:
    """Write, or check."""
    if "--check" in sys.argv[1:]:
        for path in stale():
            print(f"{path}: stale; run: python tools/schemas.py")
        return 1 if stale() else 0
    for path, text in schemas().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
