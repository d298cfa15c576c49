"""The whole way of a model, by the commands of the guide: pictures in, a signed model on the edge.

The pictures are rendered and one epoch teaches next to nothing: what is asked is that every step
takes what the one before left, and that the box loads what comes out.
"""

import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

import patrol
from hazard_library.bundle import configs_root

WIDTH, HEIGHT = 96, 64
LABELS = ("fire", "smoke")
# The exporter that needs no further package warns that it is the older of two.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default"), pytest.mark.timeout(900)]


def draw(file: Path, seed: int) -> list[str]:
    """Draw an orange and a grey blot on patches unlike any other seed's; return its labels."""
    rng = np.random.default_rng(seed)
    patches = rng.integers(0, 120, (6, 8, 3), dtype=np.uint8)
    picture = cv2.resize(patches, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    lines = []
    for number, colour in enumerate(((20, 120, 250), (190, 190, 190))):
        x, y = (int(rng.integers(14, side - 14)) for side in (WIDTH, HEIGHT))
        cv2.ellipse(picture, (x, y), (12, 10), 0, 0, 360, colour, -1)
        lines.append(f"{number} {x / WIDTH} {y / HEIGHT} {24 / WIDTH} {20 / HEIGHT}")
    file.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(file), picture)
    return lines


@pytest.fixture
def material(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A set as the outside material has them: twelve pictures of two sources, four to validate."""
    folder = tmp_path / "material" / "data" / "blots"
    rows = []
    for seed in range(12):
        split = "val" if seed % 3 == 2 else "train"
        file = folder / "images" / split / f"{seed}.png"
        labels = folder / "labels" / split / f"{seed}.txt"
        labels.parent.mkdir(parents=True, exist_ok=True)
        labels.write_text("\n".join(draw(file, seed)) + "\n", encoding="utf-8")
        row = {
            "file": file.relative_to(folder).as_posix(),
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "source": "rendered",
            "licence": "CC0-1.0",
            "split": split,
            "width": WIDTH,
            "height": HEIGHT,
            "exhaustive": list(LABELS),
        }
        rows.append(json.dumps(row))
    (folder / "manifest.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    names = {"train": "images/train", "val": "images/val", "names": dict(enumerate(LABELS))}
    (folder / "data.yaml").write_text(yaml.safe_dump(names), encoding="utf-8")
    monkeypatch.setenv("PATROL_MATERIAL", str(folder.parents[1]))
    return folder


def write_recipe(folder: Path) -> Path:
    """Write the project's fire recipe cut down to one epoch on the blots."""
    content = yaml.safe_load((configs_root() / "training" / "fire-smoke.yaml").read_text("utf-8"))
    content["input"] = 96
    content["data"] = {"sets": [{"folder": "data/blots", "classes": list(LABELS)}]}
    content["stages"] = [{"from_epoch": 0, "frozen_layers": 5}]
    content["schedule"] |= {"epochs": 1, "batch": 4, "loader_processes": 0, "warmup_steps": 0}
    file = folder / "fire-smoke.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return file


def write_statement(folder: Path) -> Path:
    """Write the project's statement with room for what one epoch cannot reach."""
    said = yaml.safe_load((configs_root() / "training" / "fire-smoke.card.yaml").read_text("utf-8"))
    said["latency_bound"] = 100.0
    file = folder / "fire-smoke.card.yaml"
    file.write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    return file


class Maintainer:
    """Somebody at a terminal, with a folder to work in."""

    def __init__(self, desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.library, self.run, self.models = (desk / n for n in ("library", "run", "models"))
        self.recipe, self.key, self.desk = write_recipe(desk), desk / "release.pem", desk
        self._capsys = capsys

    def does(self, *words: object) -> str:
        """Give a command that must go well; return what it prints."""
        code = patrol.main([str(word) for word in words])
        said = self._capsys.readouterr()
        assert code == 0, said
        return said.out

    def is_refused(self, *words: object) -> str:
        """Give a command that must fail; return what it says of it."""
        assert patrol.main([str(word) for word in words]) != 0
        return self._capsys.readouterr().err


@pytest.fixture
def maintainer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Maintainer:
    return Maintainer(tmp_path, capsys)


def teach(maintainer: Maintainer, material: Path) -> dict[str, str]:
    """Import, make a version, look at its report, train; return the run's summary."""
    in_it = ("--library", maintainer.library)
    said = maintainer.does("library", "import", material, *in_it, "--why", "first pictures")
    assert "12 added" in said
    spec = ("--spec", maintainer.recipe)
    created = maintainer.does("library", "version", "create", "blots-1", *spec, *in_it)
    assert "train 8, val 4" in created
    page = maintainer.desk / "blots-1.html"
    maintainer.does("library", "version", "report", "blots-1", "--out", page, *in_it)
    assert "fire" in page.read_text(encoding="utf-8")
    version = ("--version", "blots-1", *in_it)
    maintainer.does("train", maintainer.recipe, *version, "--out", maintainer.run)
    summary: dict[str, str] = json.loads((maintainer.run / "run.json").read_text("utf-8"))
    assert summary["data_version"] == "blots-1"
    assert summary["data_sha256"] in created
    return summary


def release(maintainer: Maintainer) -> str:
    """Score, export, gate, sign; return what the gates say."""
    in_it, run = ("--library", maintainer.library), maintainer.run
    data = ("--data", run / "dataset.jsonl", "--drawings", 50)
    assert "mAP50" in maintainer.does("eval", run, *data, *in_it)
    exported = maintainer.does("model", "export", run, "--recipe", maintainer.recipe, *in_it)
    assert "trained network: mAP50" in exported
    maintainer.does("model", "keygen", "--out", maintainer.key)
    trusted = maintainer.models / "trusted"
    trusted.mkdir(parents=True)
    (public,) = maintainer.desk.glob("release*.pub")
    public.rename(trusted / "release.pub")
    decisions = maintainer.desk / "DECISIONS.md"
    decisions.write_text("# Decisions\n", encoding="utf-8")
    place = ("--models", maintainer.models, "--key", maintainer.key, "--decisions", decisions)
    said = ("--statement", write_statement(maintainer.desk))
    return maintainer.does("model", "release", run, *in_it, *place, *said)


def test_pictures_become_a_signed_model_that_the_edge_loads(
    maintainer: Maintainer, material: Path
) -> None:
    summary = teach(maintainer, material)
    for left in ("last.pt", "model.onnx", "curves.png", "samples.png"):
        assert (maintainer.run / left).is_file(), left
    told = release(maintainer)
    assert "FAIL" not in told
    assert "released, signed by key" in told

    package = maintainer.models / "fire-smoke" / summary["version"]
    assert "every file is the signed one" in maintainer.does("model", "verify", package)
    picture = next((material / "images" / "val").glob("*.png"))
    detect = ("detect", "--model", package, picture, "--json")
    assert json.loads(maintainer.does(*detect, "--min-score", 0.001).splitlines()[0])["detections"]

    # One byte changed is not what was signed: the box refuses the package.
    card = package / "card.md"
    card.write_bytes(card.read_bytes() + b" ")
    assert "card.md" in maintainer.is_refused(*detect)
