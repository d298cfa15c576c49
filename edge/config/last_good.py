"""The configuration that last worked, kept in the stores beside what it produced."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from edge.config.load import Site
from edge.disk.whole_file import sync_folder, write_whole

_FOLDER = "config/last-good"
_ORIGIN = "origin"
#: Where the one before lies while it is replaced.
_FORMER = "former"
#: Even a file with mistakes usually still says where its stores are.
_STORES = re.compile(r"^stores:\s*[\"']?(?P<path>[^\"'#\n]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class LastGood:
    """A kept configuration, and the folder its relative paths count from."""

    file: Path
    folder: Path


def keep(site: Site) -> None:
    """Copy a configuration after a successful start.

    Whenever the power goes, one of the two is whole: this one, or the one before.
    """
    home = site.stores / _FOLDER
    fresh, former = home.with_name("fresh"), home.with_name(_FORMER)
    shutil.rmtree(fresh, ignore_errors=True)
    first, *cameras = site.files
    write_whole(fresh / first.name, first.read_bytes())
    for camera in cameras:
        write_whole(fresh / "cameras" / camera.name, camera.read_bytes())
    write_whole(fresh / _ORIGIN, f"{first.name}\n{site.folder}\n".encode())
    if home.exists():
        shutil.rmtree(former, ignore_errors=True)
        home.rename(former)
    fresh.rename(home)
    sync_folder(home.parent)
    shutil.rmtree(former, ignore_errors=True)


def find(file: Path) -> LastGood | None:
    """Return what was kept for a configuration file that now has mistakes, or None."""
    try:
        said = _STORES.search(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return None
    if said is None:
        return None
    home = file.parent.resolve() / Path(said["path"].strip()).expanduser() / _FOLDER
    return _in(home) or _in(home.with_name(_FORMER))


def _in(home: Path) -> LastGood | None:
    """Return what lies in a folder, if it is whole."""
    try:
        name, folder = (home / _ORIGIN).read_text(encoding="utf-8").splitlines()[:2]
    except (OSError, UnicodeDecodeError, ValueError):
        return None
    return LastGood(home / name, Path(folder))
