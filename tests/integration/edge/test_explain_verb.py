"""`patrol edge explain`: why an incident was one, from the stores or from a clip."""

from pathlib import Path

import pytest
from boxes import Box, camera

from edge.core.moment import Moment
from edge.delivery.sqlite_outbox import SqliteOutbox
from edge.disk.stores import OUTBOX
from edge.fleet.status_board import StatusBoard
from edge.testing.events import happenings
from edge.testing.fake_clock import START
from edge.testing.painted_film import GREEN, Visit, write_film
from hazard_library.contract.topics import Channel


@pytest.fixture
def box(tmp_path: Path) -> Box:
    """A box whose film shows somebody in the pit from 2 to 10 s, and a lamp beside them."""
    box = Box(tmp_path / "box")
    lamp = Visit(begin_s=2.0, end_s=10.0, x=300, y=100, colour=GREEN)
    write_film(box.folder / "walk.mp4", 14, (Visit(begin_s=2.0, end_s=10.0), lamp))
    fire = {"id": "FIRE-01", "min_score": 0.99}
    zone = {"id": "ZONE-01", "zones": ["pit"]}
    return box.write(camera("gate", "walk.mp4", hazards=[zone, fire]))


def explained(box: Box, *words: str) -> str:
    done = box.patrol("edge", "explain", *words, "--config", "site.yaml")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_says_rule_values_thresholds_frames_and_who_was_near(box: Box) -> None:
    assert box.run_once().returncode == 0
    (incident,) = box.report()["incidents"]
    said = explained(box, str(incident["id"])[:8])
    for words in (
        f"事件 incident  {incident['id']}  (已关闭 closed)",
        "隐患 hazard    ZONE-01 人员闯入危险区域 / Person in a danger zone",
        "区域 zone      pit 区域 area (0, 0.2) (1, 0.2) (1, 1) (0, 1)",
        "规则 rule      presence: 人员脚点在布防的危险区域内持续停留",
        "条件持续 condition held: 3 s = 3 s",
        "期间符合的画面占 looks that agreed: 100% > 70%",
        "条件开始 the condition began    2026-03-02 08:00:02.000+08:00 (2.00 s, 第 21 帧 frame 21)",
        "规则成立 the rule was complete  2026-03-02 08:00:05.000+08:00 (5.00 s, 第 51 帧 frame 51)",
        "最后成立 it last held           2026-03-02 08:00:09.900+08:00 (9.90 s, 第 100 帧",
        "painted 0.0.1 float32",
        "人员 person ≥ 0.5",
        "证据 evidence  frame_original",
    ):
        assert words in said
    assert "人员 person 0.9" in said.partition("附近 near")[0]
    assert "火焰 fire 0.9" in said.partition("附近 near")[2]
    assert "注意 note" not in said


def test_a_clip_is_played_and_explained_without_any_stores(box: Box) -> None:
    assert box.run_once().returncode == 0
    (incident,) = box.report()["incidents"]
    from_stores = explained(box, str(incident["id"]))
    (box.folder / "stores").rename(box.folder / "away")
    from_clip = explained(box, str(incident["id"]), "--replay", "walk.mp4")
    kept = [line for line in from_stores.splitlines() if not line.startswith("证据")]
    # The path is written as the user gave it, or in full.
    assert from_clip.splitlines()[3:] == kept[3:]


def test_what_has_changed_since_is_said(box: Box) -> None:
    assert box.run_once().returncode == 0
    (incident,) = box.report()["incidents"]
    box.write(camera("gate", "walk.mp4", zones=[], hazards=[{"id": "FIRE-01"}]))
    said = explained(box, str(incident["id"]))
    assert "pit (现配置中已没有 not in the configuration any more)" in said
    assert "the configuration has changed since" in said


def test_an_id_that_fits_none_or_several_is_one_sentence(box: Box) -> None:
    outbox = SqliteOutbox(box.folder / "stores" / OUTBOX, Moment(0.0, START), StatusBoard())
    # Seventeen ids: two of them begin alike.
    for one in happenings(17):
        outbox.append(Channel.INCIDENT, one.event(outbox.boot), one.incident())
    outbox.close()
    ids = [str(one.incident().id) for one in happenings(17)]
    shared = next(one[0] for one in ids if sum(other[0] == one[0] for other in ids) > 1)
    for given, complaint in (
        (shared, "several incidents begin so, give more of it"),
        ("000000000000", "holds no incident 000000000000; those it holds are"),
        ("gate", "is no incident; give its id or how it begins"),
    ):
        done = box.patrol("edge", "explain", given, "--config", "site.yaml")
        assert done.returncode == 2
        assert complaint in done.stderr
        assert "Traceback" not in done.stderr
    said = explained(box, ids[0])
    assert "PPE-01" in said
    assert "for_s for_s: 5 = 5" in said


def test_a_box_that_never_ran_has_nothing_to_explain(box: Box) -> None:
    done = box.patrol("edge", "explain", "abc", "--config", "site.yaml")
    assert done.returncode == 2
    assert "run patrol edge run with this configuration first" in done.stderr
