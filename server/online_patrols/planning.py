"""Which cameras a round looks at, in which order (WORKFLOW §7.5). Pure; anyone can recompute it.

Due are cameras that a missed round left over, those with open leads or warnings, key units after a
week, every camera after a month (house values). Never-seen ones come first. A random tenth of the
others is looked at without any hint of a model, to find what models miss: ranked by
HMAC-SHA256(seed, camera), so that the seed and the list of cameras give the same round again.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

#: House values.
KEY_UNIT_AFTER = timedelta(days=7)
EVERY_CAMERA_AFTER = timedelta(days=30)
BLIND_SHARE = 10
#: A day's rounds are counted by days: a camera that was seen at nine is due at eight a week later.
_GRACE = timedelta(hours=12)


class Why(StrEnum):
    """Why a camera is in a round, in the order in which they are looked at."""

    NEVER_SEEN = "never_seen"
    LEFT_OVER = "left_over"
    LEAD_OR_WARNING = "lead_or_warning"
    KEY_UNIT = "key_unit"
    MONTHLY = "monthly"
    BLIND = "blind"

    @property
    def zh(self) -> str:
        """The reason as officers read it."""
        return _ZH[self]


_ZH = {
    Why.NEVER_SEEN: "从未巡查",
    Why.LEFT_OVER: "上轮未看",
    Why.LEAD_OR_WARNING: "有未结线索或预警",
    Why.KEY_UNIT: "重点单位每周",
    Why.MONTHLY: "每月一次",
    Why.BLIND: "随机抽查（无模型提示）",
}


@dataclass(frozen=True, slots=True)
class CameraFacts:
    """What the plan knows of a camera; seen_at: the last look, None: never."""

    device: str
    camera: str
    has_lead_or_warning: bool
    is_key_unit: bool
    is_left_over: bool
    seen_at: datetime | None

    @property
    def name(self) -> str:
        """Name it beyond its box."""
        return f"{self.device}/{self.camera}"


@dataclass(frozen=True, slots=True)
class Planned:
    """One camera of a round."""

    device: str
    camera: str
    why: Why

    @property
    def is_blind(self) -> bool:
        """Whether no hint of a model is shown."""
        return self.why is Why.BLIND


def plan(cameras: Sequence[CameraFacts], at: datetime, seed: str) -> tuple[Planned, ...]:
    """Return a round of a unit's cameras."""
    due = [(why, one) for one in cameras if (why := why_due(one, at)) is not None]
    chosen = {one.name for _, one in due}
    others = [one for one in cameras if one.name not in chosen and not one.has_lead_or_warning]
    tenth = -(-len(others) // BLIND_SHARE)
    blind = sorted(others, key=lambda one: rank(seed, one.name))[:tenth]
    order = list(Why)
    due.sort(key=lambda pair: (order.index(pair[0]), pair[1].name))
    return (
        *(Planned(one.device, one.camera, why) for why, one in due),
        *(Planned(one.device, one.camera, Why.BLIND) for one in blind),
    )


def why_due(one: CameraFacts, at: datetime) -> Why | None:
    """Return why a camera is due, or that it is not."""
    if one.seen_at is None:
        return Why.NEVER_SEEN
    if one.is_left_over:
        return Why.LEFT_OVER
    if one.has_lead_or_warning:
        return Why.LEAD_OR_WARNING
    since = at - one.seen_at + _GRACE
    if one.is_key_unit and since >= KEY_UNIT_AFTER:
        return Why.KEY_UNIT
    return Why.MONTHLY if since >= EVERY_CAMERA_AFTER else None


def rank(seed: str, name: str) -> str:
    """Return a camera's place in the random order of a seed."""
    return hmac.new(seed.encode(), name.encode(), hashlib.sha256).hexdigest()
