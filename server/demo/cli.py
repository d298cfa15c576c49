"""`patrol demo`: the whole chain here, until Ctrl-C, or once to the end of every film."""

import argparse
import json
import logging
import os
import sys
import webbrowser
from datetime import datetime
from pathlib import Path

import structlog

from hazard_library.bundle import configs_root
from server.demo import chain
from server.demo.account import Account
from server.demo.chain import Chain
from server.demo.errors import DemoError
from server.demo.officer import Decided, Officer, decide
from server.demo.plan import DemoPlan, DemoRequest, cameras, demo_folder
from server.demo.processes import Programs, check_port, free_port, on_interrupt
from server.identity import service as identity
from server.kit.clock import SystemClock
from server.kit.errors import ServerError

_PORT = 8080
_LOOK_S = 1.0


def main(argv: list[str]) -> int:
    """Run the demo; 0 well, 1 lost or not verified, 2 it could not run, 130 stopped."""
    # The programs log to files of their own; what the demo itself does is told in sentences.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    request = _request(argv[1:])
    on_interrupt(_leave)
    try:
        plan = _plan(request, SystemClock().now())
        with Programs(plan.folder / "logs") as programs:
            running = chain.start(plan, programs, SystemClock().now())
            return _once(running) if request.once else _stay(running)
    except (DemoError, ServerError) as fault:
        _say(f"patrol demo: {fault}")
        return 2
    except KeyboardInterrupt:
        _say("stopped")
        # A demo that stays is meant to be stopped; one that was to tell something has not told it.
        return 130 if request.once else 0


def _request(argv: list[str]) -> DemoRequest:
    parser = argparse.ArgumentParser(
        prog="patrol demo",
        description="Broker, server, edge and console on this machine, on real video.",
        epilog="Example: patrol demo --once --video gate.mp4 --video yard.mp4",
    )
    parser.add_argument("--once", action="store_true", help="read every film once, then tell")
    parser.add_argument("--video", type=Path, action="append", default=[], help="a film of yours")
    parser.add_argument("--rtsp", action="append", default=[], help="rtsp://host/path")
    parser.add_argument("--config", type=Path, help="a box configuration with zones")
    parser.add_argument("--port", type=int, help=f"the console's port; {_PORT} if not given")
    parser.add_argument("--home", type=Path, help="where the demo keeps its stores")
    told = parser.parse_args(argv)
    return DemoRequest(
        once=told.once,
        films=tuple(told.video),
        addresses=tuple(told.rtsp),
        config=told.config,
        http_port=told.port,
        home=told.home,
    )


def _plan(request: DemoRequest, start: datetime) -> DemoPlan:
    if request.once and request.addresses:
        raise DemoError("a camera has no end: --once reads films only; leave out RTSP=…")
    chosen = cameras(request, configs_root(), start)
    http_port = request.http_port or (free_port() if request.once else _PORT)
    check_port(http_port)
    folder = demo_folder(request)
    (folder / "logs").mkdir(exist_ok=True)
    return DemoPlan(folder, http_port, free_port(), request.once, chosen, config=request.config)


def _once(running: Chain) -> int:
    _say(f"reading {len(running.plan.cameras)} sources once; stores in {running.plan.folder}")
    read_to_the_end(running)
    with Officer(running.plan.address) as officer:
        officer.sign_in(running.seeded.officer_token)
        decided = decide(officer, running.plan.folder / "documents")
    return conclude(running, decided)


def read_to_the_end(running: Chain) -> None:
    """Wait until the box has read every source and brought everything away.

    Raises:
        DemoError: another program has ended, or the box refuses its configuration.
    """
    while not running.edge.has_ended:
        running.programs.fail_if_ended(except_for=running.edge)
        chain.pause(running.edge, _LOOK_S)
    if running.edge.process.returncode == 2:  # noqa: PLR2004 - misuse: the box says what to mend
        raise DemoError(running.edge.last_lines())


def conclude(running: Chain, decided: Decided) -> int:
    """Compare what both sides hold, say every fault, and print the one JSON object."""
    account = Account(
        chain.edge_report(running.plan),
        chain.server_report(running.seeded),
        chain.source_counts(running.plan),
        tuple(str(path) for path in decided.documents),
    )
    faults = account.faults()
    if code := running.edge.process.returncode:
        faults.append(f"the edge ended with {code}:\n{running.edge.last_lines()}")
    for sentence in [*account.remarks(), *faults]:
        _say(sentence)
    print(json.dumps(account.line(), ensure_ascii=False), flush=True)
    return 1 if faults else 0


def _stay(running: Chain) -> int:
    link = identity.link_address(running.plan.address, running.seeded.user_token)
    _say(f"控制台 console: {running.plan.address}")
    _say(f"一次性登录链接 one-time sign-in link: {link}")
    _say("Ctrl-C stops everything; new leads are listed here.")
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(link)
    with Officer(running.plan.address) as watcher:
        watcher.sign_in(running.seeded.officer_token)
        told: set[str] = set()
        while True:
            running.programs.fail_if_ended()
            for lead in watcher.leads():
                if str(lead["id"]) not in told:
                    told.add(str(lead["id"]))
                    _say(_lead_line(running.plan.address, lead))
            chain.pause(running.edge, _LOOK_S)


def _leave() -> None:
    raise KeyboardInterrupt


def _lead_line(address: str, lead: dict[str, object]) -> str:
    hazard, camera = lead["hazard"], lead["camera"]
    name = hazard["name"]["zh"] if isinstance(hazard, dict) else ""
    place = camera["name"] if isinstance(camera, dict) else ""
    return f"线索 lead: 疑似{name} · {place} · {address}/leads/{lead['id']}"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
