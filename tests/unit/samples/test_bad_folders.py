"""Archives and folders from outside: what is bad is listed with its remedy, the rest comes in."""

import io
import json
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from library_samples import OPEN, draft, intake, label, picture

from hazard_library.errors import SampleError
from hazard_library.samples.archive import Limits, is_archive, unpack
from hazard_library.samples.exporting import export
from hazard_library.samples.formats.label_studio import TASKS
from hazard_library.samples.formats.sidecar import FILE
from hazard_library.samples.importing import Stated, import_format, read_format
from hazard_library.samples.store import SampleStore

LIMITS = Limits(file=5_000, total=20_000)
STATED = Stated("back", "back", OPEN)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SampleStore]:
    with SampleStore.open(tmp_path / "library", create=True) as opened:
        yield opened


def zipped(file: Path, **content: bytes) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("good.txt", b"good")
        for name, data in content.items():
            opened.writestr(name, data)
    return file


def zip_climbing(file: Path) -> Path:
    return zipped(file, **{"../../out.txt": b"out"})


def zip_absolute(file: Path) -> Path:
    return zipped(file, **{"/etc/out.txt": b"out"})


def zip_bomb(file: Path) -> Path:
    return zipped(file, **{"bomb.txt": b"\0" * 2_000_000})


def zip_link(file: Path) -> Path:
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    zipped(file)
    with zipfile.ZipFile(file, "a") as opened:
        opened.writestr(link, "/etc/passwd")
    return file


def zip_twice(file: Path) -> Path:
    zipped(file)
    with (
        pytest.warns(UserWarning, match="Duplicate name"),
        zipfile.ZipFile(file, "a") as opened,
    ):
        opened.writestr("good.txt", "other")
    return file


def tarred(file: Path, member: tarfile.TarInfo, data: bytes = b"") -> Path:
    with tarfile.open(file, "w:gz") as opened:
        good = tarfile.TarInfo("good.txt")
        good.size = 4
        opened.addfile(good, io.BytesIO(b"good"))
        member.size = len(data)
        opened.addfile(member, io.BytesIO(data))
    return file


def tar_climbing(file: Path) -> Path:
    return tarred(file, tarfile.TarInfo("a/../../out.txt"), b"out")


def tar_link(file: Path) -> Path:
    member = tarfile.TarInfo("link.txt")
    member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return tarred(file, member)


def tar_hard_link(file: Path) -> Path:
    member = tarfile.TarInfo("link.txt")
    member.type, member.linkname = tarfile.LNKTYPE, "good.txt"
    return tarred(file, member)


def tar_device(file: Path) -> Path:
    member = tarfile.TarInfo("null")
    member.type = tarfile.CHRTYPE
    return tarred(file, member)


def tar_bomb(file: Path) -> Path:
    return tarred(file, tarfile.TarInfo("bomb.txt"), b"\0" * 2_000_000)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (zip_climbing, "leads out of the folder"),
        (zip_absolute, "leads out of the folder"),
        (zip_bomb, "more than 5000 bytes when unpacked"),
        (zip_link, "a link or device"),
        (zip_twice, "stands twice"),
        (tar_climbing, "leads out of the folder"),
        (tar_link, "a link or device"),
        (tar_hard_link, "a link or device"),
        (tar_device, "a link or device"),
        (tar_bomb, "more than 5000 bytes when unpacked"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_bad_entry_is_refused_and_the_rest_unpacked(
    tmp_path: Path, make: Callable[[Path], Path], says: str
) -> None:
    suffix = ".zip" if make.__name__.startswith("zip") else ".tar.gz"
    archive = make(tmp_path / f"set{suffix}")
    assert is_archive(archive)
    target = tmp_path / "deep" / "target"
    (refusal,) = unpack(archive, target, LIMITS)
    assert says in refusal.problem
    assert [path.name for path in target.rglob("*")] == ["good.txt"]
    assert (target / "good.txt").read_text(encoding="utf-8") == "good"
    assert not list(tmp_path.rglob("out.txt"))


def test_an_archive_that_would_fill_the_disk_is_stopped(tmp_path: Path) -> None:
    parts = {f"{n}.txt": b"\0" * 4_000 for n in range(20)}
    archive = zipped(tmp_path / "set.zip", **parts)
    with pytest.raises(SampleError, match="unpacks to too much"):
        unpack(archive, tmp_path / "target", LIMITS)


@pytest.mark.parametrize("name", ["set.zip", "set.tar.gz"])
def test_half_an_archive_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04 not whole")
    with pytest.raises(SampleError, match="no whole archive"):
        unpack(tmp_path / name, tmp_path / "target", LIMITS)


def exported(store: SampleStore, folder: Path, name: str) -> Path:
    """Export two pictures, one helmet each, and forget what only we know."""
    work = intake(store)
    for number in range(2):
        work.take(draft(picture(folder / f"{number}.png", number, (80, 60)), [label("helmet")]))
    export(store, store.select(), folder / "out", name)
    (folder / "out" / FILE).unlink()
    return folder / "out"


def one_of(folder: Path, pattern: str) -> Path:
    return min(folder.rglob(pattern))


@pytest.mark.parametrize("name", ["yolo", "coco", "voc", "cvat", "label-studio"])
def test_a_damaged_picture_is_listed_and_the_other_comes_in(
    store: SampleStore, tmp_path: Path, name: str
) -> None:
    out = exported(store, tmp_path, name)
    damaged = one_of(out, "*.png")
    damaged.write_bytes(damaged.read_bytes()[:60])
    with SampleStore.open(tmp_path / "two", create=True) as two:
        work = intake(two)
        import_format(out, name, STATED, work)
        assert len(work.added) == 1
        assert len(work.refused) == 1
        assert damaged.stem in work.refused[0].file


def test_a_bad_line_of_yolo_refuses_its_picture_alone(store: SampleStore, tmp_path: Path) -> None:
    out = exported(store, tmp_path, "yolo")
    bad = one_of(out / "obj_train_data", "*.txt")
    bad.write_text("99 0.5 0.5 0.1 0.1\n", encoding="utf-8")
    with SampleStore.open(tmp_path / "two", create=True) as two:
        work = intake(two)
        import_format(out, "yolo", STATED, work)
        assert len(work.added) == 1
        assert bad.stem in work.refused[0].file


def test_a_set_of_ultralytics_comes_in_with_its_splits(store: SampleStore, tmp_path: Path) -> None:
    for number, part in enumerate(("train", "valid", "test")):
        picture(tmp_path / f"set/{part}/images/{number}.png", number)
        (tmp_path / f"set/{part}/labels").mkdir(parents=True)
        text = "1 0.5 0.5 0.2 0.2\n" if number else ""
        (tmp_path / f"set/{part}/labels/{number}.txt").write_text(text, encoding="utf-8")
    (tmp_path / "set/data.yaml").write_text("names: [person, helmet]\n", encoding="utf-8")
    work = intake(store)
    import_format(tmp_path / "set", "yolo", STATED, work)
    assert work.refused == []
    got = {s.provenance.path: (s.split, [b.label for b in s.labels]) for s in store.select()}
    assert got == {
        "train/0.png": ("train", []),
        "valid/1.png": ("val", ["helmet"]),
        "test/2.png": (None, ["helmet"]),
    }


def test_a_class_that_the_catalogue_does_not_know_is_named(
    store: SampleStore, tmp_path: Path
) -> None:
    out = exported(store, tmp_path, "coco")
    file = one_of(out / "annotations", "*.json")
    file.write_text(file.read_text("utf-8").replace('"helmet"', '"top_hat"'), encoding="utf-8")
    with SampleStore.open(tmp_path / "two", create=True) as two:
        work = intake(two)
        import_format(out, "coco", STATED, work)
        assert work.added == []
        assert {r.problem for r in work.refused} == {
            "unknown class top_hat; add to labels.yaml or map it"
        }


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda task: task.pop("data"), "malformed"),
        (lambda task: result(task).update(type="polygonlabels"), "has polygonlabels"),
        (lambda task: result(task)["value"].update(rotation=12), "a turned rectangle"),
        (lambda task: result(task)["value"].update(width=400), "is not inside"),
        (lambda task: result(task)["value"].update(x="left"), "malformed"),
        (lambda task: task["data"].update(image="/data/?d=images/..", sha256=""), "leads out"),
    ],
)
def test_a_bad_task_is_named_and_the_other_comes_in(
    store: SampleStore, tmp_path: Path, change: Callable[[dict[str, object]], object], says: str
) -> None:
    out = exported(store, tmp_path, "label-studio")
    tasks = json.loads((out / TASKS).read_text(encoding="utf-8"))
    change(tasks[0])
    (out / TASKS).write_text(json.dumps(tasks), encoding="utf-8")
    with SampleStore.open(tmp_path / "two", create=True) as two:
        work = intake(two)
        import_format(out, "label-studio", STATED, work)
        assert len(work.added) == 1
        assert says in str(work.refused[0])


def result(task: dict[str, object]) -> dict[str, dict[str, object]]:
    return task["annotations"][0]["result"][0]  # type: ignore[index, no-any-return]


def test_labels_of_a_picture_that_is_nowhere_are_refused(
    store: SampleStore, tmp_path: Path
) -> None:
    out = exported(store, tmp_path, "label-studio")
    one_of(out / "images", "*.png").unlink()
    with SampleStore.open(tmp_path / "two", create=True) as two:
        work = intake(two)
        import_format(out, "label-studio", STATED, work)
        assert len(work.added) == 1
        assert "neither here nor in the library" in str(work.refused[0])


@pytest.mark.parametrize("name", ["yolo", "coco", "voc", "cvat", "label-studio"])
def test_a_folder_of_another_kind_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.txt").write_text("nothing here", encoding="utf-8")
    with pytest.raises(SampleError, match=r"cannot be read as|no Label Studio tasks"):
        read_format(tmp_path, name)


def test_a_sidecar_that_cannot_be_read_stops_the_import(store: SampleStore, tmp_path: Path) -> None:
    out = exported(store, tmp_path, "coco")
    (out / FILE).write_text('{"schema": "other/1"}\n', encoding="utf-8")
    with pytest.raises(SampleError, match="export again, or remove it"):
        import_format(out, "coco", STATED, intake(store))
