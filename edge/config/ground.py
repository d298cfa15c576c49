"""A camera's ground plane, from the points of its configuration, and who needs it."""

from edge.config.camera import CameraConfig
from edge.core.calibration import Calibration, Measured, calibrated
from edge.core.rules.ground import can_be_told
from hazard_library.catalogue.hazard import Hazard
from hazard_library.catalogue.rules import Absence, Proximity


def ground_of(camera: CameraConfig) -> Calibration | None:
    """Return the ground plane, or None if nothing was measured.

    Raises:
        ConfigError: the points say nothing; the sentence says which and what to do.
    """
    if not camera.calibration:
        return None
    return calibrated([Measured(point.picture, point.ground) for point in camera.calibration])


def measures(hazard: Hazard) -> bool:
    """Whether a hazard compares distances on the ground."""
    rule = hazard.rule
    return isinstance(rule, Proximity) or (isinstance(rule, Absence) and rule.within_m is not None)


def needs_metres(hazard: Hazard) -> bool:
    """Whether a hazard cannot be judged without a calibration: bodies are no measure for it."""
    rule = hazard.rule
    match rule:
        case Proximity():
            by_bodies = can_be_told(None, rule.subject, rule.near)
        case Absence():
            by_bodies = rule.within_m is None or can_be_told(None, rule.subject, rule.needs)
        case _:
            by_bodies = True
    return "ground_calibration" in hazard.needs or not by_bodies
