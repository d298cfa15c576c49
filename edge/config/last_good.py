"""The configuration that last worked, kept in the stores beside what it produced."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from edge.config.load import Site

_FOLDER = "config/last-good"
_ORIGIN = "origin"
#: Even a file with mistakes usually still says where its stores are.
_STORES = re.compile(r"^stores:\s*[\"']?(?P<path>[^\"'#\n]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class LastGood:
    """A kept configuration, and the folder its relative paths count from."""

    file: Path
    folder: Path


def keep(site: Site) -> None:
    """Copy a configuration after a successful start; the one before stays until it is complete."""
    home = site.stores / _FOLDER
    fresh = home.with_name("fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / "cameras").mkdir(parents=True)
    first, *cameras = site.files
    shutil.copyfile(first, fresh / first.name)
    for camera in cameras:
        shutil.copyfile(camera, fresh / "cameras" / camera.name)
    (fresh / _ORIGIN).write_text(f"{first.name}\n{site.folder}\n", encoding="utf-8")
    shutil.rmtree(home, ignore_errors=True)
    fresh.rename(home)


def find(file: Path) -> LastGood | None:
    """Return what was kept for a configuration file that now has mistakes, or None."""
    try:
        said = _STORES.search(file.read_text(encoding="utf-8"))
        if said is None:
            return None
        home = file.parent.resolve() / Path(said["path"].strip()).expanduser() / _FOLDER
        name, folder = (home / _ORIGIN).read_text(encoding="utf-8").splitlines()[:2]
    except (OSError, UnicodeDecodeError, ValueError):
        return None
    return LastGood(home / name, Path(folder))
