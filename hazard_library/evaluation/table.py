"""An evaluation as a table for a terminal."""

from collections.abc import Iterator

from hazard_library.evaluation.evaluate import ClassResult, Evaluation, Scores

_COLUMNS = ("AP50", "AP30", "AP50-95", "precision", "recall")
_NAME, _COUNT, _FIGURE = 44, 13, 21


def table(evaluation: Evaluation) -> str:
    """Write the figures, each with its 95 % interval."""
    return "\n".join(_lines(evaluation))


def _lines(said: Evaluation) -> Iterator[str]:
    yield f"{said.model} {said.version} · model {said.model_sha256[:12]} · input {said.input} px"
    yield (
        f"data 数据集 {said.data_sha256[:12]} · {said.split} · {said.pictures} pictures 图片 · "
        f"95 % intervals 置信区间: {said.drawings} bootstrap samples, seed {said.seed}"
    )
    yield f"thresholds 阈值: {said.thresholds_from}"
    for name, bounds in said.sizes.items():
        yield f"size {name}: {bounds}"
    if said.labels_not_judged:
        yield f"not judged, since the model or the data lacks them: {said.labels_not_judged}"
    yield ""
    yield f"mAP50 {said.map50.text()}   mAP50-95 {said.map50_95.text()}"
    yield f"mean over classes, loose ones at IoU 0.3: {said.map_own.text()}"
    alarms = said.alarms
    yield (
        f"false alarms 误报: {alarms.alarms} of {alarms.pictures} hazard-free pictures "
        f"无隐患图片 ({', '.join(alarms.labels)}): {alarms.share.text()}"
    )
    yield ""
    yield f"{'':{_NAME}}{'boxes/pics':>{_COUNT}}" + "".join(f"{c:>{_FIGURE}}" for c in _COLUMNS)
    for label, result in said.classes.items():
        yield from _class_lines(label, result)


def _class_lines(label: str, result: ClassResult) -> Iterator[str]:
    yield _row(f"{label} ≥ {result.threshold:.2f}, IoU {result.overlap}", result.all)
    for name, scores in result.by_source.items():
        if not scores.boxes:
            continue
        yield _row(f"  {name}", scores)
    for name, scores in result.by_size.items():
        yield _row(f"  size {name}", scores)


def _row(name: str, scores: Scores) -> str:
    figures = (scores.ap50, scores.ap30, scores.ap50_95, scores.precision, scores.recall)
    count = f"{scores.boxes}/{scores.pictures}"
    written = "".join(f"{one.text().replace('0.', '.'):>{_FIGURE}}" for one in figures)
    return f"{name[:_NAME]:{_NAME}}{count:>{_COUNT}}{written}"
