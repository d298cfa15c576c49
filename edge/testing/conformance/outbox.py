"""What every outbox promises. A subclass gives the fixture `outbox`, opened at `OPENED_AT`."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from edge.core.moment import Moment
from edge.errors import DeliveryError
from edge.ports import Gone, Outbox, Pending
from edge.testing.events import BOX, Happening, happenings, later
from edge.testing.fake_clock import START
from hazard_library.contract.device import Outcome, Receipt
from hazard_library.contract.events import Change, HazardEvent
from hazard_library.contract.evidence import EvidenceSealed
from hazard_library.contract.ids import ManifestId, MessageId, sealed_message_id
from hazard_library.contract.message import Numbered, parse
from hazard_library.contract.topics import Channel

#: The box came up a day after the incidents of `happenings` opened; its `mono` began anew.
OPENED_AT = Moment(50.0, START + timedelta(days=1))


#: Of five events: what stays of them in a room for three is the second, the fourth, the fifth.
GRADES = (1, 4, 1, 2, 2)


class OutboxConformance:
    """Promises of `edge.ports.Outbox`."""

    def test_numbers_run_from_one_without_a_gap(self, outbox: Outbox) -> None:
        assert [message.message_no for message in append(outbox, happenings(5))] == [1, 2, 3, 4, 5]

    def test_an_event_that_cannot_be_written_takes_no_number(self, outbox: Outbox) -> None:
        def fail(number: int) -> Numbered:
            raise LookupError(number)

        append(outbox, happenings(1))
        with pytest.raises(LookupError):
            outbox.append(Channel.INCIDENT, fail)
        assert append(outbox, happenings(2)[1:])[0].message_no == 2
        assert outbox.backlog().last_message_no == 2

    def test_a_message_with_another_number_is_refused_and_not_kept(self, outbox: Outbox) -> None:
        write = Happening().event(outbox.boot)
        with pytest.raises(DeliveryError, match="number that is given"):
            outbox.append(Channel.INCIDENT, lambda number: write(number + 1))
        with pytest.raises(DeliveryError, match=r"outbox\.boot"):
            outbox.append(Channel.INCIDENT, Happening().event("f" * 16))
        assert outbox.pending(10) == ()

    def test_the_same_message_twice_is_kept_once_and_returned_as_kept(self, outbox: Outbox) -> None:
        first = append(outbox, happenings(1))[0]
        again = append(outbox, happenings(1))[0]
        assert again == first
        assert [one.id for one in outbox.pending(10)] == [first.id]
        assert append(outbox, happenings(2)[1:])[0].message_no == 2

    def test_what_waits_is_the_message_to_the_byte(self, outbox: Outbox) -> None:
        message = append(outbox, happenings(1))[0]
        assert outbox.pending(1) == (Pending(message.id, Channel.INCIDENT, message.to_bytes()),)
        assert parse(HazardEvent, outbox.pending(1)[0].payload) == message

    def test_the_oldest_waits_in_front(self, outbox: Outbox) -> None:
        ids = [message.id for message in append(outbox, happenings(5))]
        assert waiting(outbox) == ids
        assert [one.id for one in outbox.pending(2)] == ids[:2]

    def test_severe_events_go_first_and_manifests_last(self, outbox: Outbox) -> None:
        sealed = outbox.append(Channel.EVIDENCE, manifest(outbox.boot))
        mild, grave = happenings(2)
        first = tell(outbox, mild, 1, Change.OPENED)
        second = tell(outbox, replace(grave, severity=4), 1, Change.OPENED)
        third = tell(outbox, mild, 2, Change.CLOSED)
        assert waiting(outbox) == [second.id, first.id, third.id, sealed.id]

    def test_the_lowest_number_that_waits_is_known(self, outbox: Outbox) -> None:
        assert outbox.backlog().oldest_no is None
        first = append(outbox, happenings(3))[0]
        assert outbox.backlog().oldest_no == 1
        outbox.settle(accepted(first.id), START)
        assert outbox.backlog().oldest_no == 2

    def test_what_cannot_be_sent_again_is_named(self, outbox: Outbox) -> None:
        old, *_ = append(outbox, happenings(3))
        outbox.settle(accepted(old.id), START)
        outbox.prune(START + timedelta(days=1), limit=10)
        why = "not kept any more"
        assert outbox.gone(outbox.boot, 1, 3) == (Gone(1, 1, why),)
        assert outbox.gone(outbox.boot, 2, 3) == ()
        assert outbox.gone("f" * 16, 5, 9) == (Gone(5, 9, why),)

    def test_an_event_stays_until_the_server_acknowledges_it(self, outbox: Outbox) -> None:
        first, second = append(outbox, happenings(2))
        outbox.mark_sent([first.id, second.id], OPENED_AT)
        assert waiting(outbox) == [first.id, second.id]
        assert outbox.settle(accepted(first.id), START)
        assert waiting(outbox) == [second.id]

    @pytest.mark.parametrize("outcome", list(Outcome))
    def test_each_outcome_frees_the_message(self, outbox: Outbox, outcome: Outcome) -> None:
        message = append(outbox, happenings(1))[0]
        receipt = Receipt(message_id=message.id, outcome=outcome, reason="because")
        assert outbox.settle(receipt, START)
        assert waiting(outbox) == []
        assert outbox.backlog().pending == 0

    def test_a_receipt_for_what_does_not_wait_changes_nothing(self, outbox: Outbox) -> None:
        first, second = append(outbox, happenings(2))
        stranger = happenings(1, camera="elsewhere")[0].event(outbox.boot)(1).id
        assert not outbox.settle(accepted(stranger), START)
        assert outbox.settle(accepted(first.id), START)
        assert not outbox.settle(accepted(first.id), START)
        assert waiting(outbox) == [second.id]

    def test_what_was_just_sent_is_not_due_again(self, outbox: Outbox) -> None:
        first, second = append(outbox, happenings(2))
        outbox.mark_sent([first.id], OPENED_AT)
        assert waiting(outbox, OPENED_AT) == [second.id]
        assert waiting(outbox, later(OPENED_AT, 0.1)) == [first.id, second.id]

    def test_a_message_that_is_never_answered_lets_the_others_go_first(
        self, outbox: Outbox
    ) -> None:
        stuck, fresh = append(outbox, happenings(2))
        for time in range(10):
            outbox.mark_sent([stuck.id], later(OPENED_AT, time))
        assert waiting(outbox) == [fresh.id, stuck.id]

    def test_numbered_messages_can_be_queued_again(self, outbox: Outbox) -> None:
        messages = append(outbox, happenings(4))
        for message in messages:
            outbox.settle(accepted(message.id), START)
        assert outbox.resend(outbox.boot, 2, 3) == 2
        assert waiting(outbox, OPENED_AT) == [messages[1].id, messages[2].id]
        assert outbox.settle(accepted(messages[1].id), START)

    def test_what_waits_already_is_due_at_once_when_it_is_queued_again(
        self, outbox: Outbox
    ) -> None:
        message = append(outbox, happenings(1))[0]
        outbox.mark_sent([message.id], OPENED_AT)
        assert outbox.resend(outbox.boot, 1, 1) == 1
        assert waiting(outbox, OPENED_AT) == [message.id]

    def test_only_numbers_that_are_kept_are_queued_again(self, outbox: Outbox) -> None:
        append(outbox, happenings(2))
        assert outbox.resend(outbox.boot, 2, 9) == 1
        assert outbox.resend("f" * 16, 1, 9) == 0

    def test_an_incident_is_open_until_its_event_closes_it(self, outbox: Outbox) -> None:
        going_on, over = happenings(2)
        for one in (going_on, over):
            tell(outbox, one, 1, Change.OPENED)
        tell(outbox, over, 2, Change.CLOSED)
        tell(outbox, going_on, 2, Change.UPDATED)
        assert [(one.id, one.seq) for one in outbox.open_incidents()] == [
            (going_on.incident().id, 2)
        ]

    def test_an_open_incident_comes_back_on_the_line_of_the_new_start(self, outbox: Outbox) -> None:
        happening = happenings(1)[0]
        tell(outbox, happening, 1, Change.OPENED)
        restored = outbox.open_incidents()[0]
        kept = happening.incident()
        assert (restored.camera, restored.hazard, restored.zone) == ("gate", "PPE-01", None)
        assert restored.opened.utc == kept.opened.utc
        assert restored.opened.mono == OPENED_AT.mono - timedelta(days=1).total_seconds()
        assert restored.opened.seconds_since(restored.started) == 5.0

    def test_the_backlog_counts_what_waits(self, outbox: Outbox) -> None:
        messages = append(outbox, happenings(3))
        outbox.settle(accepted(messages[0].id), START)
        backlog = outbox.backlog()
        assert (backlog.pending, backlog.last_message_no) == (2, 3)

    def test_pruning_forgets_old_settled_messages_and_no_others(self, outbox: Outbox) -> None:
        old, new, unsettled = append(outbox, happenings(3))
        outbox.settle(accepted(old.id), START)
        outbox.settle(accepted(new.id), START + timedelta(days=2))
        assert outbox.prune(START + timedelta(days=1), limit=10) == 1
        assert outbox.resend(outbox.boot, 1, 3) == 2
        assert waiting(outbox) == [new.id, unsettled.id]

    def test_pruning_is_bounded(self, outbox: Outbox) -> None:
        for message in append(outbox, happenings(5)):
            outbox.settle(accepted(message.id), START)
        forgotten = [outbox.prune(START + timedelta(days=1), limit=2) for _ in range(4)]
        assert forgotten == [2, 2, 1, 0]

    def test_pruning_never_lets_a_number_come_back(self, outbox: Outbox) -> None:
        message = append(outbox, happenings(1))[0]
        outbox.settle(accepted(message.id), START)
        outbox.prune(START + timedelta(days=1), limit=10)
        assert append(outbox, happenings(2)[1:])[0].message_no == 2


class BoundedOutboxConformance:
    """What an outbox promises that has room for three messages; gives the fixture `full`."""

    def test_an_update_makes_room_for_what_says_more(self, full: Outbox) -> None:
        one, two = happenings(2)
        opened = tell(full, one, 1, Change.OPENED)
        tell(full, one, 2, Change.UPDATED)
        closed = tell(full, one, 3, Change.CLOSED)
        other = tell(full, two, 1, Change.OPENED)
        assert waiting(full) == [opened.id, closed.id, other.id]
        assert full.gone(full.boot, 1, 4) == (Gone(2, 2, "dropped: the outbox was full"),)
        assert full.resend(full.boot, 2, 2) == 0
        assert waiting(full) == [opened.id, closed.id, other.id]

    def test_then_the_mildest_goes_and_of_equals_the_oldest(self, full: Outbox) -> None:
        told = [
            replace(one, severity=grade) for one, grade in zip(happenings(5), GRADES, strict=True)
        ]
        ids = [tell(full, one, 1, Change.OPENED).id for one in told]
        assert waiting(full) == [ids[1], ids[3], ids[4]]
        assert full.backlog().pending == 3

    def test_a_message_that_was_given_up_is_not_told_again(self, full: Outbox) -> None:
        told = happenings(4)
        ids = [message.id for message in append(full, told)]
        append(full, told[:1])
        assert waiting(full) == ids[1:]
        fresh = append(full, happenings(5)[4:])[0]
        assert fresh.message_no == 5

    def test_a_receipt_makes_room(self, full: Outbox) -> None:
        first, *others = append(full, happenings(3))
        full.settle(accepted(first.id), START)
        new = append(full, happenings(4)[3:])[0]
        assert waiting(full) == [*(message.id for message in others), new.id]
        assert full.gone(full.boot, 1, 4) == ()


class ThreadSafeOutboxConformance(OutboxConformance):
    """What an outbox promises besides when several cameras use it at once."""

    def test_four_cameras_at_once_leave_no_gap_and_no_double(self, outbox: Outbox) -> None:
        cameras = [happenings(25, camera=f"camera-{n}") for n in range(4)]
        with ThreadPoolExecutor(4) as threads:
            told = list(threads.map(lambda camera: append(outbox, camera), cameras))
        numbers = sorted(message.message_no for messages in told for message in messages)
        assert numbers == list(range(1, 101))
        assert len(set(waiting(outbox))) == 100


def manifest(boot: str) -> Callable[[int], EvidenceSealed]:
    """Return what an outbox needs to write the announcement of some evidence."""
    name = ManifestId(UUID(int=1))

    def write(number: int) -> EvidenceSealed:
        return EvidenceSealed(
            id=sealed_message_id(name),
            device=BOX,
            sent_at=START,
            boot=boot,
            message_no=number,
            manifest="{}",
            manifest_sha256="0" * 64,
            signature="AA==",
        )

    return write


def append(outbox: Outbox, told: list[Happening]) -> list[Numbered]:
    """Append the opening of each."""
    return [tell(outbox, one, 1, Change.OPENED) for one in told]


def tell(outbox: Outbox, happening: Happening, seq: int, change: Change) -> Numbered:
    """Append one change of an incident, with the incident."""
    write = happening.event(outbox.boot, seq, change)
    return outbox.append(Channel.INCIDENT, write, happening.incident(seq))


def waiting(outbox: Outbox, sent_before: Moment | None = None) -> list[MessageId]:
    """Return the ids of everything that is due."""
    return [one.id for one in outbox.pending(1000, sent_before)]


def accepted(message: MessageId) -> Receipt:
    """Return the server's good word."""
    return Receipt(message_id=message, outcome=Outcome.ACCEPTED)
