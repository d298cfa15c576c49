"""The worker threads: each takes the next frame of any camera and runs that camera's models."""

import threading

import structlog

from edge.errors import NothingToLookFor
from edge.inference.lane import Lane, Looked, Ticket, Waiting
from edge.ports import Counters, Look
from hazard_library.contract.ids import CameraId

_log = structlog.get_logger(__name__)

#: Frames of one camera beyond the workers' own: a finished one waits while its elder is looked at.
_SPARE = 2


class Workers:
    """`count` threads. Cameras are served in turn, frame by frame; one may use all threads.

    A frame stays with one thread until all models of its camera have answered.
    """

    def __init__(self, count: int, counters: Counters) -> None:
        self._count = count
        self._counters = counters
        self._turn = threading.Condition()
        self._lanes: list[Lane] = []
        self._next = 0
        self._is_stopped = False
        self._threads: list[threading.Thread] = []

    def open_lane(self, camera: CameraId, waiting: Waiting, look: Look) -> Lane:
        """Let a camera in, with what finds objects in its pictures."""
        lane = Lane(camera, waiting, look, self._count + _SPARE, self._turn)
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
        while (ticket := self._next_ticket()) is not None:
            self._look(ticket)

    def _look(self, ticket: Ticket) -> None:
        known = ticket.offered.answer
        if known is not None:
            ticket.lane.bring_back(ticket, known)
            return
        frame = ticket.offered.frame
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
        ticket.lane.bring_back(ticket, looked)

    def _next_ticket(self) -> Ticket | None:
        with self._turn:
            while not self._is_stopped:
                ticket = self._take()
                if ticket is not None:
                    return ticket
                self._turn.wait()
            return None

    def _take(self) -> Ticket | None:
        """Ask the lanes in turn, beginning after the one that was served last."""
        for step in range(len(self._lanes)):
            position = (self._next + step) % len(self._lanes)
            ticket = self._lanes[position].take()
            if ticket is not None:
                self._next = position + 1
                return ticket
        return None
