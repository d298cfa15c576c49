"""Two boxes under one identity, as from a copied disk: they take turns, and nothing is lost."""

import shutil
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
import yaml
from at_work import row_of
from chain import Part, outbox_in
from fires import QUIET
from length import CAMERA_S
from ports import free_port
from row import Row
from trouble import Trouble, trouble
from waiting import wait_until

from server.demo import chain as demo
from server.demo.account import Account, EdgeReport
from server.demo.plan import Settings
from server.demo.processes import Program

_AWAY_WITHIN_S = 300.0

pytestmark = pytest.mark.timeout(1200)


def test_two_boxes_of_one_identity_take_turns_and_nothing_is_lost(
    tmp_path: Path, tell: Callable[[Row], None]
) -> None:
    with trouble(tmp_path) as one:
        one.await_events(3)
        site, copy = _started_from_a_copied_disk(one)
        Event().wait(CAMERA_S)
        one.fires.show(QUIET)
        wait_until(lambda: _pending(one, site) == 0, _AWAY_WITHIN_S, "both boxes have told all")
        (shown,) = _devices(one)
        told = _told(one)
        one.chain.programs.stop(copy)
        others = _report(site)
        account = _joined(one.conclude(), others)
        row = row_of(
            account,
            "two boxes of one identity",
            f"for {CAMERA_S:g} s and until both had told everything: "
            f"{len(others.events)} events by the copy",
            told=told,
        )
    tell(row)
    assert shown["doubled_at"] is not None
    assert others.events
    assert row.missed() == []


def _started_from_a_copied_disk(one: Trouble) -> tuple[Path, Program]:
    """Copy the stopped box's disk, and start both; return the copy's configuration and program."""
    one.chain.stop(Part.EDGE)
    folder = one.chain.plan.folder / "edge-copy"
    shutil.copytree(one.stores, folder / "stores")
    settings: Settings = yaml.safe_load(one.chain.plan.site_file.read_text(encoding="utf-8"))
    settings |= {"stores": str(folder / "stores"), "status": {"port": free_port()}}
    site = folder / "site.yaml"
    site.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    one.restart_box()
    engines = one.engines_started()
    run = [*demo.PATROL, "edge", "run", "--config", str(site)]
    copy = one.chain.programs.start("edge-copy", run)
    one.await_engine(engines)
    return site, copy


def _report(site: Path) -> EdgeReport:
    said = demo.ask("edge", "report", "--config", str(site), "--json")
    return EdgeReport.model_validate_json(said)


def _pending(one: Trouble, site: Path) -> int:
    return one.chain.outbox().waiting + outbox_in(site.parent / "stores").waiting


def _joined(account: Account, others: EdgeReport) -> Account:
    """Return an account of what either box has raised."""
    incidents = {incident.id: incident for incident in (*others.incidents, *account.edge.incidents)}
    both = account.edge.model_copy(
        update={
            "incidents": tuple(incidents.values()),
            "events": tuple({*others.events, *account.edge.events}),
        }
    )
    return Account(both, account.server, (), ())


def _devices(one: Trouble) -> list[dict[str, object]]:
    with one.chain.officer() as officer:
        items: list[dict[str, object]] = officer._http.get("/api/v1/devices").json()["items"]
        return items


def _told(one: Trouble) -> str:
    """Return what the server's log says of it, once an hour."""
    lines = [
        line
        for name, said in one.chain.logs().items()
        if name.startswith("server")
        for line in said.splitlines()
        if "identity_doubled" in line
    ]
    return _remedy(lines[0]) if lines else ""


def _remedy(line: str) -> str:
    _, _, said = line.partition("remedy")
    words = said.strip(" '\"=:}").split("'")[0].split('"')[0]
    return f"identity_doubled: {words}; doubled_at in the devices' list"
