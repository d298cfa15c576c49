"""Checks a case package without a network and without a database: what was changed, added, renamed.

Every point becomes a finding in words, as for the evidence of one incident.
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from hazard_library.errors import ProofError
from hazard_library.proof import hashes, keys, signature
from hazard_library.proof.case_package import (
    AUDIT,
    CLUE_NOTE,
    MANIFEST,
    SCHEMA,
    SIGNATURE,
    CaseManifest,
    PackageSignature,
    PackedFile,
    Use,
)
from hazard_library.proof.findings import Finding, Standing, Verdict

_SMALL = 64 * 1024 * 1024
_HOLDS, _FAILS, _OPEN = Standing.HOLDS, Standing.FAILS, Standing.OPEN
_SIGNED = frozenset({MANIFEST, SIGNATURE})

#: How a member of a damaged or odd zip fails.
_UNREADABLE = (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, EOFError)

_Open = Callable[[], IO[bytes]]


@dataclass(frozen=True, slots=True)
class Package:
    """A package as it lies there. twice: names that stand in it more than once."""

    place: str
    files: Mapping[str, _Open]
    twice: tuple[str, ...] = ()

    def small(self, name: str) -> bytes:
        """Return a small file's bytes; none when it is not there or cannot be read."""
        try:
            with self.files[name]() as file:
                return file.read(_SMALL)
        except (KeyError, *_UNREADABLE):
            return b""

    def hashed(self, name: str) -> tuple[int, str]:
        """Return a file's length and SHA-256; -1 when it cannot be read."""
        try:
            with self.files[name]() as file:
                size, sha256, _ = hashes.of_stream(file)
        except _UNREADABLE:
            return -1, ""
        return size, sha256


def is_package(path: Path) -> bool:
    """Whether a zip or folder says of itself that it is a case package."""
    try:
        with opened_package(path) as package:
            told = json.loads(package.small(MANIFEST) or b"{}")
            return isinstance(told, dict) and (
                told.get("schema") == SCHEMA or SIGNATURE in package.files
            )
    except (ProofError, ValueError):
        return False


@contextmanager
def opened_package(path: Path) -> Iterator[Package]:
    """Hold a zip open, or the folder that one was unpacked to.

    Raises:
        ProofError: it cannot be read.
    """
    if path.is_dir():
        found = {one.relative_to(path).as_posix(): one for one in sorted(path.rglob("*"))}
        yield Package(
            str(path), {name: _of_disk(one) for name, one in found.items() if one.is_file()}
        )
        return
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as fault:
        raise ProofError(
            f"{path}: 读不出案件移交包 no case package can be read here ({fault})"
        ) from fault
    with archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        names = [entry.filename for entry in entries]
        twice = tuple(sorted({name for name in names if names.count(name) > 1}))
        yield Package(
            str(path), {entry.filename: _of_zip(archive, entry) for entry in entries}, twice
        )


def _of_disk(path: Path) -> _Open:
    return lambda: path.open("rb")


def _of_zip(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> _Open:
    return lambda: archive.open(entry)


def verify_package(package: Package, given: Sequence[bytes] = ()) -> Verdict:
    """Check everything; `given` are raw public keys of units that the caller trusts."""
    text = package.small(MANIFEST)
    manifest = _manifest(text)
    if manifest is None:
        subject = f"清单 {MANIFEST}"
        zh, en = "缺失或读不懂，已被改动", "is missing or cannot be read: altered"
        return Verdict(package.place, (Finding("manifest", _FAILS, subject, zh, en),))
    findings = [
        *_signature(package, text, given),
        *_files(package, manifest),
        *_added(package, manifest),
        *_audit(package, manifest),
        *_clues(manifest),
    ]
    return Verdict(f"案件移交包 case package {manifest.number}", tuple(findings))


def _manifest(text: bytes) -> CaseManifest | None:
    try:
        return CaseManifest.model_validate_json(text)
    except ValidationError:
        return None


def _signature(package: Package, text: bytes, given: Sequence[bytes]) -> Iterator[Finding]:
    subject = "签名 signature"
    try:
        sheet = PackageSignature.model_validate_json(package.small(SIGNATURE))
    except ValidationError:
        zh, en = f"{SIGNATURE} 缺失或读不懂", f"{SIGNATURE} is missing or cannot be read"
        yield Finding("signature", _FAILS, subject, zh, en)
        return
    own = keys.from_base64(sheet.public_key)
    by_id = {signature.key_id(key): key for key in (given or ([own] if own else []))}
    key = by_id.get(sheet.key_id)
    if key is None:
        zh = f"由另一把密钥签署（{sheet.key_id[:16]}），不是所给单位的密钥"
        en = "signed by another key than the one given"
        yield Finding("key", _FAILS, subject, zh, en)
        return
    whole = hashlib.sha256(text).hexdigest() == sheet.manifest_sha256
    if not (whole and signature.is_signed_by(text, sheet.signature, key)):
        zh, en = "不符：清单或签名已被改动", "does not fit: manifest or signature were altered"
        yield Finding("signature", _FAILS, subject, zh, en)
        return
    zh, en = f"由密钥 {sheet.key_id[:16]} 签署，清单未改动", "fits; the manifest is unaltered"
    yield Finding("signature", _HOLDS, subject, zh, en)
    if given:
        zh, en = "与所给单位公钥一致", "is the key of the unit, as given"
        yield Finding("key", _HOLDS, "移交单位 unit", zh, en)
    else:
        zh = "公钥只随包而来，不能证明是该单位；请用 --key 给出该单位公布的公钥"
        en = "the key came with the package and proves nobody; give the unit's own with --key"
        yield Finding("key", _OPEN, "移交单位 unit", zh, en)


def _files(package: Package, manifest: CaseManifest) -> Iterator[Finding]:
    for file in manifest.files:
        subject = f"文件 file {file.path}"
        if file.path not in package.files:
            yield _missing(package, manifest, file, subject)
            continue
        size, sha256 = package.hashed(file.path)
        if (size, sha256) == (file.bytes, file.sha256):
            yield Finding("file", _HOLDS, subject, f"SHA-256 一致，{size} 字节", "SHA-256 fits")
        else:
            zh, en = "内容已被改动", "was altered: its SHA-256 is another"
            yield Finding("file", _FAILS, subject, zh, en)


def _missing(package: Package, manifest: CaseManifest, file: PackedFile, subject: str) -> Finding:
    """Tell a renamed file from one that is gone."""
    named = {one.path for one in manifest.files}
    for name in sorted(set(package.files) - named - _SIGNED):
        if package.hashed(name)[1] == file.sha256:
            zh, en = f"已被改名为 {name}", f"was renamed to {name}"
            return Finding("file", _FAILS, subject, zh, en)
    return Finding("file", _FAILS, subject, "缺失", "is missing")


def _added(package: Package, manifest: CaseManifest) -> Iterator[Finding]:
    named = {one.path for one in manifest.files} | _SIGNED
    for name in sorted(set(package.files) - named):
        zh, en = "不在清单中，是后来加入或改名的", "is not in the manifest: added or renamed"
        yield Finding("stray", _FAILS, f"文件 file {name}", zh, en)
    for name in package.twice:
        zh, en = "在包中出现不止一次", "stands in the package more than once"
        yield Finding("stray", _FAILS, f"文件 file {name}", zh, en)


def _audit(package: Package, manifest: CaseManifest) -> Iterator[Finding]:
    """Hash every entry again, as the server's own chain does; the last one is the chain's head."""
    subject = f"操作记录 {AUDIT}"
    lines = package.small(AUDIT).decode("utf-8", "replace").splitlines()
    try:
        entries = [json.loads(line) for line in lines]
        whole = bool(entries) and all(
            entry["hash"] == digest_of(entry["prev_hash"], entry["content"]) for entry in entries
        )
        last = (entries[-1]["content"]["seq"], entries[-1]["hash"]) if entries else None
    except (ValueError, KeyError, TypeError):
        whole, last, entries = False, None, []
    head = manifest.chain
    if whole and last == (head.last_seq, head.last_hash) and len(entries) == head.entries:
        zh, en = f"{head.entries} 条，逐条校验一致", f"{head.entries} entries, each hash fits"
        yield Finding("audit", _HOLDS, subject, zh, en)
    else:
        zh, en = "与链首或各条校验值不符", "does not fit its hashes or the chain's head"
        yield Finding("audit", _FAILS, subject, zh, en)


def digest_of(prev_hash: str, content: Mapping[str, object]) -> str:
    """Hash an audit entry's content behind the entry before, as the server's chain does."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{prev_hash}\n{text}".encode()).hexdigest()


def _clues(manifest: CaseManifest) -> Iterator[Finding]:
    """Repeat what each clue says of itself; one that does not is a fault."""
    for file in manifest.files:
        if file.use is not Use.CLUE:
            continue
        subject = f"线索材料 clue {file.path}"
        if file.note == CLUE_NOTE:
            en = "a clue only; no evidence for a penalty by itself"
            yield Finding("clue", _HOLDS, subject, CLUE_NOTE, en)
        else:
            zh, en = "缺少“仅作线索”标注", "does not say that it is a clue only"
            yield Finding("clue", _FAILS, subject, zh, en)
