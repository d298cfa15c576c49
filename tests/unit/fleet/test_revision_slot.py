from edge.fleet.revision_slot import RevisionSlot
from edge.fleet.status_board import StatusBoard


def test_the_newest_is_taken_once_and_the_one_before_is_counted() -> None:
    board = StatusBoard()
    slot = RevisionSlot(board)
    slot.put(b"3")
    slot.put(b"4")
    assert [slot.take(), slot.take()] == [b"4", None]
    assert board.counters() == {"config_revisions_superseded": 1}


def test_what_is_withdrawn_before_it_was_taken_is_never_taken() -> None:
    board = StatusBoard()
    slot = RevisionSlot(board)
    slot.put(b"3")
    slot.clear()
    slot.clear()
    assert slot.take() is None
    assert board.counters() == {"config_revisions_withdrawn": 1}
