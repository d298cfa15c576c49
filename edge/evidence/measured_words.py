"""What rules compare, in words, and how the values are written."""

from collections.abc import Iterator

from edge.core.findings import Finding

#: Names of what rules compare, and how the values are written.
NAMES = {
    "held_s": ("条件持续", "condition held", "{:g} s"),
    "held_share": ("期间符合的画面占", "looks that agreed", "{:.0%}"),
    "score": ("最高得分", "best score", "{:.2f}"),
    "area_ratio": ("占画面", "share of the picture", "{:.2%}"),
    "height_px": ("身高(像素)", "height in pixels", "{:g} px"),
    "subjects_lacking": ("缺少防护的人数", "people who lack it", "{:g}"),
    "maximum": ("数量(上限)", "number, against the maximum", "{:g}"),
    "minimum": ("数量(下限)", "number, against the minimum", "{:g}"),
    "distance_m": ("距离", "distance", "{:g} m"),
    "angle_deg": ("偏离规定方向", "angle off the arrow", "{:g}°"),
    "speed_m_s": ("速度", "speed", "{:g} m/s"),
    "speed_at_least_m_s": ("至少的速度", "speed at least", "{:g} m/s"),
    "difference": ("与示教状态的差异", "difference from the taught state", "{:.2f}"),
    "changed_share": ("变化占区域", "share of the zone that changed", "{:.0%}"),
    "covered_share": ("被挡住的部分", "share of the zone that is covered", "{:.0%}"),
    "moving_m_s": ("对方移动速度", "speed of the other", "{:g} m/s"),
    "within_m": ("查找范围", "looked for within", "{:g} m"),
    "zones": ("同时有人的区域数", "zones occupied at once", "{:g}"),
}
#: What says how sure a look was: of no use in a picture.
_NOT_SHOWN = frozenset({"score", "held_share", "within_m", "speed_at_least_m_s"})


def relation(measured: float, required: float) -> str:
    """Return how a value lies to what was required."""
    if measured == required:
        return "="
    return ">" if measured > required else "<"


def compared(finding: Finding) -> Iterator[str]:
    """Yield in Chinese what was measured against what; how long it was held comes last."""
    for name in sorted(finding.measured, key=lambda name: name == "held_s"):
        required = finding.required.get(name)
        if name in _NOT_SHOWN or not required:
            continue
        zh, _, how = NAMES.get(name, (name, name, "{:g}"))
        limit = "要求" if name == "held_s" else "限值"
        yield f"{zh} {how.format(finding.measured[name])} ({limit} {how.format(required)})"
