"""`patrol library` from an empty folder: import, version, report, review, export, withdraw."""

import zipfile
from pathlib import Path

import pytest
from library_samples import picture

from hazard_library.cli import main
from hazard_library.samples.sample import Sample
from hazard_library.samples.store import SampleStore

SPEC = "schema: version-spec/1\nlabels: [person, helmet]\nval_share: 0.5\n"


def make_set(folder: Path, count: int = 8) -> Path:
    """Write a YOLO folder; its last picture is damaged."""
    for number in range(count):
        file = picture(folder / f"images/{number}.png", number)
        label = folder / f"labels/{number}.txt"
        label.parent.mkdir(exist_ok=True)
        label.write_text("1 0.5 0.5 0.2 0.4\n", encoding="utf-8")
    file.write_bytes(b"not whole")
    (folder / "data.yaml").write_text("names: [person, helmet]\n", encoding="utf-8")
    return folder


@pytest.fixture
def library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Path:
    """A library with seven samples, found through the environment."""
    library = tmp_path / "library"
    monkeypatch.setenv("PATROL_LIBRARY", str(library))
    folder = make_set(tmp_path / "yard")
    command = ["library", "import", str(folder), "--format", "yolo", "--licence", "CC BY 4.0"]
    assert main([*command, "--throughout", "helmet"]) == 1
    told = capsys.readouterr()
    assert "7 added 新增" in told.out
    assert "7.png: content: no whole picture" in told.err
    return library


def samples(library: Path) -> list[Sample]:
    with SampleStore.open(library) as store:
        return store.select()


def create(tmp_path: Path, name: str) -> int:
    (tmp_path / "spec.yaml").write_text(SPEC, encoding="utf-8")
    return main(["library", "version", "create", name, "--spec", str(tmp_path / "spec.yaml")])


def test_from_empty_to_a_report(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert {sample.known for sample in samples(library)} == {frozenset({"helmet"})}
    assert create(tmp_path, "yard-1") == 0
    assert main(["library", "version", "list"]) == 0
    assert "7 pictures" in capsys.readouterr().out
    assert main(["library", "version", "report", "yard-1"]) == 0
    page = Path(capsys.readouterr().out.strip())
    assert page == library / "versions" / "yard-1.html"
    assert "数据集版本 yard-1" in page.read_text(encoding="utf-8")
    assert main(["library", "verify"]) == 0


def test_a_withdrawn_sample_vanishes_and_is_named_where_it_was(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    create(tmp_path, "yard-1")
    gone = samples(library)[0].sha256
    assert main(["library", "withdraw", gone[:12], "--why", "consent revoked", "--purge"]) == 0
    assert "yard-1" in capsys.readouterr().out
    create(tmp_path, "yard-2")
    assert main(["library", "version", "show", "yard-1"]) == 0
    assert f"withdrawn since 已撤回 {gone}" in capsys.readouterr().out
    assert main(["library", "version", "diff", "yard-1", "yard-2"]) == 1
    assert f"- {gone[:12]}" in capsys.readouterr().out
    assert main(["library", "verify"]) == 0
    assert main(["library", "withdraw", "00000000", "--why", "x"]) == 1
    assert "not in the library" in capsys.readouterr().err


def test_a_review_moves_on_and_can_take_back_what_was_said(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = samples(library)[0].sha256
    said = ["--event", "review", "--throughout", "fire", "--not-throughout", "helmet"]
    assert main(["library", "review", name, *said, "--by", "wang", "--why", "looked"]) == 0
    with SampleStore.open(library) as store:
        sample = store.get(name)
    assert (sample.state, sample.known) == ("reviewed", {"fire"})
    assert main(["library", "review", name]) == 0
    assert "person:wang review: looked" in capsys.readouterr().out
    assert main(["library", "review", "--state", "reviewed"]) == 0
    assert name[:12] in capsys.readouterr().out
    assert main(["library", "review", name, "--event", "note", "--throughout", "unicorn"]) == 1
    assert "unknown class unicorn" in capsys.readouterr().err


def test_an_archive_of_an_export_comes_back_as_the_same_samples(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["library", "export", str(out), "--format", "coco"]) == 0
    with zipfile.ZipFile(tmp_path / "out.zip", "w") as packed:
        for file in out.rglob("*"):
            packed.write(file, file.relative_to(out))
        packed.writestr("../evil.txt", "out")
    other = ["--library", str(tmp_path / "other")]
    assert main(["library", "import", str(tmp_path / "out.zip"), *other]) == 1
    assert "../evil.txt: archive: '../evil.txt' leads out" in capsys.readouterr().err
    assert samples(tmp_path / "other") == samples(library)
    assert not list((tmp_path / "other").glob("incoming-*"))


def test_the_same_names_again_with_other_content_clash(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_set(tmp_path / "again")
    picture(folder / "images/0.png", 99)
    command = ["library", "import", str(folder), "--format", "yolo", "--set", "yard"]
    assert main(command) == 1
    told = capsys.readouterr()
    assert "0.png: name: another file of this name" in told.err
    assert len(samples(library)) == 7


def test_without_a_library_it_says_how_to_name_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PATROL_LIBRARY", raising=False)
    assert main(["library", "version", "list"]) == 1
    assert "give --library DIR or set PATROL_LIBRARY" in capsys.readouterr().err


def test_a_folder_that_says_nothing_of_its_format_asks_for_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["library", "import", str(tmp_path), "--library", str(tmp_path / "library")]
    assert main(command) == 1
    assert "give --format" in capsys.readouterr().err
