"""How a case travels to the system that opens it: `AJ-….zip`, whole and signed.

manifest.json    what the case is and the hash of every other file; its exact bytes are signed
signature.json   the unit's signature over those bytes
documents/       papers; evidence/: files by incident; audit.jsonl: what was done to the matter

A penalty is proposed nowhere: whoever decides the case decides on it.
"""

import json
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from hazard_library.contract.message import Sha256

SCHEMA = "case-package/1"
MANIFEST = "manifest.json"
SIGNATURE = "signature.json"
AUDIT = "audit.jsonl"
DOCUMENTS = "documents/"
EVIDENCE = "evidence/"
#: TRAP-03: what a recording of an unreviewed camera says of itself, wherever it goes.
CLUE_NOTE = "仅作线索，不得单独作为处罚证据"

#: A name inside the package: plain, no way out of its folder.
PackedPath = Annotated[str, Field(pattern=r"^[a-z0-9_-]+(/[a-z0-9][a-z0-9._-]*)*(\.[a-z0-9]+)?$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Use(StrEnum):
    """What a file of evidence may be used for."""

    PENALTY = "penalty"
    CLUE = "clue"


class PackedFile(_Part):
    """One file, by its name in the package."""

    path: PackedPath
    sha256: Sha256
    bytes: int = Field(ge=0)
    title: str
    use: Use | None = Field(default=None, description="Evidence only")
    note: str = Field(default="", description="What must be said wherever the file is shown")


class Clause(_Part):
    """One article, quoted word for word as the law stood on the day of the act."""

    id: str
    role: Literal["violation", "penalty"]
    law: str
    article: str
    quote: str
    version_date: str
    review_status: str = Field(description="UNREVIEWED: 未经法制审核")


class PackedItem(_Part):
    """One violation: judged apart from the others (分别裁量)."""

    no: int = Field(ge=1)
    title: str
    facts: str
    act_from: date | None
    act_to: date
    limitation_ends: date
    violated: tuple[str, ...] = Field(min_length=1)
    penalty_clauses: tuple[str, ...] = Field(min_length=1)
    circumstances: str = Field(description="Facts that bear on discretion; no penalty")
    evidence: tuple[PackedPath, ...]


class LeftOut(_Part):
    """A recorded violation that does not go along, with the reason and two people's names."""

    no: int = Field(ge=1)
    title: str
    reason: str
    proposed_by: str
    agreed_by: str


class Party(_Part):
    """The enterprise."""

    name: str
    credit_code: str
    address: str
    legal_representative: str


class PackageActor(_Part):
    """Who had which part in the matter."""

    part: str
    name: str
    account: str
    certificate_no: str | None = None


class ChainHead(_Part):
    """Where the audit chain stood: the last entry about the matter that goes along."""

    entries: int = Field(ge=1)
    last_seq: int = Field(ge=1)
    last_hash: Sha256


class CaseManifest(_Part):
    """`manifest.json`."""

    schema_id: Literal["case-package/1"] = Field(default="case-package/1", alias="schema")
    number: str = Field(description="Ours; no 文号")
    round: int = Field(ge=1, description="Counts the times the case was handed over")
    source: str
    unit: str
    division_code: str
    enterprise: Party
    discovered_on: date
    approved_at: AwareDatetime
    actors: tuple[PackageActor, ...]
    items: tuple[PackedItem, ...] = Field(min_length=1)
    left_out: tuple[LeftOut, ...] = ()
    clauses: tuple[Clause, ...]
    files: tuple[PackedFile, ...]
    chain: ChainHead
    notes: tuple[str, ...]

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def to_bytes(self) -> bytes:
        """Write it as it is signed: keys in order, so that the same case gives the same bytes."""
        told = self.model_dump(mode="json", by_alias=True)
        return (json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


class PackageSignature(_Part):
    """`signature.json`. The public key only helps to check; who vouches for it must say so."""

    schema_id: Literal["case-package-signature/1"] = Field(
        default="case-package-signature/1", alias="schema"
    )
    algorithm: Literal["Ed25519"] = "Ed25519"
    key_id: Sha256
    public_key: str = Field(description="32 raw bytes, base64")
    manifest_sha256: Sha256
    signature: str = Field(description="Over the bytes of manifest.json, base64")

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
