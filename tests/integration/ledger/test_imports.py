"""Tables of enterprises: a preview writes nothing, each wrong cell is told, twice is once."""

from typing import Any

import httpx
import pytest
from ledger_desk import Desk
from sqlalchemy import text

from server.audit import service as audit
from server.audit.service import Thing
from server.tables import metadata

IMPORTS = "/api/v1/enterprise-imports"
HEADER = (
    "统一社会信用代码,企业名称,注册地址,法定代表人,行业,设区市,区县,区划代码,厂区地址,"
    "标准化等级,重点单位"
)


def line(code: str, **cells: str) -> str:
    known = {
        "企业名称": "演示企业",
        "注册地址": "演示路1号",
        "法定代表人": "演示法人",
        "行业": "涉爆粉尘",
        "区划代码": "320115",
    } | cells
    return ",".join([code, *(known.get(name, "") for name in HEADER.split(",")[1:])])


def send(
    desk: Desk, lines: list[str], *, encoding: str = "utf-8", path: str = "", **query: Any
) -> httpx.Response:
    wish = {"source": "风险报告系统", "as_of": "2026-03-01"} | query
    content = "\n".join([query.pop("header", HEADER), *lines]).encode(encoding)
    wish.pop("header", None)
    client = desk.client_of(desk.bureau.officer)
    return client.post(IMPORTS + path, params=wish, content=content)


def counts(answer: httpx.Response) -> dict[str, int]:
    assert answer.status_code == 200, answer.text
    return {key: value for key, value in answer.json()["counts"].items() if value}


def contents(desk: Desk) -> dict[str, int]:
    """Count the rows of every table."""
    with desk.database.reading() as db:
        return {
            name: db.scalar(text(f"SELECT count(*) FROM {name}")) or 0  # noqa: S608 - our tables
            for name in metadata.tables
        }


def test_a_preview_writes_nothing_and_the_same_file_twice_changes_nothing(desk: Desk) -> None:
    firms = [line(desk.code()), line(desk.code(), 企业名称="=1+1", 标准化等级="二级")]
    desk.client_of(desk.bureau.officer)
    before = contents(desk)
    seen = send(desk, firms, path="/preview")
    assert (counts(seen), seen.json()["applied"]) == ({"new": 2}, False)
    assert contents(desk) == before
    assert counts(send(desk, firms)) == {"new": 2}
    after = contents(desk)
    assert after["enterprise"] == before["enterprise"] + 2
    assert counts(send(desk, firms, encoding="gbk")) == {"unchanged": 2}
    assert contents(desk) == after


def test_a_later_file_of_the_source_corrects_and_another_source_disputes(desk: Desk) -> None:
    code = desk.code()
    send(desk, [line(code)])
    moved = [line(code, 注册地址="演示路2号")]
    assert counts(send(desk, moved, as_of="2026-03-02")) == {"changed": 1}
    other = send(desk, [line(code, 法定代表人="另一人")], source="信用信息平台")
    assert counts(other) == {"disputed": 1}
    client = desk.client_of(desk.bureau.officer)
    queue = client.get("/api/v1/record-conflicts").json()["items"]
    mine = [one for one in queue if one["challenger"]["value"] == "另一人"]
    assert [one["field"] for one in mine] == ["legal_representative"]


def test_every_wrong_cell_names_row_column_and_remedy(desk: Desk) -> None:
    right, twice = desk.code(), desk.code()
    wrong = right[:-1] + ("1" if right[-1] != "1" else "2")
    lines = [
        line(right),
        line(wrong),
        line(desk.code(), 企业名称=""),
        line(desk.code(), 重点单位="也许"),
        line(desk.code(), 标准化等级="五级"),
        line(twice),
        line(twice),
        line(""),
    ]
    rows = {
        row["number"]: [(f["column"], bool(f["remedy"])) for f in row["faults"]]
        for row in send(desk, lines, path="/preview").json()["rows"]
    }
    assert rows == {
        2: [],
        3: [("统一社会信用代码", True)],
        4: [("企业名称", True)],
        5: [("重点单位", True)],
        6: [("标准化等级", True)],
        7: [],
        8: [("统一社会信用代码", True)],
        9: [("统一社会信用代码", True)],
    }
    before = contents(desk)
    refused = send(desk, lines)
    assert refused.status_code == 422
    assert refused.json()["missing_fields"][0] == "第3行 统一社会信用代码"
    assert contents(desk) == before
    taken = send(desk, lines, skip_wrong_rows=True)
    assert counts(taken) == {"new": 2, "wrong": 6}


def test_ac_11_namesake_districts_are_never_chosen_by_name(desk: Desk) -> None:
    code = desk.code()
    asked = {"区划代码": "", "区县": "鼓楼区"}
    [row] = send(desk, [line(code, **asked)], path="/preview").json()["rows"]
    [fault] = row["faults"]
    assert (row["effect"], fault["column"]) == ("wrong", "区县")
    assert "320106" in fault["remedy"]
    assert "320302" in fault["remedy"]
    assert counts(send(desk, [line(code, **asked, 设区市="徐州市")])) == {"new": 1}
    client = desk.client_of(desk.bureau.officer)
    exported = client.get("/api/v1/enterprise-list.csv", params={"q": code})
    assert "徐州市鼓楼区（320302）" in exported.content.decode("utf-8-sig")


def test_what_goes_out_is_no_formula_and_the_look_is_recorded(desk: Desk) -> None:
    code = desk.code()
    send(desk, [line(code, 企业名称="=HYPERLINK(1)")])
    client = desk.client_of(desk.bureau.officer)
    exported = client.get("/api/v1/enterprise-list.csv", params={"q": code})
    assert exported.content.decode("utf-8-sig").splitlines()[1].split(",")[1] == "'=HYPERLINK(1)"
    with desk.database.reading() as db:
        purposes = [look.purpose for look in audit.looks(db, Thing("enterprise_list", "csv"))]
    assert "导出企业清单（1家）" in purposes


def test_items_are_imported_to_enterprises_that_are_there(desk: Desk) -> None:
    code, nobody = desk.code(), desk.code()
    send(desk, [line(code)])
    header = "统一社会信用代码,重大危险源名称,重大危险源等级,主要物质"
    lines = [f"{code},甲醇罐区,三级,甲醇", f"{code},液氯库,Ⅱ级,", f"{nobody},罐区,1,"]
    wish = {"kind": "major_hazard_source", "header": header}
    seen = send(desk, lines, path="/preview", **wish)
    assert counts(seen) == {"changed": 2, "wrong": 1}
    assert counts(send(desk, lines[:2], **wish)) == {"changed": 2}
    assert counts(send(desk, lines[:2], **wish)) == {"unchanged": 2}


@pytest.mark.parametrize(
    ("query", "header", "told"),
    [
        ({"as_of": "2026-03-03"}, HEADER, "as_of"),
        ({"source": " "}, HEADER, "source"),
        ({}, "企业名称", "file"),
    ],
)
def test_a_table_without_its_ground_is_refused(
    desk: Desk, query: dict[str, str], header: str, told: str
) -> None:
    refused = send(desk, ["甲"], header=header, **query)
    assert (refused.status_code, refused.json()["missing_fields"]) == (422, [told])


def test_a_firm_out_of_reach_is_named_and_not_touched(desk: Desk) -> None:
    code = desk.code()
    send(desk, [line(code)])
    stranger = desk.client_of(desk.bureau.stranger)
    wish = {"source": "风险报告系统", "as_of": "2026-03-02"}
    content = "\n".join([HEADER, line(code, 企业名称="改名")]).encode()
    answer = stranger.post(f"{IMPORTS}/preview", params=wish, content=content)
    [row] = answer.json()["rows"]
    assert row["faults"][0]["problem"] == "该企业不在您的管辖范围内"


def test_the_template_is_what_an_import_knows(desk: Desk) -> None:
    client = desk.client_of(desk.bureau.officer)
    empty = client.get(f"{IMPORTS}/template.csv").content.decode("utf-8-sig").strip()
    assert set(HEADER.split(",")) <= set(empty.split(","))
    ignored = send(desk, [], path="/preview", header=empty).json()["ignored_columns"]
    assert ignored == []
