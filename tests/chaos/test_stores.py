"""Disks and files fail: full, read-only, a damaged page, a changed model, no memory."""

import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from at_work import row_of
from chain import Part
from length import NEW_START_S
from row import Row
from trouble import Trouble, trouble
from waiting import wait_until

SMALL = "24m"

pytestmark = pytest.mark.timeout(900)


@contextmanager
def _small_disk(one: Trouble) -> Iterator[Path]:
    """Put the stopped box's stores on a small disk of their own."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk for the stores")
    aside = one.stores.with_name("aside")
    shutil.copytree(one.stores, aside)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(one.stores)], check=True
    )
    try:
        shutil.copytree(aside, one.stores, dirs_exist_ok=True)
        yield one.stores
    finally:
        subprocess.run(["umount", "--lazy", str(one.stores)], check=True)


def test_a_full_disk_stops_nothing_and_loses_no_event(
    tmp_path: Path, tell: Callable[[Row], None]
) -> None:
    with trouble(tmp_path) as one:
        one.chain.stop(Part.EDGE)
        with _small_disk(one) as disk:
            one.restart_box()
            one.await_events(3)
            engines = one.engines_started()
            _fill(disk / "somebody-else")
            Event().wait(40.0)
            kept_back = one.said("event_kept_back")
            assert one.engines_started() == engines
            (disk / "somebody-else").unlink()
            one.await_events(1)
            account = one.conclude()
            told = one.plain(_words(kept_back))
        row = row_of(account, "disk full", "40 s long, then room again", told=told)
    tell(row)
    assert kept_back, "the disk was never in the way"
    assert row.missed() == []


def test_a_read_only_disk_is_refused_in_words_and_nothing_is_lost(
    tmp_path: Path, tell: Callable[[Row], None]
) -> None:
    with trouble(tmp_path) as one:
        one.await_events(3)
        one.chain.kill(Part.EDGE)
        with _small_disk(one) as disk:
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            words = one.refused()
            subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
            back = one.restart_box()
            account = one.conclude()
        row = row_of(
            account,
            "disk read-only",
            "at a start",
            back_s=back,
            back_within_s=NEW_START_S,
            told=one.plain(words),
        )
    tell(row)
    assert str(one.stores) in words
    assert row.missed() == []


@pytest.mark.parametrize("name", ["outbox.db", "evidence.db"])
def test_a_damaged_page_is_set_aside_and_the_box_goes_on(
    tmp_path: Path, tell: Callable[[Row], None], name: str
) -> None:
    with trouble(tmp_path) as one:
        one.await_events(5)
        wait_until(lambda: one.chain.outbox().waiting == 0, 120, "everything told")
        one.chain.stop(Part.EDGE)
        before = {(event.incident_id, event.seq) for event in one.chain.edge_report().events}
        _damage(one.stores / name)
        back = one.restart_box()
        one.await_events(1)
        account = one.conclude()
        aside = [path.name for path in one.stores.glob("*damaged*")]
        row = row_of(
            account,
            "damaged page",
            f"of {name}",
            back_s=back,
            back_within_s=NEW_START_S,
            told=f"set aside as {aside[0]}" if aside else "",
        )
    tell(row)
    assert aside
    assert before <= set(account.server.events)
    assert row.missed() == []


def test_a_changed_model_is_refused_in_words_and_nothing_is_lost(
    tmp_path: Path, tell: Callable[[Row], None]
) -> None:
    with trouble(tmp_path) as one:
        one.await_events(3)
        one.chain.kill(Part.EDGE)
        (model,) = (one.fires.folder / "models").rglob("model.onnx")
        sound = model.read_bytes()
        model.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
        words = one.refused()
        model.write_bytes(sound)
        back = one.restart_box()
        account = one.conclude()
        row = row_of(
            account,
            "model changed by one bit",
            "at a start",
            back_s=back,
            back_within_s=NEW_START_S,
            told=one.plain(words),
        )
    tell(row)
    assert "model.onnx" in words
    assert row.missed() == []


def test_a_worker_that_gets_no_memory_is_replaced(
    tmp_path: Path, tell: Callable[[Row], None]
) -> None:
    with trouble(tmp_path) as one:
        one.await_events(3)
        before, worker = one.engines_started(), one.worker
        taken = int(Path(f"/proc/{worker}/statm").read_text().split()[0]) * resource.getpagesize()
        resource.prlimit(worker, resource.RLIMIT_AS, (taken, taken))
        back = one.await_engine(before, within_s=300)
        account = one.conclude()
        told = _words(one.said("child_restarted"))
        row = row_of(
            account,
            "memory limit",
            "no page more",
            back_s=back,
            back_within_s=NEW_START_S,
            told=told,
        )
    tell(row)
    assert row.missed() == []


def _fill(path: Path) -> None:
    with path.open("wb") as file:
        try:
            while True:
                file.write(bytes(65536))
                file.flush()
        except OSError:
            return


def _damage(database: Path) -> None:
    """Write over the middle of a file, its log written back before."""
    size = database.stat().st_size
    with database.open("r+b") as file:
        for offset in range(4096, size, 8192):
            file.seek(offset)
            file.write(b"\xa5" * 4096)


def _words(lines: list[dict[str, object]]) -> str:
    if not lines:
        return "–"
    return ", ".join(
        str(lines[0][key]) for key in ("event", "reason", "exit_code") if key in lines[0]
    )
