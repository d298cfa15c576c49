"""How long the faults last. A shortened suite shows that the rows work, not that the box holds."""

import os

_SHORTER = (
    "CHAOS_KILLS",
    "CHAOS_OUTAGE_S",
    "CHAOS_SERVER_S",
    "CHAOS_CAMERA_S",
    "CHAOS_CUTS",
    "CHAOS_MOMENTS",
)

#: Sudden deaths: of the worker, of its parent, of everything at once.
KILLS = int(os.environ.get("CHAOS_KILLS", "50"))
#: The long outage of the broker, and of the server.
BROKER_S = float(os.environ.get("CHAOS_OUTAGE_S", "600"))
SERVER_S = float(os.environ.get("CHAOS_SERVER_S", "120"))
#: A camera's long fault.
CAMERA_S = float(os.environ.get("CHAOS_CAMERA_S", "60"))
#: Cuts of the power.
CUTS = int(os.environ.get("CHAOS_CUTS", "8"))
#: Starts, reconnections and ends of files at which nothing may be invented.
MOMENTS = int(os.environ.get("CHAOS_MOMENTS", "8"))

IS_FULL = not any(name in os.environ for name in _SHORTER)

#: A box whose process has died is away until it has begun anew; from the death on, not longer.
NEW_START_S = 12.0
#: An outage that lasts no longer is a short one.
SHORT_S = 12.0


def back_within_s(outage_s: float) -> float:
    """Return within how many seconds after an outage the box has to analyse again."""
    return 3.0 if outage_s <= SHORT_S else 12.0
