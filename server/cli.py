"""`patrol server …`: run it, set it up, look into it."""

import argparse
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from hazard_library.errors import LibraryError
from server.kit.errors import ServerError, SettingsError

_EPILOG = """examples:
  patrol server run --config server.yaml
  patrol server broker-config --config server.yaml --out broker --port 1883
  patrol server enrol --config server.yaml --device box-1 --public-key box-1.pub \\
      --credential-out box-1.json --site site-1 --cameras gate,yard
  patrol server device enrol-code --config server.yaml --device box-1 --site site-1 \\
      --cameras gate,yard
  patrol server add-user --config server.yaml --name wang --full-name 王某 --role officer \\
      --unit 某区应急管理局 --division 320583 --certificate 32058300123 \\
      --valid-from 2025-01-01 --valid-to 2029-12-31
"""


def main(argv: list[str]) -> int:
    """Run a verb of the server; 0 well, 1 found problems, 2 misuse."""
    arguments = _parser().parse_args(argv[1:])
    try:
        verb: Callable[[argparse.Namespace], int] = _verbs()[arguments.verb]
        return verb(arguments)
    except SettingsError as fault:
        print(f"patrol server: {fault}", file=sys.stderr)
        return 2
    except (ServerError, LibraryError) as fault:
        print(f"patrol server: {fault}", file=sys.stderr)
        return 1


def _verbs() -> dict[str, Callable[[argparse.Namespace], int]]:
    """Load the server only when a verb is really called."""
    from server import commands

    return commands.VERBS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="patrol server",
        description="The central server.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    run = _verb(verbs, "run", "run until Ctrl-C or SIGTERM")
    run.add_argument("--role", choices=["web", "ingest", "work", "all"], default="all")
    _verb(verbs, "migrate", "bring the database to the newest migration")
    _add_enrol(_verb(verbs, "enrol", "register a box and its cameras, and write its credential"))
    _add_revoke(_verb(verbs, "revoke", "refuse a box from now on"))
    _add_device(verbs.add_parser("device", help="let a box in by a one-time code, or refuse one"))
    _add_config(verbs.add_parser("config", help="configurations that the server sends to boxes"))
    _add_calendar(verbs.add_parser("calendar", help="holidays, and when a period ends"))
    _add_user(_verb(verbs, "add-user", "register a person"))
    link = _verb(verbs, "sign-in-link", "make a link that signs a person in once")
    link.add_argument("--name", required=True, help="account")
    link.add_argument("--hours", type=float, default=1.0, help="how long it works (default: 1)")
    register = _verb(verbs, "register-enterprise", "record an enterprise and its sites")
    register.add_argument("file", type=Path, help="YAML file, see configs/example")
    register.add_argument("--unit", required=True, help="name of the enforcing unit")
    register.add_argument("--division", required=True, help="its division, six digits (GB/T 2260)")
    _add_consent(_verb(verbs, "training-consent", "record that an enterprise agrees to training"))
    _add_token(_verb(verbs, "library-token", "make the token with which patrol library pull reads"))
    check = _verb(verbs, "check", "prove the audit chain, or the files of evidence")
    check.add_argument("what", choices=["audit", "stores"])
    check.add_argument("--json", action="store_true", help="print one JSON object")
    report = _verb(verbs, "report", "count what the database holds")
    report.add_argument("--json", action="store_true", help="print one JSON object")
    _add_package_key(_verb(verbs, "package-key", "write the key that checks a unit's packages"))
    _add_broker(_verb(verbs, "broker-config", "write Mosquitto's configuration and users"))
    openapi = verbs.add_parser("openapi", help="write the OpenAPI document")
    openapi.add_argument("--out", type=Path, help="file to write; none: standard output")
    return parser


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, says: str
) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name, help=says, description=says)
    verb.add_argument("--config", type=Path, default=Path("server.yaml"), help="server.yaml")
    return verb


def _add_enrol(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--device", required=True, help="device id: a-z, 0-9, - and _")
    verb.add_argument("--public-key", type=Path, required=True, help="PEM or base64, Ed25519")
    verb.add_argument("--credential-out", type=Path, required=True, help="written with mode 0600")
    verb.add_argument("--site", required=True, help="id of a registered site")
    verb.add_argument("--cameras", required=True, help="id, id=name, … separated by commas")


def _add_device(verb: argparse.ArgumentParser) -> None:
    acts = verb.add_subparsers(dest="act", required=True, metavar="ACT")
    code = _verb(acts, "enrol-code", "make a one-time code for patrol edge enrol")
    code.add_argument("--device", required=True, help="device id: a-z, 0-9, - and _")
    code.add_argument("--site", required=True, help="id of a registered site")
    code.add_argument("--cameras", required=True, help="id, id=name, … separated by commas")
    code.add_argument("--minutes", type=int, default=30, help="how long it works (default: 30)")
    _add_revoke(_verb(acts, "revoke", "refuse a box from now on"))


def _add_config(verb: argparse.ArgumentParser) -> None:
    acts = verb.add_subparsers(dest="act", required=True, metavar="ACT")
    key = _verb(acts, "key", "write the public key for link.configuration_key of the boxes")
    key.add_argument("--out", type=Path, help="file to write; none: standard output")
    draft = _verb(acts, "draft", "write a revision down; somebody else approves it in the console")
    draft.add_argument("site", type=Path, help="site.yaml; cameras/*.yaml beside it go along")
    draft.add_argument("--device", required=True, help="for which box")
    draft.add_argument("--by", required=True, help="account of the device operator who answers")
    draft.add_argument("--reason", required=True)
    listed = _verb(acts, "list", "list the revisions of a box, newest first")
    listed.add_argument("--device", required=True)
    listed.add_argument("--by", required=True, help="account of who looks")
    listed.add_argument("--json", action="store_true", help="print one JSON object")


def _add_calendar(verb: argparse.ArgumentParser) -> None:
    acts = verb.add_subparsers(dest="act", required=True, metavar="ACT")
    listed = _verb(acts, "list", "list the loaded years")
    listed.add_argument("--json", action="store_true", help="print one JSON object")
    due = _verb(acts, "due", "count a period day by day")
    due.add_argument("--start", required=True, help="2026-09-28, or 2026-09-28T16:30 for hours")
    due.add_argument("--n", type=int, required=True, help="how many")
    units = ["workday", "calendar_day", "day", "month", "hour", "duty_hour"]
    due.add_argument("--unit", choices=units, required=True, help="day: as the basis counts")
    due.add_argument("--basis", default="house:asked", help="article, such as XZCFF-2021-64")
    due.add_argument("--json", action="store_true", help="print one JSON object")
    preview = _verb(acts, "preview", "tell what a yearly notice would change")
    load = _verb(acts, "import", "let a yearly notice hold")
    for act in (preview, load):
        act.add_argument("file", type=Path, help="CSV 类型,名称,开始日期,结束日期, or JSON")
        act.add_argument("--year", type=int, required=True)
        act.add_argument("--source", required=True, help="title of the notice")
        act.add_argument("--issued-on", type=date.fromisoformat, required=True)
        act.add_argument("--approved-by", required=True, help="who compared file and notice")


def _add_revoke(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--device", required=True)
    verb.add_argument("--reason", required=True)


def _add_user(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--name", required=True, help="what is typed to sign in")
    verb.add_argument("--full-name", required=True)
    roles = ["aide", "officer", "legal", "tech", "leader", "chief", "maintainer", "devop"]
    roles += ["sysadmin", "auditor", "expert"]
    verb.add_argument("--role", choices=roles, required=True)
    verb.add_argument("--unit", help="name of the enforcing unit")
    verb.add_argument("--division", help="its division, when the unit is new")
    verb.add_argument("--certificate", help="number of the 行政执法证")
    verb.add_argument("--valid-from", type=date.fromisoformat, metavar="YYYY-MM-DD")
    verb.add_argument("--valid-to", type=date.fromisoformat, metavar="YYYY-MM-DD")
    how = verb.add_mutually_exclusive_group()
    how.add_argument("--password-file", type=Path, help="file that holds the password")
    how.add_argument("--link-only", action="store_true", help="no password: one-time links only")


def _add_consent(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--credit-code", required=True, help="统一社会信用代码 of the enterprise")
    how = verb.add_mutually_exclusive_group(required=True)
    how.add_argument("--reference", help="where the written consent lies")
    how.add_argument("--end", action="store_true", help="the enterprise agrees no longer")


def _add_token(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--name", required=True, help="account of a maintainer")
    verb.add_argument("--out", type=Path, help="file to write, mode 0600")
    verb.add_argument("--days", type=int, default=90, help="how long it works (default: 90)")
    verb.add_argument("--revoke", action="store_true", help="end the present one, make none")


def _add_package_key(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--unit", required=True, help="name of the enforcing unit")
    verb.add_argument("--out", type=Path, help="file to write; none: standard output")


def _add_broker(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--out", type=Path, help="folder; none: broker.folder of server.yaml")
    verb.add_argument("--port", type=int, help="port; none: broker.port of server.yaml")
    verb.add_argument("--host", default="127.0.0.1", help="address to listen on")
    verb.add_argument("--certificate", type=Path, help="PEM file, for TLS")
    verb.add_argument("--key", type=Path, help="PEM file, for TLS")
