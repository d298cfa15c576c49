"""A whole box with a camera of two streams: judged on the one, evidence from the other."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from boxes import Box, Settings, camera
from rtsp_cameras import PATH, RtspCamera, need_rtsp_server
from running_boxes import running as running_box

from edge.testing.painted_film import Visit, write_film

#: Somebody comes when there is something before it to show.
COMES = Visit(begin_s=4.0, end_s=1000.0)
SUB, MAIN = (416, 312), (832, 624)


@pytest.fixture
def streams(tmp_path: Path) -> Iterator[tuple[RtspCamera, RtspCamera]]:
    need_rtsp_server()
    films = [
        write_film(tmp_path / f"{size[0]}.mp4", 60, (COMES,) if size == SUB else (), size)
        for size in (SUB, MAIN)
    ]
    sub, main = (RtspCamera(film) for film in films)
    yield sub, main
    sub.unplug()
    main.unplug()


def rtsp(port: int) -> Settings:
    return {"kind": "rtsp", "host": "127.0.0.1", "port": port, "path": PATH}


def sealed_spans(box: Box) -> list[Settings]:
    with closing(sqlite3.connect(box.folder / "stores" / "evidence.db")) as database:
        rows = database.execute("SELECT manifest FROM sealed ORDER BY no").fetchall()
    return [json.loads(row[0])["span"] for row in rows]


@pytest.mark.parametrize("serves", ["main", "sub"])
def test_a_clip_is_of_the_main_stream_or_says_why_it_is_not(
    tmp_path: Path, streams: tuple[RtspCamera, RtspCamera], serves: str
) -> None:
    sub, main = streams
    if serves == "sub":
        main.unplug()
    gate = camera("gate", "unused", source=rtsp(sub.port), mode="live", unwatched=["moved"])
    box = Box(tmp_path / "box").write(gate | {"evidence_source": rtsp(main.port)})
    with running_box(box) as running:
        running.await_event("clip_sealed")
        assert len(running.logged("main_stream_away")) == (serves == "sub")
    span = sealed_spans(box)[0]
    assert span["stream"] == serves
    assert ("the main stream was away" in str(span["stream_note"])) is (serves == "sub")
