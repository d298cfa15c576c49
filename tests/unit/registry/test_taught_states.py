"""A taught state is its pictures: compared alike wherever they lie, refused once they changed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from library_samples import intake

from hazard_library.errors import RegistryError, SampleError
from hazard_library.registry.feature_network import FeatureNetwork, open_network
from hazard_library.registry.region_comparison import LEAST_THRESHOLD, learn, remembered, see
from hazard_library.registry.region_pictures import cells_inside, corners_px, cut_region
from hazard_library.registry.state_versions import VERSIONS, versions_of
from hazard_library.registry.taught_samples import import_taught
from hazard_library.registry.taught_state import (
    CARD,
    NetworkUsed,
    Pixels,
    ReferencePicture,
    TaughtState,
    load_taught,
    png_of,
    sha256_of,
    write_taught,
)
from hazard_library.samples.review import State
from hazard_library.samples.sample import Kind, Licence, LicenceClass
from hazard_library.samples.store import SampleStore

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
LICENCE = Licence(text="our own camera", kind=LicenceClass.OWN)


def look(seed: int, *, thing: bool = True) -> Pixels:
    """A wall of bricks with a striped box on it, RGB, seen through a little noise."""
    rows, columns = np.mgrid[0:160, 0:120]
    wall = (120 + 30 * ((rows // 16 + columns // 24) % 2)).astype(np.float32)
    pixels = np.repeat(wall[..., None], 3, axis=2)
    if thing:
        cv2.rectangle(pixels, (40, 50), (80, 120), (190, 60, 50), -1)
        cv2.rectangle(pixels, (46, 60), (74, 70), (240, 240, 235), -1)
        cv2.circle(pixels, (60, 95), 10, (40, 40, 160), -1)
    noise = np.random.default_rng(seed).normal(0, 4, pixels.shape)
    return np.asarray(np.clip(pixels + noise, 0, 255), np.uint8)


@pytest.fixture(scope="module")
def network() -> FeatureNetwork:
    return open_network("state-features")[1]


def taught(folder: Path, hazards: tuple[str, ...] = ("EQP-01",)) -> TaughtState:
    files = {f"normal-{n:02d}.png": png_of(look(n)) for n in range(1, 4)}
    state = TaughtState(
        name="guard",
        camera="press",
        region=SQUARE,
        width=640,
        height=480,
        hazards=hazards,
        network=NetworkUsed(name="state-features", version="0.1.0", sha256="0" * 64),
        threshold=2.2,
        spreads=(0.1, 0.1, 0.1),
        taught_by="wang",
        taught_at=NOW,
        pictures=tuple(
            ReferencePicture(
                file=name, sha256=sha256_of(data), state="normal", taken_at=NOW, score=0.4
            )
            for name, data in files.items()
        ),
    )
    return write_taught(folder, state, files).state


def test_a_thing_that_is_gone_lies_beyond_the_threshold_and_light_does_not(
    network: FeatureNetwork,
) -> None:
    memory = learn(network, [look(seed) for seed in range(5)], SQUARE).memory
    assert memory.compare(see(network, look(50))).difference < 0.8
    assert memory.compare(see(network, look(51, thing=False))).difference > 1.3
    dim = np.asarray(look(52) * 0.6, np.uint8)
    assert memory.compare(see(network, dim)).difference < 1


def test_the_changed_share_is_about_that_of_the_thing(network: FeatureNetwork) -> None:
    memory = learn(network, [look(seed, thing=False) for seed in range(5)], SQUARE).memory
    assert 0.08 < memory.compare(see(network, look(50))).changed < 0.35
    assert memory.compare(see(network, look(51, thing=False))).changed < 0.02


def test_the_memory_made_again_from_the_pictures_is_the_same(
    network: FeatureNetwork, tmp_path: Path
) -> None:
    pictures = [look(seed) for seed in range(1, 4)]
    learnt = learn(network, pictures, SQUARE)
    taught(tmp_path / "guard")
    again = remembered(
        network,
        load_taught(tmp_path / "guard").pixels("normal"),
        SQUARE,
        learnt.memory.threshold,
        learnt.memory.memory.spreads,
    )
    for one in (look(60), look(61, thing=False)):
        assert again.compare(see(network, one)) == learnt.memory.compare(see(network, one))


def test_pictures_that_differ_much_raise_the_threshold(network: FeatureNetwork) -> None:
    steady = learn(network, [look(seed) for seed in range(4)], SQUARE)
    mixed = [look(1), look(2), look(3, thing=False), look(4)]
    assert steady.memory.threshold == LEAST_THRESHOLD
    assert learn(network, mixed, SQUARE).memory.threshold > LEAST_THRESHOLD
    assert max(steady.own) < 1


def test_what_lies_outside_the_corners_does_not_count(network: FeatureNetwork) -> None:
    left = ((0.0, 0.0), (0.3, 0.0), (0.3, 1.0), (0.0, 1.0), (0.0, 0.5), (1.0, 0.5), (0.0, 0.49))
    normal = [look(seed) for seed in range(4)]
    whole = learn(network, normal, SQUARE).memory
    sliver = learn(network, normal, left).memory
    painted = look(9)
    painted[20:40, 90:115] = (250, 30, 30)
    seen = see(network, painted)
    assert whole.compare(seen).difference > 1.3
    assert sliver.compare(seen).difference < 0.8 * whole.compare(seen).difference


def test_the_likely_other_looks_repeat_for_the_same_picture() -> None:
    one, other = versions_of(look(1)), versions_of(look(1))
    assert len(one) == VERSIONS
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    assert not np.array_equal(versions_of(look(2))[1], one[1])


def test_a_region_is_cut_by_its_frame_and_turned_to_rgb() -> None:
    pixels = np.zeros((100, 200, 3), np.uint8)
    pixels[20:40, 50:100] = (255, 0, 0)
    points = ((0.25, 0.2), (0.5, 0.2), (0.5, 0.4), (0.25, 0.4))
    assert corners_px(points, 200, 100) == (50, 20, 100, 40)
    region = cut_region(pixels, points)
    assert region.shape == (20, 50, 3)
    assert (region == (0, 0, 255)).all()
    assert corners_px(((1.0, 1.0),) * 3, 200, 100) == (199, 99, 200, 100)


def test_the_cells_of_a_triangle_are_half_of_its_frame() -> None:
    inside = cells_inside(((0.2, 0.2), (0.8, 0.2), (0.2, 0.8)))
    assert inside(28, 28).mean() == pytest.approx(0.5, abs=0.05)
    assert inside(28, 28)[0, 0]
    assert not inside(28, 28)[-1, -1]


def test_what_was_taught_before_is_replaced_whole(tmp_path: Path) -> None:
    taught(tmp_path / "guard")
    (tmp_path / "guard" / "left-over.png").write_bytes(b"old")
    taught(tmp_path / "guard")
    assert not (tmp_path / "guard" / "left-over.png").exists()
    assert [one.name for one in tmp_path.iterdir()] == ["guard"]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: (folder / CARD).unlink(), "cannot be read"),
        (lambda folder: (folder / CARD).write_text("threshold: none\n"), "teach the state anew"),
        (lambda folder: (folder / "normal-02.png").unlink(), "restore it or teach the state anew"),
        (lambda folder: (folder / "normal-02.png").write_bytes(b"x"), "not the picture that"),
    ],
)
def test_a_damaged_state_is_refused_with_its_remedy(
    spoil: object, says: str, tmp_path: Path
) -> None:
    taught(tmp_path / "guard")
    spoil(tmp_path / "guard")  # type: ignore[operator]
    with pytest.raises(RegistryError, match=says):
        load_taught(tmp_path / "guard")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SampleStore]:
    with SampleStore.open(tmp_path / "library", create=True) as opened:
        yield opened


def test_reference_pictures_come_into_the_library_as_proposals(
    store: SampleStore, tmp_path: Path
) -> None:
    taught(tmp_path / "taught" / "press" / "guard")
    work = intake(store)
    import_taught(tmp_path / "taught", LICENCE, work)
    assert (len(work.added), work.refused) == (3, [])
    for digest in work.added:
        sample = store.find(digest)
        assert sample is not None
        assert (sample.kind, sample.state) == (Kind.REFERENCE, State.PROPOSED)
        assert sample.reference is not None
        assert (sample.reference.hazard, sample.reference.camera) == ("EQP-01", "press")
        assert sample.group == "press/guard"
    again = intake(store)
    import_taught(tmp_path / "taught", LICENCE, again)
    assert (again.added, len(again.unchanged)) == ([], 3)


def test_a_state_of_no_hazard_and_a_folder_without_any_are_refused(
    store: SampleStore, tmp_path: Path
) -> None:
    taught(tmp_path / "taught" / "press" / "guard", hazards=())
    work = intake(store)
    import_taught(tmp_path / "taught", LICENCE, work)
    assert [one.field for one in work.refused] == ["hazards"]
    with pytest.raises(SampleError, match=r"no taught.yaml here or below"):
        import_taught(tmp_path / "library", LICENCE, work)
