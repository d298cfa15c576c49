"""How a box gets its identity: the one-time code, and what is asked and answered over HTTPS.

A code is `secret` and `pin`, each 16 characters: the secret lets the box in once, the pin names the
server's authority (the first 80 bits of its certificate's SHA-256), so that a box which knows
nothing else yet cannot be talked into trusting another server.
"""

import secrets
from dataclasses import dataclass, field

from pydantic import AwareDatetime, Field

from hazard_library.contract.message import DeviceName, Part
from hazard_library.errors import ContractError

#: Crockford's: no letter can be taken for another or for a digit.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("OIL", "011")
_HALF = 16
_BITS = 5


@dataclass(frozen=True, slots=True)
class EnrolCode:
    """A one-time code as people read it aloud: `7K3Q-…`, eight groups of four."""

    secret: str = field(repr=False)
    pin: str

    @property
    def text(self) -> str:
        """Write the code."""
        letters = self.secret + self.pin
        return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))

    def names(self, fingerprint: str) -> bool:
        """Whether the code belongs to the authority with this SHA-256, lower-case hex."""
        return self.pin == pin_of(fingerprint)


def new_code(fingerprint: str) -> EnrolCode:
    """Make a code of a fresh secret for the authority with this SHA-256, lower-case hex."""
    secret = "".join(secrets.choice(_ALPHABET) for _ in range(_HALF))
    return EnrolCode(secret, pin_of(fingerprint))


def pin_of(fingerprint: str) -> str:
    """Return how a code names an authority: the first 80 bits of its SHA-256."""
    number = int(fingerprint[: _HALF * _BITS // 4], 16)
    digits = []
    for _ in range(_HALF):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))


def read_code(text: str) -> EnrolCode:
    """Read a code as somebody typed it: case, blanks and dashes do not matter.

    Raises:
        ContractError: it has not 32 letters and digits, or one that codes never hold.
    """
    letters = "".join(one for one in text.upper() if one not in " -\t").translate(_MISREAD)
    strange = sorted(set(letters) - set(_ALPHABET))
    if strange or len(letters) != 2 * _HALF:
        what = f"holds {' '.join(strange)}" if strange else f"has {len(letters)} of 32 characters"
        msg = f"注册码有误 / the code {what}; copy it whole, as the server printed it"
        raise ContractError(msg)
    return EnrolCode(letters[:_HALF], letters[_HALF:])


class AuthorityAnswer(Part):
    """Whom the server's certificates come from; believed only if the code's pin names it."""

    authority: str = Field(description="Certificate of the authority, PEM")
    server_time: AwareDatetime


class EnrolRequest(Part):
    """A box with a code asks for its first certificate."""

    code: str = Field(max_length=64, description="The secret half; the pin stays at the box")
    device: DeviceName | None = Field(
        default=None, description="Who the box thinks it is; another's code is refused, not used up"
    )
    csr: str = Field(max_length=8192, description="Certificate request of a key of its own, PEM")
    signing_key: str = Field(max_length=64, description="Raw Ed25519 key of its evidence, base64")


class RenewRequest(Part):
    """A box with a valid certificate asks for the next one."""

    csr: str = Field(max_length=8192, description="Certificate request of a new key, PEM")


class IdentityAnswer(Part):
    """A certificate, and where the box shall bring what it has to tell."""

    device: DeviceName
    site: str
    certificate: str = Field(description="The box's certificate, PEM")
    authority: str = Field(description="Certificate of the authority, PEM")
    broker_host: str
    broker_port: int = Field(ge=1, le=65535)
    server_time: AwareDatetime
