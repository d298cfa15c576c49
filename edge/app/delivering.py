"""The way out of a box, put together: link, sender, uploader, heartbeat, orders, certificate."""

from edge.app.box import Box
from edge.app.shared import Shared, software
from edge.delivery import enrolment
from edge.delivery.evidence_door import EvidenceDoor
from edge.delivery.mqtt_link import MqttLink
from edge.delivery.sender import Sender
from edge.delivery.uploader import Uploader
from edge.fleet.certificate_keeper import CertificateKeeper, Validity
from edge.fleet.commands import Commands
from edge.fleet.device_report import DeviceReport
from edge.fleet.heartbeat import Heartbeat
from edge.fleet.reception import Reception
from edge.runtime.engine import Delivery
from edge.runtime.way_out import Certified, way_out


def delivery(box: Box, shared: Shared) -> Delivery | None:
    """Return what brings messages and evidence to the server; None for a box without a link.

    Raises:
        ConfigError: a certificate or credential cannot be used.
    """
    link = box.site.config.link
    if link is None:
        return None
    device, clock, board = box.site.config.device, shared.clock, shared.board
    way = way_out(box.site, link)
    reading = shared.server_clock.read
    report = DeviceReport(device, software(), board, shared.outbox, clock, reading)
    mqtt = MqttLink(way.broker, report.last_will, board)
    heartbeat = Heartbeat(report, mqtt, clock, board)
    board.call_on_change(heartbeat.wake)
    heartbeat.call_on_publish(shared.server_clock.asked)
    sender = Sender(shared.outbox, mqtt, clock, board)
    shared.outbox.call_on_append(sender.wake)
    sender.call_on_answer(shared.server_clock.answered)
    uploader = Uploader(shared.store, EvidenceDoor(way.server), clock, board)
    sender.call_on_settled(uploader.wake)
    commands = Commands(shared.outbox, board, heartbeat.wake, sender.wake)
    reception = Reception(sender, heartbeat, commands, board)
    keeper = None if way.certified is None else _certificate_keeper(way.certified, shared)
    return Delivery(mqtt, reception, sender, uploader, heartbeat, commands, keeper)


def _certificate_keeper(certified: Certified, shared: Shared) -> CertificateKeeper:
    folder, context = certified.folder, certified.context

    def renew() -> Validity:
        made = enrolment.renew(folder.read(), folder)
        # New connections of broker and server use it from now on; the present ones live on.
        context.load_cert_chain(made.own)
        return Validity(made.renew_at, made.expires_at)

    return CertificateKeeper(
        Validity(certified.identity.renew_at, certified.identity.expires_at),
        lambda: enrolment.confirm(folder.read()),
        renew,
        shared.clock,
        shared.board,
    )
