"""Tells the server of evidence that will never come."""

import structlog

from edge.ports import Clock, EvidenceStore, Loss, Outbox
from hazard_library.contract.evidence import EvidenceLost
from hazard_library.contract.ids import DeviceId, lost_message_id
from hazard_library.contract.topics import Channel

_log = structlog.get_logger(__name__)

_AT_ONCE = 100


class LossTeller:
    """Brings losses from the store into the outbox; the evidence thread calls it."""

    def __init__(
        self, device: DeviceId, store: EvidenceStore, outbox: Outbox, clock: Clock
    ) -> None:
        self._device = device
        self._store = store
        self._outbox = outbox
        self._clock = clock

    def tell(self) -> None:
        """Queue a message for every loss that is not told of yet; also those of before a crash.

        Raises:
            EvidenceError, DeliveryError: a store cannot be read or written just now.
        """
        for loss in self._store.losses(_AT_ONCE):
            self._outbox.append(Channel.EVIDENCE, lambda no, one=loss: self._message(one, no))  # type: ignore[misc]
            self._store.mark_loss_told(loss.sha256)
            _log.error("evidence_lost", kind=loss.kind.value, sha256=loss.sha256, why=loss.reason)

    def _message(self, loss: Loss, message_no: int) -> EvidenceLost:
        return EvidenceLost(
            id=lost_message_id(self._device, loss.sha256),
            device=self._device,
            sent_at=self._clock.now().utc,
            boot=self._outbox.boot,
            message_no=message_no,
            sha256=loss.sha256,
            kind=loss.kind,
            bytes=loss.bytes,
            reason=loss.reason,
        )
