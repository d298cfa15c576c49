"""AC-11: two districts are called 鼓楼区; search, import and export never choose by the name."""

import httpx
from handover_desk import HandoverDesk

from server.enterprises.credit_code import check_digit

HEADER = "统一社会信用代码,企业名称,注册地址,法定代表人,行业,设区市,区县"


def code(number: int) -> str:
    body = f"91320106MA2{number:06d}"
    return body + check_digit(body)


def test_a_namesake_district_is_asked_for_and_never_guessed(desk: HandoverDesk) -> None:
    officer = desk.as_(desk.bureau.officer)
    wish = {"source": "风险报告系统", "as_of": "2026-03-01"}

    def send(city: str, path: str = "") -> httpx.Response:
        line = f"{code(1)},演示企业一百,演示路1号,演示法人,涉爆粉尘,{city},鼓楼区"
        content = f"{HEADER}\n{line}".encode("gbk")
        return officer.post(f"/api/v1/enterprise-imports{path}", params=wish, content=content)

    [row] = send("", "/preview").json()["rows"]
    [fault] = row["faults"]
    assert (row["number"], row["effect"], fault["column"]) == (2, "wrong", "区县")
    assert "南京市鼓楼区（320106）" in fault["remedy"]
    assert "徐州市鼓楼区（320302）" in fault["remedy"]
    refused = send("")
    assert refused.status_code == 422
    assert refused.json()["missing_fields"] == ["第2行 区县"]
    assert officer.get("/api/v1/enterprises", params={"q": code(1)}).json()["items"] == []

    assert send("南京市").json()["counts"]["new"] == 1
    search = officer.get("/api/v1/enterprises", params={"division": "鼓楼区"})
    assert (search.status_code, search.json()["missing_fields"]) == (422, ["division_code"])
    for place, found in (("320106", 1), ("320302", 0)):
        rows = officer.get("/api/v1/enterprises", params={"division": place}).json()["items"]
        assert len(rows) == found
    exported = officer.get("/api/v1/enterprise-list.csv", params={"q": code(1)})
    assert "南京市鼓楼区（320106）" in exported.content.decode("utf-8-sig")
