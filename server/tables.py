"""All tables of the server in one place, for the migrations and for nobody else."""

from server.audit import tables as _audit
from server.calendar import tables as _calendar
from server.configuration import tables as _configuration
from server.documents import signature_tables as _signatures
from server.documents import tables as _documents
from server.enterprises import record_tables as _records
from server.enterprises import tables as _enterprises
from server.evidence import material_tables as _materials
from server.evidence import tables as _evidence
from server.fleet import review_tables as _camera_reviews
from server.fleet import tables as _fleet
from server.handovers import tables as _handovers
from server.handovers.cases import tables as _cases
from server.handovers.referrals import tables as _referrals
from server.identity import tables as _identity
from server.ingest import tables as _ingest
from server.jurisdiction import tables as _jurisdiction
from server.kit import idempotency as _idempotency
from server.kit import live as _live
from server.kit.db import metadata
from server.leads import desk_tables as _lead_desk
from server.leads import tables as _leads
from server.online_patrols import tables as _online_patrols
from server.orders import tables as _orders
from server.reminders import tables as _reminders
from server.risk import tables as _risk
from server.signals import tables as _signals
from server.tasks import tables as _tasks

__all__ = ["metadata"]

_MODULES = (
    _audit,
    _calendar,
    _configuration,
    _documents,
    _enterprises,
    _evidence,
    _fleet,
    _camera_reviews,
    _materials,
    _handovers,
    _cases,
    _referrals,
    _identity,
    _ingest,
    _idempotency,
    _jurisdiction,
    _leads,
    _lead_desk,
    _live,
    _reminders,
    _records,
    _risk,
    _signals,
    _orders,
    _signatures,
    _online_patrols,
    _tasks,
)
