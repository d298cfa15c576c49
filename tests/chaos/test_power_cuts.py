"""The power fails: what was not on the disk is gone, and the box goes on with the rest."""

import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
from at_work import row_of
from chain import Part
from fires import PLACES
from length import CUTS, NEW_START_S
from power_cut import Cut, cut_the_power, strace
from row import Row
from trouble import Trouble, trouble

_DICE = random.Random(20261124)  # noqa: S311 - for when the power fails, not for secrets

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]

_CARELESS = """
import os, pathlib, sqlite3, sys
home = pathlib.Path(sys.argv[1])
kept = os.open(home / "kept", os.O_CREAT | os.O_WRONLY)
os.write(kept, b"a" * 100); os.fsync(kept); os.write(kept, b"b" * 50)
db = sqlite3.connect(home / "log.db", isolation_level=None)
db.execute("PRAGMA journal_mode = WAL"); db.execute("PRAGMA synchronous = FULL")
db.execute("CREATE TABLE t (x)"); db.execute("INSERT INTO t VALUES (1)")
db.execute("PRAGMA synchronous = OFF"); db.execute("INSERT INTO t VALUES (2)")
(home / "draft").write_bytes(b"c"); os.rename(home / "draft", home / "named")
os.kill(os.getpid(), 9)
"""


def test_the_cut_takes_what_was_not_synced_and_nothing_else(tmp_path: Path) -> None:
    home, trace = tmp_path / "home", tmp_path / "trace"
    home.mkdir()
    program = [*strace(trace), sys.executable, "-c", _CARELESS, str(home)]
    subprocess.run(program, check=False)
    assert (home / "kept").stat().st_size == 150
    cut = cut_the_power(trace, home, {})
    assert (home / "kept").read_bytes() == b"a" * 100
    assert not (home / "named").exists()
    assert cut.files >= 2
    with closing(sqlite3.connect(home / "log.db")) as db:
        assert db.execute("SELECT x FROM t").fetchall() == [(1,)]


def test_what_was_called_safe_survives_the_loss_of_everything_unsynced(
    tmp_path: Path, tell: Callable[[Row], None]
) -> None:
    with trouble(tmp_path) as one:
        one.chain.stop(Part.EDGE)
        cuts = [_cut(one, number) for number in range(CUTS)]
        back = one.restart_box()
        account = one.conclude()
        aside = [path.name for path in one.stores.rglob("*damaged*")]
        done = (
            f"{CUTS} times everything since the last fsync of each file is taken away: "
            f"{sum(cut.taken_bytes for cut in cuts)} bytes of {sum(cut.files for cut in cuts)} "
            f"files, {sum(cut.nameless for cut in cuts)} names"
        )
        row = row_of(
            account,
            "power cut",
            done,
            back_s=back,
            back_within_s=NEW_START_S,
            told="nothing: no file is damaged",
        )
    tell(row)
    assert any(cut.taken_bytes for cut in cuts), "nothing was under way; the test proves nothing"
    assert aside == []
    assert row.missed() == []


def _cut(one: Trouble, number: int) -> Cut:
    """Run the box under strace, cut its power while it is at work."""
    one.fires.show(str(number % PLACES))
    trace = one.chain.plan.folder / f"trace-{number}"
    sizes = {path: path.stat().st_size for path in one.stores.rglob("*") if path.is_file()}
    before, told = one.engines_started(), one.chain.outbox().messages
    one.chain.start_edge_under(*strace(trace))
    one.await_engine(before)
    one.await_events(more=3)
    # Within the burst of pictures, messages and clips that a new incident is.
    Event().wait(_DICE.uniform(0.0, 1.5))
    one.chain.kill(Part.EDGE)
    safe = one.chain.unsettled()
    assert one.chain.outbox().messages > told
    cut = cut_the_power(trace, one.stores, sizes)
    assert safe <= one.chain.unsettled(), "what waited is gone"
    return cut
