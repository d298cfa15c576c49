"""One box and its site as they stand in `site.yaml`."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from edge.config.camera import CameraConfig
from edge.config.hours import CalendarConfig, ScheduleConfig
from edge.config.inference import InferenceConfig
from edge.config.quantities import Size
from edge.config.setting import Setting
from hazard_library.catalogue.quantities import Duration
from hazard_library.contract.message import DeviceName


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as fault:
        raise ValueError(f"{name!r} is no time zone; write one such as Asia/Shanghai") from fault
    return name


class BrokerConfig(Setting):
    """The MQTT broker."""

    host: str = Field(min_length=1)
    port: int = Field(ge=1, le=65535)
    tls: bool = Field(
        default=False, description="Speak TLS; without ca_file this system's authorities count"
    )
    ca_file: Path | None = Field(
        default=None, description="Certificate of the authority; its presence switches TLS on"
    )


class LinkConfig(Setting):
    """The way to the server: messages over the broker, evidence over HTTP.

    An enrolled box (`patrol edge enrol`) needs no more than `link: {}`: its certificate, and where
    broker and server are, came with the enrolment.
    """

    broker: BrokerConfig | None = Field(
        default=None, description="Instead of what the box was told when it was enrolled"
    )
    server: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="Address of the server, for evidence; instead of what enrolment told",
    )
    ca_file: Path | None = Field(
        default=None,
        description="Authority of the server's certificate; without it this system's count",
    )
    credential_file: Path | None = Field(
        default=None,
        description="A credential as patrol server enrol wrote it, instead of a certificate; "
        "then broker and server are needed too",
    )
    configuration_key: Path | None = Field(
        default=None,
        description="Public key of the bureau (PEM, Ed25519) for configurations that it sends; "
        "without it the box takes none",
    )


class QuotaConfig(Setting):
    """What may grow, and how far."""

    evidence: Size = Field(default=20_000_000_000, ge=1_000_000, description="Evidence on disk")
    ring: Size = Field(
        default=32_000_000, ge=1_000_000, description="Packets kept in memory per camera"
    )


class EvidenceConfig(Setting):
    """How much of the stream surrounds a trigger."""

    pre_roll: Duration = Field(default=timedelta(seconds=10), description="Before the trigger")
    post_roll: Duration = Field(default=timedelta(seconds=10), description="After the trigger")


class StatusConfig(Setting):
    """The page and the metrics that the box shows of itself: read-only, and without secrets."""

    enabled: bool = True
    address: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="Who may ask: this machine only; another address opens it to that network",
    )
    port: int = Field(default=9180, ge=1, le=65535)


class SiteConfig(Setting):
    """One box: who it is, where it keeps things, whom it tells, and its cameras."""

    site: str = Field(min_length=1, description="The site's id at the bureau")
    device: DeviceName = Field(description="The box's id; it becomes a topic level")
    time_zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="Asia/Shanghai", description="The site's own time zone"
    )
    calendar: CalendarConfig = CalendarConfig()
    schedules: tuple[ScheduleConfig, ...] = Field(
        default=(), description="Times with a name: a hazard may be on during or outside them"
    )
    permits: Path = Field(
        default=Path("permits.yaml"),
        description="File of the work permits 作业票; none of them if there is no such file",
    )
    stores: Path = Field(description="Folder of everything that is kept, relative to this file's")
    models: tuple[str, ...] = Field(
        default=("ppe", "fire-smoke", "site"),
        min_length=1,
        description="Model packages: name, name@version or folder; each camera runs what it needs",
    )
    models_folder: Path | None = Field(
        default=None, description="Where packages lie; those that came with the program if not said"
    )
    inference: InferenceConfig = InferenceConfig()
    link: LinkConfig | None = Field(
        default=None, description="Without it everything stays in the stores"
    )
    quotas: QuotaConfig = QuotaConfig()
    evidence: EvidenceConfig = EvidenceConfig()
    status: StatusConfig = StatusConfig()
    cameras: tuple[CameraConfig, ...] = Field(
        default=(), description="The cameras; or one file for each in cameras/ beside this file"
    )
