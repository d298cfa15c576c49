"""A real clip gives the incidents that a person sees in it, and no others.

The other clips take minutes: `make clips` plays all of them.
"""

import os
from pathlib import Path

import pytest

from edge import cli as edge
from hazard_library import cli as library
from hazard_library.bundle import configs_root

CLIP = "worker-zone-detection"
CLIPS = configs_root() / "clips"


def test_a_worker_in_a_zone_is_found_as_a_person_saw_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if "PATROL_MATERIAL" not in os.environ:
        pytest.skip("PATROL_MATERIAL is not set: the public clips are elsewhere")
    film = Path(os.environ["PATROL_MATERIAL"]) / "video" / f"{CLIP}.mp4"
    config = str(CLIPS / "site.yaml")
    assert edge.main(["edge", "replay", str(film), "--config", config, "--json"]) == 0
    found = tmp_path / "found.json"
    found.write_text(capsys.readouterr().out, encoding="utf-8")
    truth = str(CLIPS / "truth" / f"{CLIP}.yaml")
    code = library.main(["eval", "incidents", "--truth", truth, "--found", str(found), "--strict"])
    assert code == 0, capsys.readouterr().out
