"""The report of an evaluation: one HTML file with curves and the worst mistakes, all inside it.

It shows pictures that are not ours to pass on, so it stays where `--out` puts it.
"""

import base64
import io
from collections.abc import Collection
from pathlib import Path

import cv2
import jinja2
import numpy as np
from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.figure import Figure as Plot

from hazard_library.evaluation.boxes import judge
from hazard_library.evaluation.detector import Pixels, read_pixels
from hazard_library.evaluation.looking import Locator, Look, known
from hazard_library.evaluation.mistakes import Mistake, false_finds, misses
from hazard_library.evaluation.scoring import Evaluated
from hazard_library.evaluation.thresholds import overlap_of

TEMPLATE = Path(__file__).with_name("page.html.j2")
MOST = 12
"""Mistakes of each kind shown for a class."""
THUMBNAIL = 320
_WRONG, _TRUE = (230, 40, 40), (30, 170, 60)


def write_page(done: Evaluated, loose: Collection[str], where: Locator, file: Path) -> Path:
    """Write the report of an evaluation.

    Args:
        done: the evaluation and what was seen.
        loose: classes whose outlines are not firm.
        where: finds the pictures.
        file: where it goes.

    Raises:
        DatasetError: a picture cannot be read.
    """
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    classes = []
    for label, result in done.evaluation.classes.items():
        overlap = overlap_of(label, loose)
        of = (done.looks, label, result.threshold, overlap, MOST)
        classes.append(
            {
                "label": label,
                "result": result,
                "plot": Markup(curve_plot(done.looks, label, result.threshold, overlap)),  # noqa: S704 - drawn here
                "wrong": [_shown(one, where) for one in false_finds(*of)],
                "missed": [_shown(one, where) for one in misses(*of)],
            }
        )
    text = template.render(said=done.evaluation, classes=classes)
    file.write_text(text, encoding="utf-8")
    return file


def curve_plot(looks: list[Look], label: str, threshold: float, overlap: float) -> str:
    """Draw precision over recall of one class, the working threshold marked, as SVG."""
    judged = [one.judged(label) for one in known(looks, label)]
    curve = judge(judged).at(overlap)
    # A fixed salt: the same figures give the same file.
    with rc_context({"svg.hashsalt": "hazard-patrol", "font.size": 8}):
        plot = Plot(figsize=(3.4, 2.6), layout="tight")
        axes = plot.subplots()
        axes.plot(curve.recall(), curve.precision(), color="#2457a7", linewidth=1.4)
        precision, recall = curve.counted_at(threshold)
        axes.plot([recall], [precision], "o", color="#c0392b", label=f"threshold {threshold:.2f}")
        axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="recall", ylabel="precision")
        axes.set_title(f"{label}, IoU {overlap}")
        axes.grid(alpha=0.3)
        axes.legend(loc="lower left")
        buffer = io.StringIO()
        plot.savefig(
            buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type"))
        )
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def _shown(mistake: Mistake, where: Locator) -> dict[str, object]:
    """Return what the page shows of a mistake."""
    picture = mistake.picture
    return {
        "image": thumbnail(read_pixels(where(picture)), mistake),
        "name": Path(picture.file).name,
        "source": picture.source,
        "weight": mistake.weight,
    }


def thumbnail(pixels: Pixels, mistake: Mistake) -> str:
    """Return a small picture with the boxes drawn, as a data address: wrong red, true green."""
    scale = THUMBNAIL / max(pixels.shape[:2])
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    canvas = np.ascontiguousarray(small)
    for box in mistake.true:
        _draw(canvas, box * scale, _TRUE)
    for row in mistake.wrong:
        _draw(canvas, row[1:] * scale, _WRONG)
    _, stream = cv2.imencode(
        ".jpg", cv2.cvtColor(canvas, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 80]
    )
    return "data:image/jpeg;base64," + base64.b64encode(stream.tobytes()).decode()


def _draw(canvas: "np.ndarray", box: "np.ndarray", colour: tuple[int, int, int]) -> None:
    x1, y1, x2, y2 = (round(float(corner)) for corner in box)
    cv2.rectangle(canvas, (x1, y1), (x2, y2), colour, 2)
