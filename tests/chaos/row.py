"""One row of the table of faults: figures, and what of them is not as it has to be."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

#: A camera that is left alone may show no longer pause than this.
LONGEST_PAUSE_S = 1.0
_ERRORS = 3.0
#: Below this share of the rate no difference counts, however steady both stretches were.
_SAME = 0.02


@dataclass(frozen=True, slots=True)
class Pace:
    """Pictures a second of one camera over a stretch, the mean's standard error, longest pause."""

    fps: float
    error: float
    pause_s: float


@dataclass(frozen=True, slots=True)
class Beside:
    """A camera that was left alone: its pace before the fault and meanwhile."""

    before: Pace
    meanwhile: Pace

    def missed(self) -> list[str]:
        """Say what it noticed of the other camera's fault."""
        found = []
        noise = _ERRORS * (self.before.error**2 + self.meanwhile.error**2) ** 0.5
        if self.before.fps - self.meanwhile.fps > max(noise, _SAME * self.before.fps):
            found.append(f"another camera got {self.meanwhile.fps:.2f} pictures a second")
        if self.meanwhile.pause_s > LONGEST_PAUSE_S:
            found.append(f"another camera paused {self.meanwhile.pause_s:.1f} s")
        return found

    def __str__(self) -> str:
        """Say it in a cell."""
        fps = f"{self.meanwhile.fps:.2f} ± {self.meanwhile.error:.2f} pictures a second beside "
        fps += f"{self.before.fps:.2f} ± {self.before.error:.2f} before"
        pauses = f"{self.meanwhile.pause_s:.1f} s beside {self.before.pause_s:.1f} s"
        return f"{fps}, longest pause {pauses}"


@dataclass(frozen=True, slots=True)
class Row:
    """What was done to the chain, and what became of it.

    incidents, events: raised by the box meanwhile. lost: raised and not at the server in the end.
    duplicates: things that stand twice in the database. back_s: longest time from the end of a
    fault until the box analyses again, and within which it has to; None where it never stopped.
    false: incidents where nothing was the matter. beside: a camera that was left alone.
    told: what the operator reads; None where nothing has to be told.
    """

    fault: str
    done: str
    incidents: int
    events: int
    lost: int
    duplicates: int
    back_s: float | None = None
    back_within_s: float | None = None
    false: int = 0
    beside: Beside | None = None
    told: str | None = None

    def missed(self) -> list[str]:
        """Say what is not as it has to be; empty when all is well."""
        counts = {"events lost": self.lost, "things twice": self.duplicates}
        counts["false incidents"] = self.false
        found = [f"{count} {what}" for what, count in counts.items() if count]
        if (
            self.back_s is not None
            and self.back_within_s is not None
            and self.back_s > self.back_within_s
        ):
            found.append(f"back after {self.back_s:.1f} s, not {self.back_within_s:g} s")
        if self.told == "":
            found.append("the operator is told nothing")
        return found + ([] if self.beside is None else self.beside.missed())


def paced(counts: Sequence[tuple[float, int]], fps: float) -> Pace:
    """Return the pace of a stretch.

    A pause is seen by how far the pictures fall behind their rate from one count to the next or
    the one after it, so that counts may be rarer than pictures.

    Args:
        counts: seconds and the number of pictures so far, three or more, whenever it has changed.
        fps: pictures a second that there should be.
    """
    steps = list(pairwise(counts))
    rates = [(later[1] - sooner[1]) / (later[0] - sooner[0]) for sooner, later in steps]
    mean = (counts[-1][1] - counts[0][1]) / (counts[-1][0] - counts[0][0])
    spread = sum((rate - mean) ** 2 for rate in rates) / (len(rates) - 1)
    spans = [*steps, *zip(counts, counts[2:], strict=False)]
    behind = max(later[0] - sooner[0] - (later[1] - sooner[1]) / fps for sooner, later in spans)
    return Pace(mean, (spread / len(rates)) ** 0.5, max(0.0, behind) + 1 / fps)
