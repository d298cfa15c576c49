"""The key with which the bureau signs configurations; boxes are given its public half."""

from dataclasses import dataclass
from pathlib import Path

from server.kit.signing_key import SigningKey

_FILE = "configuration-key.pem"
_REMEDY = (
    "bring it back from a copy, or remove it: then a new one is made, and its public half "
    "(patrol server config key) must be brought to every box"
)


@dataclass(frozen=True, slots=True)
class ConfigurationKey:
    """The key, opened."""

    _key: SigningKey

    @classmethod
    def at(cls, folder: Path) -> "ConfigurationKey":
        """Open the key in a folder, or make one there; several programs may come at once.

        Raises:
            SettingsError: it is there but cannot be read.
        """
        return cls(SigningKey.open(folder / _FILE, _REMEDY))

    @property
    def public_pem(self) -> str:
        """Return the public half, as `link.configuration_key` of a box names it."""
        return self._key.public_pem

    @property
    def id(self) -> str:
        """Return how messages name the key."""
        return self._key.id

    def sign(self, document: str) -> str:
        """Sign a text; base64."""
        return self._key.sign(document.encode())
