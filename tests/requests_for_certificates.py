"""Keys and certificate requests of boxes, made by a test."""

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID


def request_for(name: str, key: ec.EllipticCurvePrivateKey | None = None) -> str:
    """Return a request, PEM, for a fresh P-256 key or the given one."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    )
    signed = builder.sign(key or ec.generate_private_key(ec.SECP256R1()), SHA256())
    return signed.public_bytes(Encoding.PEM).decode()
