"""The tree of units, 省 over 市 over 县: who stands above whom. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class UnitTree:
    """parents: each unit's upper one, None at the top."""

    parents: Mapping[UUID, UUID | None]

    def upwards(self, unit: UUID) -> Iterator[UUID]:
        """Go from a unit to the top, itself first; a ring ends where it began."""
        seen: set[UUID] = set()
        step: UUID | None = unit
        while step is not None and step not in seen:
            seen.add(step)
            yield step
            step = self.parents.get(step)

    def is_above(self, upper: UUID, lower: UUID) -> bool:
        """Whether a unit stands above another; none stands above itself."""
        return upper != lower and upper in self.upwards(lower)

    def covers(self, upper: UUID, lower: UUID) -> bool:
        """Whether a unit is another or stands above it: whether it reads the other's matters."""
        return upper in self.upwards(lower)

    def common_superior(self, one: UUID, other: UUID) -> UUID | None:
        """Return the lowest unit above both, to which a dispute goes (XZCFF-2021-25)."""
        above = set(self.upwards(one)) - {one}
        return next((unit for unit in self.upwards(other) if unit in above and unit != other), None)
