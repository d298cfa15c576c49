"""One camera as it stands in the configuration."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from edge.config.hours import WhenConfig
from edge.config.setting import Setting
from hazard_library.catalogue.hazard import HazardCode
from hazard_library.catalogue.quantities import Duration
from hazard_library.contract.ids import ZoneId
from hazard_library.contract.message import CameraName

Share = Annotated[float, Field(ge=0, le=1)]
ZoneName = Annotated[ZoneId, Field(pattern=r"^\w[\w -]{0,62}$")]


class SourceMode(StrEnum):
    """How a source is read."""

    LIVE = "live"
    REPLAY = "replay"


class PictureState(StrEnum):
    """States of a camera's picture that may be left unwatched."""

    BLURRED = "blurred"
    LOOPED = "looped"
    MOVED = "moved"


class FileSource(Setting):
    """A film on this machine."""

    kind: Literal["file"]
    path: Path = Field(description="The film, relative to the configuration's folder")
    start_at: AwareDatetime | None = Field(
        default=None,
        description="What a replay calls its first picture; the file's own time if not said",
    )
    loop: bool = Field(default=False, description="Live only: begin again at the end")


class RtspSource(Setting):
    """A camera on the network. Its password is never written into the configuration."""

    kind: Literal["rtsp"]
    host: str = Field(min_length=1, description="Name or address of the camera")
    port: int = Field(default=554, ge=1, le=65535)
    path: str = Field(default="/", description="Path of the stream, with its query if it has one")
    user: str | None = Field(default=None, description="User name as it is, nothing encoded")
    password_file: Path | None = Field(
        default=None, description="File whose first line is the password"
    )
    password_env: str | None = Field(
        default=None, description="Environment variable that holds the password"
    )
    transport: Literal["tcp", "udp"] = "tcp"


class HttpSource(Setting):
    """A film or an endless stream (MJPEG, MPEG-TS …) behind a web address."""

    kind: Literal["http"]
    url: str = Field(
        pattern=r"^https?://[^/?#@\s]+([/?][^\s]*)?$",
        description="Its address with path and query, without user and password",
    )
    user: str | None = Field(default=None, description="User name as it is, nothing encoded")
    password_file: Path | None = Field(
        default=None, description="File whose first line is the password"
    )
    password_env: str | None = Field(
        default=None, description="Environment variable that holds the password"
    )
    ca_file: Path | None = Field(
        default=None,
        description="https only: the authority that signed its certificate, or that certificate "
        "itself if the camera signed it; without it this system's authorities count",
    )
    check_certificate: bool = Field(
        default=True,
        description="https only: false believes whoever answers; for a camera whose certificate "
        "names another address, in a network that is closed",
    )
    start_at: AwareDatetime | None = Field(
        default=None, description="What a replay calls its first picture; a replay needs it"
    )


SourceConfig = Annotated[FileSource | RtspSource | HttpSource, Field(discriminator="kind")]


class GroundPoint(Setting):
    """A point that was measured on site."""

    picture: tuple[Share, Share] = Field(description="x and y from 0 to 1 of the picture")
    ground: tuple[float, float] = Field(
        description="Metres on the ground, as on a map: y to the left of x, seen from above"
    )


class ZoneConfig(Setting):
    """A drawn area (3 points or more) or line (exactly 2 points)."""

    id: ZoneName = Field(description="Its name, as events and pages show it")
    points: tuple[tuple[float, float], ...] = Field(
        description="x and y from 0 to 1 of the picture, origin at the top left"
    )
    arrow: tuple[tuple[Share, Share], tuple[Share, Share]] | None = Field(
        default=None,
        description="If it is a lane: from where to where traffic may go",
    )
    taught: ZoneName | None = Field(
        default=None,
        description="Name of the state that was taught for it (patrol edge teach), if it is not "
        "the zone's own name",
    )


class HazardSwitch(Setting):
    """A hazard of the catalogue, switched on. A site may narrow a rule, never widen it."""

    id: HazardCode
    zones: tuple[ZoneName, ...] = Field(default=(), description="Drawn zones it works on")
    lasting: Duration | None = Field(
        default=None, alias="for", description="How long it must hold; only longer than catalogued"
    )
    min_score: Share | None = Field(
        default=None, description="Detections below do not count; only higher than catalogued"
    )
    maximum: int | None = Field(
        default=None, ge=0, description="People approved for the place 核定人数; counts only"
    )
    distance_m: float | None = Field(
        default=None, ge=0, description="How near, only nearer; or how far against the arrow"
    )
    within_m: float | None = Field(
        default=None, gt=0, le=1000, description="How far away company may be; only farther"
    )
    limit_m_s: float | None = Field(
        default=None, gt=0, le=50, description="Speed limit, metres a second; only higher"
    )
    when: WhenConfig | None = Field(
        default=None, description="Only during, or only outside, schedules of the site"
    )


class CameraConfig(Setting):
    """One camera: where its pictures come from and what is looked for in them."""

    id: CameraName
    source: SourceConfig
    evidence_source: SourceConfig | None = Field(
        default=None,
        description="Live only: the camera's main stream. Clips are cut from it, and `source` is "
        "its sub-stream of the same view, which is analysed",
    )
    mode: SourceMode = Field(
        default=SourceMode.LIVE,
        description="live: late pictures are dropped and counted; replay: every picture of a file",
    )
    sample_fps: float | None = Field(
        default=None, gt=0, le=60, description="Pictures analysed per second; all if not said"
    )
    gate: bool = Field(
        default=True,
        description="Live only: a picture without change, followed objects or open incidents need "
        "not be looked at anew. false: every picture is looked at",
    )
    full_look_every: Duration = Field(
        default=timedelta(seconds=3),
        ge=timedelta(seconds=0.2),
        le=timedelta(seconds=60),
        description="However still it is, the camera is looked at so often at least",
    )
    reference_view: Path | None = Field(
        default=None,
        description="A picture of the view as it shall be; learnt at every start if not said",
    )
    unwatched: tuple[PictureState, ...] = Field(
        default=(),
        description="States that are not looked for here: moved where a camera pans, looped where "
        "a film is played on purpose, blurred where steam is usual",
    )
    zones: tuple[ZoneConfig, ...] = ()
    privacy_masks: tuple[ZoneConfig, ...] = Field(
        default=(),
        description="Areas that are never recorded 隐私遮挡: black in every picture and clip, the "
        "sealed originals included, and nothing is looked for in them",
    )
    calibration: tuple[GroundPoint, ...] = Field(
        default=(), description="4 points or more of the ground, measured on site; none: no metres"
    )
    hazards: tuple[HazardSwitch, ...] = ()
    all_with_model: bool = Field(
        default=False,
        description="Switch on every released hazard that the site's models can see, and those of "
        "the camera's own state",
    )
    whole_picture: bool = Field(
        default=False,
        description="Hazards that need a zone work on the whole picture if none is drawn",
    )

    @property
    def sources(self) -> Mapping[str, SourceConfig]:
        """Its streams, by the field that says each."""
        sources: dict[str, SourceConfig] = {"source": self.source}
        if self.evidence_source is not None:
            sources["evidence_source"] = self.evidence_source
        return sources

    def zone(self, name: ZoneId) -> ZoneConfig | None:
        """Return the drawn zone of that name, or None."""
        return next((zone for zone in self.zones if zone.id == name), None)
