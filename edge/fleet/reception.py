"""Hands what comes down the link to whoever it is for."""

import structlog

from edge.delivery.sender import Sender
from edge.fleet.commands import Commands
from edge.fleet.heartbeat import Heartbeat
from edge.fleet.revision_slot import RevisionSlot
from edge.ports import Counters
from hazard_library.contract.topics import Channel

log = structlog.get_logger(__name__)


class Reception:
    """Implements `edge.ports.LinkListener`."""

    def __init__(
        self, sender: Sender, heartbeat: Heartbeat, commands: Commands, counters: Counters
    ) -> None:
        #: A configuration from the server, until the box's main thread applies it.
        self.revisions = RevisionSlot(counters)
        self._sender = sender
        self._heartbeat = heartbeat
        self._commands = commands
        self._counters = counters

    def connected(self) -> None:
        """Tell the birth first, then send what waits."""
        self._heartbeat.wake()
        self._sender.link_connected()

    def received(self, channel: Channel, payload: bytes) -> None:
        """Take one message from the server."""
        match channel:
            case Channel.ACK:
                self._sender.take_ack(payload)
            case Channel.CMD:
                self._commands.take(payload)
            case Channel.CONFIG if payload:
                self.revisions.put(payload)
            case Channel.CONFIG:
                # MQTT's way to say that what was retained is no more.
                self.revisions.clear()
            case Channel.INCIDENT | Channel.EVIDENCE | Channel.STATE:
                self._counters.count("messages_not_expected")
                log.warning("message_not_expected", channel=channel.value)
