"""What `replay`, `explain`, `check` and `doctor` say of input that is no use."""

from pathlib import Path

import pytest
from boxes import Box, camera

from edge.testing.painted_film import Visit, write_film


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Box:
    made = Box(tmp_path_factory.mktemp("desk") / "box")
    write_film(made.folder / "walk.mp4", 8, (Visit(2, 6),))
    whole = (made.folder / "walk.mp4").read_bytes()
    (made.folder / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    (made.folder / "empty.mp4").write_bytes(b"")
    (made.folder / "films").mkdir()
    return made.write(camera("gate", "walk.mp4"))


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("edge replay films", 2, "films: is a folder; give the path of one film in it"),
        ("edge replay no.mp4", 2, "no.mp4: there is no such film; mend the path"),
        ("edge replay empty.mp4", 1, "empty.mp4: is empty (0 bytes); copy it again"),
        ("edge replay cut.mp4", 1, "its beginning or index is missing (truncated?); copy it again"),
        ("edge replay walk.mp4 --camera pit", 2, "has no camera 'pit'; its cameras are: gate"),
        ("edge replay walk.mp4 --start-at noon", 2, "'noon' is no time with its zone, such as 20"),
        ("edge explain xyz", 2, "'xyz' is no incident; give its id or how it begins"),
        ("edge explain abcd --replay walk.mp4", 2, "walk.mp4, replayed: holds no incident abcd"),
        ("edge explain abcd", 2, "run patrol edge run with this configuration first"),
        ("edge check --pictures walk.mp4", 2, "walk.mp4: is a file; name a folder"),
    ],
)
def test_input_that_is_no_use_is_named_with_its_remedy(
    box: Box, words: str, code: int, said: str
) -> None:
    done = box.patrol(*words.split(), "--config", "site.yaml")
    assert said in done.stderr
    assert done.returncode == code
    assert "Traceback" not in done.stderr + done.stdout


def test_a_configuration_that_is_not_there_is_named_once_whoever_asks(box: Box) -> None:
    said = "no.yaml: there is no such file; mend the path"
    for words in ("edge check", "edge replay walk.mp4", "edge explain ab"):
        done = box.patrol(*words.split(), "--config", "no.yaml")
        assert (done.returncode, done.stderr.strip()) == (2, said)
    done = box.patrol("doctor", "--config", "no.yaml")
    assert done.returncode == 1
    assert said in done.stdout


def test_the_doctor_says_that_no_site_was_looked_at(box: Box) -> None:
    assert "give --config site.yaml to examine a site" in box.patrol("doctor").stdout


def test_stores_without_their_database_are_named_with_what_is_missing(box: Box) -> None:
    folder = Path(box.folder / "films")
    done = box.patrol("evidence", "verify", str(folder))
    assert done.returncode == 2
    assert "stores folder (with its evidence.db)" in done.stderr
