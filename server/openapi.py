"""Writes the OpenAPI document without a database: only the routes are looked at."""

import tempfile
from pathlib import Path

from hazard_library.catalogue.load import load_catalogue
from server.app import WebParts, create_app, openapi_text
from server.evidence.file_store import FileStore
from server.kit.clock import SystemClock
from server.kit.db import Database
from server.kit.live_feed import LiveFeed
from server.samples.pseudonyms import Pseudonyms

_NOWHERE = "postgresql://nobody@localhost:1/nowhere"


def openapi_document() -> str:
    """Return the document as it is committed."""
    with tempfile.TemporaryDirectory() as folder:
        parts = WebParts(
            database=Database.at(_NOWHERE.replace("postgresql", "postgresql+psycopg")),
            clock=SystemClock(),
            files=FileStore(Path(folder)),
            catalogue=load_catalogue(),
            feed=LiveFeed(_NOWHERE),
            console=Path(folder),
            pseudonyms=Pseudonyms(b""),
        )
        return openapi_text(create_app(parts))
