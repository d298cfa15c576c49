"""The box's configuration: read once, whole, or refused with every mistake named."""

from edge.config.camera import (
    CameraConfig,
    FileSource,
    HazardSwitch,
    HttpSource,
    RtspSource,
    SourceMode,
    ZoneConfig,
)
from edge.config.load import Site, load_site, site_schema
from edge.config.sight import Sight
from edge.config.site import SiteConfig

__all__ = [
    "CameraConfig",
    "FileSource",
    "HazardSwitch",
    "HttpSource",
    "RtspSource",
    "Sight",
    "Site",
    "SiteConfig",
    "SourceMode",
    "ZoneConfig",
    "load_site",
    "site_schema",
]
