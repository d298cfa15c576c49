"""A box that runs in the background, and the lines it has logged so far."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from boxes import Box, Settings, camera
from waiting import wait_until

from edge.testing.painted_film import Visit

ALWAYS = Visit(begin_s=0.0, end_s=1000.0)
WITHIN_S = 60.0


def live(name: str, film: str, **changes: object) -> Settings:
    """Return a camera that shows a film for ever, at its own pace."""
    source = {"kind": "file", "path": film, "loop": True}
    return camera(name, film, source=source, mode="live", **changes)


class Running:
    """One run of one box."""

    def __init__(self, box: Box, *words: str) -> None:
        self.process = box.start(*words)
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.lines.extend(iter(self.process.stderr.readline, ""))

    def logged(self, event: str) -> list[Settings]:
        parsed = [json.loads(line) for line in list(self.lines) if line.startswith("{")]
        return [one for one in parsed if one["event"] == event]

    def await_event(self, event: str, times: int = 1) -> Settings:
        wait_until(lambda: len(self.logged(event)) >= times, WITHIN_S, f"{event} x {times}")
        return self.logged(event)[-1]

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join(WITHIN_S)
        assert self.process.stderr is not None
        self.process.stderr.close()

    @property
    def child(self) -> int:
        pid = self.process.pid
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()[0])


@contextmanager
def running(box: Box, *words: str) -> Iterator[Running]:
    """Run a box until the end of the block; it has to leave well when it is asked to."""
    one = Running(box, *words)
    try:
        yield one
        one.process.terminate()
        assert one.process.wait(WITHIN_S) == 0, "".join(one.lines)
    finally:
        one.end()


def told(box: Box, change: str) -> list[str]:
    """Return the cameras of all events with this change, in the order of their writing."""
    with closing(sqlite3.connect(box.folder / "stores" / "outbox.db")) as db:
        rows = db.execute(
            "SELECT json_extract(payload, '$.camera') FROM message"
            " WHERE json_extract(payload, '$.change') = ? ORDER BY rowid",
            (change,),
        ).fetchall()
    return [str(row[0]) for row in rows]
