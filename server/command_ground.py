"""What every verb of `patrol server` stands on: settings, clock, who acts, and how it speaks."""

import argparse
import os
import sys
from pathlib import Path

from server.audit.service import Who
from server.kit.clock import SystemClock
from server.kit.errors import SettingsError
from server.kit.logs import configure_logs
from server.settings import ServerSettings, load_settings

BY = Who(f"cli:{os.environ.get('USER') or os.getuid()}", "sysadmin")
CLOCK = SystemClock()


def settings_of(arguments: argparse.Namespace) -> ServerSettings:
    """Read the settings that a verb was given.

    Raises:
        SettingsError: they have mistakes.
    """
    configure_logs(quiet=True)
    return load_settings(arguments.config)


def read(path: Path) -> bytes:
    """Read a file that the operator named.

    Raises:
        SettingsError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as fault:
        raise SettingsError(f"{path}: {fault.strerror}") from fault


def say(text: str) -> None:
    """Say one line."""
    sys.stdout.write(f"{text}\n")
