"""A configuration that the bureau sends: believed only when signed, and put in place file by file.

What an operator wrote before is kept in `stores/config/before-revision`.
"""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import ValidationError

from edge.config.load import Site
from edge.disk.whole_file import write_whole
from edge.errors import ConfigError
from hazard_library.contract.configuration import ConfigRevision, RevisionDocument
from hazard_library.contract.message import parse
from hazard_library.errors import ContractError
from hazard_library.proof.signature import is_signed_by

_NUMBER = "config/revision"
_BEFORE = "config/before-revision"
_STAGED = "config/staged-revision"
_SITE = "site.yaml"
#: What a revision must leave as it is: who the box is, where it keeps things, whom it tells.
_OWN = ("site", "device", "stores", "link")


@dataclass(frozen=True, slots=True)
class Taken:
    """The last revision that was put in place: its number, and the hash of what was signed.

    The hash is None where an earlier version of this program took it.
    """

    number: int
    document_sha256: str | None


def read(payload: bytes) -> ConfigRevision:
    """Read what came over the wire; nothing of it is believed yet.

    Raises:
        ConfigError: it is no such message.
    """
    try:
        return parse(ConfigRevision, payload)
    except ContractError as fault:
        raise ConfigError(f"it cannot be read: {fault}") from fault


def sha256_of(message: ConfigRevision) -> str:
    """Return the hash by which a revision is acknowledged: of the exact text that was signed."""
    return hashlib.sha256(message.document.encode()).hexdigest()


def verified(message: ConfigRevision, site: Site) -> RevisionDocument:
    """Return the document if the bureau signed it for this box and it is none of the past.

    Raises:
        ConfigError: it is not; the message says why.
    """
    link = site.config.link
    key_file = None if link is None else link.configuration_key
    if key_file is None:
        raise ConfigError("link.configuration_key is not set: this box takes no revisions")
    key = _key(site.path(key_file))
    if not is_signed_by(message.document.encode(), message.signature, key):
        raise ConfigError("it is not signed with the key of link.configuration_key")
    try:
        document = RevisionDocument.model_validate_json(message.document)
    except ValidationError as fault:
        raise ConfigError(f"it cannot be read: {fault}") from fault
    if document.device != site.config.device:
        raise ConfigError(f"it is for {document.device}, this is {site.config.device}")
    if _SITE not in document.files:
        raise ConfigError(f"it has no {_SITE}; send every file")
    last = taken(site.stores)
    if document.revision < last.number:
        raise ConfigError(f"{document.revision} is older than {last.number}, which was taken")
    is_other = last.document_sha256 not in {None, sha256_of(message)}
    if document.revision == last.number and is_other:
        raise ConfigError(f"{last.number} was taken already with another text; send a higher one")
    return document


def taken(stores: Path) -> Taken:
    """Return the last revision that was put in place; number 0 before the first."""
    try:
        number, *sha256 = (stores / _NUMBER).read_text(encoding="ascii").split()
        return Taken(int(number), sha256[0] if sha256 else None)
    except (OSError, ValueError):
        return Taken(0, None)


def stage(document: RevisionDocument, stores: Path) -> Path:
    """Write the files where nobody reads them, so that they can be checked; return site.yaml.

    Raises:
        ConfigError: the stores cannot be written.
    """
    home = stores / _STAGED
    try:
        shutil.rmtree(home, ignore_errors=True)
        for name, text in document.files.items():
            file = home / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise ConfigError(f"{home}: cannot be written ({fault.strerror})") from fault
    return home / _SITE


def keeps_its_own(now: Site, new: Site) -> None:
    """Refuse a revision that would make another box of this one.

    Raises:
        ConfigError: it changes a setting that only the operator may change.
    """
    changed = [n for n in _OWN if getattr(now.config, n) != getattr(new.config, n)]
    if changed:
        raise ConfigError(f"it changes {', '.join(changed)}, which only the operator may")


def install(document: RevisionDocument, sha256: str, site_file: Path, stores: Path) -> None:
    """Put a checked revision in place of the files that are there, which are kept.

    sha256: of the text that was signed, as `sha256_of` gives it.

    Raises:
        ConfigError: the configuration's folder cannot be written; then the old files stand.
    """
    cameras = site_file.parent / "cameras"
    old = [site_file, *sorted(cameras.glob("*.yaml"))]
    try:
        _keep(old, stores / _BEFORE)
        for name, text in document.files.items():
            write_whole(site_file if name == _SITE else site_file.parent / name, text.encode())
        for file in old[1:]:
            if f"cameras/{file.name}" not in document.files:
                file.unlink()
        write_whole(stores / _NUMBER, f"{document.revision} {sha256}\n".encode())
    except OSError as fault:
        raise ConfigError(
            f"{fault.filename or site_file.parent}: cannot be written ({fault.strerror}); give the "
            "box's user the right to write its configuration, or change it by hand"
        ) from fault


def _keep(files: list[Path], home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    (home / "cameras").mkdir(parents=True)
    for file in files:
        if file.is_file():
            place = home / "cameras" if file.parent.name == "cameras" else home
            shutil.copyfile(file, place / file.name)


def _key(file: Path) -> bytes:
    try:
        key = load_pem_public_key(file.read_bytes())
    except (OSError, ValueError) as fault:
        raise ConfigError(f"{file}: link.configuration_key cannot be read ({fault})") from fault
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigError(f"{file}: link.configuration_key is no Ed25519 key")
    return key.public_bytes_raw()
