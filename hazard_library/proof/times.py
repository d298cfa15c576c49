"""Whether the times in a manifest agree with each other, and how far they can be trusted."""

from collections.abc import Iterator

from hazard_library.contract.evidence import ClipSpan, EvidenceManifest
from hazard_library.proof.findings import Finding, Standing

_SUBJECT = "时间 times"
#: A stream's clock is steered while a clip is recorded: its two times may differ by this much.
_STEERED_S = 1.0
_LATE_S = 0.5


def check_times(manifest: EvidenceManifest) -> Iterator[Finding]:
    """Check the trigger against the clip, the sealing against the trigger, and the box's clock."""
    if manifest.span is not None:
        yield _span(manifest, manifest.span)
    is_film = manifest.clock is not None and manifest.clock.source == "file"
    if not is_film and manifest.sealed_at < manifest.trigger_at:
        zh = "清单的签署早于事件：设备时钟曾被调整"
        en = "sealed before the trigger: the box's clock was set back"
        yield Finding("times", Standing.OPEN, _SUBJECT, zh, en)
    yield _clock(manifest)


def _span(manifest: EvidenceManifest, span: ClipSpan) -> Finding:
    away_s = (manifest.trigger_at - span.from_at).total_seconds()
    length_s = (span.to_at - span.from_at).total_seconds()
    is_inside = span.trigger_offset_s <= length_s + _STEERED_S
    if not is_inside or abs(away_s - span.trigger_offset_s) > _STEERED_S:
        zh = f"矛盾：事件在录像开始后 {away_s:.1f} 秒，清单却写 {span.trigger_offset_s:.1f} 秒"
        en = "contradict each other: the trigger does not lie where the manifest says"
        return Finding("times", Standing.FAILS, _SUBJECT, zh, en)
    where = f"{length_s:.1f} s, trigger at {span.trigger_offset_s:.1f} s"
    if span.cut_short is not None:
        zh, en = f"录像不足：{span.cut_short}", f"cut short: {span.cut_short} ({where})"
        return Finding("times", Standing.OPEN, _SUBJECT, zh, en)
    if span.pre_roll_s is not None and span.trigger_offset_s < span.pre_roll_s - _LATE_S:
        zh, en = "录像开始得比约定晚，却未说明", "the clip begins late, and nothing says why"
        return Finding("times", Standing.FAILS, _SUBJECT, zh, en)
    zh = f"录像 {length_s:.1f} 秒，事件在第 {span.trigger_offset_s:.1f} 秒"
    return Finding("times", Standing.HOLDS, _SUBJECT, zh, f"agree: {where}")


def _clock(manifest: EvidenceManifest) -> Finding:
    clock, subject = manifest.clock, "时钟 clock"
    if clock is None:
        zh, en = "清单未记录时钟状态", "the manifest says nothing about the clock"
        return Finding("clock", Standing.OPEN, subject, zh, en)
    if clock.source == "file":
        zh, en = "时间来自录像文件", "the times are those of a film"
        return Finding("clock", Standing.OPEN, subject, zh, en)
    within = f"±{clock.uncertainty_ms / 1000:.2f} s"
    if clock.synchronised:
        zh, en = f"已同步，误差 {within}", f"synchronised, {within}"
        return Finding("clock", Standing.HOLDS, subject, zh, en)
    if clock.synchronised is None:
        zh, en = "是否同步不详", "nobody knows whether it was synchronised"
    else:
        zh, en = f"未同步，误差可达 {within}", f"was not synchronised, {within} at best"
    return Finding("clock", Standing.OPEN, subject, zh, en)
