"""What teaching a region gave, in plain words."""

from collections.abc import Iterator

from edge.inference.teaching import Lesson
from hazard_library.registry.taught_state import SHEET, TaughtPackage

_WIDE = (
    "正常图片之间差异较大，阈值已提高，细小变化可能看不出来；请检查是否混入了异常图片",
    "the normal pictures differ much, so the threshold was raised; is an abnormal one among them?",
)
_VERDICTS = {
    "fit": ("适合监视", "fit to be watched"),
    "doubtful": (
        "勉强可用：异常与正常相差不大；请拉近镜头，或者贴紧设备重新划区",
        "doubtful: both lie close; zoom in, or draw the region closer around the thing",
    ),
    "unfit": (
        "不适合监视：异常看起来与正常一样；请拉近镜头、贴紧设备重新划区，或者换一个位置",
        "not fit: an abnormal state looks normal; zoom in, draw it closer, or choose another place",
    ),
}
_UNUSED = (
    "尚无隐患使用此区域：在 hazards 下写上隐患编号和 zones",
    "no hazard uses this zone yet: list one under hazards, with this zone under its zones",
)


def said_of(written: TaughtPackage, lesson: Lesson) -> str:
    """Say what was taught, how far normal and abnormal lie apart, and whether it will do."""
    return "\n".join(_lines(written, lesson))


def _lines(written: TaughtPackage, lesson: Lesson) -> Iterator[str]:
    state = written.state
    normal, abnormal = len(state.of("normal")), len(state.of("abnormal"))
    yield (
        f"{state.camera} {state.name}: 已示教 taught: {normal} 张正常 normal, "
        f"{abnormal} 张异常 abnormal; 请查看 look at {written.folder / SHEET}"
    )
    yield (
        f"  正常图片彼此相差最多 normal pictures differ by at most {max(lesson.own):.2f}"
        "（1 为阈值 is the threshold）"
    )
    if lesson.is_wide:
        yield from _both(_WIDE)
    if lesson.abnormal:
        far = ", ".join(f"{one:.2f}" for one in lesson.abnormal)
        yield f"  异常图片 abnormal pictures: {far}"
    else:
        yield (
            "  未提供异常图片，抹去区域中部试算 no abnormal picture was given; with its middle "
            f"painted over: {lesson.erased:.2f}"
        )
    chinese, english = _VERDICTS[lesson.verdict]
    yield f"  结论：{chinese}"
    yield f"  verdict: {english}"
    if not state.hazards:
        yield from _both(_UNUSED)


def _both(text: tuple[str, str]) -> Iterator[str]:
    yield from (f"  {one}" for one in text)
