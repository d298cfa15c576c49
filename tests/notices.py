"""Yearly notices as files, made up."""

import base64
from datetime import date
from typing import Any

HEADING = "类型,名称,开始日期,结束日期"
RIGHT_2027 = f"""{HEADING}
放假,元旦,2027-01-01,2027-01-03
上班,元旦,2027-01-09,
放假,春节,2027/2/5,2027/2/11
"""


def notice(content: str | bytes = RIGHT_2027, year: int = 2027, **other: Any) -> dict[str, Any]:
    """Return a notice as the API takes it; `other` replaces fields."""
    file = content.encode() if isinstance(content, str) else content
    fields = {
        "year": year,
        "source": f"国务院办公厅关于{year}年部分节假日安排的通知（测试）",
        "issued_on": date(year - 1, 11, 4).isoformat(),
        "approved_by": "周（演示）",
        "content": base64.b64encode(file).decode(),
    }
    return fields | other
