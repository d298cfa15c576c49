"""The calendar's routes: who may, what a file's mistakes are told as, and what a count refuses."""

from collections.abc import Iterator

import httpx
import pytest
from handover_desk import HandoverDesk, handover_desk
from notices import HEADING, RIGHT_2027, notice

from server.identity.permissions import PERMISSIONS, Act, Role

DUE = "calendar/due?start=2026-09-28T10:00:00%2B08:00&n=3&unit=day&basis=XZCFF-2021-64"


@pytest.fixture(scope="module")
def desk(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HandoverDesk]:
    with handover_desk(postgres_url, tmp_path_factory.mktemp("desk")) as opened:
        yield opened


@pytest.mark.parametrize("role", list(Role))
def test_each_role_does_what_the_table_says(desk: HandoverDesk, role: Role) -> None:
    client = desk.as_(desk.bureau.of(role))
    for path in ("calendar", DUE):
        read = client.get(f"/api/v1/{path}").status_code == 200
        assert read == (role in PERMISSIONS[Act.CALENDAR_READ]), path
    for path in ("calendar/preview", "calendar"):
        answer = client.post(f"/api/v1/{path}", json=notice("x"))
        # Who may is told what is wrong in the file.
        refusal = 404 if role is Role.ENT_MGR else 403
        assert answer.status_code == (422 if role in PERMISSIONS[Act.CALENDAR_IMPORT] else refusal)


def test_nobody_reads_without_signing_in(desk: HandoverDesk) -> None:
    with httpx.Client(base_url=desk.address, trust_env=False) as nobody:
        assert nobody.get("/api/v1/calendar").status_code == 401
        assert nobody.get(f"/api/v1/{DUE}").status_code == 401


def test_mistakes_are_told_row_by_row(desk: HandoverDesk) -> None:
    wrong = f"""{HEADING}
放假,元旦,2027-01-03,2027-01-01
休息,春节,2027-02-05,2027-02-11

上班,春节,2027-02-08,
放假,,2027-04-05,
上班,清明节,二月三十,
"""
    client = desk.as_(desk.bureau.sysadmin)
    shown = client.post("/api/v1/calendar/preview", json=notice(wrong)).json()
    assert shown["is_right"] is False
    told = {error["row"]: error["message_zh"] for error in shown["errors"]}
    assert sorted(told) == [2, 3, 5, 6, 7]
    assert "先后颠倒" in told[2]
    assert "“休息”应为“放假”或“上班”" in told[3]
    assert "不是星期六或星期日" in told[5]
    assert told[6] == "名称为空"
    assert "无法识别" in told[7]
    refused = client.post("/api/v1/calendar", json=notice(wrong))
    assert refused.status_code == 422
    assert refused.json()["missing_fields"] == [f"row {row}" for row in (2, 3, 5, 6, 7)]
    assert "第5行" in refused.json()["message_zh"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("名称,日期\n元旦,2027-01-01\n", "首行须为列名"),
        (b"\xff\xff\xff\xff", "编码无法识别"),
        (f"{HEADING}\n" + "放假,元旦,2027-01-01,\n" * 300, "超过 200 行"),
    ],
)
def test_what_is_no_notice_is_refused(desk: HandoverDesk, content: str | bytes, says: str) -> None:
    answer = desk.as_(desk.bureau.leader).post("/api/v1/calendar/preview", json=notice(content))
    assert answer.status_code == 422
    assert says in answer.json()["message_zh"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (f"{HEADING}\n放假,元旦,2028-01-01,\n", "不属于 2027 年"),
        (f"{HEADING}\n放假,元旦,2027-01-02,\n上班,元旦,2027-01-02,\n", "同一天出现两次"),
        ("{}", "year"),
        ("{", "不是 JSON"),
        (f"{HEADING}\n上班,元旦,2027-01-02,\n", "off"),
    ],
)
def test_a_notice_that_does_not_fit_says_why(desk: HandoverDesk, content: str, says: str) -> None:
    shown = desk.as_(desk.bureau.leader).post("/api/v1/calendar/preview", json=notice(content))
    assert shown.status_code == 200, shown.text
    assert says in shown.json()["errors"][0]["message_zh"]


def test_a_gbk_file_is_loaded_once_for_one_key(desk: HandoverDesk) -> None:
    client = desk.as_(desk.bureau.sysadmin)
    file = notice(RIGHT_2027.encode("gbk"))
    shown = client.post("/api/v1/calendar/preview", json=file).json()
    changed = {day["on"]: day["becomes_workday"] for day in shown["changed"]}
    assert (changed["2027-01-01"], changed["2027-01-09"]) == (False, True)
    assert "2027-02-06" not in changed  # a Saturday was rest before
    answers = [
        client.post("/api/v1/calendar", json=file, headers={"Idempotency-Key": "notice-2027"})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [answer.json()["revision"] for answer in answers] == [1, 1]
    year = desk.read(desk.bureau.officer, "calendar")["years"][0]
    assert (year["year"], year["approved_by"]) == (2027, "周（演示）")
    assert year["sha256"] == shown["sha256"]
    again = client.post("/api/v1/calendar", json=file)
    assert again.json()["revision"] == 2


def test_the_years_that_come_along_say_that_nobody_compared_them(desk: HandoverDesk) -> None:
    shown = desk.read(desk.bureau.officer, "calendar")
    year = next(one for one in shown["years"] if one["year"] == 2026)
    assert (year["revision"], year["approved_by"], year["issued_on"]) == (0, None, "2025-11-04")
    assert len(year["sha256"]) == 64
    assert shown["review_status"] == "UNREVIEWED"


@pytest.mark.parametrize(
    "query",
    [
        "start=2026-09-28T10:00:00&n=3&unit=day&basis=x",
        "start=2026-09-28T10:00:00%2B08:00&n=0&unit=day&basis=x",
        "start=2026-09-28T10:00:00%2B08:00&n=300&unit=month&basis=x",
        "start=9999-12-30T10:00:00%2B08:00&n=300&unit=day&basis=x",
        "start=2026-09-28T10:00:00%2B08:00&n=3&unit=fortnight&basis=x",
    ],
)
def test_what_cannot_be_counted_is_refused(desk: HandoverDesk, query: str) -> None:
    answer = desk.as_(desk.bureau.officer).get(f"/api/v1/calendar/due?{query}")
    assert answer.status_code == 422, answer.text
