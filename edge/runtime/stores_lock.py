"""One box at a time on one folder of stores."""

import fcntl
import os
from collections.abc import Callable

from edge.config import Site
from edge.disk.stores import LOCK
from edge.errors import ConfigError


def take_stores(site: Site) -> Callable[[], None]:
    """Make the stores' folder and lock it; return what unlocks it.

    Raises:
        ConfigError: it cannot be written, or another box runs on it.
    """
    try:
        site.stores.mkdir(parents=True, exist_ok=True)
        lock = os.open(site.stores / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as fault:
        raise ConfigError(
            f"{site.files[0]}: stores: {site.stores} cannot be written ({fault.strerror}); "
            "mend the path or its rights"
        ) from fault
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        os.close(lock)
        raise ConfigError(
            f"{site.files[0]}: stores: {site.stores} is in use by another patrol edge run; "
            "stop that one, or name another folder"
        ) from fault
    return lambda: os.close(lock)
