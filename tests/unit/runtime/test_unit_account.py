from pathlib import Path

from edge.core.moment import Moment
from edge.fleet.status_board import StatusBoard
from edge.inference.lane import Waiting
from edge.inference.workers import Workers
from edge.runtime.main_unit import MainUnit
from edge.runtime.unit_account import Counted, UnitAccount
from edge.testing.fake_clock import START, FakeClock
from edge.testing.scripted_backend import NOTHING
from edge.video.packet_ring import PacketRing
from edge.video.reader import CameraReader, ReaderOutlets
from edge.video.source import FileAddress, SourceSpec
from hazard_library.contract.device import CameraCondition
from hazard_library.contract.ids import CameraId

GATE = CameraId("gate")


class Books:
    """One camera's account; its readers count and read nothing."""

    def __init__(self) -> None:
        self.board = StatusBoard()
        self.board.show_camera(GATE, CameraCondition.OK, START)
        lane = Workers(1, self.board).open_lane(GATE, Waiting.NEWEST, lambda _: NOTHING)
        self.lane = lane
        main = MainUnit(GATE, None, self.board)
        self.ring = PacketRing()
        self.reader = self.new_reader()
        self.account = UnitAccount(Counted(GATE, lane, self.ring, main, self.board), self.reader)

    def new_reader(self) -> CameraReader:
        outlets = ReaderOutlets(self.ring, lambda _: None, lambda _condition, _detail: None)
        return CameraReader(SourceSpec(GATE, FileAddress(Path("a.mp4"))), FakeClock(), outlets)


def test_what_a_reader_that_crashed_had_counted_stays_counted_to_the_last() -> None:
    books = Books()
    books.reader.stats.decode_errors = 3
    books.account.tell_counts()
    books.reader.stats.decode_errors, books.reader.stats.packets = 4, 10
    following = books.new_reader()
    books.account.go_on_with(following)
    following.stats.decode_errors, following.stats.packets = 2, 5
    books.account.tell_counts()
    assert books.board.counters()["frames_undecodable"] == 6
    assert (books.account.figures(None).packets, books.account.work.drops["undecodable"]) == (15, 6)


def test_rates_are_those_of_the_seconds_since_they_were_told() -> None:
    books = Books()
    books.account.tell_when_due(Moment(100.0, START))
    books.reader.stats.frames_decoded = 50
    for _ in range(20):
        books.account.picture_judged()
    books.account.tell_when_due(Moment(102.0, START))
    assert books.account.work.fps_in == 0.0
    books.account.tell_when_due(Moment(110.0, START))
    assert (books.account.work.fps_in, books.account.work.fps_out) == (5.0, 2.0)
    assert [camera.fps for camera in books.board.snapshot().cameras] == [2.0]


def test_what_is_let_go_is_told_as_a_share_and_where_nothing_comes_nothing_is() -> None:
    books = Books()
    books.account.tell_when_due(Moment(100.0, START))
    books.account.tell_when_due(Moment(110.0, START))
    assert (books.board.snapshot().cameras[0].shed, books.account.behind) == (0.0, "")
    books.lane.dropped = 2
    for _ in range(3):
        books.account.picture_judged()
    books.account.tell_when_due(Moment(120.0, START))
    assert books.board.snapshot().cameras[0].shed == 0.4
    assert "60%" in books.account.behind
