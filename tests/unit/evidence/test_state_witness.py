"""What is set aside while a camera is well, and what is left of it when it no longer is."""

from datetime import timedelta

import numpy as np
import pytest

from edge.core.moment import Moment
from edge.evidence.held_stretch import HeldStretch
from edge.evidence.people import People
from edge.evidence.state_witness import Episode, Kept, StateWitness
from edge.ports import Frame
from edge.testing.fake_clock import START
from edge.video.packet_ring import PacketRing, Span, Stretch
from hazard_library.contract.device import CameraCondition as State
from hazard_library.contract.evidence import PrivacyMask
from hazard_library.contract.ids import CameraId, ZoneId

GATE = CameraId("gate")
NOBODY = People(0.0, (), ())
MASK = PrivacyMask(id=ZoneId("door"), points=((0, 0), (1, 0), (1, 1)))


def moment(at: float) -> Moment:
    return Moment(at, START + timedelta(seconds=at))


def picture(at: float, masks: tuple[PrivacyMask, ...] = ()) -> Frame:
    return Frame(GATE, 1, moment(at), np.full((48, 64, 3), 100, np.uint8), masks)


def witness() -> StateWitness:
    return StateWitness(PacketRing, 10.0, 5.0)


def after(states: list[tuple[float, State, bool]]) -> Episode | None:
    """Return what is left after moments a second apart: (until, state, whether a picture comes)."""
    one, at = witness(), 0.0
    for until, state, has_picture in states:
        while at < until:
            one.note(moment(at), state, picture(at) if has_picture else None, NOBODY)
            at += 1.0
    return one.episode


@pytest.mark.parametrize(
    ("state", "told_within"),
    [(State.DARK_OR_COVERED, 12), (State.FROZEN, 10), (State.BLURRED, 10), (State.MOVED, 27)],
)
def test_the_last_good_picture_is_from_before_the_state_can_have_begun(
    state: State, told_within: int
) -> None:
    episode = after([(100, State.OK, True), (160, state, True)])
    assert episode is not None
    assert isinstance(episode.before, Kept)
    assert isinstance(episode.first, Kept)
    reached_back = episode.began.mono - episode.stretch.from_mono
    assert reached_back == min(max(10, told_within), 12)
    assert 100 - told_within - 5 <= episode.before.at.mono <= 100 - told_within
    assert (episode.first.at.mono, episode.began.mono) == (100, 100)


def test_a_camera_that_is_away_has_a_last_picture_and_no_bad_one() -> None:
    episode = after(
        [(52, State.OK, True), (100, State.OFFLINE, False), (150, State.NO_FRAMES, False)]
    )
    assert episode is not None
    assert isinstance(episode.before, Kept)
    assert episode.before.at.mono == 50
    assert episode.first == "the camera gives no picture"
    assert episode.began.mono == 51
    assert (episode.stretch.from_mono, episode.stretch.to_mono) == (41, 56)


def test_a_camera_that_was_never_seen_says_so() -> None:
    episode = after([(10, State.STARTING, False), (200, State.OFFLINE, False)])
    assert episode is not None
    assert "was not seen well" in str(episode.before)
    got: list[Span] = []
    episode.source.reserve(episode.stretch, got.append)
    assert [(span.packets, span.cut_short) for span in got] == [((), episode.before)]


def test_of_a_recording_nobody_knows_when_the_scene_was_seen_last() -> None:
    episode = after([(100, State.OK, True), (120, State.LOOPED, True)])
    assert episode is not None
    assert "nobody knows" in str(episode.before)


def test_one_state_after_another_begins_anew_with_the_same_good_picture() -> None:
    episode = after(
        [(100, State.OK, True), (130, State.DARK_OR_COVERED, True), (140, State.OFFLINE, False)]
    )
    assert episode is not None
    assert episode.condition is State.OFFLINE
    assert isinstance(episode.before, Kept)
    assert episode.before.at.mono == 95
    assert episode.began.mono == 129


def test_a_camera_that_is_well_again_has_nothing_to_show() -> None:
    assert (
        after([(50, State.OK, True), (60, State.DARK_OR_COVERED, True), (61, State.OK, True)])
        is None
    )


def test_how_the_box_gets_along_changes_nothing() -> None:
    episode = after([(50, State.OK, True), (90, State.FROZEN, True), (91, State.FINISHED, False)])
    assert episode is not None
    assert episode.condition is State.FROZEN


def test_what_was_masked_in_the_last_picture_is_masked_in_the_clip() -> None:
    one = witness()
    one.note(moment(0), State.OK, picture(0, (MASK,)), NOBODY)
    one.note(moment(20), State.OFFLINE, None, None)
    assert one.episode is not None
    assert one.episode.masks == (MASK,)


def test_only_some_pictures_are_kept() -> None:
    one = witness()
    for at in range(3000):
        one.note(moment(at / 10), State.OK, picture(at / 10), NOBODY)
    assert len(one._good) == 7
    assert one._good[-1].at.mono - one._good[0].at.mono >= 27


def test_a_stretch_is_given_to_whoever_asks_before_and_after_it_came() -> None:
    class Late:
        """A ring whose stretch comes later."""

        def reserve(self, _stretch: Stretch, ready: object) -> None:
            self.ready = ready

    ring = Late()
    held = HeldStretch(ring, Stretch(0, 1, 2))
    got: list[Span] = []
    held.reserve(held.stretch, got.append)
    assert got == []
    span = Span((), "it ended")
    assert callable(ring.ready)
    ring.ready(span)
    held.reserve(held.stretch, got.append)
    assert got == [span, span]
