"""What the models of a site see, as far as a configuration has to know it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from edge.config.camera import CameraConfig
from hazard_library.catalogue.rules import CameraCondition, Rule


@dataclass(frozen=True, slots=True)
class Sight:
    """labels: what the listed models see together; elsewhere: label → others that see it."""

    labels: frozenset[str]
    elsewhere: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def remedy(self, unseen: frozenset[str]) -> str:
        """Say which models to list so that these labels are seen."""
        lacking = sorted(label for label in unseen if not self.elsewhere.get(label))
        if lacking:
            return f"no installed model sees {', '.join(lacking)}: remove it"
        ways = {label: " or ".join(self.elsewhere[label]) for label in sorted(unseen)}
        return f"add {' and '.join(dict.fromkeys(ways.values()))} to models, or remove it"


def unwatched_states(rule: Rule, camera: CameraConfig) -> tuple[str, ...]:
    """Return the states that a rule waits for and this camera does not look for, if all are so."""
    if not isinstance(rule, CameraCondition):
        return ()
    left_out = [one for one in rule.conditions if one in {str(state) for state in camera.unwatched}]
    return tuple(left_out) if len(left_out) == len(rule.conditions) else ()
