"""All tables of the server in one place, for the migrations and for nobody else."""

from server.audit import tables as _audit
from server.identity import tables as _identity
from server.kit import idempotency as _idempotency
from server.kit import live as _live
from server.kit.db import metadata

__all__ = ["metadata"]

_MODULES = (_audit, _identity, _idempotency, _live)
