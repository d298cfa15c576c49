"""Starts the chain and brings it to an end: broker, server, edge, and what they say."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
import yaml
from pydantic import ValidationError

from server.demo.account import EdgeReport, ServerReport, SourceCount
from server.demo.errors import DemoError
from server.demo.plan import DemoPlan
from server.demo.processes import Program, Programs
from server.demo.seed import Seeded, seed

#: Our own command line, as installed: -P keeps a checkout in the working folder out of it.
PATROL = (sys.executable, "-P", "-m", "patrol")
STARTS_WITHIN_S = 120.0
_LOOK_S = 0.25


@dataclass(frozen=True, slots=True)
class Chain:
    """A running chain."""

    plan: DemoPlan
    seeded: Seeded
    programs: Programs
    edge: Program


def start(plan: DemoPlan, programs: Programs, at: datetime) -> Chain:
    """Write every file, register everybody, and start broker, server and edge in this order.

    Raises:
        DemoError: a part does not start; the message holds its last words.
    """
    seeded = prepare(plan, at)
    start_broker(seeded, programs)
    start_server(plan, seeded, programs)
    return Chain(plan, seeded, programs, start_edge(plan, programs))


def prepare(plan: DemoPlan, at: datetime) -> Seeded:
    """Write the box's configuration, and register everybody at the server.

    Raises:
        DemoError: the box refuses its configuration.
    """
    plan.site_file.parent.mkdir(parents=True, exist_ok=True)
    plan.site_file.write_text(
        yaml.safe_dump(plan.site(), allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    try:
        public_key = ask("edge", "identity", "--config", str(plan.site_file)).encode()
    except DemoError as fault:
        raise DemoError(plan.in_the_users_file(str(fault))) from fault
    return seed(plan, public_key, at)


def start_broker(seeded: Seeded, programs: Programs, name: str = "broker") -> Program:
    """Start Mosquitto; whoever needs it knocks until it answers."""
    return programs.start(name, [_mosquitto(), "-c", str(seeded.broker_config)])


def start_server(
    plan: DemoPlan, seeded: Seeded, programs: Programs, name: str = "server"
) -> Program:
    """Start the server and wait until it answers.

    Raises:
        DemoError: it has ended, or does not answer in time.
    """
    run = [*PATROL, "server", "run", "--config", str(seeded.settings_file)]
    program = programs.start(name, run)
    wait_until_healthy(plan.address, programs)
    return program


def start_edge(plan: DemoPlan, programs: Programs, name: str = "edge") -> Program:
    """Start the box."""
    once = ["--once"] if plan.once else []
    return programs.start(name, [*PATROL, "edge", "run", "--config", str(plan.site_file), *once])


def wait_until_healthy(address: str, programs: Programs) -> None:
    """Wait until the server answers.

    Raises:
        DemoError: it has ended, or does not answer in time.
    """
    for _ in range(int(STARTS_WITHIN_S / _LOOK_S)):
        programs.fail_if_ended()
        try:
            if httpx.get(f"{address}/health", timeout=2, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        pause(programs.started[-1], _LOOK_S)
    raise DemoError(f"the server does not answer at {address} after {STARTS_WITHIN_S:.0f} s")


def pause(program: Program, seconds: float) -> None:
    """Wait a little, less when the program ends."""
    try:
        program.process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def edge_report(plan: DemoPlan) -> EdgeReport:
    """Ask the box's own stores.

    Raises:
        DemoError: they cannot be read.
    """
    said = ask("edge", "report", "--config", str(plan.site_file), "--json")
    try:
        return EdgeReport.model_validate_json(said)
    except ValidationError as fault:
        raise DemoError(f"the box's report is not as expected: {fault}") from fault


def server_report(seeded: Seeded) -> ServerReport:
    """Ask the database and the evidence store.

    Raises:
        DemoError: they cannot be read.
    """
    said = ask("server", "report", "--config", str(seeded.settings_file), "--json")
    try:
        return ServerReport.model_validate_json(said)
    except ValidationError as fault:
        raise DemoError(f"the server's report is not as expected: {fault}") from fault


def source_counts(plan: DemoPlan) -> tuple[SourceCount, ...]:
    """Count the packets of every film apart from the engine."""
    counts = []
    for camera in plan.cameras:
        if camera.film is None:
            continue
        said = json.loads(ask("edge", "probe", str(camera.film), "--json"))
        counts.append(SourceCount(camera.id, camera.label, int(said["packets"])))
    return tuple(counts)


def ask(*words: str) -> str:
    """Run one of our verbs and return what it prints.

    Raises:
        DemoError: it fails; the message is its own.
    """
    told = subprocess.run(  # noqa: S603 - our own command, no shell
        [*PATROL, *words], capture_output=True, text=True, check=False
    )
    if told.returncode != 0:
        raise DemoError(told.stderr.strip() or f"patrol {' '.join(words)} failed")
    return told.stdout


def _mosquitto() -> str:
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise DemoError("mosquitto is not installed; run tools/setup.sh demo")
    return str(Path(found))
