"""All tables of the server in one place, for the migrations and for nobody else."""

from server.audit import tables as _audit
from server.enterprises import tables as _enterprises
from server.evidence import tables as _evidence
from server.fleet import tables as _fleet
from server.identity import tables as _identity
from server.ingest import tables as _ingest
from server.kit import idempotency as _idempotency
from server.kit import live as _live
from server.kit.db import metadata

__all__ = ["metadata"]

_MODULES = (_audit, _enterprises, _evidence, _fleet, _identity, _ingest, _idempotency, _live)
