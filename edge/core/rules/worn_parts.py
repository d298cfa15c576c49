"""Which head or torso belongs to whom: the geometry behind `missing`.

A part (a helmet, a bare head, a vest) belongs to the person in whose part region its centre lies;
each part to one person, the one whose region's middle is nearest. The region is the top 30 % of a
person's box for the head, the stretch from 15 % to 65 % for the torso. A box that is wide for its
height is cut, or somebody crouches: its region reaches further down, as far as the height estimated
from its width says, so that a box which holds hardly more than the head still finds it.
"""

from enum import StrEnum
from typing import NamedTuple

from edge.core.scene import PixelBox, Track
from hazard_library.catalogue.rules import BodyPart, Missing

# Top and bottom of each region as shares of a standing person's height.
_REGIONS = {BodyPart.HEAD: (0.0, 0.3), BodyPart.TORSO: (0.15, 0.65)}
# A standing person's box is about this much higher than wide.
_HEIGHT_PER_WIDTH = 2.5
# A cut box never shows a region further down than this share of it.
_LOWEST_HEAD = 0.6
# Helmets stick out of person boxes at the top, arms push heads to the sides.
_SLACK_UP = 0.1
_SLACK_ASIDE = 0.05
# A head is about this share of a person's height; used where only the head was found.
_HEADS_PER_HEIGHT = 6.0
_TORSOS_PER_HEIGHT = 2.5


class Verdict(StrEnum):
    """What one look at one person says."""

    HAS = "has"
    LACKS = "lacks"
    UNSEEN = "unseen"


class Wearer(NamedTuple):
    """A person, or a bare part found without one, and what this look says.

    body: the box of the whole person; estimated from the part where no person was found.
    part: the part that decided, or None when none was seen.
    """

    subject: Track
    body: PixelBox
    part: Track | None
    verdict: Verdict


def wearers(
    rule: Missing, persons: tuple[Track, ...], parts: tuple[Track, ...], bare: tuple[Track, ...]
) -> tuple[Wearer, ...]:
    """Judge every person by the parts found on them, then every bare part found on nobody.

    parts: seen objects of the class that is needed. bare: seen objects of `absent_as` that count.
    Where both are found on one person the surer one decides, and equally sure ones acquit.
    """
    owner = _owners(rule.part, persons, (*parts, *bare))
    found = tuple(
        _judged(
            person,
            tuple(part for part in parts if owner.get(part.id) == person.id),
            tuple(part for part in bare if owner.get(part.id) == person.id),
        )
        for person in persons
    )
    alone = tuple(
        Wearer(part, body_around(part.box, rule.part), part, Verdict.LACKS)
        for part in bare
        if part.id not in owner and not _is_doubted(part, parts)
    )
    return (*found, *alone)


def body_around(part: PixelBox, on: BodyPart) -> PixelBox:
    """Estimate a standing person's box from the part that was seen."""
    width, height = part[2] - part[0], part[3] - part[1]
    per_height = _HEADS_PER_HEIGHT if on is BodyPart.HEAD else _TORSOS_PER_HEIGHT
    whole = height * per_height
    top = part[1] - _REGIONS[on][0] * whole
    half = max(width, whole / _HEIGHT_PER_WIDTH) / 2
    middle = (part[0] + part[2]) / 2
    return (middle - half, top, middle + half, top + whole)


def region(box: PixelBox, on: BodyPart) -> PixelBox:
    """Return where on a person's box the centre of a part may lie."""
    width, height = box[2] - box[0], box[3] - box[1]
    top_share, bottom_share = _REGIONS[on]
    whole = max(height, width * _HEIGHT_PER_WIDTH)
    lowest = _LOWEST_HEAD * height if on is BodyPart.HEAD else height
    top = box[1] + min(top_share * whole, lowest / 2) - _SLACK_UP * height
    bottom = box[1] + max(bottom_share * height, min(bottom_share * whole, lowest))
    aside = _SLACK_ASIDE * width
    return (box[0] - aside, top, box[2] + aside, bottom)


def _owners(on: BodyPart, persons: tuple[Track, ...], parts: tuple[Track, ...]) -> dict[int, int]:
    """Map each part's track id to the track id of the person it belongs to."""
    regions = [(person, region(person.box, on)) for person in persons]
    owner: dict[int, int] = {}
    for part in parts:
        x, y = (part.box[0] + part.box[2]) / 2, (part.box[1] + part.box[3]) / 2
        near = [
            (_distance(x, y, box), person.id)
            for person, box in regions
            if box[0] <= x <= box[2] and box[1] <= y <= box[3]
        ]
        if near:
            owner[part.id] = min(near)[1]
    return owner


def _distance(x: float, y: float, box: PixelBox) -> float:
    """How far a point lies from the middle of a region, in sizes of the region."""
    across = (x - (box[0] + box[2]) / 2) / max(box[2] - box[0], 1.0)
    down = (y - (box[1] + box[3]) / 2) / max(box[3] - box[1], 1.0)
    return float(across * across + down * down)


def _judged(person: Track, parts: tuple[Track, ...], bare: tuple[Track, ...]) -> Wearer:
    worn = max(parts, key=lambda part: part.score, default=None)
    missing = max(bare, key=lambda part: part.score, default=None)
    if missing is None:
        verdict = Verdict.UNSEEN if worn is None else Verdict.HAS
        return Wearer(person, person.box, worn, verdict)
    if worn is not None and worn.score >= missing.score:
        return Wearer(person, person.box, worn, Verdict.HAS)
    return Wearer(person, person.box, missing, Verdict.LACKS)


def _is_doubted(bare: Track, parts: tuple[Track, ...]) -> bool:
    """Whether a needed part was found at the same place as a bare one."""
    x, y = (bare.box[0] + bare.box[2]) / 2, (bare.box[1] + bare.box[3]) / 2
    return any(
        part.box[0] <= x <= part.box[2] and part.box[1] <= y <= part.box[3] for part in parts
    )
