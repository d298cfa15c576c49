"""An outbox that forgets everything with its process; otherwise it keeps every promise."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from edge.core.incidents import Incident
from edge.core.moment import Moment
from edge.errors import DeliveryError
from edge.ports import Backlog, Gone, Pending
from hazard_library.contract.device import Outcome, Receipt
from hazard_library.contract.events import Change, HazardEvent
from hazard_library.contract.ids import IncidentId, MessageId
from hazard_library.contract.message import Numbered
from hazard_library.contract.topics import Channel

_STUBBORN_AFTER = 5
_GIVEN_UP = frozenset({"dropped"})


@dataclass(slots=True)
class Kept:
    """A message and what became of it."""

    channel: Channel
    message: Numbered
    outcome: Outcome | str | None = None
    reason: str | None = None
    settled_at: datetime | None = None
    sent_mono: float | None = None
    times_sent: int = 0


class MemoryOutbox:
    """Implements `edge.ports.Outbox`; `kept` shows everything that was ever appended."""

    def __init__(
        self,
        boot: str = "0123456789abcdef",
        opened_at: Moment | None = None,
        room: int = 200_000,
    ) -> None:
        self._room = room
        self.kept: dict[MessageId, Kept] = {}
        self._boot = boot
        self._opened_at = opened_at
        self._last_message_no = 0
        self._incidents: dict[IncidentId, Incident] = {}
        self._on_append: Callable[[], None] = _tell_nobody

    @property
    def boot(self) -> str:
        """Id of this start of the box; message numbers count within it."""
        return self._boot

    def call_on_append(self, listener: Callable[[], None]) -> None:
        """Name whom to wake after each new message."""
        self._on_append = listener

    def append(
        self, channel: Channel, write: Callable[[int], Numbered], incident: Incident | None = None
    ) -> Numbered:
        """Number, write and keep a message, and the incident it is about."""
        number = self._last_message_no + 1
        message = write(number)
        if (message.boot, message.message_no) != (self._boot, number):
            raise DeliveryError("write the message with the number that is given and outbox.boot")
        if message.id in self.kept:
            return self.kept[message.id].message
        self.kept[message.id] = Kept(channel, message)
        self._last_message_no = number
        self._make_room()
        if incident is not None:
            self._keep_incident(message, incident)
        self._on_append()
        return message

    def pending(self, limit: int, sent_before: Moment | None = None) -> tuple[Pending, ...]:
        """Return unsettled messages that were not sent since `sent_before`; None: all of them."""
        due = [
            kept
            for kept in self.kept.values()
            if kept.outcome is None
            and (kept.sent_mono is None or sent_before is None or kept.sent_mono < sent_before.mono)
        ]
        due.sort(key=lambda kept: (kept.times_sent >= _STUBBORN_AFTER, -_priority(kept)))
        return tuple(
            Pending(kept.message.id, kept.channel, kept.message.to_bytes()) for kept in due[:limit]
        )

    def mark_sent(self, ids: Sequence[MessageId], at: Moment) -> None:
        """Remember when messages were last handed to the broker."""
        for message in ids:
            kept = self.kept.get(message)
            if kept is not None:
                kept.sent_mono = at.mono
                kept.times_sent += 1

    def settle(self, receipt: Receipt, at: datetime) -> bool:
        """Take a message out of the queue; False if it was not waiting."""
        kept = self.kept.get(receipt.message_id)
        if kept is None or kept.outcome is not None:
            return False
        kept.outcome, kept.settled_at = receipt.outcome, at
        return True

    def resend(self, boot: str, first: int, last: int) -> int:
        """Queue numbered messages again; return how many were still kept."""
        asked = [
            kept
            for kept in self.kept.values()
            if kept.message.boot == boot
            and first <= kept.message.message_no <= last
            and kept.outcome not in _GIVEN_UP
        ]
        for kept in asked:
            kept.outcome = kept.settled_at = kept.sent_mono = None
            kept.times_sent = 0
        self._on_append()
        return len(asked)

    def gone(self, boot: str, first: int, last: int) -> tuple[Gone, ...]:
        """Return which of these numbers cannot be sent again, in ranges, and why."""
        by_number = {k.message.message_no: k for k in self.kept.values() if k.message.boot == boot}
        found: list[Gone] = []
        for number in range(first, last + 1):
            kept = by_number.get(number)
            if kept is not None and kept.outcome not in _GIVEN_UP:
                continue
            why = "not kept any more" if kept is None else f"{kept.outcome}: {kept.reason}"
            if found and (found[-1].last, found[-1].reason) == (number - 1, why):
                found[-1] = Gone(found[-1].first, number, why)
            else:
                found.append(Gone(number, number, why))
        return tuple(found)

    def open_incidents(self) -> tuple[Incident, ...]:
        """Return incidents whose last event was not `closed`, on the opening moment's line."""
        in_order = sorted(self._incidents.values(), key=lambda one: (one.opened.utc, str(one.id)))
        return tuple(
            replace(
                incident,
                started=self._on_own_line(incident.started),
                opened=self._on_own_line(incident.opened),
                last_held=self._on_own_line(incident.last_held),
            )
            for incident in in_order
        )

    def backlog(self) -> Backlog:
        """Return how much waits and the highest number given in this boot."""
        waiting = [k.message.message_no for k in self.kept.values() if k.outcome is None]
        return Backlog(len(waiting), self._last_message_no, min(waiting, default=None))

    def prune(self, settled_before: datetime, limit: int) -> int:
        """Forget at most `limit` messages that were settled before; return how many."""
        old = [
            message
            for message, kept in self.kept.items()
            if kept.settled_at is not None and kept.settled_at < settled_before
        ][:limit]
        for message in old:
            del self.kept[message]
        return len(old)

    def _make_room(self) -> None:
        waiting = [kept for kept in self.kept.values() if kept.outcome is None]
        if len(waiting) <= self._room:
            return
        least = min(waiting, key=lambda kept: (not _is_update(kept), _priority(kept)))
        least.outcome, least.reason = "dropped", "the outbox was full"
        least.settled_at = least.message.sent_at

    def _keep_incident(self, message: Numbered, incident: Incident) -> None:
        if isinstance(message, HazardEvent) and message.change is Change.CLOSED:
            self._incidents.pop(incident.id, None)
        else:
            self._incidents[incident.id] = incident

    def _on_own_line(self, at: Moment) -> Moment:
        if self._opened_at is None:
            return at
        elapsed = (at.utc - self._opened_at.utc).total_seconds()
        return replace(at, mono=self._opened_at.mono + elapsed)


def _priority(kept: Kept) -> int:
    return kept.message.severity if isinstance(kept.message, HazardEvent) else 0


def _is_update(kept: Kept) -> bool:
    return isinstance(kept.message, HazardEvent) and kept.message.change is Change.UPDATED


def _tell_nobody() -> None:
    """Stand in until somebody wants to be woken."""
