"""Whether a manifest follows the one that its box sealed before it."""

import hashlib

from pydantic import ValidationError

from hazard_library.contract.evidence import EvidenceManifest
from hazard_library.proof import signature
from hazard_library.proof.export import SignedText
from hazard_library.proof.findings import Finding, Standing
from hazard_library.proof.material import Case

_SUBJECT = "链 chain"


def check_chain(case: Case, manifest: EvidenceManifest, key: bytes | None) -> Finding:
    """Compare the hash that a manifest names with the manifest before it, if that is at hand."""
    wanted, before = manifest.previous_manifest_sha256, case.previous
    if wanted is None:
        return _first(before)
    if before is None:
        zh, en = "上一份清单不在此处，未核对", "the manifest before it is not here to compare"
        return Finding("chain", Standing.OPEN, _SUBJECT, zh, en)
    return _follows(manifest, wanted, before, key)


def _first(before: SignedText | None) -> Finding:
    if before is None:
        return _holds("这是该设备的第一份清单", "this is the box's first manifest")
    return _fails("自称第一份，但之前已有清单", "claims to be the first, but one came before")


def _follows(
    manifest: EvidenceManifest, wanted: str, before: SignedText, key: bytes | None
) -> Finding:
    text = before.manifest.encode()
    if hashlib.sha256(text).hexdigest() != wanted:
        return _fails(
            "断裂：上一份清单被改动、删去或调换",
            "broken: the manifest before it was altered, removed or exchanged",
        )
    if key is not None and not signature.is_signed_by(text, before.signature, key):
        other = _key_of(before.manifest)
        if other is not None and other != manifest.key_id:
            zh, en = (
                "上一份由前一把密钥签署",
                "the one before was signed by an earlier key",
            )
            return Finding("chain", Standing.OPEN, _SUBJECT, zh, en)
        return _fails("断裂：上一份清单的签名不符", "broken: the signature before it does not fit")
    return _holds("与上一份清单相接", "follows the manifest before it")


def _key_of(text: str) -> str | None:
    try:
        return EvidenceManifest.model_validate_json(text).key_id
    except ValidationError:
        return None


def _holds(zh: str, en: str) -> Finding:
    return Finding("chain", Standing.HOLDS, _SUBJECT, zh, en)


def _fails(zh: str, en: str) -> Finding:
    return Finding("chain", Standing.FAILS, _SUBJECT, zh, en)
