"""The MQTT topic tree; `build` and `parse` are exact inverses.

hazard-patrol/v1/{device}/ up: incident, evidence, state (retained); down: ack, config, cmd.
"""

import re
from enum import StrEnum
from typing import NamedTuple

from hazard_library.contract.ids import NAME_PATTERN, DeviceId
from hazard_library.errors import ContractError

ROOT = "hazard-patrol/v1"


class Channel(StrEnum):
    """The last level of a topic."""

    INCIDENT = "incident"
    EVIDENCE = "evidence"
    STATE = "state"
    ACK = "ack"
    CONFIG = "config"
    CMD = "cmd"

    @property
    def is_upward(self) -> bool:
        """Whether the box publishes here (else it subscribes)."""
        return self in {Channel.INCIDENT, Channel.EVIDENCE, Channel.STATE}


class Topic(NamedTuple):
    """A parsed topic."""

    device: DeviceId
    channel: Channel


def build(device: DeviceId, channel: Channel) -> str:
    """Write a topic.

    Raises:
        ContractError: the device id cannot be a topic level.
    """
    if not re.fullmatch(NAME_PATTERN, device):
        msg = f"device id {device!r} cannot be a topic level; use a-z, 0-9, - and _"
        raise ContractError(msg)
    return f"{ROOT}/{device}/{channel}"


def parse(topic: str) -> Topic:
    """Read a topic.

    Raises:
        ContractError: it is not one of ours.
    """
    levels = topic.split("/")
    ours = len(levels) == 4 and "/".join(levels[:2]) == ROOT  # noqa: PLR2004 - root, device, channel
    if not ours or not re.fullmatch(NAME_PATTERN, levels[2]):
        msg = f"{topic!r} is not a topic under {ROOT}/<device>/<channel>"
        raise ContractError(msg)
    if levels[3] not in set(Channel):
        msg = f"{topic!r}: unknown channel {levels[3]!r}"
        raise ContractError(msg)
    return Topic(DeviceId(levels[2]), Channel(levels[3]))


def from_all_devices(channel: Channel) -> str:
    """Return the subscription filter for one channel of every device."""
    return f"{ROOT}/+/{channel}"
