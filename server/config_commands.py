"""The verbs of `patrol server config`: the key for boxes, a draft from files, what became of it.

Nothing here approves or publishes: whoever has the machine could pose as two people.
"""

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from hazard_library.contract.ids import DeviceId
from server.command_ground import CLOCK, read, say, settings_of
from server.configuration import pages, service
from server.configuration.checking import SITE
from server.configuration.schemas import RevisionWanted
from server.configuration.service import Draft
from server.configuration.signing import ConfigurationKey
from server.identity import service as identity
from server.kit.errors import SettingsError
from server.opening import open_database

_CLIENT = f"cli:{os.environ.get('USER') or os.getuid()}"


def config(arguments: argparse.Namespace) -> int:
    """Do what is done about configurations of boxes."""
    acts: dict[str, Callable[[argparse.Namespace], int]] = {
        "key": key,
        "draft": draft,
        "list": listed,
    }
    return acts[arguments.act](arguments)


def key(arguments: argparse.Namespace) -> int:
    """Write the public key that boxes trust."""
    opened = ConfigurationKey.at(settings_of(arguments).configuration)
    if arguments.out is None:
        say(opened.public_pem.rstrip())
        return 0
    try:
        arguments.out.write_text(opened.public_pem, encoding="ascii")
    except OSError as fault:
        raise SettingsError(f"{arguments.out}: {fault.strerror}") from fault
    say(f"公钥 public key {opened.id[:16]}… → {arguments.out}")
    line = f"link.configuration_key: {arguments.out.name}"
    say(f"在设备的 site.yaml 中写明 write in the box's site.yaml: {line}")
    return 0


def draft(arguments: argparse.Namespace) -> int:
    """Write a revision down from the files of a configuration."""
    settings = settings_of(arguments)
    try:
        wanted = RevisionWanted(files=_files(arguments.site), reason=arguments.reason)
    except ValidationError as fault:
        raise SettingsError("\n".join(error["msg"] for error in fault.errors())) from fault
    now = CLOCK.now()
    with open_database(settings) as database, database.writing() as db:
        actor = identity.actor_named(db, arguments.by, _CLIENT, CLOCK.now())
        device = DeviceId(arguments.device)
        made = service.draft(db, now, actor, Draft(device, wanted.files, wanted.reason))
        page = pages.page(db, now, actor, made)
    say(f"{made.id} 已起草 is written")
    say("请由他人在控制台审批 somebody else approves it in the console")
    for line in page.changes:
        say(f"  {line}")
    for camera in page.unregistered_cameras:
        say(f"摄像机 camera {camera} 未登记 is not registered: 其事件会被隔离 events are set aside")
    return 0


def listed(arguments: argparse.Namespace) -> int:
    """List the revisions of a box, newest first."""
    now = CLOCK.now()
    with open_database(settings_of(arguments)) as database, database.reading() as db:
        actor = identity.actor_named(db, arguments.by, _CLIENT, CLOCK.now())
        found = pages.listed(db, now, actor, DeviceId(arguments.device), None)
    if arguments.json:
        say(found.model_dump_json())
        return 0
    say(f"{found.device}: 生效版本 in force: {found.in_force or '-'}")
    for one in found.items:
        who = f"{one.author} → {one.approved_by or '-'}"
        say(f"{one.number or '-':>4}  {one.state:<12}  {one.created_at:%Y-%m-%d %H:%M}  {who}")
        say(f"      {one.reason}" + (f" | {one.ended_because}" if one.ended_because else ""))
    return 0


def _files(site: Path) -> dict[str, str]:
    beside = sorted((site.parent / "cameras").glob("*.yaml"))
    named = {SITE: site} | {f"cameras/{file.name}": file for file in beside}
    try:
        return {name: read(file).decode() for name, file in named.items()}
    except UnicodeDecodeError as fault:
        raise SettingsError(f"{site}: is not UTF-8 ({fault})") from fault
