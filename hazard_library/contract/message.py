"""What all messages share: envelope, versions, and how bytes become a message.

Versioning rules
----------------
* `schema` is `<name>/<major>`. Within a major, optional fields may be added; nothing is removed
  and nothing changes its meaning.
* A receiver keeps fields that it does not know (`extra="allow"`): they survive a round trip, and
  the server stores the exact bytes beside what it parsed.
* An unknown major is set aside with a reason (`UnknownMajor`), never guessed at and never dropped.
"""

import json
from typing import Annotated, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from hazard_library.contract.ids import NAME_PATTERN, CameraId, DeviceId, MessageId
from hazard_library.errors import MalformedMessage, UnknownMajor

DeviceName = Annotated[DeviceId, Field(pattern=NAME_PATTERN)]
CameraName = Annotated[CameraId, Field(pattern=NAME_PATTERN)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256, lower-case hex")]


class Part(BaseModel):
    """A piece of a message: frozen, and open to fields of later minors."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)


class Message(Part):
    """The envelope. Every message class narrows `schema_id` to one literal `<name>/<major>`."""

    schema_id: str = Field(alias="schema", description="<name>/<major>, such as hazard-event/1")
    id: MessageId = Field(description="Stable: a message that is sent again keeps its id")
    device: DeviceName
    sent_at: AwareDatetime = Field(description="When the sender wrote the message, by its clock")

    def to_bytes(self) -> bytes:
        """Write the message as UTF-8 JSON, keys in declared order."""
        return self.model_dump_json(by_alias=True).encode()


class Numbered(Message):
    """A message that must not be lost: numbered without gaps per device and boot."""

    boot: str = Field(pattern=r"^[0-9a-f]{16}$", description="Random id of one start of the box")
    message_no: int = Field(ge=1, description="1, 2, 3 … within the boot; a gap is a lost message")


M = TypeVar("M", bound=Message)


def schema_of(kind: type[Message]) -> str:
    """Return the `<name>/<major>` that a message class speaks."""
    default = kind.model_fields["schema_id"].default
    return str(default)


def parse(kind: type[M], payload: bytes) -> M:
    """Turn bytes into a message of the given class.

    Raises:
        UnknownMajor: it is that message in a major that is not spoken here.
        MalformedMessage: it is not JSON, another message, or does not match the schema.
    """
    try:
        raw = json.loads(payload)
    except ValueError as fault:
        msg = f"not JSON: {fault}"
        raise MalformedMessage(msg) from fault
    if not isinstance(raw, dict):
        msg = f"a message is a JSON object, not {type(raw).__name__}"
        raise MalformedMessage(msg)
    _check_schema(kind, raw.get("schema"))
    try:
        return kind.model_validate(raw)
    except ValidationError as fault:
        raise MalformedMessage(_mistakes(fault)) from fault


def _check_schema(kind: type[Message], given: object) -> None:
    wanted = schema_of(kind)
    name, _, _ = wanted.partition("/")
    given_name, _, given_major = str(given).partition("/")
    if given == wanted:
        return
    if given_name == name and given_major.isdigit():
        msg = f"schema: {given} is not spoken here, only {wanted}; update the receiver"
        raise UnknownMajor(msg)
    msg = f"schema: expected {wanted}, got {given!r}"
    raise MalformedMessage(msg)


def _mistakes(fault: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(step) for step in error['loc']) or 'message'}: {error['msg']}"
        for error in fault.errors(include_url=False, include_input=False)
    )
