"""The door of jurisdiction: scope, assignments, recusals, urgings."""

from server.jurisdiction.assignments import (
    Ground,
    Wanted,
    assign,
    holder,
    holders,
    of_site,
    require_holder,
    require_unit,
    settle,
    sites_of,
)
from server.jurisdiction.recusals import (
    declare,
    end,
    require_no_interest,
    who_keeps_away,
)
from server.jurisdiction.rules import BASIS_ZH, BasisKind
from server.jurisdiction.scope import Scope, scope

__all__ = [
    "BASIS_ZH",
    "BasisKind",
    "Ground",
    "Scope",
    "Wanted",
    "assign",
    "declare",
    "end",
    "holder",
    "holders",
    "of_site",
    "require_holder",
    "require_no_interest",
    "require_unit",
    "scope",
    "settle",
    "sites_of",
    "who_keeps_away",
]
