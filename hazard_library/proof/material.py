"""What there is to check: one incident in a folder or zip, or everything in a box's stores."""

import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import IO

from pydantic import ValidationError

from hazard_library.errors import ProofError
from hazard_library.proof import hashes, keys, media
from hazard_library.proof.export import MANIFEST, SHEET, ExportSheet, SignedText

_DATABASE, _FILES, _SIGNING_KEY = "evidence.db", "evidence", "identity/signing-key.pem"
_SMALL = 4 * 1024 * 1024


class KeyFrom(StrEnum):
    """Who vouches for a key."""

    GIVEN = "given"
    SERVER = "server"
    BOX = "box"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class Held:
    """A file that is at hand. is_whole: seen from outside it is one complete picture or clip."""

    name: str
    size: int
    sha256: str
    sm3: str
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Case:
    """One incident's signed manifest, and the one before it if that is at hand."""

    sealed: SignedText
    previous: SignedText | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that was found at one place.

    gone: SHA-256 → why a file is not here. pages: name → hash of what goes with the copy.
    notice: what the copy may not be used for. key: what came with it, and who vouches for that.
    """

    cases: tuple[Case, ...]
    files: tuple[Held, ...]
    gone: Mapping[str, str] = field(default_factory=dict)
    key: bytes | None = None
    key_from: KeyFrom = KeyFrom.EXPORT
    pages: Mapping[str, str] = field(default_factory=dict)
    notice: str | None = None


def open_material(path: Path, key_from: KeyFrom = KeyFrom.EXPORT) -> Material:
    """Read a folder, an export zip, or a box's `stores` folder.

    Raises:
        ProofError: it is none of these, or cannot be read.
    """
    try:
        if (path / _DATABASE).is_file():
            return _of_stores(path)
        if path.is_dir():
            names = {one.name: _opener(one) for one in sorted(path.iterdir()) if one.is_file()}
            return _of_incident(path, names, key_from)
        with zipfile.ZipFile(path) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir()]
            names = {PurePosixPath(e.filename).name: _member(archive, e) for e in entries}
            return _of_incident(path, names, key_from)
    except (OSError, zipfile.BadZipFile, sqlite3.Error) as fault:
        raise ProofError(
            f"{path}: 读不出证据 no evidence can be read here ({fault}); give the folder or zip of "
            "one incident, or a box's stores folder"
        ) from fault


_Open = Callable[[], IO[bytes]]


def _opener(path: Path) -> _Open:
    return lambda: path.open("rb")


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> _Open:
    return lambda: archive.open(entry)


def _of_incident(path: Path, names: Mapping[str, _Open], key_from: KeyFrom) -> Material:
    if MANIFEST not in names or SHEET not in names:
        raise ProofError(
            f"{path}: 缺少 {MANIFEST} 或 {SHEET}，不是一份证据导出 "
            f"there is no {MANIFEST} or {SHEET}: this is no export of evidence; give the folder or "
            f"zip of one incident, or a box's stores folder (with its {_DATABASE})"
        )
    try:
        sheet = ExportSheet.model_validate_json(_small(names[SHEET]))
    except ValidationError as fault:
        raise ProofError(
            f"{path}: {SHEET}: 读不懂 cannot be read: {fault.error_count()} faults"
        ) from fault
    text = _small(names[MANIFEST]).decode("utf-8", "replace")
    sealed = SignedText.model_construct(
        manifest=text, manifest_sha256=sheet.manifest_sha256, signature=sheet.signature
    )
    held = tuple(
        _held(name, open_it) for name, open_it in names.items() if name not in {MANIFEST, SHEET}
    )
    return Material(
        cases=(Case(sealed, sheet.previous),),
        files=held,
        gone=sheet.left_out,
        key=keys.from_base64(sheet.public_key),
        key_from=key_from,
        pages=sheet.pages,
        notice=sheet.notice,
    )


def _small(open_it: _Open) -> bytes:
    with open_it() as file:
        return file.read(_SMALL)


def _held(name: str, open_it: _Open) -> Held:
    with open_it() as file:
        size, sha256, sm3 = hashes.of_stream(file)
    with open_it() as file:
        return Held(name, size, sha256, sm3, media.is_whole(file, size))


def _of_stores(folder: Path) -> Material:
    with closing(_read_only(folder / _DATABASE)) as connection:
        sealed = [
            SignedText.model_construct(manifest=text, manifest_sha256=sha, signature=signature)
            for text, sha, signature in connection.execute(
                "SELECT manifest, sha256, signature FROM sealed ORDER BY no"
            )
        ]
        gone: dict[str, str] = dict(
            connection.execute(
                "SELECT sha256, coalesce(reason, state) FROM evidence WHERE state != 'kept'"
            )
        )
    befores = [None, *sealed[:-1]]
    return Material(
        cases=tuple(map(Case, sealed, befores)),
        files=tuple(_held(path.name, _opener(path)) for path in _kept(folder / _FILES)),
        gone=gone,
        key=_own_key(folder / _SIGNING_KEY),
        key_from=KeyFrom.BOX,
    )


def _read_only(database: Path) -> sqlite3.Connection:
    """Open beside a running box; where even its lock file cannot be made, as a thing at rest."""
    name = database.resolve().as_uri()
    connection = sqlite3.connect(f"{name}?mode=ro", uri=True)
    try:
        connection.execute("SELECT 1 FROM sealed")
    except sqlite3.OperationalError:
        connection.close()
        connection = sqlite3.connect(f"{name}?mode=ro&immutable=1", uri=True)
    return connection


def _kept(folder: Path) -> Iterator[Path]:
    """Files lie two levels deep; what is still being written lies higher."""
    return (path for path in sorted(folder.glob("*/*/*")) if path.is_file())


def _own_key(path: Path) -> bytes | None:
    try:
        return keys.public_half(path.read_bytes())
    except OSError:
        return None
