"""What all rules share: which tracks count, whether they are in the zone, and what people read."""

from edge.core.findings import Finding
from edge.core.geometry import centre_point, foot_point, is_inside
from edge.core.labels import STANDING
from edge.core.rules.binding import RuleBinding
from edge.core.rules.held_window import Held
from edge.core.scene import PixelBox, Scene, Track, Zone
from hazard_library.catalogue.rules import RuleBase


def is_in_zone(label: str, box: PixelBox, scene: Scene, zone: Zone | None) -> bool:
    """Whether an object is in the zone; without one, or with a line, all of the picture is."""
    if zone is None or zone.is_line:
        return True
    if is_inside(foot_point(box, scene.width, scene.height), zone.points):
        return True
    if label in STANDING:
        return False
    return is_inside(centre_point(box, scene.width, scene.height), zone.points)


def subjects_in_zone(label: str, binding: RuleBinding, scene: Scene) -> tuple[Track, ...]:
    """Return the tracks of a class that count, in the zone, bridged ones too."""
    return tuple(
        track
        for track in scene.of(label)
        if track.score >= binding.rule.min_score
        and is_in_zone(label, track.box, scene, binding.zone)
    )


def seen(tracks: tuple[Track, ...]) -> tuple[Track, ...]:
    """Leave out bridged tracks: where something should be now is no evidence that it is there."""
    return tuple(track for track in tracks if track.seen)


def finding(
    binding: RuleBinding,
    held: Held,
    scene: Scene,
    subjects: tuple[Track, ...],
    compared: dict[str, tuple[float, float]] | None = None,
) -> Finding:
    """Write down a finding. `compared` maps what was compared to (measured, required)."""
    rule: RuleBase = binding.rule
    pairs = {
        "held_s": (round(scene.at.mono - held.since, 3), rule.lasting.total_seconds()),
        "held_share": (round(held.share, 3), rule.held_ratio),
        "score": (_best_score(subjects), rule.min_score),
        **(compared or {}),
    }
    chosen = {track.id for track in subjects}
    return Finding(
        hazard=binding.hazard,
        zone=binding.zone_id,
        complete=held.complete,
        held_since=held.since,
        score=_best_score(subjects),
        subjects=subjects,
        context=tuple(track for track in seen(scene.tracks) if track.id not in chosen),
        measured={name: pair[0] for name, pair in pairs.items()},
        required={name: pair[1] for name, pair in pairs.items()},
    )


def _best_score(subjects: tuple[Track, ...]) -> float:
    return max((round(track.score, 4) for track in subjects), default=0.0)
