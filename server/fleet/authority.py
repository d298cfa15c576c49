"""The server's own certificate authority: who a box is, and who the server is, over TLS.

Made at the first start in the data folder. Its key (0600) signs certificates of boxes, of the
server's own doors, and the list of those that are refused; it never leaves the folder.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from hazard_library.contract.ids import DeviceId
from server.fleet.credentials import write_private
from server.kit.errors import FieldsMissing, SettingsError

DEVICE_LASTS = timedelta(days=90)
SERVER_LASTS = timedelta(days=365)
_AUTHORITY_LASTS = timedelta(days=20 * 365)
#: A box whose clock is a few hours slow can still use what it was just given.
_BEGINS_EARLIER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate that was just made; serial in lower-case hex."""

    serial: str
    pem: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class DoorKeys:
    """The certificate of one of the server's own doors, and its key; both PEM."""

    certificate: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Authority:
    """The authority, opened."""

    certificate: x509.Certificate
    _key: ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def at(cls, folder: Path, now: datetime) -> "Authority":
        """Open the authority in a folder, or make one there.

        Raises:
            SettingsError: its files are there but cannot be read.
        """
        key_file, certificate_file = folder / "authority-key.pem", folder / "authority.pem"
        with _alone(folder):
            if not key_file.exists() and not certificate_file.exists():
                key, made = _new_authority(now)
                write_private(certificate_file, made.public_bytes(Encoding.PEM).decode())
                write_private(key_file, _key_pem(key))
            return cls._read(certificate_file, key_file)

    @classmethod
    def _read(cls, certificate_file: Path, key_file: Path) -> "Authority":
        try:
            certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
            key = load_pem_private_key(key_file.read_bytes(), password=None)
        except (OSError, ValueError) as fault:
            raise SettingsError(
                f"{certificate_file.parent}: the authority cannot be read ({fault}); bring both of "
                "its files back from a copy. Without them every box must be enrolled anew"
            ) from fault
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise SettingsError(
                f"{key_file}: is not the authority's key; bring it back from a copy"
            )
        return cls(certificate, key)

    @property
    def pem(self) -> str:
        """Return the authority's own certificate."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of its certificate, lower-case hex."""
        return self.certificate.fingerprint(SHA256()).hex()

    def certify_device(self, device: DeviceId, csr: str, at: datetime) -> Certified:
        """Vouch that the key of a request is a box's.

        Only the key is taken from the request: a box cannot choose its own name.

        Raises:
            FieldsMissing: it is no request for a P-256 key, or its own signature does not hold.
        """
        asked = _read_request(csr)
        builder = self._builder(device, at, DEVICE_LASTS, asked)
        builder = _for_use(builder, ExtendedKeyUsageOID.CLIENT_AUTH)
        made = builder.sign(self._key, SHA256())
        pem = made.public_bytes(Encoding.PEM).decode()
        return Certified(serial_of(made), pem, made.not_valid_after_utc)

    def certify_door(self, names: Iterable[str], at: datetime) -> DoorKeys:
        """Make a key for one of the server's doors, and vouch for it under these names."""
        key, listed = ec.generate_private_key(ec.SECP256R1()), list(names)
        builder = self._builder(listed[0], at, SERVER_LASTS, key.public_key())
        builder = _for_use(builder, ExtendedKeyUsageOID.SERVER_AUTH).add_extension(
            x509.SubjectAlternativeName([_general_name(name) for name in listed]), critical=False
        )
        made = builder.sign(self._key, SHA256())
        return DoorKeys(made.public_bytes(Encoding.PEM).decode(), _key_pem(key))

    def refused_list(self, refused: Iterable[tuple[str, datetime]], at: datetime) -> str:
        """Sign the list of serials that are refused, and since when (PEM).

        It stays valid as long as the authority: a broker that finds it too old would let nobody in,
        and what is new is brought to it at once.
        """
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(at - _BEGINS_EARLIER)
            .next_update(self.certificate.not_valid_after_utc)
        )
        for serial, since in refused:
            one = x509.RevokedCertificateBuilder().serial_number(int(serial, 16))
            builder = builder.add_revoked_certificate(one.revocation_date(since).build())
        return builder.sign(self._key, SHA256()).public_bytes(Encoding.PEM).decode()

    def _builder(
        self, name: str, at: datetime, lasts: timedelta, key: ec.EllipticCurvePublicKey
    ) -> x509.CertificateBuilder:
        until = min(at + lasts, self.certificate.not_valid_after_utc)
        return (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(self.certificate.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(at - _BEGINS_EARLIER)
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
        )


def serial_of(certificate: x509.Certificate) -> str:
    """Return a certificate's serial as the register keeps it."""
    return f"{certificate.serial_number:x}"


def name_of(certificate: x509.Certificate) -> str:
    """Return the name that a certificate was made for; empty when it has none."""
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def _new_authority(at: datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _named("Hazard Patrol authority")
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - _BEGINS_EARLIER)
        .not_valid_after(at + _AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    return key, made


def _read_request(csr: str) -> ec.EllipticCurvePublicKey:
    refused = FieldsMissing(["csr"], "证书申请无效")
    try:
        request = x509.load_pem_x509_csr(csr.encode())
        key = request.public_key()
        if not request.is_signature_valid:
            raise refused
    except (ValueError, InvalidSignature, UnsupportedAlgorithm) as fault:
        raise refused from fault
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise refused
    return key


def _for_use(builder: x509.CertificateBuilder, use: ObjectIdentifier) -> x509.CertificateBuilder:
    return builder.add_extension(x509.ExtendedKeyUsage([use]), critical=False)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one program at a time make what is not there yet."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
