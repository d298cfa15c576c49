"""The server's settings: one YAML file, secrets from files or the environment. Parsed once."""

import os
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from server.kit.errors import SettingsError

URL_VARIABLE = "PATROL_DATABASE_URL"
PASSWORD_VARIABLE = "PATROL_DATABASE_PASSWORD"  # noqa: S105 - a name, no password

#: What pydantic says too briefly, said with its remedy.
_REMEDIES = {
    "extra_forbidden": "unknown key; remove it or mend its spelling",
    "missing": "is missing; add it, see configs/example",
}

Port = Annotated[int, Field(ge=1, le=65535)]


class Part(BaseModel):
    """A piece of the settings: unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class HttpSettings(Part):
    """Where the console and the boxes reach the server."""

    host: str = Field(default="127.0.0.1", description="Address to listen on; loopback by default")
    port: Port = Field(default=8080, description="Port to listen on")
    public_origins: tuple[str, ...] = Field(
        default=(),
        description="Addresses under which browsers see the console behind a proxy, "
        "such as https://patrol.example.cn",
    )


class BrokerSettings(Part):
    """Where the broker is."""

    host: str = Field(default="127.0.0.1", description="The broker's address")
    port: Port = Field(default=1883, description="The broker's port")
    credential_file: Path = Field(
        description="The server's own credential, as broker-config wrote it"
    )
    ca_file: Path | None = Field(default=None, description="PEM file to trust; none: no TLS")
    folder: Path | None = Field(
        default=None,
        description="Where broker-config wrote Mosquitto's files; enrol brings them up to date",
    )


class DeviceSettings(Part):
    """The doors of boxes that prove themselves by certificates of the server's own authority."""

    names: tuple[str, ...] = Field(
        min_length=1,
        description="Names and addresses under which boxes reach server and broker; the "
        "certificates of both doors carry them, and boxes are told the first one",
    )
    host: str = Field(default="0.0.0.0", description="Address that both doors listen on")  # noqa: S104 - no door opens without a certificate or a code
    port: Port = Field(default=8443, description="HTTPS: enrolment and evidence")
    broker_port: Port = Field(default=8883, description="MQTT over TLS")


class BucketSettings(Part):
    """An S3-compatible bucket for evidence; without it evidence lies in the data folder."""

    name: str = Field(min_length=3, description="Name of the bucket; it must exist")
    credential_file: Path = Field(
        description="JSON with access_key_id and secret_access_key, mode 0600"
    )
    endpoint: str | None = Field(
        default=None, pattern="^https?://", description="Where the store answers; none: Amazon's"
    )
    region: str = Field(default="us-east-1", description="Region, as the store calls it")
    prefix: str = Field(default="", description="Folder within the bucket")


class ServerSettings(Part):
    """Everything that the server is told."""

    data: Path = Field(description="Folder for database and evidence; its parents must be open")
    database_url: str | None = Field(
        default=None,
        description="The bureau's own PostgreSQL, 15 or newer, without a password; "
        "none: a private one in the data folder",
    )
    database_password_file: Path | None = Field(
        default=None, description="File with the password for database_url"
    )
    http: HttpSettings = HttpSettings()
    broker: BrokerSettings | None = Field(
        default=None, description="None: nothing is received from boxes"
    )
    devices: DeviceSettings | None = Field(
        default=None, description="None: no certificates; boxes use the credential of enrol"
    )
    evidence_bucket: BucketSettings | None = Field(
        default=None, description="None: evidence lies in the data folder"
    )
    demo: bool = Field(default=False, description="Documents carry 演示; never for real cases")
    catalogue: Path | None = Field(default=None, description="Folder of hazards; none: our own")
    console: Path | None = Field(default=None, description="Console build; none: our own")

    @field_validator("database_url")
    @classmethod
    def _holds_no_password(cls, url: str | None) -> str | None:
        if url is None:
            return None
        try:
            parsed = make_url(url)
        except ArgumentError:
            msg = "is no database address; write postgresql://user@host/name"
            raise ValueError(msg) from None
        if parsed.password:
            msg = f"holds a password; put it into database_password_file or {PASSWORD_VARIABLE}"
            raise ValueError(msg)
        if parsed.get_backend_name() != "postgresql":
            msg = "must be PostgreSQL"
            raise ValueError(msg)
        return url

    @property
    def evidence(self) -> Path:
        """Where evidence lies; with a bucket, where it comes in."""
        return self.data / "evidence"

    @property
    def authority(self) -> Path:
        """Where the authority of the boxes' certificates lies; its key never leaves the folder."""
        return self.data / "authority"

    @property
    def configuration(self) -> Path:
        """Where the key lies that signs configurations of boxes; it never leaves the folder."""
        return self.data / "configuration"

    @property
    def packages(self) -> Path:
        """Where case packages that went out lie, with the units' signing keys."""
        return self.data / "packages"

    def own_database_url(self) -> str | None:
        """Return the address of the bureau's own PostgreSQL with its password, or None.

        Raises:
            SettingsError: the password file cannot be read.
        """
        given = os.environ.get(URL_VARIABLE) or self.database_url
        if given is None:
            return None
        url = make_url(given).set(drivername="postgresql+psycopg")
        password = os.environ.get(PASSWORD_VARIABLE)
        if self.database_password_file is not None:
            try:
                password = self.database_password_file.read_text(encoding="utf-8").strip()
            except OSError as fault:
                raise SettingsError(
                    f"{self.database_password_file}: {fault.strerror}; "
                    "database_password_file must be readable"
                ) from fault
        if password is not None:
            url = url.set(password=password)
        return url.render_as_string(hide_password=False)


def load_settings(path: Path) -> ServerSettings:
    """Read server.yaml; relative paths count from its folder.

    Raises:
        SettingsError: lists every mistake with its field.
    """
    try:
        raw: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise SettingsError(f"{path}: {fault.strerror}; name an existing server.yaml") from fault
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise SettingsError(f"{path}: cannot be read as YAML: {fault}") from fault
    if not isinstance(raw, dict):
        raise SettingsError(f"{path}: must be a list of names and values; see configs/example")
    try:
        settings = ServerSettings.model_validate(raw)
    except ValidationError as fault:
        mistakes = [
            f"{path}: {'.'.join(str(step) for step in error['loc'])}: "
            + _REMEDIES.get(error["type"], error["msg"])
            for error in fault.errors(include_url=False, include_input=False)
        ]
        raise SettingsError("\n".join(mistakes)) from fault
    return _from(path.absolute().parent, settings)


def _from(folder: Path, settings: ServerSettings) -> ServerSettings:
    """Make every path whole, counted from the settings' own folder."""
    whole: dict[str, object] = {
        name: folder / value
        for name in ("data", "database_password_file", "catalogue", "console")
        if isinstance(value := getattr(settings, name), Path)
    }
    bucket = settings.evidence_bucket
    if bucket is not None:
        there = folder / bucket.credential_file
        whole["evidence_bucket"] = bucket.model_copy(update={"credential_file": there})
    changed = settings.model_copy(update=whole)
    if settings.broker is None:
        return changed
    paths = {
        name: folder / value
        for name in ("credential_file", "ca_file", "folder")
        if isinstance(value := getattr(settings.broker, name), Path)
    }
    return changed.model_copy(update={"broker": settings.broker.model_copy(update=paths)})
