"""The box's own credential, for broker and server alike, as the server wrote it at enrolment."""

import json
from pathlib import Path

from edge.errors import ConfigError
from hazard_library.contract.ids import DeviceId


def read_secret(file: Path, device: DeviceId) -> str:
    """Return the secret of `{"device": …, "secret": …}`.

    Raises:
        ConfigError: the file cannot be read, is not such an object, or is another box's.
    """
    where = f"{file}: link.credential_file"
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError) as fault:
        raise ConfigError(f"{where}: cannot be read ({fault}); enrol the box again") from fault
    owner = said.get("device") if isinstance(said, dict) else None
    secret = said.get("secret") if isinstance(said, dict) else None
    if not isinstance(secret, str) or not secret:
        raise ConfigError(f"{where}: the field secret is missing; enrol the box again")
    if owner != device:
        raise ConfigError(
            f"{where}: it belongs to {owner!r}, not to {device!r}; use this box's own"
        )
    return secret
