"""What the matrix of permissions asks of the routes that move a lead, and with which bodies."""

from uuid import uuid4

from server.identity.permissions import Act

LEAD_ROUTES: dict[tuple[str, str], Act] = {
    **dict.fromkeys(
        (
            ("POST", f"/api/v1/leads/{{id}}/{verb}")
            for verb in (
                *("mute", "unmute", "duplicate", "undo-duplicate", "absorb", "create-task"),
                *("transfer", "no-action", "withdraw", "reopen", "take-back"),
            )
        ),
        Act.LEADS_CONFIRM,
    ),
    ("POST", "/api/v1/leads/{id}/second-look"): Act.LEADS_SECOND_LOOK,
    ("POST", "/api/v1/leads/{id}/approve"): Act.LEADS_APPROVE,
    ("POST", "/api/v1/leads/{id}/refuse"): Act.LEADS_APPROVE,
    ("POST", "/api/v1/leads/{id}/hold"): Act.LEADS_PRESCREEN,
    ("POST", "/api/v1/leads/{id}/release"): Act.LEADS_READ,
    ("GET", "/api/v1/leads/pressing"): Act.LEADS_READ,
    ("GET", "/api/v1/leads/proposals"): Act.LEADS_APPROVE,
}
LEAD_BODIES: dict[str, object] = {
    "withdraw": {"reason": "看错了"},
    "mute": {"until": "2026-03-02T10:00:00Z", "reason": "反光"},
    "unmute": {"reason": "已修好"},
    "duplicate": {"target": str(uuid4())},
    "absorb": {"leads": [{"id": str(uuid4()), "version": 1}], "reason": "镜头故障"},
    "no-action": {"basis": "AQSCF-2021-64", "reason": "已自行消除"},
    "refuse": {"opinion": "不同意"},
    "second-look": {"opinion": "同意误报"},
}
