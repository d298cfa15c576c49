"""The status page: one HTML file for a phone, Chinese first, drawn anew every five seconds."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from html import escape
from importlib import resources
from string import Template
from typing import NamedTuple

from edge.status.vitals import CameraVitals, OpenIncident, Vitals, Worry, worries
from hazard_library.contract.device import CameraCondition, PermitState

#: Chinese word, English word, and what to do.
_CONDITIONS = {
    CameraCondition.OK: ("正常", "ok", ""),
    CameraCondition.STARTING: ("启动中", "starting", ""),
    CameraCondition.OFFLINE: ("连不上", "offline", "检查电源、网线、地址、用户名和密码。"),
    CameraCondition.NO_FRAMES: ("无画面", "no frames", "重启摄像机，检查交换机。"),
    CameraCondition.FROZEN: ("画面不变", "frozen", "重启摄像机。"),
    CameraCondition.DARK_OR_COVERED: (
        "过暗或被遮挡",
        "dark or covered",
        "擦净镜头，移开遮挡物，改善照明。",
    ),
    CameraCondition.LOOPED: (
        "疑似循环播放录像",
        "looped",
        "有人在重复播放录像：到现场查看摄像机和线路。",
    ),
    CameraCondition.BLURRED: ("画面失焦", "blurred", "擦净镜头，重新对焦。"),
    CameraCondition.MOVED: (
        "已移位",
        "moved",
        "转回原位；如需改变朝向，请重新划区。",
    ),
    CameraCondition.UNDECODABLE: (
        "无法解码",
        "undecodable",
        "把摄像机的编码设为 H.264 或 H.265。",
    ),
    CameraCondition.NOT_ANALYSED: ("未分析", "not analysed", "设备过载或模型不可用，原因如下。"),
    CameraCondition.FINISHED: ("已播完", "finished", ""),
}
_GOING = {CameraCondition.STARTING, CameraCondition.FINISHED}
_DAY_S = 86_400
_KILO = 1000


class Said(NamedTuple):
    """One thing in both languages."""

    zh: str
    en: str


_WORRIES = {
    Worry.CAMERAS: Said("摄像机", "cameras"),
    Worry.CONFIGURATION: Said("新配置被拒绝", "a newer configuration is refused"),
    Worry.MODELS: Said("模型被拒绝", "a model is refused"),
    Worry.BROKER: Said("连不上服务器", "the broker is not there"),
    Worry.DISK: Said("磁盘空间不足", "the disk is nearly full"),
    Worry.STORES: Said("存储读不出", "a store cannot be read"),
    Worry.CLOCK: Said("时钟未同步", "the clock is not synchronised"),
}


def page(vitals: Vitals) -> str:
    """Write the page. Everything that comes from outside is escaped."""
    template = Template((resources.files("edge.status") / "page.html").read_text("utf-8"))
    body = "\n".join(
        (
            _verdict(vitals),
            _section(Said("正在发生的疑似隐患", "Open now"), _incidents(vitals)),
            _section(Said("摄像机", "Cameras"), _cards(map(_camera, vitals.cameras))),
            _section(Said("设备", "Box"), _cards((_delivery(vitals), _disk(vitals)))),
            _section(Said("模型与配置", "Models and configuration"), _cards(_models(vitals))),
            _section(Said("作业票", "Work permits"), _permits(vitals)),
            _counters(vitals),
        )
    )
    return template.substitute(
        title=f"{escape(vitals.device)} · 边缘设备状态",
        device=escape(vitals.device),
        site=escape(vitals.site),
        body=body,
        foot=(
            f"{_time(vitals.at, vitals)} · 每 5 秒刷新 · renewed every 5 s<br>"
            f"{escape(vitals.software)}"
        ),
    )


def _verdict(vitals: Vitals) -> str:
    found = [_WORRIES[worry] for worry in worries(vitals)]
    if not found:
        return _strip("well", Said("运行正常", "All is well"))
    zh, en = "、".join(one.zh for one in found), ", ".join(one.en for one in found)
    return _strip("bad", Said(f"需要处理：{zh}", f"needs attention: {en}"))


def _strip(kind: str, said: Said) -> str:
    return f'<p class="verdict {kind}">{said.zh}<span class="en">{said.en}</span></p>'


def _section(title: Said, inside: str) -> str:
    return f'<h2>{title.zh} <span class="en">{title.en}</span></h2>\n{inside}'


def _cards(cards: Iterable[str]) -> str:
    return f'<div class="cards">{"".join(cards)}</div>'


def _card(inside: str) -> str:
    return f'<section class="card">{inside}</section>'


def _incidents(vitals: Vitals) -> str:
    if not vitals.incidents:
        return _card('无 <span class="en">none</span>')
    return _card(f"<ul>{''.join(_incident(one, vitals) for one in vitals.incidents)}</ul>")


def _incident(one: OpenIncident, vitals: Vitals) -> str:
    place = " · ".join(escape(part) for part in (one.camera, one.zone) if part)
    return (
        f"<li><b>疑似{escape(one.zh)}</b><br>{place} · {_since(one.opened_at, vitals.at)}<br>"
        f'<span class="en">{escape(one.hazard)} {escape(one.en)}</span></li>'
    )


def _camera(camera: CameraVitals) -> str:
    condition = camera.state.condition if camera.state else CameraCondition.STARTING
    kind = "wait" if condition in _GOING else "well" if camera.is_well else "bad"
    zh, en, remedy = _CONDITIONS[condition]
    work = camera.work
    remedy = f"<p>{remedy}</p>" if remedy else ""
    detail = (
        f"<p><small>{escape(camera.state.detail)}</small></p>"
        if camera.state and camera.state.detail
        else ""
    )
    rows = [
        (Said("分析 / 收到", "analysed / received"), f"{work.fps_out:.1f} / {work.fps_in:.1f} fps"),
        (Said("丢弃", "let go"), _drops(camera)),
        (Said("区域", "zones"), escape("、".join(camera.zones)) or "—"),
        (Said("隐患", "hazards"), escape(" ".join(camera.hazards)) or "—"),
    ]
    return _card(
        f'<div class="head"><b>{escape(camera.id)}</b>'
        f'<span class="chip {kind}">{zh} · {en}</span></div>'
        f"{remedy}{detail}{_rows(rows)}<p><small>{escape(camera.source)}</small></p>"
    )


def _drops(camera: CameraVitals) -> str:
    work = camera.work
    late = work.drops.get("too_late", 0)
    share = f" ({late / work.frames_in:.0%})" if work.frames_in and late else ""
    broken = work.drops.get("undecodable", 0)
    return f"{late}{share}" + (f" + {broken} 坏帧" if broken else "")


def _delivery(vitals: Vitals) -> str:
    linked = {
        None: Said("未设置", "no link"),
        True: Said("已连接", "connected"),
        False: Said("未连接", "not connected"),
    }[vitals.linked]
    synchronised = {
        None: Said("未知", "unknown"),
        True: Said("已同步", "synchronised"),
        False: Said("未同步", "not synchronised"),
    }[vitals.clock.synchronised]
    return _card(
        _rows(
            (
                (Said("服务器连接", "broker"), _both(linked)),
                (Said("待确认消息", "messages waiting"), _number(vitals.outbox)),
                (Said("待上传证据", "files waiting"), _number(vitals.uploads)),
                (Said("时钟", "clock"), _both(synchronised)),
                (Said("已运行", "up for"), _lasting(vitals.at - vitals.started_at)),
            )
        )
    )


def _disk(vitals: Vitals) -> str:
    disk = vitals.disk
    share = disk.free / disk.total if disk.total else 0.0
    used = "?" if disk.evidence_used is None else _size(disk.evidence_used)
    return _card(
        _rows(
            (
                (Said("磁盘可用", "disk free"), f"{_size(disk.free)} ({share:.0%})"),
                (Said("证据占用", "evidence"), f"{used} / {_size(disk.evidence_quota)}"),
                (Said("内存", "memory"), _size(vitals.memory_bytes)),
            )
        )
    )


def _models(vitals: Vitals) -> tuple[str, str]:
    running = [
        f"<li><b>{escape(one.name)}</b> {escape(one.version)}"
        f" <small>{escape(one.precision)}</small></li>"
        for one in vitals.models
    ]
    refused = [
        f'<li><b>{escape(name)}</b> <span class="chip bad">已拒绝 · refused</span>'
        f"<br>{escape(reason)}</li>"
        for name, reason in vitals.models_refused.items()
    ]
    configuration = _rows(
        ((Said("生效配置", "in force"), f"<code>{escape(vitals.config_sha256[:12])}</code>"),)
    )
    if vitals.config_error is not None:
        configuration += (
            '<p><span class="chip bad">新配置被拒绝 · newer one refused</span></p>'
            f"<p>{'<br>'.join(escape(line) for line in vitals.config_error.splitlines())}</p>"
        )
    return _card(f"<ul>{''.join(running + refused)}</ul>"), _card(configuration)


def _permits(vitals: Vitals) -> str:
    """Write every permit with what it excused: nothing is let go without being seen."""
    told = "".join(_permit(one, vitals) for one in vitals.permits)
    if vitals.permits_error is not None:
        lines = "<br>".join(escape(line) for line in vitals.permits_error.splitlines())
        chip = '<span class="chip bad">作业票文件被拒绝 · file refused</span>'
        told += f"<li>{chip}<br>{lines}</li>"
    return _card(f"<ul>{told}</ul>" if told else '无 <span class="en">none</span>')


def _permit(permit: PermitState, vitals: Vitals) -> str:
    is_on = permit.begins_at <= vitals.at < permit.ends_at
    chip = ("well", "生效中 · in force") if is_on else ("wait", "不在有效期 · not in force")
    places = " · ".join(escape(part) for part in (*permit.cameras, *permit.zones))
    return (
        f'<li><b>{escape(permit.id)}</b> <span class="chip {chip[0]}">{chip[1]}</span><br>'
        f"{places}<br>{_time(permit.begins_at, vitals)} – {_time(permit.ends_at, vitals)}<br>"
        f"{escape(' '.join(permit.hazards))} 已豁免 {permit.excused} 次"
        f' <span class="en">{escape(permit.kind)}, excused {permit.excused} times</span></li>'
    )


def _counters(vitals: Vitals) -> str:
    rows = "".join(
        f"<dt><code>{escape(name)}</code></dt><dd>{count}</dd>"
        for name, count in vitals.counters.items()
    )
    title = '<summary>全部计数 <span class="en">all counters</span></summary>'
    return f"<details>{title}{_card(f'<dl>{rows}</dl>')}</details>"


def _rows(rows: Iterable[tuple[Said, str]]) -> str:
    """Write a list of names and values; the values are HTML already."""
    inside = "".join(
        f'<dt>{said.zh} <span class="en">{said.en}</span></dt><dd>{value}</dd>'
        for said, value in rows
    )
    return f"<dl>{inside}</dl>"


def _both(said: Said) -> str:
    return f'{said.zh} <span class="en">{said.en}</span>'


def _number(count: int | None) -> str:
    return "读不出 · unreadable" if count is None else str(count)


def _size(size: int) -> str:
    value = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if value < _KILO:
            return f"{value:.3g} {unit}"
        value /= _KILO
    return f"{value:.3g} TB"


def _time(at: datetime, vitals: Vitals) -> str:
    return f"{at.astimezone(vitals.time_zone):%Y-%m-%d %H:%M:%S}"


def _since(begin: datetime, now: datetime) -> str:
    return f"已持续 {_lasting(now - begin)}"


def _lasting(time: timedelta) -> str:
    seconds = max(0, int(time.total_seconds()))
    days, seconds = divmod(seconds, _DAY_S)
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    if days:
        return f"{days} 天 {hours} 时"
    if hours:
        return f"{hours} 时 {minutes} 分"
    return f"{minutes} 分 {seconds} 秒"
