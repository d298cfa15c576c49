"""Who is looked at next when more pictures wait than can be looked at: a pure policy.

1. A camera that has not been looked at for `LONGEST_WAIT_S` of its own time goes first, the longest
   wait before the others: nobody is given up.
2. Then cameras on which a hazard of the highest severity is switched on: they keep their rates.
3. Then the others. Within 2 and 3 each camera gets its share by its rate, so that under overload
   all rates go down by the same factor.

With enough time for everybody nothing of this shows. A picture that was replaced by a newer one
before its turn is counted by its camera's lane.
"""

from collections.abc import Sequence
from dataclasses import dataclass

#: However much there is to do, every camera is looked at so often, in seconds of its own time.
LONGEST_WAIT_S = 2.0

#: The rate that counts for a camera all of whose pictures shall be looked at.
EVERY_PICTURE = 25.0


@dataclass(frozen=True, slots=True)
class Share:
    """What a camera may claim. rate: pictures a second."""

    rate: float = EVERY_PICTURE
    is_severe: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A camera whose picture waits.

    start: the place of its picture on the common line of work: a camera's next picture stands
    1 / rate behind the one before. waited_s: its own time since its picture that was taken last.
    """

    share: Share
    start: float
    waited_s: float


def next_of(claims: Sequence[Claim]) -> int:
    """Return the position of the claim that is served next; of equals, the first."""
    return min(range(len(claims)), key=lambda position: _order(claims[position]))


def _order(claim: Claim) -> tuple[int, float]:
    if claim.waited_s >= LONGEST_WAIT_S:
        return (0, -claim.waited_s)
    return (1 if claim.share.is_severe else 2, claim.start)
