"""`patrol evidence verify`: whether evidence is what a box signed, told in plain words."""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from hazard_library.errors import ProofError
from hazard_library.proof import download
from hazard_library.proof.findings import UNIT, Verdict, summary
from hazard_library.proof.keys import read_public_key
from hazard_library.proof.material import KeyFrom, Material, open_material
from hazard_library.proof.verify import verify
from hazard_library.proof.verify_package import is_package, opened_package, verify_package

HELP = "check evidence offline: signature, chain, hashes, times 核验证据"
EXAMPLE = "patrol evidence verify incident.zip --key box-1.pub"

_PASSWORD = "PATROL_PASSWORD"  # noqa: S105 - the variable's name
_MISUSE = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what to check, and against whose key."""
    verbs = parser.add_subparsers(dest="what", required=True, metavar="verify")
    checks = verbs.add_parser("verify", help=HELP, description=HELP, epilog=f"Example: {EXAMPLE}")
    checks.add_argument(
        "place",
        metavar="PATH|URL",
        help="folder or zip of one incident, a case package AJ-….zip, a box's stores folder, or "
        "the address of the server's export "
        "一起事件的文件夹或压缩包、案件移交包、设备存储目录，或服务器导出地址",
    )
    checks.add_argument(
        "--key",
        dest="keys",
        action="append",
        type=Path,
        default=[],
        metavar="FILE",
        help="the box's public key, as patrol edge identity prints it, or of a package the unit's, "
        "as patrol server package-key prints it 设备或移交单位的公钥",
    )
    checks.add_argument("--json", action="store_true", help="print JSON")
    checks.add_argument("--account", help="for an address: who signs in 账号")
    checks.add_argument(
        "--password-file",
        type=Path,
        metavar="FILE",
        help=f"for an address: file whose first line is the password; else {_PASSWORD} 密码文件",
    )
    checks.add_argument(
        "--ca-file", type=Path, metavar="FILE", help="for an address: authority of its certificate"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print what holds and what does not; 0 all holds, 1 something does not, 2 nothing to check."""
    try:
        given = [read_public_key(path) for path in arguments.keys]
        if not download.is_address(arguments.place) and is_package(Path(arguments.place)):
            return _package(arguments, given)
        material = _material(arguments)
    except ProofError as fault:
        print(fault, file=sys.stderr)
        return _MISUSE
    verdicts = verify(material, given)
    if not material.cases:
        print(f"{arguments.place}: 没有已签署的证据 nothing was sealed here yet", file=sys.stderr)
        return _MISUSE
    return _tell(arguments, verdicts, summary(verdicts))


def _package(arguments: argparse.Namespace, given: list[bytes]) -> int:
    with opened_package(Path(arguments.place)) as package:
        verdicts = [verify_package(package, given)]
    return _tell(arguments, verdicts, summary(verdicts, UNIT))


def _tell(arguments: argparse.Namespace, verdicts: list[Verdict], all_told: str) -> int:
    fails = any(verdict.fails for verdict in verdicts)
    if arguments.json:
        told = {"place": arguments.place, "holds": not fails, "summary": all_told}
        print(json.dumps(told | {"verdicts": [v.to_json() for v in verdicts]}, ensure_ascii=False))
    else:
        _print(verdicts, all_told)
    return 1 if fails else 0


def _material(arguments: argparse.Namespace) -> Material:
    if not download.is_address(arguments.place):
        return open_material(Path(arguments.place))
    access = download.Access(_account(arguments), _password(arguments), arguments.ca_file)
    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        download.fetch(arguments.place, access, file)
        file.flush()
        return open_material(Path(file.name), KeyFrom.SERVER)


def _account(arguments: argparse.Namespace) -> str:
    if not arguments.account:
        raise ProofError(f"{arguments.place}: 请用 --account 给出账号 give --account to sign in")
    return str(arguments.account)


def _password(arguments: argparse.Namespace) -> str:
    """Return the password; it never stands on the command line, where everybody could read it."""
    if arguments.password_file is None:
        if _PASSWORD not in os.environ:
            raise ProofError(
                f"{arguments.place}: 请用 --password-file 或环境变量 {_PASSWORD} 给出密码 "
                f"give the password by --password-file or {_PASSWORD}"
            )
        return os.environ[_PASSWORD]
    try:
        lines = arguments.password_file.read_text("utf-8").splitlines()
    except (OSError, ValueError) as fault:
        raise ProofError(f"{arguments.password_file}: cannot be read: {fault}") from fault
    return lines[0] if lines else ""


def _print(verdicts: list[Verdict], all_told: str) -> None:
    for verdict in verdicts:
        print(verdict.title)
        for finding in verdict.findings:
            print(f"  {finding}")
    print(all_told)
