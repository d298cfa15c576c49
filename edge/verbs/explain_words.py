"""An incident's account in plain words, Chinese first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import hypot
from zoneinfo import ZoneInfo

from edge.app import Box
from edge.config import CameraConfig
from edge.core.labels import STANDING
from edge.evidence.measured_words import NAMES, relation
from edge.video.frame_times import FrameTimes
from hazard_library.catalogue.hazard import Hazard
from hazard_library.catalogue.quantities import write_duration
from hazard_library.contract.events import Box as Seen
from hazard_library.contract.events import Change, HazardEvent
from hazard_library.contract.ids import HazardId

_CHANGES = {
    Change.OPENED: ("未关闭", "still open"),
    Change.UPDATED: ("未关闭", "still open"),
    Change.CLOSED: ("已关闭", "closed"),
}
_MOST_NEAR = 10


@dataclass(frozen=True, slots=True)
class Film:
    """A replayed film: what it is, what its first picture is called, when its pictures come."""

    source: str
    begin: datetime
    times: FrameTimes


@dataclass(frozen=True, slots=True)
class Account:
    """What is known: the box as it is configured now, and what it told, oldest event first."""

    box: Box
    events: tuple[HazardEvent, ...]
    film: Film | None

    @property
    def first(self) -> HazardEvent:
        """The event that opened it, or the oldest that is kept."""
        return self.events[0]

    @property
    def hazard(self) -> Hazard | None:
        """The hazard, if the catalogue still knows it."""
        return self.box.catalogue.hazards.get(HazardId(self.first.hazard))

    @property
    def camera(self) -> CameraConfig | None:
        """The camera, if the configuration still knows it."""
        named = (one for one in self.box.site.cameras if one.id == self.first.camera)
        return next(named, None)


def words(account: Account) -> str:
    """Write the account, a heading and its lines for each question."""
    parts = (
        _what(account),
        _rule(account),
        _why(account),
        _when(account),
        _who(account),
        _models(account),
        _since_then(account),
    )
    return "\n".join(line for part in parts for line in part)


def _what(account: Account) -> Iterator[str]:
    first, last, hazard = account.first, account.events[-1], account.hazard
    zh, en = _CHANGES[last.change]
    yield f"事件 incident  {first.incident_id}  ({zh} {en})"
    name = "" if hazard is None else f" {hazard.name.zh} / {hazard.name.en}"
    yield f"隐患 hazard    {first.hazard}{name}"
    yield f"摄像机 camera  {first.camera}" + (f"  {account.film.source}" if account.film else "")
    yield f"区域 zone      {_zone(account)}"


def _zone(account: Account) -> str:
    name, camera = account.first.zone, account.camera
    if name is None:
        return "整个画面 the whole picture"
    zone = None if camera is None else camera.zone(name)
    if zone is None:
        return f"{name} (现配置中已没有 not in the configuration any more)"
    kind = "线 line" if len(zone.points) == 2 else "区域 area"  # noqa: PLR2004
    return f"{name} {kind} " + " ".join(f"({x:g}, {y:g})" for x, y in zone.points)


def _rule(account: Account) -> Iterator[str]:
    hazard = account.hazard
    if hazard is None:
        return
    rule = hazard.rule
    yield f"规则 rule      {rule.kind}: {hazard.sees.zh}"
    yield f"               {hazard.sees.en}"
    yield (
        f"               画面中断不超过 a gap of at most {write_duration(rule.max_gap)} 可续接 is "
        f"bridged; 消失 absent for {write_duration(rule.cooldown)} 后关闭 closes it"
    )


def _why(account: Account) -> Iterator[str]:
    first = account.first
    yield "为何触发 why it fired (实测 measured, 要求 required)"
    if not first.measured:
        yield "  未记录 not recorded: 最早的消息已被清理 its first messages are no longer kept"
    for name, measured in first.measured.items():
        zh, en, how = NAMES.get(name, (name, name, "{:g}"))
        required = first.required.get(name)
        if required is None:
            yield f"  {zh} {en}: {how.format(measured)}"
        elif name == "score" and not required:
            yield f"  {zh} {en}: {how.format(measured)} (规则未另设下限 the rule asks for no more)"
        else:
            yield (
                f"  {zh} {en}: {how.format(measured)} {relation(measured, required)} "
                f"{how.format(required)}"
            )


def _when(account: Account) -> Iterator[str]:
    first, last = account.first, account.events[-1]
    yield "时间 times"
    yield f"  条件开始 the condition began    {_time(account, first.started_at)}"
    yield f"  规则成立 the rule was complete  {_time(account, first.opened_at)}"
    yield f"  最后成立 it last held           {_time(account, last.last_held_at)}"
    if first.clock.source != "file":
        yield f"  时间误差 uncertainty            ±{first.clock.uncertainty_ms:g} ms"


def _time(account: Account, at: datetime) -> str:
    here = at.astimezone(ZoneInfo(account.box.site.config.time_zone))
    text = here.isoformat(sep=" ", timespec="milliseconds")
    if account.film is None:
        return text
    second = (at - account.film.begin).total_seconds()
    number = account.film.times.number_at(second)
    frame = "" if number is None else f", 第 {number} 帧 frame {number}"
    return f"{text} ({second:.2f} s{frame})"


def _who(account: Account) -> Iterator[str]:
    first = account.first
    subjects = [box for box in first.boxes if box.subject]
    size = f"{first.width} x {first.height}"
    yield f"规则成立时的目标 objects when it was complete (画面 picture {size})"
    if not subjects:
        yield "  无 none: 规则看的是数量或者区域 the rule looks at a number or a region"
    for box in subjects:
        yield f"  {_object(account, box)}"
    others = [box for box in first.boxes if not box.subject]
    if not others:
        yield "附近 near: 没有别的目标 nothing else was seen"
        return
    yield "附近 near (末尾为距目标，以画面宽计 last: how far off, in widths of the picture)"
    near = sorted(others, key=lambda box: _distance(account, box, subjects))
    for box in near[:_MOST_NEAR]:
        yield f"  {_object(account, box)}  {_distance(account, box, subjects):.2f}"
    if len(near) > _MOST_NEAR:
        yield f"  … 另有 {len(near) - _MOST_NEAR} 个 more"


def _object(account: Account, box: Seen) -> str:
    first = account.first
    x1, y1, x2, y2 = box.box
    text = f"{_label(account, box.label)} {box.score:.2f}  [{x1:g}, {y1:g}, {x2:g}, {y2:g}] px"
    if box.label in STANDING:
        foot = ((x1 + x2) / 2 / first.width, y2 / first.height)
        text += f"  脚点 foot ({foot[0]:.3f}, {foot[1]:.3f})"
    return text


def _distance(account: Account, box: Seen, subjects: list[Seen]) -> float:
    x, y = _middle(box)
    apart = (hypot(x - mx, y - my) for mx, my in map(_middle, subjects))
    return min(apart, default=0.0) / account.first.width


def _middle(box: Seen) -> tuple[float, float]:
    x1, y1, x2, y2 = box.box
    return (x1 + x2) / 2, (y1 + y2) / 2


def _label(account: Account, label: str) -> str:
    known = account.box.catalogue.labels.get(label)
    return label if known is None else f"{known.name.zh} {label}"


def _models(account: Account) -> Iterator[str]:
    first = account.first
    yield "模型与门限 models and their thresholds"
    here = {package.card.name: package.card for package in account.box.models.packages}
    camera = account.camera
    parts = () if camera is None else account.box.plan(camera).parts
    seen = {box.label for box in first.boxes}
    for model in first.models:
        named = f"  {model.name} {model.version} {model.precision} {model.sha256[:12]}"
        card = here.get(model.name)
        if card is None or card.version != model.version:
            yield f"{named}: 本机现无此版本 this version is not here now: thresholds unknown"
            continue
        answers = next((part.labels for part in parts if part.model == model.name), ())
        told = (
            f"{_label(account, one)} ≥ {card.thresholds[one]:g}"
            for one in sorted(answers)
            if one in seen
        )
        yield f"{named}: {', '.join(told) or '–'}"


def _since_then(account: Account) -> Iterator[str]:
    first = account.first
    if first.evidence:
        kinds = ", ".join(f"{file.kind.value} {file.sha256[:12]}" for file in first.evidence)
        yield f"证据 evidence  {kinds}"
    if first.catalogue_sha256 != account.box.catalogue.sha256:
        yield "注意 note: 隐患目录此后有改动 the catalogue has changed since"
    if first.config_sha256 != account.box.site.sha256:
        yield "注意 note: 配置此后有改动 the configuration has changed since: zones are today's"
