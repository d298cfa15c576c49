"""An officer at the console, against the whole chain: real broker, server, box and browser."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import HAND_HELD, OFFICE, ROOT, Desk, chromium, desk, link_token
from chain import Part, WholeChain, whole_chain
from playwright.sync_api import Browser, expect
from sqlalchemy import text
from waiting import wait_until

from edge.testing.painted_film import Visit, write_film
from edge.testing.painted_model import write_painted_package
from hazard_library.contract.ids import CameraId
from server.demo.plan import DemoCamera, Settings

pytestmark = pytest.mark.browser

OFFICER = "demo-officer"
SUSPECTED = "疑似人员闯入危险区域"
FINDING = "可见1名人员在停机区内 no helmet u y"
CAMERAS = ("gate", "yard", "dock", "roof")
_AXE = ROOT / "server" / "console" / "node_modules" / "axe-core" / "axe.min.js"
_AXE_RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}"


def _camera(name: str, film: Path) -> DemoCamera:
    whole = [[0, 0], [1, 0], [1, 1], [0, 1]]
    return DemoCamera(
        CameraId(name),
        film.name,
        {
            "id": name,
            "source": {
                "kind": "file",
                "path": str(film),
                "start_at": "2026-03-02T08:00:00+08:00",
            },
            "mode": "replay",
            "zones": [{"id": "停机区", "points": whole}],
            "hazards": [{"id": "ZONE-01", "zones": ["停机区"]}],
        },
    )


def _chain(folder: Path, *names: str) -> "Iterator[WholeChain]":
    film = write_film(folder / "walk.mp4", 12, (Visit(begin_s=2.0, end_s=9.0),))
    write_painted_package(folder / "models")
    extra: Settings = {
        "models": ["painted"],
        "models_folder": str(folder / "models"),
        "evidence": {"pre_roll": "2s", "post_roll": "1s"},
    }
    with whole_chain(tuple(_camera(name, film) for name in names), extra=extra) as chain:
        chain.start(Part.BROKER, Part.SERVER)
        yield chain


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeChain]:
    """A chain whose box has seen somebody at every camera and brought everything away."""
    for chain in _chain(tmp_path_factory.mktemp("reported"), *CAMERAS):
        chain.start(Part.EDGE)
        assert chain.await_edge() == 0, chain.logs()
        yield chain


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[WholeChain]:
    """A chain whose box has not started yet."""
    yield from _chain(tmp_path, "gate")


def _signed_in(
    browser: Browser, chain: WholeChain, account: str, size: tuple[int, int] = OFFICE
) -> Desk:
    sitting = desk(browser, chain.plan.address, size)
    sitting.sign_in(link_token(chain, account))
    return sitting


def _open_lead_of(sitting: Desk, camera: str) -> None:
    row = sitting.page.locator("a.lead-row", has_text=camera)
    row.click()
    _see_picture(sitting)


def _see_picture(sitting: Desk) -> None:
    width = "document.querySelector('figure img')?.naturalWidth ?? 0"
    wait_until(lambda: bool(sitting.page.evaluate(width) > 0), 20, "the picture")


def _see_clip_play(sitting: Desk) -> None:
    """Start it by its key; it plays when its time goes on."""
    begun = "video => video && !video.error && video.played.length ? video.currentTime : 0"
    sitting.page.keyboard.press("Space")
    expect(sitting.page.locator("video")).to_be_visible()
    wait_until(
        lambda: bool(sitting.page.locator("video").evaluate(begun) > 0.5), 20, "the clip plays"
    )


def _confirm_by_keys(sitting: Desk) -> None:
    """Y, own words, Enter: letters that are shortcuts elsewhere are letters here."""
    page = sitting.page
    page.keyboard.press("y")
    finding = page.get_by_label("认定事实")
    expect(finding).to_have_value("")
    page.keyboard.type(FINDING)
    expect(finding).to_have_value(FINDING)
    page.keyboard.press("Enter")
    expect(page.get_by_text("检查任务草稿已生成")).to_be_visible()


def _take_plan(sitting: Desk, to: Path) -> str:
    """Download the document; return its text."""
    with sitting.page.expect_download() as taken:
        sitting.page.get_by_role("button", name="下载现场检查方案").click()
    assert taken.value.suggested_filename.startswith("现场检查方案")
    taken.value.save_as(to)
    return zipfile.ZipFile(to).read("word/document.xml").decode()


def test_an_officer_confirms_a_new_lead_by_keys_and_takes_the_plan_along(
    browser: Browser, waiting: WholeChain, tmp_path: Path
) -> None:
    at = _signed_in(browser, waiting, OFFICER)
    page = at.page
    expect(page.get_by_text("暂无此类线索")).to_be_visible()
    page.evaluate("window.sameDocument = true")

    waiting.start(Part.EDGE)
    expect(page.get_by_text(SUSPECTED)).to_be_visible(timeout=60_000)
    assert waiting.await_edge() == 0, waiting.logs()

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    _see_picture(at)
    assert page.evaluate("window.sameDocument"), "the page was loaded again"
    _see_clip_play(at)
    at.keep("console-lead")
    _confirm_by_keys(at)

    page.get_by_role("link", name="打开检查任务").click()
    expect(page.get_by_text("须填写").first).to_be_visible()
    for mark in ("自动", "建议"):
        expect(page.get_by_text(mark, exact=True).first).to_be_visible()
    assert FINDING in _take_plan(at, tmp_path / "plan.docx")
    at.keep("console-task")
    assert waiting.server_report().tasks == 1
    assert at.complaints == []


def test_two_keys_make_a_false_alarm_with_its_reason(
    browser: Browser, reported: WholeChain
) -> None:
    at = _signed_in(browser, reported, OFFICER)
    _open_lead_of(at, "dock")
    at.page.keyboard.press("n")
    at.page.keyboard.press("2")
    expect(at.page.get_by_text("已判为误报")).to_be_visible()
    expect(at.page.get_by_text("非违规")).to_be_visible()
    with reported.database() as database, database.reading() as db:
        reasons = db.scalars(text("SELECT dismiss_reason FROM lead WHERE camera = 'dock'")).all()
    assert reasons == ["not_violation"]


def test_an_aide_may_only_suggest(browser: Browser, reported: WholeChain) -> None:
    at = _signed_in(browser, reported, "demo-aide")
    expect(at.page.get_by_text("无有效执法证")).to_be_visible()
    _open_lead_of(at, "gate")
    expect(at.page.get_by_role("button", name="建议属实")).to_be_visible()
    expect(at.page.get_by_role("button", name="Y 属实")).to_have_count(0)
    expect(at.page.get_by_role("button", name="查看原始画面")).to_have_count(0)
    at.page.keyboard.press("y")
    at.page.keyboard.type("人在区内")
    at.page.keyboard.press("Enter")
    expect(at.page.get_by_text("初筛意见已提交")).to_be_visible()
    with reported.database() as database, database.reading() as db:
        states = db.scalars(text("SELECT state FROM lead WHERE camera = 'gate'")).all()
    assert states == ["prescreened"]


def test_the_sealed_original_opens_only_with_a_recorded_purpose(
    browser: Browser, reported: WholeChain
) -> None:
    at = _signed_in(browser, reported, OFFICER)
    _open_lead_of(at, "yard")
    blurred = at.page.locator("figure img").get_attribute("src")
    at.page.get_by_role("button", name="查看原始画面").click()
    opens = at.page.get_by_role("button", name="记录用途并打开")
    expect(opens).to_be_disabled()
    at.page.get_by_label("线索研判").check()
    opens.click()
    expect(at.page.get_by_text("正在显示原始画面")).to_be_visible()
    expect(at.page.locator("figure img")).not_to_have_attribute("src", str(blurred))
    _see_picture(at)
    asked = text("SELECT count(*) FROM access_record WHERE purpose = '线索研判'")
    with reported.database() as database, database.reading() as db:
        assert db.scalar(asked) == 1
    assert at.complaints == []


def test_a_sysadmin_sees_devices_and_no_lead(browser: Browser, reported: WholeChain) -> None:
    at = _signed_in(browser, reported, "demo-admin")
    menu = at.page.get_by_role("navigation", name="主菜单").get_by_role("link")
    expect(menu).to_have_text(["设备"])
    expect(at.page.get_by_role("heading", name="demo-box")).to_be_visible()
    at.open("/leads")
    expect(at.page.get_by_text("您没有查看权限")).to_be_visible()


def test_the_lamp_tells_that_the_server_is_away_and_back(
    browser: Browser, waiting: WholeChain
) -> None:
    at = _signed_in(browser, waiting, OFFICER)
    lamp = at.page.locator(".lamp")
    expect(lamp).to_have_text("实时")
    waiting.stop(Part.SERVER)
    expect(lamp).to_have_text("重连中")
    waiting.start(Part.SERVER)
    expect(lamp).to_have_text("实时", timeout=30_000)


@pytest.mark.parametrize("size", [OFFICE, HAND_HELD], ids=["office", "hand-held"])
def test_no_page_has_a_serious_finding_of_axe(
    browser: Browser, reported: WholeChain, size: tuple[int, int]
) -> None:
    if not _AXE.is_file():
        pytest.skip(f"{_AXE} is missing; run npm ci in server/console")
    at = desk(browser, reported.plan.address, size, inspected=True)
    at.open("/sign-in")
    _inspect(at, "/sign-in")
    at.sign_in(link_token(reported, OFFICER))
    for place in ("/leads?state=all", "/tasks", "/transfers", "/devices"):
        at.open(place)
        at.page.get_by_role("heading", level=1).wait_for()
        _inspect(at, place)
    at.open("/leads?state=all")
    _open_lead_of(at, "roof")
    _inspect(at, "lead")
    at.page.keyboard.press("y")
    at.page.get_by_label("认定事实").wait_for()
    _inspect(at, "finding")
    overflow = at.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0, f"the page is {overflow} px too wide"


def _inspect(at: Desk, place: str) -> None:
    wait_until(lambda: at.page.locator(".bars").count() == 0, 20, f"{place} has loaded")
    at.page.evaluate(_AXE.read_text(encoding="utf-8"))
    found = at.page.evaluate(f"axe.run({_AXE_RULES}).then(result => result.violations)")
    serious = [one for one in found if one["impact"] in {"serious", "critical"}]
    told = [(one["id"], [node["target"] for node in one["nodes"]]) for one in serious]
    assert told == [], place
