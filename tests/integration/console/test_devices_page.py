"""The devices' page: whatever is wrong with a box stands there in words, with what to do."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from browser import HAND_HELD, ROOT, Desk, chromium, desk
from playwright.sync_api import Browser, expect
from web_server import serving

from hazard_library.catalogue.load import load_catalogue
from hazard_library.contract.clock import ClockState
from hazard_library.contract.device import (
    CameraCondition,
    CameraState,
    EvidenceRoom,
    InferenceUsed,
    PermitState,
)
from hazard_library.contract.events import ModelUsed
from hazard_library.contract.evidence import EvidenceKind
from hazard_library.contract.ids import CameraId, DeviceId
from hazard_library.contract.topics import Channel
from server.app import WebParts, create_app
from server.evidence.file_store import FileStore
from server.fleet import service as fleet
from server.identity import service as identity
from server.ingest.arrival import Arrival
from server.ingest.service import Ingest, accept
from server.kit.clock import SystemClock
from server.kit.db import Database
from server.kit.live_feed import LiveFeed
from server.leads import service as leads
from server.samples.pseudonyms import Pseudonyms
from server.testing.bureau import BY, CAMERAS, enrol, settle
from server.testing.fake_device import FakeDevice, file_ref

pytestmark = pytest.mark.browser

CLIP = file_ref(b"a clip", EvidenceKind.CLIP_SHOWN)
MODEL = ModelUsed(name="site", version="0.2.0", sha256="a" * 64, precision="int8")
CONDITIONS = (
    (CameraCondition.OK, ""),
    (CameraCondition.MOVED, "what it showed lies elsewhere now: 10% of the width to the left"),
    (CameraCondition.LOOPED, "a recording of 30 s is played instead of the scene"),
    (CameraCondition.OFFLINE, "rtsp://10.0.0.7/live: the password is wrong"),
    (CameraCondition.NOT_ANALYSED, "only 60% of its pictures are analysed"),
)


@cache
def now() -> datetime:
    """Return when the first of these tests began, which may be minutes after the import."""
    return SystemClock().now()


def cameras() -> tuple[CameraState, ...]:
    return tuple(
        CameraState(
            camera=CameraId(name),
            condition=condition,
            since=now(),
            detail=detail,
            fps=4.8,
            shed=0.4 if condition is CameraCondition.OK else 0.0,
            unwatched=(CameraCondition.MOVED,) if condition is CameraCondition.OK else (),
        )
        for name, (condition, detail) in zip(CAMERAS, CONDITIONS, strict=True)
    )


def permit(name: str, begins: timedelta, ends: timedelta, excused: int = 0) -> PermitState:
    return PermitState(
        id=name,
        kind="hot_work",
        cameras=(CameraId("shop"),),
        zones=("焊接区",),
        hazards=("FIRE-01", "FIRE-02"),
        begins_at=now() + begins,
        ends_at=now() + ends,
        excused=excused,
    )


def troubled(device: FakeDevice) -> dict[str, object]:
    """Say everything that can be wrong with a box that is heard."""
    return {
        "sent_at": now(),
        "cameras": cameras(),
        "models": (MODEL,),
        "inference": InferenceUsed(backend="openvino", workers=2),
        "models_refused": {"fire-smoke": f"{device.id}: signed by a key that is not trusted"},
        "config_error": "site.yaml: cameras.0.zones: 3 points at least, not 2",
        "clock": ClockState(
            source="arrival", synchronised=False, offset_ms=-61_000, uncertainty_ms=20
        ),
        "evidence": EvidenceRoom(
            level="warning_90",
            quota_bytes=20_000_000_000,
            used_bytes=19_800_000_000,
            waiting_bytes=18_500_000_000,
            disk_free_bytes=3_000_000_000,
            lost_files=1,
        ),
        "permits": (
            permit("动火-2026-017", -timedelta(hours=1), timedelta(hours=3), 2),
            permit("动火-2026-018", timedelta(hours=20), timedelta(hours=24)),
        ),
        "counters": {"frames_dropped": 310, "clips_lost": 1, "broker_connections": 4},
        "outbox_pending": 12,
    }


def lose_a_clip(database: Database, device: FakeDevice) -> None:
    event = device.event(evidence=[CLIP], camera=CameraId("gate"), sent_at=now())
    lost = device.lost(CLIP, "removed before the server had it: no room", sent_at=now())
    catalogue = load_catalogue()
    parts = Ingest(lambda _hazard: True, lambda db, at, told: leads.attach(db, at, catalogue, told))
    with database.writing() as db:
        for channel, message in ((Channel.INCIDENT, event), (Channel.EVIDENCE, lost)):
            receipt = accept(db, parts, Arrival(device.id, channel, message.to_bytes(), now()))
            assert receipt is not None
            assert receipt.reason is None


@pytest.fixture
def fleet_of_three(own_database: Database) -> Database:
    """One box with every trouble, one that is well, and one that went silent."""
    ill, well, silent = FakeDevice(), FakeDevice(DeviceId("box-2")), FakeDevice(DeviceId("box-3"))
    with own_database.writing() as db:
        settle(db)
        for box in (ill, well, silent):
            enrol(db, box)
        long_ago = now() - timedelta(hours=2)
        ok = tuple(
            one.model_copy(update={"condition": CameraCondition.OK, "detail": "", "shed": 0.0})
            for one in cameras()
        )
        fleet.hear(db, now(), ill.state(**troubled(ill)))
        fleet.hear(db, now(), well.state(cameras=ok, models=(MODEL,)))
        fleet.hear(db, long_ago, silent.state(cameras=ok))
    lose_a_clip(own_database, ill)
    return own_database


@pytest.fixture
def address(fleet_of_three: Database, tmp_path: Path) -> Iterator[str]:
    console = ROOT / "server" / "console" / "dist"
    if not (console / "index.html").is_file():
        pytest.skip(f"{console} is missing; run npm ci and npm run build in server/console")
    feed = LiveFeed(fleet_of_three.bind.engine.url.render_as_string(hide_password=False))
    parts = WebParts(
        fleet_of_three,
        SystemClock(),
        FileStore(tmp_path / "evidence"),
        load_catalogue(),
        feed,
        console,
        Pseudonyms(b"k" * 32),
    )
    with serving(create_app(parts)) as address:
        yield address
        # The pages' streams end first: the server waits for them, and they hold connections.
        feed.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def sit_down(
    browser: Browser, address: str, database: Database, size: tuple[int, int] = (1366, 768)
) -> Desk:
    with database.writing() as db:
        token = identity.make_link(db, SystemClock().now(), BY, "officer", timedelta(hours=1))
    sitting = desk(browser, address, size)
    sitting.sign_in(token)
    sitting.open("/devices")
    return sitting


def test_what_is_wrong_stands_there_in_words_with_what_to_do(
    browser: Browser, address: str, fleet_of_three: Database
) -> None:
    at = sit_down(browser, address, fleet_of_three)
    expect(at.page.get_by_text("共 3 台设备，2 台需要处理。")).to_be_visible()
    boxes = at.page.locator("section.panel")
    expect(boxes.get_by_role("heading", level=2)).to_contain_text(["box-1", "box-3", "box-2"])
    ill = boxes.first
    for sentence in (
        "模型“fire-smoke”被拒绝",
        "box-1: signed by a key that is not trusted",
        "新配置有误，被设备拒绝",
        "3 points at least, not 2",
        "证据空间快满了：尚未传到服务器的占 93%",
        "近 30 天有 1 个证据文件没传到服务器就丢失了",
        "设备时钟比标准时间慢 61 秒",
        "动火作业 动火-2026-017",
        "shop（焊接区）不提示以下隐患",
        "已因此不提示 2 次",
        "画面没有被分析",
        "40% 的画面没有分析",
        "按配置不检查：已移位",
    ):
        expect(ill.get_by_text(sentence)).to_be_visible()
    words = ["忙不过来", "连不上", "疑似循环播放录像", "未分析", "已移位"]
    expect(ill.locator("td .tag")).to_have_text(words)
    expect(boxes.nth(1).get_by_text("失联：最后一条消息在")).to_be_visible()
    expect(boxes.nth(1).get_by_text("此前：正常")).to_have_count(len(CAMERAS))
    at.keep("console-devices")
    assert at.complaints == []


def test_lost_evidence_names_the_lead_that_lacks_it(
    browser: Browser, address: str, fleet_of_three: Database
) -> None:
    at = sit_down(browser, address, fleet_of_three)
    ill = at.page.locator("section.panel").first
    ill.get_by_text("丢失的证据").last.click()
    expect(ill.get_by_text("removed before the server had it")).to_be_visible()
    expect(ill.get_by_text("视频片段（展示）")).to_be_visible()
    at.keep("console-devices-lost")
    ill.get_by_role("link", name="线索").click()
    at.page.wait_for_url("**/leads/*")
    expect(at.page.get_by_role("heading", name="作业区域人员未佩戴安全帽")).to_be_visible()


def test_the_details_fit_a_phone(browser: Browser, address: str, fleet_of_three: Database) -> None:
    at = sit_down(browser, address, fleet_of_three, HAND_HELD)
    ill = at.page.locator("section.panel").first
    ill.get_by_text("设备详情").click()
    for words in (
        "site 0.2.0",
        "推理后端 openvino，2 个线程",
        "动火-2026-018",
        "来不及分析而放弃的画面",
        "已用 19.8 GB，上限 20 GB",
    ):
        expect(ill.get_by_text(words)).to_be_visible()
    expect(ill.get_by_text("broker_connections")).to_have_count(0)
    overflow = at.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0, f"the page is {overflow} px too wide"
    at.keep("console-devices-phone")
