"""Checks material: signature, chain, files, times; every point becomes a finding in words."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from hazard_library.contract.evidence import EvidenceManifest, EvidenceRef
from hazard_library.proof import signature
from hazard_library.proof.chain import check_chain
from hazard_library.proof.export import SignedText, file_name
from hazard_library.proof.findings import Finding, Standing, Verdict
from hazard_library.proof.material import Held, KeyFrom, Material
from hazard_library.proof.times import check_times

_MOST_STRAYS = 10
_HOLDS, _FAILS, _OPEN = Standing.HOLDS, Standing.FAILS, Standing.OPEN


@dataclass(frozen=True, slots=True)
class _Keys:
    """Keys by their id. vouched: who says that the key is the box's."""

    by_id: Mapping[str, bytes]
    vouched: KeyFrom


def verify(material: Material, given: Sequence[bytes] = ()) -> list[Verdict]:
    """Check everything; `given` are raw public keys that the caller trusts.

    Without any, the key that came with the material is used, and the finding says what that proves.
    """
    own = (material.key,) if material.key is not None else ()
    used = tuple(given) or own
    vouched = KeyFrom.GIVEN if given else material.key_from
    keys = _Keys({signature.key_id(key): key for key in used}, vouched)
    named: set[str] = set()
    verdicts = []
    for case in material.cases:
        manifest = _read(case.sealed)
        if manifest is None:
            verdicts.append(Verdict("manifest", (_unreadable(case.sealed),)))
            continue
        findings = [
            *_signature(case.sealed, manifest, keys),
            check_chain(case, manifest, keys.by_id.get(manifest.key_id)),
            *_files(manifest, material, named),
            *check_times(manifest),
            *_said(manifest),
        ]
        title = f"{manifest.incident_id} {manifest.device}/{manifest.camera} {manifest.hazard}"
        verdicts.append(Verdict(title, tuple(findings)))
    pages = _pages(material)
    if pages:
        verdicts.append(Verdict("pages 说明页", pages))
    named.update(material.pages)
    strays = [one for one in material.files if one.sha256 not in named and one.name not in named]
    if strays:
        verdicts.append(Verdict("files 文件", _strays(strays)))
    return verdicts


def _read(sealed: SignedText) -> EvidenceManifest | None:
    try:
        return EvidenceManifest.model_validate_json(sealed.manifest)
    except ValidationError:
        return None


def _unreadable(sealed: SignedText) -> Finding:
    where = f"清单 manifest {sealed.manifest_sha256[:12]}"
    return Finding("signature", _FAILS, where, "读不懂，已被改动", "cannot be read: altered")


def _signature(sealed: SignedText, manifest: EvidenceManifest, keys: _Keys) -> list[Finding]:
    """Tell an altered manifest from a foreign key, and say whose word the key is."""
    text = sealed.manifest.encode()
    key = keys.by_id.get(manifest.key_id)
    subject = "签名 signature"
    if hashlib.sha256(text).hexdigest() != sealed.manifest_sha256:
        zh, en = "清单内容已被改动", "the manifest was altered: its hash is another"
        return [Finding("signature", _FAILS, subject, zh, en)]
    if key is None and keys.by_id:
        zh = f"由另一把密钥签署（{manifest.key_id[:16]}），不是所给设备的密钥"
        en = "signed by a foreign key, not by the key given or found here"
        return [Finding("key", _FAILS, subject, zh, en)]
    if key is None:
        zh, en = "没有公钥，无法核对；请用 --key", "no public key to check with; give --key"
        return [Finding("key", _OPEN, subject, zh, en)]
    if not signature.is_signed_by(text, sealed.signature, key):
        zh = "签名不符：清单或签名已被改动，或冒用设备之名"
        en = "does not fit: manifest or signature were altered, or another key signed"
        return [Finding("signature", _FAILS, subject, zh, en)]
    zh, en = f"由密钥 {manifest.key_id[:16]} 签署，清单未改动", "fits; the manifest is unaltered"
    return [Finding("signature", _HOLDS, subject, zh, en), _whose(keys.vouched, manifest)]


def _whose(vouched: KeyFrom, manifest: EvidenceManifest) -> Finding:
    subject = f"设备 device {manifest.device}"
    match vouched:
        case KeyFrom.GIVEN:
            return Finding("key", _HOLDS, subject, "与所给公钥一致", "is whose key was given")
        case KeyFrom.SERVER:
            zh, en = "与服务器登记的公钥一致", "is whose key the server has registered"
            return Finding("key", _HOLDS, subject, zh, en)
        case KeyFrom.BOX:
            zh, en = "与本机密钥一致", "is this very box, by the key in its stores"
            return Finding("key", _HOLDS, subject, zh, en)
        case KeyFrom.EXPORT:
            zh = "公钥只随文件而来，不能证明是该设备；请用 --key 给出登记的公钥"
            en = "the key came with the files and proves nobody; give the registered one with --key"
            return Finding("key", _OPEN, subject, zh, en)


def _files(manifest: EvidenceManifest, material: Material, named: set[str]) -> list[Finding]:
    """Check every file of a manifest; `named` gathers what was found under its name or hash."""
    by_hash = {one.sha256: one for one in material.files}
    by_name = {one.name: one for one in material.files}
    findings = []
    for ref in manifest.files:
        names = (file_name(ref), f"{ref.sha256}{file_name(ref)[len(ref.kind.value) :]}")
        found = by_hash.get(ref.sha256)
        named_so = next((by_name[name] for name in names if name in by_name), None)
        named.update({ref.sha256, *names})
        if found is not None and found.name not in names:
            zh, en = f"已改名为 {found.name}", f"was renamed to {found.name}"
            findings.append(Finding("file", _FAILS, f"文件 file {ref.kind.value}", zh, en))
            continue
        findings.append(_file(ref, found or named_so, material.gone.get(ref.sha256)))
    return findings


def _file(ref: EvidenceRef, held: Held | None, gone: str | None) -> Finding:
    subject = f"文件 file {ref.kind.value}"
    if held is None and gone is not None:
        zh, en = f"不在此处：{gone}", f"is not here: {gone}"
        return Finding("file", _OPEN, subject, zh, en)
    if held is None:
        zh, en = "缺失，也没有说明原因", "is missing, and nothing says why"
        return Finding("file", _FAILS, subject, zh, en)
    if held.sha256 != ref.sha256:
        return _altered(subject, ref, held)
    if ref.sm3 is not None and held.sm3 != ref.sm3:
        zh, en = "SHA-256 一致但 SM3 不符", "SHA-256 fits, but SM3 does not"
        return Finding("file", _FAILS, subject, zh, en)
    both = "SHA-256 与 SM3" if ref.sm3 is not None else "SHA-256"
    zh, en = f"{both} 一致，{held.size} 字节", f"{both.replace(' 与 ', ' and ')} fit"
    return Finding("file", _HOLDS, subject, zh, en)


def _altered(subject: str, ref: EvidenceRef, held: Held) -> Finding:
    """Say what kind of another file it is, as far as its outside tells."""
    if held.size == ref.bytes:
        zh = "内容已被改动：长度相同，字节不同"
        en = "was altered: as long as the original, but with other bytes"
    elif held.is_whole:
        zh = f"不是原件：是重新编码或另存的副本（{held.size} 字节，原件 {ref.bytes} 字节）"
        en = f"is no original but a copy encoded or saved anew ({held.size} of {ref.bytes} bytes)"
    elif held.size < ref.bytes:
        zh = f"不完整：只有 {held.size} 字节，原件 {ref.bytes} 字节"
        en = f"was cut off: {held.size} of {ref.bytes} bytes"
    else:
        zh = f"内容已被改动：{held.size} 字节，原件 {ref.bytes} 字节"
        en = f"was altered: {held.size} bytes instead of {ref.bytes}"
    return Finding("file", _FAILS, subject, zh, en)


def _pages(material: Material) -> tuple[Finding, ...]:
    """Check the pages that go with a copy, and repeat what it may not be used for."""
    by_name = {one.name: one.sha256 for one in material.files}
    findings = []
    for name, sha256 in material.pages.items():
        fits = by_name.get(name) == sha256
        zh = "说明页与导出时一致" if fits else "说明页缺失、已改名或已被改动"
        en = "fits" if fits else "is missing, renamed or altered"
        findings.append(Finding("page", _HOLDS if fits else _FAILS, f"文件 file {name}", zh, en))
    if material.notice is not None:
        said = f"导出时注明：{material.notice}"
        findings.append(Finding("notice", _HOLDS, "用途 use", said, "is a lead only, no evidence"))
    return tuple(findings)


def _said(manifest: EvidenceManifest) -> list[Finding]:
    """Repeat what the box itself signed about its evidence."""
    findings = [
        Finding("lost", _OPEN, f"文件 file {kind.value}", f"未能留存：{why}", f"never made: {why}")
        for kind, why in manifest.lost.items()
    ]
    if manifest.privacy_masks:
        areas = ", ".join(mask.id for mask in manifest.privacy_masks)
        zh = f"设备端已遮挡区域 {areas}，录像经重新编码后作为原件"
        en = "areas masked at the box before anything was kept; its re-encoded clip is the original"
        findings.append(Finding("masks", _HOLDS, "遮挡 masks", zh, en))
    return findings


def _strays(strays: Sequence[Held]) -> tuple[Finding, ...]:
    """Name files that no manifest names; a box that runs may have many that wait for theirs."""
    zh, en = "不在任何清单中，签名不包括它", "is in no manifest: no signature covers it"
    subjects = [f"文件 file {one.name}" for one in strays[:_MOST_STRAYS]]
    if len(strays) > _MOST_STRAYS:
        subjects.append(f"另有 and {len(strays) - _MOST_STRAYS} more")
    return tuple(Finding("stray", _OPEN, subject, zh, en) for subject in subjects)
