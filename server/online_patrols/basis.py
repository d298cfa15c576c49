"""Under which law a look is made (TRAP-27). Pure; nobody has reviewed it: UNREVIEWED.

The power of online patrol is given for major hazard sources of chemical units, from the day on
which that law is in force. Elsewhere a look rests on the general power to inspect.
"""

from collections.abc import Mapping
from datetime import date

from hazard_library.catalogue.hazard import LegalBasis

ONLINE_PATROL = "WHF-2025-8-P1-I2"
INSPECTION = "AQSCF-2021-65-P1"


def is_statutory(*, is_chemical: bool, has_major_source: bool) -> bool:
    """Whether a look is 在线巡查 in the sense of the chemicals law: two officers, whatever day."""
    return is_chemical and has_major_source


def basis_of(legal: Mapping[str, LegalBasis], day: date, *, statutory: bool) -> str:
    """Return the article that a look of a day rests on."""
    special = legal.get(ONLINE_PATROL)
    if statutory and special is not None and special.is_in_force(day):
        return ONLINE_PATROL
    return INSPECTION
