"""Which act each endpoint is: the one table that the guard, the documents and the tests share.

An endpoint that stands nowhere here is refused to everybody; a test names it. Services ask again
for what they do: the guard is the first door, not the only one.
"""

from collections.abc import Mapping

from server.identity.permissions import Act

#: Endpoints that let in without a person's session, and what stands in its place.
OPEN: Mapping[str, str] = {
    "POST /api/v1/sign-in": "the password is the key",
    "POST /api/v1/sign-in/link": "the link is the key",
    "GET /health": "for monitors",
    "HEAD /api/v1/device/evidence/{sha256}": "a box shows its own certificate or secret",
    "PATCH /api/v1/device/evidence/{sha256}": "a box shows its own certificate or secret",
}

#: Endpoints of whoever is signed in, in any role.
SIGNED_IN = frozenset(
    {
        "GET /api/v1/live",
        "GET /api/v1/me",
        "POST /api/v1/me/role",
        "POST /api/v1/sign-out",
    }
)

#: Acts for which a maintainer's program may show a token instead.
BY_PROGRAM = frozenset({Act.SAMPLES_READ})

#: Endpoint → acts; with several, whoever may one of them is let in, and the service tells apart.
ENDPOINTS: Mapping[str, tuple[Act, ...]] = {
    "GET /api/v1/calendar": (Act.CALENDAR_READ,),
    "POST /api/v1/calendar": (Act.CALENDAR_IMPORT,),
    "GET /api/v1/calendar/due": (Act.CALENDAR_READ,),
    "POST /api/v1/calendar/preview": (Act.CALENDAR_IMPORT,),
    "GET /api/v1/config-key": (Act.CONFIG_READ,),
    "GET /api/v1/config-revisions/{id}": (Act.CONFIG_READ,),
    "POST /api/v1/config-revisions/{id}/approval": (Act.CONFIG_APPROVE,),
    "POST /api/v1/config-revisions/{id}/publication": (Act.CONFIG_EDIT,),
    "POST /api/v1/config-revisions/{id}/restoration": (Act.CONFIG_EDIT,),
    "POST /api/v1/config-revisions/{id}/withdrawal": (Act.CONFIG_EDIT, Act.CONFIG_APPROVE),
    "GET /api/v1/devices": (Act.DEVICES_READ,),
    "POST /api/v1/devices/{device_id}/enrol-codes": (Act.DEVICES_ENROL,),
    "GET /api/v1/devices/{device_id}/lost-evidence": (Act.DEVICES_READ,),
    "POST /api/v1/devices/{device_id}/revocation": (Act.DEVICES_ENROL,),
    "GET /api/v1/devices/{id}/config-revisions": (Act.CONFIG_READ,),
    "POST /api/v1/devices/{id}/config-revisions": (Act.CONFIG_EDIT,),
    "GET /api/v1/documents": (Act.DOCUMENTS_READ,),
    "GET /api/v1/documents/forms": (Act.DOCUMENTS_READ,),
    "GET /api/v1/documents/{id}": (Act.DOCUMENTS_READ,),
    "POST /api/v1/documents/{id}/answer": (Act.DOCUMENTS_FILL, Act.DOCUMENTS_APPROVE),
    "POST /api/v1/documents/{id}/choose-family": (Act.DOCUMENTS_FILL,),
    "GET /api/v1/documents/{id}/file.{kind}": (Act.DOCUMENTS_DOWNLOAD,),
    "GET /api/v1/documents/{id}/versions": (Act.DOCUMENTS_READ,),
    "POST /api/v1/enterprise-imports": (Act.ENTERPRISES_IMPORT,),
    "POST /api/v1/enterprise-imports/preview": (Act.ENTERPRISES_IMPORT,),
    "GET /api/v1/enterprise-imports/template.csv": (Act.ENTERPRISES_IMPORT,),
    "GET /api/v1/enterprise-list.csv": (Act.ENTERPRISES_READ,),
    "GET /api/v1/enterprises": (Act.ENTERPRISES_READ,),
    "POST /api/v1/enterprises": (Act.ENTERPRISES_EDIT,),
    "GET /api/v1/enterprises/{id}": (Act.ENTERPRISES_READ,),
    "POST /api/v1/enterprises/{id}/activate": (Act.ENTERPRISES_EDIT,),
    "POST /api/v1/enterprises/{id}/cancel": (Act.ENTERPRISES_EDIT,),
    "GET /api/v1/enterprises/{id}/fields/{field}/history": (Act.ENTERPRISES_READ,),
    "POST /api/v1/enterprises/{id}/merge": (Act.ENTERPRISES_EDIT,),
    "GET /api/v1/enterprises/{id}/record": (Act.ENTERPRISES_READ,),
    "POST /api/v1/enterprises/{id}/recuse": (Act.RECUSALS_DECLARE,),
    "POST /api/v1/enterprises/{id}/resume": (Act.ENTERPRISES_EDIT,),
    "POST /api/v1/enterprises/{id}/suspend": (Act.ENTERPRISES_EDIT,),
    "POST /api/v1/enterprises/{id}/tell": (Act.ENTERPRISES_EDIT,),
    "POST /api/v1/enterprises/{id}/training-consent": (Act.ENTERPRISES_CONSENT,),
    "GET /api/v1/evidence/incidents/{incident_id}/export": (Act.EVIDENCE_READ,),
    "GET /api/v1/evidence/{evidence_id}/content": (Act.EVIDENCE_READ,),
    "GET /api/v1/leads": (Act.LEADS_READ,),
    "GET /api/v1/leads/{id}": (Act.LEADS_READ,),
    "POST /api/v1/leads/{id}/confirm": (Act.LEADS_CONFIRM,),
    "POST /api/v1/leads/{id}/dismiss": (Act.LEADS_CONFIRM,),
    "POST /api/v1/leads/{id}/hand-over": (Act.LEADS_HAND_OVER,),
    "POST /api/v1/leads/{id}/prescreen": (Act.LEADS_PRESCREEN,),
    "POST /api/v1/leads/{id}/reopen": (Act.LEADS_CONFIRM,),
    "POST /api/v1/leads/{id}/unclear": (Act.LEADS_CONFIRM,),
    "POST /api/v1/leads/{id}/urge": (Act.ASSIGNMENTS_DECIDE,),
    "GET /api/v1/record-conflicts": (Act.ENTERPRISES_READ,),
    "POST /api/v1/record-conflicts/{id}/settle": (Act.ENTERPRISES_EDIT,),
    "GET /api/v1/recusals": (Act.RECUSALS_DECLARE,),
    "POST /api/v1/recusals/{id}/end": (Act.RECUSALS_END,),
    "GET /api/v1/reminders": (Act.REMINDERS_READ,),
    "GET /api/v1/reminders/rules": (Act.REMINDERS_READ,),
    "POST /api/v1/reminders/rules/{rule}/switch": (Act.REMINDERS_SWITCH,),
    "GET /api/v1/reminders/{id}": (Act.REMINDERS_READ,),
    "POST /api/v1/reminders/{id}/handle": (Act.REMINDERS_HANDLE,),
    "GET /api/v1/samples/frames/{id}": (Act.SAMPLES_READ,),
    "GET /api/v1/samples/proposals": (Act.SAMPLES_READ,),
    "POST /api/v1/signal-imports": (Act.SIGNALS_POST,),
    "POST /api/v1/signal-imports/preview": (Act.SIGNALS_POST,),
    "GET /api/v1/signals": (Act.SIGNALS_READ,),
    "POST /api/v1/signals": (Act.SIGNALS_POST,),
    "GET /api/v1/signals/{id}": (Act.SIGNALS_READ,),
    "POST /api/v1/signals/{id}/match": (Act.SIGNALS_MATCH,),
    "POST /api/v1/signals/{id}/reopen": (Act.SIGNALS_MATCH,),
    "POST /api/v1/signals/{id}/set_aside": (Act.SIGNALS_MATCH,),
    "POST /api/v1/signals/{id}/unmatch": (Act.SIGNALS_MATCH,),
    "POST /api/v1/sites/{id}/assign": (Act.ASSIGNMENTS_DECIDE,),
    "GET /api/v1/sites/{id}/assignments": (Act.ASSIGNMENTS_READ,),
    "POST /api/v1/sites/{id}/designate": (Act.ASSIGNMENTS_DECIDE,),
    "POST /api/v1/sites/{id}/take-over": (Act.ASSIGNMENTS_DECIDE,),
    "GET /api/v1/tasks": (Act.TASKS_READ,),
    "GET /api/v1/tasks/{id}": (Act.TASKS_READ,),
    "GET /api/v1/tasks/{id}/documents/inspection-plan.docx": (Act.DOCUMENTS_DOWNLOAD,),
    "GET /api/v1/transfers": (Act.TRANSFERS_READ,),
    "GET /api/v1/transfers/departments": (Act.TRANSFERS_READ,),
    "GET /api/v1/transfers/{id}": (Act.TRANSFERS_READ,),
    "POST /api/v1/transfers/{id}/answer": (Act.TRANSFERS_EDIT,),
    "POST /api/v1/transfers/{id}/approve": (Act.TRANSFERS_APPROVE,),
    "POST /api/v1/transfers/{id}/close": (Act.TRANSFERS_EDIT,),
    "POST /api/v1/transfers/{id}/receipt": (Act.TRANSFERS_EDIT,),
    "POST /api/v1/transfers/{id}/redraft": (Act.TRANSFERS_EDIT,),
    "POST /api/v1/transfers/{id}/return": (Act.TRANSFERS_EDIT,),
    "POST /api/v1/transfers/{id}/revise": (Act.TRANSFERS_EDIT,),
    "POST /api/v1/transfers/{id}/send": (Act.TRANSFERS_EDIT,),
    "GET /api/v1/urgings": (Act.ASSIGNMENTS_READ,),
    "POST /api/v1/urgings/{id}/answer": (Act.URGINGS_ANSWER,),
}
