"""The drawings of a version's report, as SVG in the page itself."""

import io
from collections import Counter

import numpy as np
from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.figure import Figure

from hazard_library.datasets.version import DatasetVersion

TRAIN, VAL = "#2457a7", "#e08a1e"
SIZED_AT = 640
"""Side of the picture in which sizes of boxes are given: what a camera's substream shows."""


def class_counts(version: DatasetVersion) -> Markup:
    """Draw how many boxes each class has, by split."""
    figure = Figure(figsize=(5.6, 0.5 + 0.42 * len(version.labels)), layout="tight")
    axes = figure.subplots()
    rows = np.arange(len(version.labels))
    for shift, split, colour in ((-0.2, "train", TRAIN), (0.2, "val", VAL)):
        counted = Counter(
            box.label for p in version.pictures if p.split == split for box in p.boxes
        )
        bars = axes.barh(
            rows + shift, [counted[label] for label in version.labels], 0.38, color=colour
        )
        axes.bar_label(bars, padding=3)
        bars.set_label(split)
    axes.set_yticks(rows, version.labels)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set_xlabel("boxes")
    axes.legend()
    return _svg(figure)


def box_sizes(version: DatasetVersion) -> Markup:
    """Draw how large the boxes of each class are: square root of the area at 640 pixels."""
    labels = [label for label in version.labels if version.counts()[label]]
    figure = Figure(figsize=(5.6, 0.6 + 0.9 * len(labels)), layout="tight")
    every = figure.subplots(len(labels) or 1, 1, sharex=True, squeeze=False)[:, 0]
    edges = np.geomspace(4, SIZED_AT, 30)
    for axes, label in zip(every, labels, strict=False):
        sizes = [
            (box.w * box.h * p.width * p.height) ** 0.5 * SIZED_AT / max(p.width, p.height)
            for p in version.pictures
            for box in p.boxes
            if box.label == label
        ]
        axes.hist(sizes, edges, color=TRAIN)
        axes.set_xscale("log")
        axes.set_ylabel(label, rotation=0, ha="right")
        for limit in (32, 96):
            axes.axvline(limit, color="grey", linewidth=0.7, linestyle=":")
    every[-1].set_xticks([8, 16, 32, 96, 320], ["8", "16", "32", "96", "320"])
    every[-1].set_xlabel("side in pixels, the picture being 640 wide")
    return _svg(figure)


def _svg(figure: Figure) -> Markup:
    """Return a figure as an SVG element; the same figures give the same text."""
    text = io.StringIO()
    with rc_context({"svg.hashsalt": "hazard-patrol", "font.size": 8}):
        figure.savefig(text, format="svg", metadata={"Date": None})
    drawn = text.getvalue()
    return Markup(drawn[drawn.index("<svg") :])  # noqa: S704 - drawn here
