"""The box's clock is set: a day ahead, a day back, to and fro, while everything runs."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from at_work import row_of
from chain import Part
from row import Row
from trouble import Trouble, trouble

HOUR_S, DAY_S = 3600, 86_400

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler for the shifted clock"),
]


@pytest.fixture(scope="module")
def shifted_clock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile what shifts a program's wall clock."""
    library = tmp_path_factory.mktemp("clock") / "shifted_clock.so"
    source = Path(__file__).with_name("shifted_clock.c")
    words = ["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"]
    subprocess.run(words, check=True)
    return library


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((DAY_S,), "a day ahead"),
        ((-DAY_S,), "a day back"),
        ((HOUR_S, -HOUR_S, 0), "an hour ahead, two back, right again"),
    ],
)
def test_a_clock_that_is_set_loses_nothing_and_invents_nothing(
    tmp_path: Path,
    tell: Callable[[Row], None],
    shifted_clock: Path,
    steps: tuple[int, ...],
    said: str,
) -> None:
    shift = tmp_path / "shift"
    shift.write_text("0\n")
    with trouble(tmp_path) as one:
        one.chain.stop(Part.EDGE)
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("LD_PRELOAD", str(shifted_clock))
            environment.setenv("SHIFTED_CLOCK", str(shift))
            one.restart_box()
        one.await_events(3)
        engines = one.engines_started()
        for step in steps:
            shift.write_text(f"{step}\n")
            Event().wait(25.0)
        one.await_events(1)
        assert one.engines_started() == engines
        account = one.conclude()
        row = row_of(account, "clock set", said, told=_told(one))
    tell(row)
    assert row.missed() == []


def _told(one: Trouble) -> str:
    """Return what the box's log says of a clock that differs from the server's."""
    said = one.said("clock_differs_from_the_servers")
    return f"clock_differs_from_the_servers: {said[-1]['remedy']}" if said else ""
