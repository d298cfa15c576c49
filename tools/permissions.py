"""Write docs/reference/permissions.md: who may do what, and which endpoint is which act.

With --check, say whether the file is stale.
"""

import sys
from pathlib import Path

from server.identity.endpoints import ENDPOINTS, OPEN, SIGNED_IN
from server.identity.permissions import NEEDS_CERTIFICATE, PERMISSIONS, Role

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "reference" / "permissions.md"

ROLES_ZH = {
    Role.AIDE: "辅助人员",
    Role.OFFICER: "执法人员",
    Role.LEGAL: "法制审核人员",
    Role.TECH: "技术审核人员",
    Role.LEADER: "负责人",
    Role.CHIEF: "主要负责人",
    Role.MAINTAINER: "模型与样本维护员",
    Role.ENT_MGR: "企业安全管理人员",
    Role.DEVOP: "设备运维人员",
    Role.SYSADMIN: "系统管理员",
    Role.AUDITOR: "执法监督人员",
    Role.EXPERT: "专家",
}

_HEAD = """# Permissions 权限表

Written by `tools/permissions.py` from `server/identity/permissions.py` (act → roles) and
`server/identity/endpoints.py` (endpoint → act). The guard before every route, this page and the
generated test read the same two tables. *c* = needs a 行政执法证 that is valid at that moment.

A role holds for a unit and a time; an account with several roles wears one at a time. A unit reads
its own matters and those of the units below it, acts only where it holds the assignment (R-020),
and what lies outside does not exist (404). An enterprise's own account is answered 404 wherever it
may not. What one person may not do twice is asked of the person, not of the account.
"""


def document() -> str:
    """Return the page as it is committed."""
    names = [f"{role.value}<br>{ROLES_ZH[role]}" for role in ROLES_ZH]
    lines = [_HEAD, "## Acts 行为", "", f"| act | {' | '.join(names)} |"]
    lines.append("|---|" + ":-:|" * len(names))
    for act, roles in PERMISSIONS.items():
        sign = "c" if act in NEEDS_CERTIFICATE else "●"
        held = [sign if role in roles else "" for role in ROLES_ZH]
        lines.append(f"| `{act.value}` | {' | '.join(held)} |")
    lines += ["", "## Endpoints 接口", "", "| endpoint | act | roles |", "|---|---|---|"]
    for endpoint, acts in ENDPOINTS.items():
        named = " or ".join(f"`{act.value}`" for act in acts)
        may = {role for act in acts for role in PERMISSIONS[act]}
        roles = ", ".join(role.value for role in ROLES_ZH if role in may)
        lines.append(f"| `{endpoint}` | {named} | {roles} |")
    lines += [f"| `{one}` | – | whoever is signed in |" for one in sorted(SIGNED_IN)]
    lines += [f"| `{one}` | – | open: {why} |" for one, why in OPEN.items()]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the page, or with --check compare it."""
    if "--check" in sys.argv[1:]:
        fresh = DOCUMENT.exists() and DOCUMENT.read_text(encoding="utf-8") == document()
        print("fresh" if fresh else "stale; run: python tools/permissions.py")
        return 0 if fresh else 1
    DOCUMENT.write_text(document(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
