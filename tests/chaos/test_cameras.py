"""A camera fails; the others notice nothing, and it is analysed again soon after it is back."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from threading import Event
from typing import NamedTuple

import pytest
from at_work import row_of
from fires import FPS
from length import CAMERA_S, SHORT_S, back_within_s
from looks import Witness
from row import Beside, Row
from spoilt_films import BEFORE_S, Spoilt
from sufferers import ALONE, BEHIND, DIRECT, Sufferers, sufferers

from server.demo.account import EdgeReport

_BEFORE_S = 12.0


class Trial(NamedTuple):
    """A fault of one camera, and for how long."""

    camera: str
    fault: Callable[[Sufferers], AbstractContextManager[None]]
    said: str
    seconds: float


pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sufferers]:
    """One chain for all faults: each test counts what was raised since its own beginning."""
    with sufferers(tmp_path_factory.mktemp("cameras")) as running:
        yield running


@pytest.fixture
def quiet(site: Sufferers) -> tuple[EdgeReport, Witness]:
    """Let all cameras be well, and watch the one that is left alone before anything happens."""
    for name in (ALONE, DIRECT, BEHIND):
        site.one.looks.await_state(name, "ok", within_s=120)
    with Witness(site.one.looks, ALONE, FPS).watching() as before:
        Event().wait(_BEFORE_S)
    return site.one.chain.edge_report(), before


@pytest.mark.parametrize(
    "trial",
    [
        Trial(DIRECT, Sufferers.unplugged, "unplugged", 10.0),
        Trial(DIRECT, Sufferers.unplugged, "unplugged", CAMERA_S),
        Trial(DIRECT, Sufferers.half_dead, "session open, no packets", SHORT_S),
        Trial(DIRECT, Sufferers.half_dead, "session open, no packets", CAMERA_S),
        Trial(BEHIND, Sufferers.garbage, "sends garbage bytes", 10.0),
        Trial(BEHIND, Sufferers.garbage, "sends garbage bytes", CAMERA_S),
    ],
    ids=["dead", "dead-long", "half-dead", "half-dead-long", "garbage", "garbage-long"],
)
def test_a_camera_that_fails_is_its_own_trouble(
    site: Sufferers,
    quiet: tuple[EdgeReport, Witness],
    tell: Callable[[Row], None],
    trial: Trial,
) -> None:
    known, before = quiet
    with Witness(site.one.looks, ALONE, FPS).watching() as meanwhile:
        with trial.fault(site):
            Event().wait(trial.seconds)
            told = site.told(trial.camera)
        back = site.one.looks.await_more(trial.camera)
    row = row_of(
        site.one.settle(known),
        f"camera {trial.said}",
        f"{trial.seconds:g} s",
        back_s=back,
        back_within_s=back_within_s(trial.seconds),
        beside=Beside(before.pace, meanwhile.pace),
        told=told,
    )
    tell(row)
    assert row.missed() == []


def test_thirty_reconnections_a_minute_are_the_cameras_own_trouble(
    site: Sufferers, quiet: tuple[EdgeReport, Witness], tell: Callable[[Row], None]
) -> None:
    known, before = quiet
    opened = site.one.looks.reconnects(BEHIND)
    with Witness(site.one.looks, ALONE, FPS).watching() as meanwhile:
        site.cut_again_and_again(CAMERA_S)
        opened = site.one.looks.reconnects(BEHIND) - opened
        told = site.told(BEHIND)
        back = site.one.looks.await_more(BEHIND)
    row = row_of(
        site.one.settle(known),
        "camera cut off 30 times a minute",
        f"{CAMERA_S:g} s; the box, whose pauses grow, opened it {opened} times",
        back_s=back,
        back_within_s=back_within_s(CAMERA_S),
        beside=Beside(before.pace, meanwhile.pace),
        told=told,
    )
    tell(row)
    assert opened >= 2
    assert row.missed() == []


@pytest.mark.parametrize(
    ("codec", "other_size", "said"),
    [
        ("h264", True, "another size"),
        ("h265", False, "another codec"),
        ("h264", False, "as before"),
    ],
    ids=["size", "codec", "as-before"],
)
def test_a_camera_that_is_set_anew_is_read_on(
    site: Sufferers,
    quiet: tuple[EdgeReport, Witness],
    tell: Callable[[Row], None],
    codec: str,
    other_size: bool,  # noqa: FBT001 - a parameter of a test
    said: str,
) -> None:
    known, before = quiet
    film = site.films.usual(codec, other_size=other_size)
    with Witness(site.one.looks, ALONE, FPS).watching() as meanwhile:
        away = site.comes_back_as(film, codec)
        back = site.one.looks.await_more(DIRECT)
        # A round of lamps: what is to be found is found in the other pictures as well.
        Event().wait(25.0)
        found = site.one.looks.state(DIRECT)
    account = site.one.settle(known)
    row = row_of(
        account,
        f"camera comes back {said}",
        f"{codec}, {'640 x 480' if other_size else '416 x 312'}; away for {away:.1f} s",
        back_s=back,
        back_within_s=back_within_s(away),
        beside=Beside(before.pace, meanwhile.pace),
    )
    tell(row)
    assert found == "ok"
    assert any(incident.camera == DIRECT for incident in account.edge.incidents)
    assert row.missed() == []


@pytest.mark.parametrize(
    ("how", "state"),
    [
        (Spoilt.FROZEN, "frozen"),
        (Spoilt.BLACK, "dark_or_covered"),
        (Spoilt.MOVED, "moved"),
    ],
)
def test_a_picture_that_is_worthless_is_noticed_and_analysed_again_afterwards(
    site: Sufferers,
    quiet: tuple[EdgeReport, Witness],
    tell: Callable[[Row], None],
    how: Spoilt,
    state: str,
) -> None:
    known, before = quiet
    seconds = max(CAMERA_S, 30.0)
    film = site.films.spoilt(how, seconds)
    with Witness(site.one.looks, ALONE, FPS).watching() as meanwhile:
        spoilt_at = site.plays(film) + timedelta(seconds=BEFORE_S)
        site.one.looks.await_state(DIRECT, state, within_s=BEFORE_S + seconds)
        told = site.told(DIRECT)
        site.one.looks.await_state(DIRECT, "ok", within_s=seconds + 30)
    noticed = (site.turned(DIRECT, state) - spoilt_at).total_seconds()
    back = (site.turned(DIRECT, "ok") - spoilt_at).total_seconds() - seconds
    row = row_of(
        site.one.settle(known),
        f"camera {how}",
        f"{seconds:g} s; noticed after {noticed:.0f} s",
        back_s=max(0.0, back),
        back_within_s=back_within_s(seconds),
        beside=Beside(before.pace, meanwhile.pace),
        told=told,
    )
    tell(row)
    assert back > -1, "the state ended before the fault did"
    assert row.missed() == []
