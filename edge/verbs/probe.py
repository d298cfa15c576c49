"""`patrol edge probe`: what a film holds, counted apart from the engine."""

import json
from dataclasses import asdict
from pathlib import Path

from edge.video.probe import probe as counted


def probe(source: Path, *, as_json: bool) -> int:
    """Count a film's packets by plain demultiplexing.

    Raises:
        SourceError: it is not there, or no video.
    """
    found = counted(source)
    fields = {"source": str(source)} | asdict(found)
    if as_json:
        print(json.dumps(fields, ensure_ascii=False))
    else:
        print(", ".join(f"{name} {value}" for name, value in fields.items()))
    return 0
