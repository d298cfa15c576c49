"""`patrol edge identity`: the public key of what signs this box's evidence."""

from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from edge.config import load_site
from edge.disk.stores import SIGNING_KEY
from edge.evidence import identity_key
from hazard_library.catalogue.load import load_catalogue


def identity(config: Path) -> int:
    """Print the public key that verifies the box's signatures; make the key if there is none."""
    stores = load_site(config, load_catalogue(), is_enrolled=False).stores
    key = identity_key.load_or_create(stores / SIGNING_KEY)
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    print(pem.decode(), end="")
    return 0
