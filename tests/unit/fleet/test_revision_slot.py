from edge.fleet.revision_slot import RevisionSlot
from edge.fleet.status_board import StatusBoard


def test_the_newest_is_taken_once_and_the_one_before_is_counted() -> None:
    board = StatusBoard()
    slot = RevisionSlot(board)
    slot.put(b"3")
    slot.put(b"4")
    assert [slot.take(), slot.take(), slot.take()] == [None, b"4", None]
    assert board.counters() == {"config_revisions_superseded": 1}


def test_what_is_withdrawn_before_it_was_taken_is_never_taken() -> None:
    board = StatusBoard()
    slot = RevisionSlot(board)
    slot.put(b"3")
    assert slot.take() is None
    slot.clear()
    slot.clear()
    assert [slot.take(), slot.take()] == [None, None]
    assert board.counters() == {"config_revisions_withdrawn": 1}


def test_what_came_since_the_last_look_waits_for_the_next() -> None:
    slot = RevisionSlot(StatusBoard())
    assert slot.take() is None
    slot.put(b"3")
    assert [slot.take(), slot.take()] == [None, b"3"]
    slot.put(b"4")
    assert slot.take() is None
    slot.put(b"5")
    assert [slot.take(), slot.take()] == [None, b"5"]
