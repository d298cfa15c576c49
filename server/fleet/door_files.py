"""The certificate and key of one of the server's TLS doors, as files, renewed in good time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from server.fleet.authority import Authority
from server.fleet.credentials import write_private

_RENEWED_BEFORE = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class DoorFiles:
    """PEM files."""

    certificate: Path
    key: Path


def door_files(folder: Path) -> DoorFiles:
    """Return where a door's files lie in a folder."""
    return DoorFiles(folder / "door.pem", folder / "door-key.pem")


def keep_door(folder: Path, authority: Authority, names: Sequence[str], at: datetime) -> DoorFiles:
    """Make a door's certificate where it is missing, about to end, or for other names."""
    files = door_files(folder)
    if is_due(files, authority, names, at):
        made = authority.certify_door(names, at)
        write_private(files.key, made.key)
        write_private(files.certificate, made.certificate)
    return files


def is_due(files: DoorFiles, authority: Authority, names: Sequence[str], at: datetime) -> bool:
    """Whether a door needs a new certificate."""
    try:
        present = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        present.verify_directly_issued_by(authority.certificate)
        listed = present.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except Exception:  # noqa: BLE001 - whatever is wrong with it, a new one is the remedy
        return True
    carried = [str(name.value) for name in listed]
    is_ending = present.not_valid_after_utc - at < _RENEWED_BEFORE
    return is_ending or carried != list(names) or not files.key.exists()
