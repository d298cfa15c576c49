"""How far a box's clock was off when it recorded, and whether that passes (AC-20). Pure."""

from dataclasses import dataclass
from datetime import datetime

from hazard_library.contract.clock import ClockState

#: House default of WORKFLOW §5.9.
MOST_OFF_S = 2.0


@dataclass(frozen=True, slots=True)
class ClockFinding:
    """offset_s: box minus true time; None: nobody knows."""

    offset_s: float | None
    passes: bool
    zh: str


def check_clock(
    told: ClockState | None, sealed_at: datetime, received_at: datetime
) -> ClockFinding:
    """Judge a box's clock by what it said of itself and by what the server saw.

    A message cannot arrive before it was written: a box whose seal lies in the server's future is
    fast by at least that much, whatever it believes.
    """
    ahead = (sealed_at - received_at).total_seconds()
    said = told.offset_ms / 1000 if told is not None and told.offset_ms is not None else None
    seen = ahead if ahead > MOST_OFF_S else None
    known = [value for value in (said, seen) if value is not None]
    if known:
        offset = max(known, key=abs)
        passes = abs(offset) <= MOST_OFF_S
        return ClockFinding(offset, passes, f"时钟偏差 {_seconds(offset)} 秒")
    if told is not None and told.synchronised and told.uncertainty_ms <= MOST_OFF_S * 1000:
        zh = f"设备时钟已同步，不确定度 {told.uncertainty_ms / 1000:g} 秒"
        return ClockFinding(None, passes=True, zh=zh)
    return ClockFinding(None, passes=False, zh="时钟偏差未知，设备未说明时钟已同步")


def _seconds(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
