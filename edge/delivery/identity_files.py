"""Who the box is, as files in its stores: key and certificate, whom it trusts, where it reports.

The key is made here and never leaves: key and certificate are one file (0600), replaced at once.
"""

import json
import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from edge.disk.whole_file import write_whole
from edge.errors import ConfigError
from hazard_library.contract.enrolment import IdentityAnswer
from hazard_library.contract.ids import DeviceId

#: A certificate is renewed when this share of its time is left.
_RENEWED_AT = 1 / 3


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An identity that was fetched from a server. server: address of its door for boxes."""

    device: DeviceId
    server: str
    broker_host: str
    broker_port: int
    authority: Path
    own: Path
    certificate: x509.Certificate

    @property
    def expires_at(self) -> datetime:
        """When the certificate runs out."""
        return self.certificate.not_valid_after_utc

    @property
    def renew_at(self) -> datetime:
        """When it is time for the next one."""
        whole = self.expires_at - self.certificate.not_valid_before_utc
        return self.expires_at - whole * _RENEWED_AT

    def context(self) -> ssl.SSLContext:
        """Return what speaks TLS as this box and trusts the server's authority alone.

        Raises:
            ConfigError: the files cannot be used.
        """
        try:
            made = ssl.create_default_context(cafile=str(self.authority))
            made.minimum_version = ssl.TLSVersion.TLSv1_2
            made.load_cert_chain(self.own)
        except (OSError, ssl.SSLError) as fault:
            raise ConfigError(_unusable(self.own, fault)) from fault
        return made


class NewKey:
    """A fresh P-256 key that waits for its certificate."""

    def __init__(self, device: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._device = device

    @property
    def csr(self) -> str:
        """Write the request for a certificate (PEM)."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self._device)])
        builder = x509.CertificateSigningRequestBuilder().subject_name(name)
        return builder.sign(self._key, SHA256()).public_bytes(Encoding.PEM).decode()

    @property
    def pem(self) -> str:
        """Write the key (PEM); for the box's own file only."""
        made = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return made.decode()

    def fits(self, certificate: x509.Certificate) -> bool:
        """Whether a certificate is for this key."""
        return certificate.public_key() == self._key.public_key()


class IdentityFolder:
    """`identity/` in the stores."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own, self._authority = folder / "device.pem", folder / "authority.pem"
        self._about = folder / "enrolment.json"

    @property
    def is_enrolled(self) -> bool:
        """Whether a certificate is there."""
        return self._own.is_file()

    def read(self) -> Enrolled:
        """Return the present identity.

        Raises:
            ConfigError: there is none, or its files cannot be used.
        """
        try:
            about = json.loads(self._about.read_text(encoding="utf-8"))
            certificate = x509.load_pem_x509_certificate(self._own.read_bytes())
            return Enrolled(
                DeviceId(str(about["device"])),
                str(about["server"]),
                str(about["broker_host"]),
                int(about["broker_port"]),
                self._authority,
                self._own,
                certificate,
            )
        except FileNotFoundError as fault:
            raise ConfigError(
                f"{self._folder}: 本机尚未注册 / this box has no certificate; ask for a code and "
                "run patrol edge enrol CODE --server https://… --config site.yaml"
            ) from fault
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise ConfigError(_unusable(self._folder, fault)) from fault

    def put(self, key: NewKey, answer: IdentityAnswer, server: str) -> Enrolled:
        """Keep what the server gave: the certificate with its key last, in one step.

        Raises:
            ConfigError: the folder cannot be written.
        """
        about = {
            "device": answer.device,
            "site": answer.site,
            "server": server,
            "broker_host": answer.broker_host,
            "broker_port": answer.broker_port,
        }
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _keep(self._authority, answer.authority)
            _keep(self._about, json.dumps(about, ensure_ascii=False, indent=2) + "\n")
            _keep(self._own, answer.certificate + key.pem)
        except OSError as fault:
            raise ConfigError(
                f"{self._folder}: {fault.strerror}; mend its rights or the disk, then ask for a "
                "new code"
            ) from fault
        return self.read()


def _keep(path: Path, content: str) -> None:
    write_whole(path, content.encode(), mode=0o600)


def _unusable(place: Path, fault: BaseException) -> str:
    return (
        f"{place}: 设备证书不可用 / the box's certificate cannot be used ({fault}); ask for a new "
        "code and run patrol edge enrol"
    )
