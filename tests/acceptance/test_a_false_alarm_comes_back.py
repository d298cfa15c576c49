"""A lamp is taken for fire, an officer rejects the lead, and a new dataset version holds it.

The chain is the demo's own, with real programs; the maintainer types the commands of the guide.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
import yaml
from chain import Part, WholeChain, patrol, whole_chain
from library_samples import picture

from edge.testing.painted_film import GREEN, Visit, write_film
from edge.testing.painted_model import write_painted_package
from hazard_library.contract.ids import CameraId
from hazard_library.samples.sample import Sample
from hazard_library.samples.store import SampleStore, Wanted
from server.audit import service as audit
from server.audit.service import Thing
from server.demo.cli import read_to_the_end
from server.demo.officer import Answer, Officer
from server.demo.plan import DemoCamera
from server.demo.seed import MAINTAINER

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

_SECONDS = 9.0
_ZONE = {"id": "装卸区", "points": [[0, 0.2], [1, 0.2], [1, 1], [0, 1]]}
_LAMP = Visit(1, 8, x=40, colour=GREEN)
_WORKER = Visit(2, 8, x=260)


@dataclass(frozen=True)
class Desk:
    """The maintainer's desk: a library, a token, and the server to pull from."""

    folder: Path
    server: str

    def library(self, *words: str, code: int = 0) -> str:
        """Type a command of `patrol library`."""
        where = ["--library", str(self.folder / "library")]
        done = patrol("library", *words, *where, cwd=self.folder)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def pull(self) -> str:
        token = str(self.folder / "token")
        return self.library("pull", "--server", self.server, "--token-file", token)

    def look_through(self, sample: Sample, *known: str) -> None:
        """Let one person label a sample, and another one look at it again."""
        name = sample.sha256[:16]
        words = ["--throughout", *known, "--by", "qian", "--why", "looked at"]
        self.library("review", name, "--event", "label", *words)
        self.library("review", name, "--event", "review", "--by", "li", "--why", "checked")

    def version(self, name: str, *words: str) -> None:
        spec = str(self.folder / "spec.yaml")
        self.library("version", "create", name, "--spec", spec, *words)

    def samples(self) -> dict[str, Sample]:
        """Return what came back, by hazard."""
        with SampleStore.open(self.folder / "library") as store:
            found = store.select(Wanted(collections=("verdicts",)))
        return {verdict.hazard: sample for sample in found for verdict in sample.verdicts}

    def pictures(self, version: str) -> dict[str, Answer]:
        """Read a version's manifest: its pictures by hash."""
        file = self.folder / "library" / "versions" / f"{version}.jsonl"
        _, *rows = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
        return {str(row["sha256"]): row for row in rows}


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeChain]:
    """The demo with a box whose model takes a green lamp for fire; the film has been read."""
    folder = tmp_path_factory.mktemp("lamp")
    write_painted_package(folder / "models")
    film = write_film(folder / "lamp.mp4", _SECONDS, (_LAMP, _WORKER))
    camera = DemoCamera(
        CameraId("hall"),
        film.name,
        {
            "id": "hall",
            "source": {"kind": "file", "path": str(film), "start_at": "2026-03-02T08:00:00+08:00"},
            "mode": "replay",
            "zones": [_ZONE],
            "hazards": [{"id": "FIRE-01"}, {"id": "ZONE-01", "zones": [_ZONE["id"]]}],
        },
    )
    models = {"models": ["painted"], "models_folder": str(folder / "models")}
    with whole_chain((camera,), extra=models) as running:
        running.start(Part.BROKER, Part.SERVER, Part.EDGE)
        read_to_the_end(running.as_demo())
        yield running


@pytest.fixture(scope="module")
def desk(chain: WholeChain, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A library with a first version, and a token from the bureau."""
    desk = Desk(tmp_path_factory.mktemp("desk"), chain.plan.address)
    config = str(chain.seeded.settings_file)
    token = ["--name", MAINTAINER, "--out", str(desk.folder / "token")]
    made = patrol("server", "library-token", "--config", config, *token, cwd=desk.folder)
    assert made.returncode == 0, made.stderr
    _write_set(desk.folder / "set")
    desk.library("import", str(desk.folder / "set"))
    spec = {"schema": "version-spec/1", "labels": ["person", "fire"], "leaks": "leave-out"}
    (desk.folder / "spec.yaml").write_text(yaml.safe_dump(spec))
    desk.version("first")
    return desk


def test_a_rejected_lead_becomes_a_hard_negative_of_the_next_version(
    chain: WholeChain, desk: Desk
) -> None:
    with chain.officer() as officer:
        leads = {str(_of(lead["hazard"])["id"]): lead for lead in officer.leads()}
        assert set(leads) == {"FIRE-01", "ZONE-01"}
        _reject(officer, leads["FIRE-01"])
        officer.confirm(str(leads["ZONE-01"]["id"]))
        said = desk.pull()
        assert "未获同意" in said, "nobody has agreed yet"
        assert desk.samples() == {}
        _consent(officer, leads["FIRE-01"])

    said = desk.pull()
    assert "1 positive 属实, 1 hard negative 误报" in said
    lamp, worker = desk.samples()["FIRE-01"], desk.samples()["ZONE-01"]
    assert (lamp.state, lamp.verdicts[0].absent) == ("proposed", ("fire",))
    assert {label.label for label in lamp.labels} == {"person"}, "the lamp is no fire any more"
    assert "演示" not in lamp.model_dump_json(), "names stay at the bureau"
    assert desk.pull().startswith("proposed 新增候选: 0 positive 属实, 0 hard negative")

    queue = json.loads(desk.library("queue", "--json"))
    assert queue[0]["sha256"] == lamp.sha256
    assert "hard-negative" in {term["factor"] for term in queue[0]["terms"]}
    desk.version("unlooked")
    assert lamp.sha256 not in desk.pictures("unlooked"), "a proposal is in no version"

    desk.look_through(lamp, "fire", "person")
    desk.look_through(worker, "person")
    desk.version("next", "--parent", "first")
    held = desk.pictures("next")[lamp.sha256]
    assert set(held["known"]) == {"fire", "person"}  # type: ignore[call-overload]
    assert {box["label"] for box in held["boxes"]} == {"person"}  # type: ignore[attr-defined]
    assert lamp.sha256[:12] in desk.library("version", "diff", "first", "next", code=1)
    _every_look_is_recorded_as_training(chain, desk)


def _every_look_is_recorded_as_training(chain: WholeChain, desk: Desk) -> None:
    """Read at the bureau who looked at the two pictures that left, and for what."""
    frames = [verdict.frame for one in desk.samples().values() for verdict in one.verdicts]
    with chain.database() as database, database.reading() as db:
        looks = [look for frame in frames for look in audit.looks(db, Thing("evidence", frame))]
        assert audit.verify_chain(db).broken_at is None
    training = [look for look in looks if look.actor == MAINTAINER]
    assert [(look.role, look.purpose) for look in training] == [("maintainer", "模型训练")] * 2


def _reject(officer: Officer, lead: Answer) -> None:
    opened = officer._http.get(f"/api/v1/leads/{lead['id']}").json()
    answer = officer._http.post(
        f"/api/v1/leads/{lead['id']}/dismiss",
        json={"reason": "misdetection", "note": "是信号灯"},
        headers={"If-Match": f'"{opened["version"]}"', "Idempotency-Key": str(uuid4())},
    )
    assert answer.status_code == 200, answer.text


def _consent(officer: Officer, lead: Answer) -> None:
    answer = officer._http.post(
        f"/api/v1/enterprises/{_of(lead['enterprise'])['id']}/training-consent",
        json={"reference": "演示同意书 1 号"},
    )
    assert answer.status_code == 200, answer.text


def _of(part: object) -> Answer:
    assert isinstance(part, dict)
    return part


def _write_set(folder: Path) -> None:
    """Write a small set as it lies on disk: two pictures, one of them of a fire."""
    rows = []
    (folder / "labels").mkdir(parents=True)
    for number, split in enumerate(("train", "val")):
        file = picture(folder / "images" / f"{number}.png", number)
        (folder / "labels" / f"{number}.txt").write_text("1 0.5 0.5 0.2 0.2\n")
        rows.append(
            {
                "file": f"images/{number}.png",
                "sha256": _sha256(file),
                "width": 96,
                "height": 64,
                "source": "public",
                "licence": "CC BY 4.0",
                "split": split,
                "exhaustive": ["person", "fire"],
            }
        )
    (folder / "manifest.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    (folder / "data.yaml").write_text("names: [person, fire]\n")


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
