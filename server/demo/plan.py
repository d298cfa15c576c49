"""What a demo will do: its folders, ports and cameras, and the box's configuration."""

import os
import re
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml

from hazard_library.contract.ids import CameraId, DeviceId
from server.demo.errors import DemoError

DEVICE = DeviceId("demo-box")
SITE_ID = "demo-site"

#: Debian's opencv-doc package carries this real CCTV film of a street.
STREET_FILM = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")

#: A box configuration as plain data, before the edge's own check reads it.
Settings = dict[str, object]


@dataclass(frozen=True, slots=True)
class DemoCamera:
    """One camera of the demo, as the box's configuration and the account name it."""

    id: CameraId
    label: str
    settings: Settings

    @property
    def film(self) -> Path | None:
        """Its file, or None for a camera on the network."""
        source = self.settings.get("source")
        path = source.get("path") if isinstance(source, dict) else None
        return Path(str(path)) if path and self.label != "rtsp" else None


@dataclass(frozen=True, slots=True)
class DemoRequest:
    """What the user asked for."""

    once: bool = False
    films: tuple[Path, ...] = ()
    addresses: tuple[str, ...] = ()
    config: Path | None = None
    http_port: int | None = None
    home: Path | None = None


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """Folders, ports and cameras of one demo."""

    folder: Path
    http_port: int
    broker_port: int
    once: bool
    cameras: tuple[DemoCamera, ...]
    extra: Settings = field(default_factory=dict)
    config: Path | None = None

    @property
    def address(self) -> str:
        """The console's address."""
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def site_file(self) -> Path:
        """The box's configuration."""
        return self.folder / "edge" / "site.yaml"

    @property
    def credential_file(self) -> Path:
        """The box's credential, as the server wrote it."""
        return self.folder / "edge" / "credential.json"

    def in_the_users_file(self, mistakes: str) -> str:
        """Let the box's complaints name the file that the user wrote, not the one made of it."""
        if self.config is None:
            return mistakes
        return re.sub(
            rf"^{re.escape(str(self.site_file))}(:\d+)?:",
            f"{self.config}:",
            mistakes,
            flags=re.MULTILINE,
        )

    def site(self) -> Settings:
        """Write the box's configuration as data."""
        return {
            **self.extra,
            "site": SITE_ID,
            "device": DEVICE,
            "stores": str(self.folder / "edge" / "stores"),
            "link": {
                "broker": {"host": "127.0.0.1", "port": self.broker_port},
                "server": self.address,
                "credential_file": str(self.credential_file),
            },
            "cameras": [camera.settings for camera in self.cameras],
        }


def demo_folder(request: DemoRequest) -> Path:
    """Make the demo's folder: fresh for `--once`, kept otherwise.

    The database drops to an account of its own, so every parent must let others through.
    """
    chosen = request.home or os.environ.get("HAZARD_PATROL_HOME")
    if chosen:
        home = Path(chosen)
    elif os.geteuid() == 0:
        home = Path("/var/lib/hazard-patrol")
    else:
        home = Path.home() / ".local" / "state" / "hazard-patrol"
    home.mkdir(parents=True, exist_ok=True)
    if not request.once:
        folder = home / "demo"
        folder.mkdir(exist_ok=True)
        return folder
    folder = Path(tempfile.mkdtemp(prefix="once-", dir=home))
    folder.chmod(0o755)
    return folder


def cameras(request: DemoRequest, configs: Path, start: datetime) -> tuple[DemoCamera, ...]:
    """Choose the cameras: the user's own films, addresses or configuration, else the street.

    Raises:
        DemoError: a file is missing or an address cannot be read.
    """
    if request.config is not None:
        return _from_config(request.config, start, once=request.once)
    if request.films or request.addresses:
        films = [_film(path, start, once=request.once) for path in request.films]
        sources = films + [_address(text, n) for n, text in enumerate(request.addresses, 1)]
        return tuple(
            _whole_picture(CameraId(f"camera-{number}"), label, source, once=request.once)
            for number, (label, source) in enumerate(sources, 1)
        )
    if not STREET_FILM.is_file():
        raise DemoError(f"{STREET_FILM} is missing; install Debian's package opencv-doc")
    return _from_config(configs / "demo" / "site.yaml", start, once=request.once)


def _whole_picture(camera: CameraId, label: str, source: Settings, *, once: bool) -> DemoCamera:
    settings: Settings = {
        "id": camera,
        "source": source,
        "mode": "replay" if once and source["kind"] == "file" else "live",
        "all_with_model": True,
        "whole_picture": True,
    }
    return DemoCamera(camera, label, settings)


def _film(path: Path, start: datetime, *, once: bool) -> tuple[str, Settings]:
    if not path.is_file():
        raise DemoError(f"{path}: no such file; give an existing film with VIDEO=…")
    source: Settings = {"kind": "file", "path": str(path.resolve())}
    source |= {"start_at": start.isoformat()} if once else {"loop": True}
    return path.name, source


def _address(text: str, number: int) -> tuple[str, Settings]:
    parts = urlsplit(text)
    if parts.scheme != "rtsp" or not parts.hostname:
        raise DemoError("RTSP=… must look like rtsp://host/path; the given address does not")
    source: Settings = {"kind": "rtsp", "host": parts.hostname, "port": parts.port or 554}
    source["path"] = parts.path + (f"?{parts.query}" if parts.query else "") or "/"
    if parts.username:
        source["user"] = unquote(parts.username)
    if parts.password:
        # One name each: two cameras seldom share a password.
        variable = f"DEMO_RTSP_PASSWORD_{number}"
        os.environ[variable] = unquote(parts.password)
        source["password_env"] = variable
    return f"rtsp://{parts.hostname}", source


def _from_config(path: Path, start: datetime, *, once: bool) -> tuple[DemoCamera, ...]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as fault:
        raise DemoError(f"{path}: cannot be read as YAML: {fault}") from fault
    listed = data.get("cameras") if isinstance(data, dict) else None
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise DemoError(f"{path}: cameras: a list of cameras is missing; see configs/example")
    return tuple(_configured(item, path.parent, start, once=once) for item in listed)


def _configured(item: Settings, folder: Path, start: datetime, *, once: bool) -> DemoCamera:
    settings = dict(item)
    camera = CameraId(str(settings.get("id", "")))
    source = settings.get("source")
    if not isinstance(source, dict) or source.get("kind") != "file":
        return DemoCamera(camera, str(camera), settings)
    source = {**source, "path": str((folder / str(source.get("path", ""))).resolve())}
    if once:
        settings["mode"] = "replay"
        source = {key: value for key, value in source.items() if key != "loop"}
        source["start_at"] = start.isoformat()
    settings["source"] = source
    return DemoCamera(camera, Path(str(source["path"])).name, settings)
