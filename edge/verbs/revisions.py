"""A configuration that the server sent: put in place, taken into use, and answered."""

from collections.abc import Callable
from pathlib import Path

import structlog

from edge.app import Box
from edge.config import Site, revision
from edge.errors import EdgeError
from edge.fleet.status_board import StatusBoard
from edge.runtime.engine import Engine
from hazard_library.contract.configuration import ConfigRevision, RevisionAnswer, RevisionDocument

_log = structlog.get_logger(__name__)

#: Reads a configuration at a place of its own as if it lay in the box's folder, and checks it.
Check = Callable[[Path, Site], Box]

#: A list of mistakes may be long; the server needs to know what to mend, not all of it.
_REASON_LETTERS = 4000


class Revisions:
    """One box's dealings with what the server sends. Everything runs on the child's own thread.

    The answer comes when the revision is in force, not when its files lie there: `take`, then the
    child's reload, then `settle`. A reload that needs a new start is settled by the next child.
    """

    def __init__(self, engine: Engine, site_file: Path, check: Check) -> None:
        self._engine = engine
        self._board: StatusBoard = engine.parts.board
        self._site_file = site_file
        self._check = check
        self._refused: bytes | None = None
        self._stores: Path | None = None

    def begin(self, stores: Path, refused: str | None) -> None:
        """Answer for the revision that an earlier start put in place.

        refused: why this start does not run with it but with the last good configuration.
        """
        self._answer_taken(stores, refused)

    def take(self, site: Site) -> bool:
        """Put what the server sent in place of the files; False: nothing changed.

        It is believed only when it is signed, and put in place only after the check of the whole.
        """
        payload = self._engine.take_revision()
        if payload is None or payload == self._refused:
            return False
        message: ConfigRevision | None = None
        try:
            message = revision.read(payload)
            document = revision.verified(message, site)
            if document.revision == revision.taken(site.stores).number:
                # Retained: the broker gives it again with every connection.
                self._answer_taken(site.stores, None)
                return False
            self._install(message, document, site)
        except EdgeError as fault:
            self._refused = payload
            self._refuse(message, site, str(fault))
            return False
        _log.info("config_revision_taken", revision=document.revision)
        self._stores = site.stores
        return True

    def settle(self, refused: str | None) -> None:
        """Answer for what `take` put in place, after the reload; refused: why it did not work."""
        if self._stores is not None:
            self._answer_taken(self._stores, refused)
            self._stores = None

    def _install(self, message: ConfigRevision, document: RevisionDocument, site: Site) -> None:
        staged = revision.stage(document, site.stores)
        box = self._check(staged, site)
        revision.keeps_its_own(site, box.site)
        sha256 = revision.sha256_of(message)
        revision.install(document, sha256, self._site_file, site.stores)

    def _refuse(self, message: ConfigRevision | None, site: Site, reason: str) -> None:
        _log.error("config_revision_refused", reason=reason)
        self._board.count("config_revisions_refused")
        if message is not None:
            self._board.answer_revision(_answer(revision.sha256_of(message), reason))
        self._engine.refuse_configuration(site.sha256, f"revision refused: {reason}")

    def _answer_taken(self, stores: Path, refused: str | None) -> None:
        taken = revision.taken(stores)
        if taken.number == 0:
            return
        sha256 = taken.document_sha256
        answer = None if sha256 is None else _answer(sha256, refused)
        self._board.show_revision(taken.number, answer)


def _answer(sha256: str, refused: str | None) -> RevisionAnswer:
    if refused is None:
        return RevisionAnswer(document_sha256=sha256, outcome="applied")
    reason = refused[:_REASON_LETTERS]
    return RevisionAnswer(document_sha256=sha256, outcome="refused", reason=reason)
