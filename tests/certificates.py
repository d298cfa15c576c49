"""Certificates for a broker of a test: an authority of its own and one for 127.0.0.1."""

import ssl
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from requests_for_certificates import request_for

from edge.fleet.system_clock import SystemClock
from hazard_library.contract.ids import DeviceId
from server.fleet.authority import Authority


@dataclass(frozen=True)
class Certificates:
    """PEM files."""

    ca: Path
    certificate: Path
    key: Path

    def broker_config(self) -> str:
        """Return what makes Mosquitto use them."""
        return f"certfile {self.certificate}\nkeyfile {self.key}\n"

    def speaking(self) -> ssl.SSLContext:
        """Return what a server speaks TLS with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def sign_itself(folder: Path) -> Certificates:
    """Make a certificate for 127.0.0.1 that nobody vouches for, as cameras come with."""
    folder.mkdir(parents=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    host = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    certificate = _builder(name, name, key).add_extension(host, critical=False)
    file = folder / "camera.pem"
    made = Certificates(file, file, folder / "camera-key.pem")
    file.write_bytes(certificate.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    made.key.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    )
    return made


def issue(folder: Path) -> Certificates:
    """Make an authority and let it vouch for 127.0.0.1."""
    folder.mkdir(parents=True)
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
    ca = _builder(ca_name, ca_name, ca_key).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    host = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    certificate = _builder(name, ca_name, key).add_extension(host, critical=False)
    made = Certificates(folder / "ca.pem", folder / "broker.pem", folder / "broker-key.pem")
    made.ca.write_bytes(ca.sign(ca_key, hashes.SHA256()).public_bytes(Encoding.PEM))
    made.certificate.write_bytes(
        certificate.sign(ca_key, hashes.SHA256()).public_bytes(Encoding.PEM)
    )
    made.key.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    )
    return made


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = SystemClock().now().utc
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
    )


def issue_client(authority: Authority, device: DeviceId, out: Path) -> Path:
    """Let an authority of a server vouch for a box whose key a test holds; one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = authority.certify_device(device, request_for(device, key), SystemClock().now().utc)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    out.write_text(made.pem + pem)
    return out
