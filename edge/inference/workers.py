"""The worker threads: each takes the next frame of any camera and runs that camera's models."""

import threading
from collections.abc import Iterator, Sequence

import structlog

from edge.errors import NothingToLookFor
from edge.inference.lane import Lane, Looked, Ticket, Waiting
from edge.inference.sharing import Share, next_of
from edge.ports import Clock, Counters, Look
from hazard_library.contract.ids import CameraId

_log = structlog.get_logger(__name__)

#: Frames of one camera beyond the workers' own: a finished one waits while its elder is looked at.
_SPARE = 2


class Workers:
    """`count` threads. `sharing` says whose frame is next; one camera may use all threads.

    A frame stays with one thread until all models of its camera have answered.
    """

    def __init__(self, count: int, counters: Counters, clock: Clock | None = None) -> None:
        """Make so many threads. clock: says what looks cost; None: nobody asks for it."""
        self._count = count
        self._counters = counters
        self._clock = clock
        self._turn = threading.Condition()
        self._lanes: list[Lane] = []
        self._line = 0.0
        self._is_stopped = False
        self._threads: list[threading.Thread] = []

    def open_lane(
        self, camera: CameraId, waiting: Waiting, look: Look, share: Share | None = None
    ) -> Lane:
        """Let a camera in, with what finds objects in its pictures and what it may claim."""
        lane = Lane(camera, waiting, look, self._count + _SPARE, self._turn)
        lane.share = share or lane.share
        with self._turn:
            self._lanes.append(lane)
        return lane

    def close_lane(self, lane: Lane) -> None:
        """Let a camera go; what is under way for it is brought back to nobody."""
        lane.close()
        with self._turn:
            self._lanes = [other for other in self._lanes if other is not lane]

    def start(self) -> None:
        """Start the threads."""
        self._threads = [
            threading.Thread(target=self._run, name=f"inference-{number}", daemon=True)
            for number in range(self._count)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Close all lanes and wait for the threads; a frame under way is looked at to its end."""
        with self._turn:
            self._is_stopped = True
            lanes = tuple(self._lanes)
        for lane in lanes:
            lane.close()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while tickets := self._next_tickets():
            if len(tickets) == 1 or not self._looks_together(tickets):
                for ticket in tickets:
                    self._look(ticket)

    def _looks_together(self, tickets: Sequence[Ticket]) -> bool:
        """Look at several cameras' pictures in one run; False: it failed, each is asked alone."""
        together = tickets[0].lane.together
        if together is None:
            return False
        began = self._mono()
        try:
            found = together.detect_all([ticket.offered.frame.pixels for ticket in tickets])
        except Exception:  # noqa: BLE001 - whoever is to blame is named when asked alone
            self._counters.count("batches_failed")
            self._charge(tickets, began, looks=0)
            return False
        self._charge(tickets, began)
        for ticket, boxes in zip(tickets, found, strict=True):
            ticket.lane.bring_back(ticket, Looked(ticket.offered.frame, boxes))
        return True

    def _look(self, ticket: Ticket) -> None:
        known = ticket.offered.answer
        if known is not None:
            ticket.lane.bring_back(ticket, known)
            return
        frame, began = ticket.offered.frame, self._mono()
        try:
            looked = Looked(frame, ticket.lane.look(frame.pixels))
        except NothingToLookFor as fault:
            # Told once at the start and on the camera's state: no line in the log for every frame.
            self._counters.count("frames_not_analysed")
            looked = Looked(frame, None, fault=str(fault))
        except Exception as fault:  # noqa: BLE001 - reported, counted, and the thread goes on
            # A model that fails on one picture must not end the thread that serves all cameras.
            self._counters.count("frames_not_analysed")
            _log.exception("inference_failed", camera=ticket.lane.camera)
            looked = Looked(frame, None, fault=f"the model failed: {fault}")
        self._charge((ticket,), began)
        ticket.lane.bring_back(ticket, looked)

    def _mono(self) -> float:
        return 0.0 if self._clock is None else self._clock.now().mono

    def _charge(self, tickets: Sequence[Ticket], began: float, looks: int = 1) -> None:
        """Share out what a run took among the cameras whose pictures it looked at."""
        share = (self._mono() - began) / len(tickets)
        for ticket in tickets:
            ticket.lane.charge(share, looks)

    def _next_tickets(self) -> tuple[Ticket, ...]:
        """Wait for a frame; take those along that can be looked at in the same run.

        None when the workers stop. Nobody waits for a run to fill up.
        """
        with self._turn:
            while not self._is_stopped:
                ticket = self._take(self._lanes)
                if ticket is not None:
                    return (ticket, *self._companions(ticket))
                self._turn.wait()
            return ()

    def _companions(self, first: Ticket) -> Iterator[Ticket]:
        together = first.lane.together
        if together is None or first.offered.answer is not None:
            return
        for _ in range(together.most_pictures - 1):
            others = [lane for lane in self._lanes if lane.is_asked_with(together.key)]
            ticket = self._take(others)
            if ticket is None:
                return
            yield ticket

    def _take(self, lanes: Sequence[Lane]) -> Ticket | None:
        """Serve whose turn it is among the cameras that have a frame waiting."""
        claims = [(lane, claim) for lane in lanes if (claim := lane.claim(self._line))]
        if not claims:
            return None
        lane, claim = claims[next_of([claim for _, claim in claims])]
        self._line = max(self._line, claim.start)
        return lane.take()
