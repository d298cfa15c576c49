"""What the verbs of `patrol server` do; `cli` parses, these call and print."""

import argparse
import getpass
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import yaml
from pydantic import ValidationError

from server import calendar_commands, config_commands, device_commands
from server.audit import service as audit
from server.command_ground import BY, CLOCK, read, say, settings_of
from server.enterprises import service as enterprises
from server.enterprises.schemas import EnterpriseRecord, TrainingConsent
from server.evidence import service as evidence
from server.fleet import service as fleet
from server.fleet.credentials import write_private
from server.handovers.cases.room import PackageRoom
from server.identity import library_tokens
from server.identity import service as identity
from server.identity.actor import Certificate
from server.identity.permissions import Role
from server.identity.service import NewAccount
from server.kit.errors import SettingsError
from server.kit.logs import configure_logs
from server.kit.migrate import migrate as apply_migrations
from server.opening import database_url, evidence_store, open_database
from server.report import report as make_report
from server.settings import ServerSettings, load_settings

_LONGEST_TOKEN = timedelta(days=366)


def run(arguments: argparse.Namespace) -> int:
    """Run the server."""
    from server.running import Role as Part  # noqa: PLC0415 - the web is loaded for this verb only
    from server.running import run as run_server  # noqa: PLC0415

    configure_logs()
    run_server(load_settings(arguments.config), Part(arguments.role))
    return 0


def migrate(arguments: argparse.Namespace) -> int:
    """Bring the database up to date."""
    with database_url(settings_of(arguments)) as url:
        say(f"the database has every migration up to {apply_migrations(url)}")
    return 0


def add_user(arguments: argparse.Namespace) -> int:
    """Register a person; the password comes from a prompt or a file, never from the words."""
    if arguments.unit is None and arguments.role != Role.SYSADMIN:
        raise SettingsError("--unit is missing: people of enforcement belong to a unit")
    certificate = _certificate(arguments)
    password = _password(arguments)
    now = CLOCK.now()
    with open_database(settings_of(arguments)) as database, database.writing() as db:
        unit = None
        if arguments.unit is not None:
            unit = identity.add_unit(db, now, arguments.unit, arguments.division)
        new = NewAccount(
            arguments.name,
            arguments.full_name,
            Role(arguments.role),
            unit.id if unit is not None else None,
            password,
            certificate,
        )
        identity.add_account(db, now, BY, new)
    say(f"{arguments.name} is registered as {arguments.role}")
    return 0


def sign_in_link(arguments: argparse.Namespace) -> int:
    """Make a link that signs a person in once."""
    settings = settings_of(arguments)
    lasts = min(max(timedelta(hours=arguments.hours), timedelta(minutes=1)), timedelta(days=7))
    with open_database(settings) as database, database.writing() as db:
        token = identity.make_link(db, CLOCK.now(), BY, arguments.name, lasts)
    say(identity.link_address(_address(settings), token))
    return 0


def register_enterprise(arguments: argparse.Namespace) -> int:
    """Record an enterprise and its sites."""
    try:
        record = EnterpriseRecord.model_validate(yaml.safe_load(read(arguments.file)))
    except (ValidationError, yaml.YAMLError) as fault:
        raise SettingsError(f"{arguments.file}: {fault}") from fault
    now = CLOCK.now()
    with open_database(settings_of(arguments)) as database, database.writing() as db:
        unit = identity.add_unit(db, now, arguments.unit, arguments.division)
        enterprises.register(db, now, BY, record, unit.id)
    say(f"{record.name} is registered with {len(record.sites)} sites")
    return 0


def training_consent(arguments: argparse.Namespace) -> int:
    """Record that an enterprise agrees to training on its pictures, or no longer does."""
    try:
        given = TrainingConsent(reference=arguments.reference)
    except ValidationError as fault:
        raise SettingsError(f"--reference: {fault.errors()[0]['msg']}") from fault
    with open_database(settings_of(arguments)) as database, database.writing() as db:
        firm = enterprises.consent_by_code(db, CLOCK.now(), BY, arguments.credit_code, given)
    say(f"{firm.name}: pictures {'may' if given.reference else 'may not'} train models")
    return 0


def package_key(arguments: argparse.Namespace) -> int:
    """Write the public key of a unit, for `patrol evidence verify AJ-….zip --key`."""
    settings = settings_of(arguments)
    with open_database(settings) as database, database.reading() as db:
        unit = identity.unit_named(db, arguments.unit)
    pem = PackageRoom(settings.packages).key(unit.id).public_pem
    if arguments.out is None:
        say(pem.rstrip())
    else:
        arguments.out.write_text(pem, encoding="utf-8")
    return 0


def library_token(arguments: argparse.Namespace) -> int:
    """Make, or end, the token of a maintainer's program."""
    now, lasts = CLOCK.now(), timedelta(days=arguments.days)
    if arguments.revoke == (arguments.out is not None):
        raise SettingsError("give either --out or --revoke")
    if not timedelta(0) < lasts <= _LONGEST_TOKEN:
        raise SettingsError(f"--days {arguments.days}: must lie within 1 to {_LONGEST_TOKEN.days}")
    with open_database(settings_of(arguments)) as database, database.writing() as db:
        if arguments.revoke:
            ended = library_tokens.revoke(db, now, BY, arguments.name)
            say(f"{ended} tokens of {arguments.name} are refused from now on")
            return 0
        token = library_tokens.make(db, now, BY, arguments.name, lasts)
        # Written before the commit: a file that cannot be written leaves the former token alone.
        _write_token(arguments.out, token)
    say(f"{arguments.out} works for {arguments.days} days; former tokens are refused")
    return 0


def check(arguments: argparse.Namespace) -> int:
    """Prove the audit chain or the files of evidence."""
    return (_check_audit if arguments.what == "audit" else _check_stores)(arguments)


def report(arguments: argparse.Namespace) -> int:
    """Count what the database holds."""
    settings = settings_of(arguments)
    with open_database(settings) as database:
        made = make_report(database, CLOCK, evidence_store(settings))
    if arguments.json:
        say(made.model_dump_json())
        return 0
    say(f"leads {made.leads}, tasks {made.tasks}, transfers {made.transfers}")
    say(f"duplicates {made.duplicates}, quarantined {made.quarantined}")
    say(f"gaps {len(made.gaps)}, lost at the boxes {made.lost}")
    say(f"evidence files {made.evidence.files}, verified {made.evidence.verified}")
    return 0


def openapi(arguments: argparse.Namespace) -> int:
    """Write the OpenAPI document."""
    from server.openapi import openapi_document  # noqa: PLC0415 - the web, for this verb only

    text = openapi_document()
    if arguments.out is None:
        sys.stdout.write(text)
    else:
        arguments.out.write_text(text, encoding="utf-8")
    return 0


VERBS: dict[str, Callable[[argparse.Namespace], int]] = {
    "run": run,
    "migrate": migrate,
    "enrol": device_commands.enrol,
    "revoke": device_commands.revoke,
    "device": device_commands.device,
    "config": config_commands.config,
    "calendar": calendar_commands.calendar,
    "add-user": add_user,
    "sign-in-link": sign_in_link,
    "register-enterprise": register_enterprise,
    "training-consent": training_consent,
    "library-token": library_token,
    "package-key": package_key,
    "check": check,
    "report": report,
    "broker-config": device_commands.broker_config,
    "openapi": openapi,
}


def _check_audit(arguments: argparse.Namespace) -> int:
    with open_database(settings_of(arguments)) as database, database.reading() as db:
        found = audit.verify_chain(db)
    if arguments.json:
        say(found.to_json())
    elif found.broken_at is None:
        say(f"the audit chain is whole: {found.entries} entries, last hash {found.last_hash}")
    else:
        say(f"the audit chain is broken at entry {found.broken_at}: {found.why}")
    return 0 if found.broken_at is None else 1


def _check_stores(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments)
    with open_database(settings) as database:
        found = evidence.check_stores(database, CLOCK, evidence_store(settings))
        with database.reading() as db:
            devices = [seen.device for seen in fleet.all_seen(db)]
            broken = evidence.broken_manifests(db, devices)
    if arguments.json:
        say(found.to_json(broken))
    else:
        say(f"{found.files} files: {found.verified} verified, {found.pending} still to come")
        for word, names in (("missing", found.missing), ("altered", found.altered)):
            for name in names:
                say(f"{word}: {name}")
        for line in broken:
            say(line)
    return 1 if found.missing or found.altered or broken else 0


def _address(settings: ServerSettings) -> str:
    if settings.http.public_origins:
        return settings.http.public_origins[0]
    return f"http://{settings.http.host}:{settings.http.port}"


def _certificate(arguments: argparse.Namespace) -> Certificate | None:
    given = (arguments.certificate, arguments.valid_from, arguments.valid_to)
    if all(part is None for part in given):
        return None
    if any(part is None for part in given):
        raise SettingsError("--certificate, --valid-from and --valid-to go together")
    return Certificate(*given)


def _password(arguments: argparse.Namespace) -> str | None:
    if arguments.link_only:
        return None
    if arguments.password_file is not None:
        return read(arguments.password_file).decode().strip()
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise SettingsError("the two passwords differ")
    return first


def _write_token(path: Path, token: str) -> None:
    try:
        write_private(path, f"{token}\n")
    except OSError as fault:
        raise SettingsError(f"--out {path}: {fault.strerror}; name a place to write to") from fault
