"""Writes what the box says about itself."""

from uuid import uuid4

from edge.fleet.box_clock import ReadClock, read_kernel_clock, state_of
from edge.fleet.status_board import StatusBoard
from edge.ports import Clock, Outbox
from hazard_library.contract.device import DeviceState
from hazard_library.contract.ids import DeviceId, MessageId


class DeviceReport:
    """The state of one device, drawn from its board and its outbox."""

    def __init__(
        self,
        device: DeviceId,
        software: str,
        board: StatusBoard,
        outbox: Outbox,
        clock: Clock,
        read_clock: ReadClock = read_kernel_clock,
    ) -> None:
        self._device = device
        self._software = software
        self._board = board
        self._outbox = outbox
        self._clock = clock
        self._read_clock = read_clock

    def state(self) -> DeviceState:
        """Return the present state."""
        board = self._board.snapshot()
        backlog = self._outbox.backlog()
        now = self._clock.now()
        return DeviceState(
            id=MessageId(uuid4()),
            device=self._device,
            sent_at=now.utc,
            status="draining" if board.is_draining else "online",
            boot=self._outbox.boot,
            software=self._software,
            config_sha256=board.config_sha256,
            config_error=board.config_error,
            config_revision=board.config_revision,
            config_answer=board.config_answer,
            models=board.models,
            models_refused=dict(board.models_refused),
            inference=board.inference,
            cameras=board.cameras,
            clock=state_of("arrival", now, self._read_clock),
            evidence=board.evidence,
            outbox_pending=backlog.pending,
            last_message_no=backlog.last_message_no,
            oldest_waiting_no=backlog.oldest_no,
            lost=board.lost,
            counters=self._board.counters(),
            permits=board.permits,
            permits_error=board.permits_error,
        )

    def last_will(self) -> bytes:
        """Write what the broker shall say once the box is gone."""
        return DeviceState(
            id=MessageId(uuid4()),
            device=self._device,
            sent_at=self._clock.now().utc,
            status="offline",
            boot=self._outbox.boot,
            software=self._software,
        ).to_bytes()
