"""`patrol edge tune` measures what the site leaves open and keeps it where the box looks for it."""

import json
from pathlib import Path

import pytest
from boxes import Box, camera

from edge.config.inference import Backend, Precision
from edge.inference import tuned
from edge.inference.layout import Layout
from edge.testing.painted_film import Visit, write_film


@pytest.mark.slow
def test_the_measured_layout_is_kept_with_its_figures_and_taken_by_the_box(tmp_path: Path) -> None:
    box = Box(tmp_path / "box")
    write_film(box.folder / "walk.mp4", 3, (Visit(0.5, 2.5),))
    box.write(
        camera("gate", "walk.mp4", hazards=[{"id": "FIRE-01"}]),
        inference={"backend": "onnxruntime", "workers": 1},
    )
    words = ("--config", "site.yaml", "--video", "walk.mp4", "--seconds", "0.2", "--force")
    done = box.patrol("edge", "tune", *words)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "best: onnxruntime, " in done.stdout
    kept = tuned.read(box.folder / "stores")
    assert kept is not None
    assert (kept.backend, kept.workers) == (Backend.ONNXRUNTIME, 1)
    said = json.loads((box.folder / "stores" / tuned.FILE).read_text(encoding="utf-8"))
    assert said["machine"] == tuned.machine_name()
    assert all(trial["looks_per_second"] > 0 for trial in said["measured"]["trials"])

    tuned.write(box.folder / "stores", Layout(precision=Precision.INT8, workers=3), {})
    box.write(camera("gate", "walk.mp4", hazards=[{"id": "FIRE-01"}]))
    checked = box.patrol("edge", "check", "--config", "site.yaml")
    assert "onnxruntime, int8, 3 workers" in checked.stdout, checked.stderr
