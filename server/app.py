"""The composition of the web application: the only place that knows every module's routes."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import text
from starlette.concurrency import run_in_threadpool

from hazard_library.catalogue.load import Catalogue
from server.body_limit import BodyLimit
from server.calendar.routes import router as calendar_router
from server.configuration.routes import router as configuration_router
from server.configuration.signing import ConfigurationKey
from server.console_files import add_console
from server.documents.routes import router as documents_router
from server.enterprise_facts import facts_from_above
from server.enterprise_page import router as enterprise_page_router
from server.enterprises.import_routes import router as imports_router
from server.enterprises.jurisdiction_routes import router as site_jurisdiction_router
from server.enterprises.record_routes import router as records_router
from server.enterprises.routes import router as enterprises_router
from server.evidence import service as evidence
from server.evidence.arriving import EvidenceStore
from server.evidence.device_routes import router as device_router
from server.evidence.export_routes import router as evidence_export_router
from server.evidence.material_routes import router as material_router
from server.evidence.routes import router as evidence_router
from server.evidence.uploads import Uploads
from server.fleet.authority import Authority
from server.fleet.identity_routes import IdentityDesk
from server.fleet.identity_routes import router as identity_desk_router
from server.fleet.review_routes import router as review_router
from server.fleet.routes import router as fleet_router
from server.handovers.cases.room import PackageRoom
from server.handovers.cases.routes import router as cases_router
from server.handovers.referrals.routes import router as referrals_router
from server.handovers.routes import router as handovers_router
from server.identity.guard import permitted
from server.identity.routes import router as identity_router
from server.jurisdiction.routes import router as jurisdiction_router
from server.kit.clock import Clock
from server.kit.db import Database
from server.kit.errors import Unavailable
from server.kit.live_feed import LiveFeed
from server.kit.problems import answers, tell_problems
from server.kit.web import Ground, Reading
from server.leads import service as leads
from server.leads.following_routes import router as lead_following_router
from server.leads.jurisdiction_routes import router as lead_jurisdiction_router
from server.leads.kept import knows_incident
from server.leads.loss_routes import router as losses_router
from server.leads.routes import router as leads_router
from server.live_routes import router as live_router
from server.online_patrols.routes import router as patrols_router
from server.orders.routes import router as orders_router
from server.refused_acts import note_refusal
from server.reminders.routes import router as reminders_router
from server.risk.routes import router as risk_router
from server.samples.pseudonyms import Pseudonyms
from server.samples.routes import router as samples_router
from server.security_headers import SecurityHeaders
from server.signals.routes import router as signals_router
from server.tasks.onsite_routes import router as onsite_router
from server.tasks.routes import router as tasks_router

_ROUTERS = (
    identity_router,
    leads_router,
    lead_following_router,
    losses_router,
    tasks_router,
    onsite_router,
    orders_router,
    handovers_router,
    documents_router,
    cases_router,
    referrals_router,
    patrols_router,
    enterprises_router,
    site_jurisdiction_router,
    jurisdiction_router,
    lead_jurisdiction_router,
    records_router,
    imports_router,
    signals_router,
    risk_router,
    enterprise_page_router,
    fleet_router,
    configuration_router,
    evidence_router,
    material_router,
    evidence_export_router,
    review_router,
    device_router,
    samples_router,
    calendar_router,
    reminders_router,
    live_router,
)


@dataclass(frozen=True, slots=True)
class WebParts:
    """What the web application is made of."""

    database: Database
    clock: Clock
    files: EvidenceStore
    catalogue: Catalogue
    feed: LiveFeed
    console: Path
    pseudonyms: Pseudonyms
    public_origins: Sequence[str] = ()
    is_demo: bool = False
    authority: Authority | None = None
    configuration_key: ConfigurationKey | None = None
    package_room: PackageRoom | None = None


class Health(BaseModel):
    """Whether the server can work."""

    status: str


def create_app(parts: WebParts) -> FastAPI:
    """Put the application together."""
    app = FastAPI(
        title="Hazard Patrol",
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_feeding(parts.feed),
    )
    state = app.state
    state.ground = Ground(parts.database, parts.clock)
    state.files, state.catalogue, state.feed = parts.files, parts.catalogue, parts.feed
    state.public_origins, state.is_demo = tuple(parts.public_origins), parts.is_demo
    state.pseudonyms, state.authority = parts.pseudonyms, parts.authority
    state.configuration_key = parts.configuration_key
    state.package_room = parts.package_room
    state.uploads = Uploads(parts.database, parts.files, parts.clock, leads.evidence_arrived)
    state.risk_facts = facts_from_above
    state.sees_incident = leads.sees_incident
    state.knows_incident = knows_incident
    state.evidence_lost = evidence.losses
    app.add_middleware(SecurityHeaders)
    tell_problems(app, note_refusal)
    for router in _ROUTERS:
        app.include_router(router, dependencies=[Depends(permitted)])
    app.add_api_route("/health", health, tags=["health"], responses=answers(Unavailable))
    add_console(app, parts.console)
    return app


def create_device_app(parts: WebParts, desk: IdentityDesk) -> FastAPI:
    """Put the door of boxes together: enrolment and evidence, and nothing that people use."""
    app = FastAPI(title="Hazard Patrol, boxes", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.ground = Ground(parts.database, parts.clock)
    app.state.identity_desk = desk
    app.state.uploads = Uploads(parts.database, parts.files, parts.clock, leads.evidence_arrived)
    app.add_middleware(BodyLimit)
    tell_problems(app)
    for router in (identity_desk_router, device_router):
        app.include_router(router)
    return app


def health(db: Reading) -> Health:
    """Tell whether the server reaches its database; the one open route, for monitors."""
    db.execute(text("SELECT 1"))
    return Health(status="ok")


def openapi_text(app: FastAPI) -> str:
    """Write the OpenAPI document as it is committed."""
    return json.dumps(app.openapi(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _feeding(feed: LiveFeed) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Run the live feed's thread as long as the application runs."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        thread = Thread(target=feed.run, name="live-feed", daemon=True)
        thread.start()
        yield
        feed.stop()
        await run_in_threadpool(thread.join)

    return lifespan
