"""A look is as strange as its strangest cells, measured by how much normal looks differ."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from pydantic import ValidationError

from hazard_library.bundle import configs_root, models_root
from hazard_library.errors import CardInvalid, HashMismatch
from hazard_library.evaluation.state_figures import Scored, aurocs, shares_above, thresholds
from hazard_library.evaluation.state_material import FilmRegion, cut, inside, read_states
from hazard_library.evaluation.state_scenes import (
    CHANGES,
    HARMLESS,
    MARGIN,
    Scene,
    changed_look,
    harmless_look,
    taught_looks,
)
from hazard_library.registry.feature_network import (
    feature_network,
    open_network,
    prepared,
    self_test_difference,
)
from hazard_library.registry.features import FeatureInput, FeaturePackage, load_features
from hazard_library.registry.state_memory import (
    FINEST_GRID,
    Look,
    describe,
    distances,
    map_scores,
    remember,
    score,
    strangeness,
)

RNG = np.random.default_rng


def texture(seed: int = 1, noise: float = 0.0) -> Look:
    """One map of 8 channels on 14 x 14 cells, the same for every seed but for its noise."""
    base = RNG(0).random((8, 14, 14)).astype(np.float32)
    return describe([base + noise * RNG(seed).normal(size=base.shape).astype(np.float32)])


def memory_of(noise: float = 0.05):  # noqa: ANN201 - a test's helper
    return remember([[texture(seed, noise)] for seed in range(6)])


def test_a_normal_look_scores_about_one() -> None:
    scores = [score(texture(100 + seed, 0.05), memory_of()) for seed in range(10)]
    assert 0.8 < float(np.mean(scores)) < 1.2


def test_what_stands_elsewhere_scores_high_though_nothing_else_changed() -> None:
    (grid,) = texture()
    moved = grid.copy()
    moved[3:6, 3:6] = grid[9:12, 9:12]
    assert score((moved,), memory_of()) > 3


def test_a_step_of_one_cell_is_forgiven_and_one_of_three_is_not() -> None:
    memory = memory_of()
    (grid,) = texture()
    near, far = (np.roll(grid, step, 1)[:, 3:-3] for step in (1, 3))
    places = memory.patches[0][:, 3:-3]
    assert float(distances(near, places).mean()) < 0.3 * float(distances(far, places).mean())


def test_brightness_alone_changes_nothing() -> None:
    bright = describe([3 * RNG(0).random((8, 14, 14)).astype(np.float32)])
    np.testing.assert_allclose(bright[0], texture()[0], atol=1e-5)


def test_a_cell_where_nothing_answers_is_like_another_such_cell() -> None:
    dark = describe([np.zeros((4, 14, 14), np.float32)])
    memory = remember([[dark], [dark]])
    assert score(dark, memory) < 1.5


def test_each_map_counts_in_units_of_its_own_spread() -> None:
    fine, coarse = RNG(1).random((4, 28, 28)), RNG(2).random((4, 14, 14))

    def look(seed: int) -> Look:
        noise = RNG(seed)
        maps = [fine + 0.2 * noise.normal(size=fine.shape), coarse + 0.01 * noise.random()]
        return describe([one.astype(np.float32) for one in maps])

    memory = remember([[look(seed)] for seed in range(5)])
    one, other = map_scores(strangeness(look(50), memory), memory.inside)
    assert 0.5 < one < 1.5
    assert 0.1 < other < 5
    assert score(look(50), memory) == pytest.approx((one + other) / 2)


def test_versions_of_one_picture_do_not_make_it_look_steady() -> None:
    alone = remember([[texture(seed, 0.05)] for seed in range(4)])
    doubled = remember([[texture(seed, 0.05)] * 2 for seed in range(4)])
    assert doubled.spreads == pytest.approx(alone.spreads)


def test_a_map_finer_than_the_finest_grid_is_averaged_onto_it() -> None:
    (grid,) = describe([np.ones((3, 2 * FINEST_GRID, 2 * FINEST_GRID), np.float32)])
    assert grid.shape == (FINEST_GRID, FINEST_GRID, 3)


def test_one_picture_is_no_memory() -> None:
    with pytest.raises(ValueError, match="1 normal pictures: two at least"):
        remember([[texture()]])


def test_the_share_of_pairs_in_the_right_order() -> None:
    normal = Scored(np.array([1.0, 2.0, 3.0, 4.0]), np.zeros(4, np.int64))
    changed = Scored(np.array([2.5, 4.0]), np.zeros(2, np.int64))
    one = np.ones((1, 1))
    assert aurocs(normal, changed, one)[0] == pytest.approx((2 + 3.5) / 8)


def test_a_scene_drawn_twice_counts_twice_and_one_left_out_counts_never() -> None:
    normal = Scored(np.array([1.0, 5.0]), np.array([0, 1]))
    changed = Scored(np.array([3.0, 3.0]), np.array([0, 1]))
    weights = np.array([[1.0, 1.0], [2.0, 0.0], [0.0, 2.0]])
    assert aurocs(normal, changed, weights).tolist() == [0.5, 1.0, 0.0]


def test_at_most_the_stated_share_of_normal_looks_passes_the_threshold() -> None:
    scores = RNG(3).random(1000)
    normal = Scored(scores, np.arange(1000) % 10)
    limit = thresholds(normal, np.ones((1, 10)))
    assert shares_above(normal, limit, np.ones((1, 10)))[0] == pytest.approx(0.01)


def drawn_scene(hue: int) -> Scene:
    frame = np.full((120, 100, 3), 120, np.uint8)
    frame[::7] = 90
    cv2.rectangle(frame, (35, 40), (65, 90), (hue, 255 - hue, 40), -1)
    cv2.circle(frame, (50, 55), 9, (250, 250, 250), -1)
    return Scene(str(hue), "drawn", "AGPL-3.0-or-later", (frame,), (33, 38, 67, 92))


SCENES = [drawn_scene(hue) for hue in (20, 120, 230)]


@pytest.mark.parametrize("change", CHANGES)
def test_a_composed_change_is_more_than_light_and_repeats_by_its_seed(change: str) -> None:
    one, other = (changed_look(SCENES[0], change, SCENES[1:], RNG(5)) for _ in range(2))  # type: ignore[arg-type]
    assert np.array_equal(one, other)
    plain = harmless_look(SCENES[0], "light", RNG(5))
    assert one.shape == plain.shape == (120 - 2 * MARGIN, 100 - 2 * MARGIN, 3)
    differing = np.abs(one.astype(int) - plain).max(-1)[36:90, 31:65] > 60
    assert differing.mean() > 0.02


@pytest.mark.parametrize("how", HARMLESS)
def test_harmless_looks_keep_the_size_of_the_region(how: str) -> None:
    look = harmless_look(SCENES[0], how, RNG(1))  # type: ignore[arg-type]
    assert look.shape == taught_looks(SCENES[0], RNG(1))[0].shape


def test_a_region_at_the_border_keeps_its_margin() -> None:
    pixels = RNG(0).integers(0, 255, (50, 60, 3)).astype(np.uint8)
    region = (0, 0, 30, 20)
    frame = cut(pixels, region)
    assert np.array_equal(frame[MARGIN:-MARGIN, MARGIN:-MARGIN], pixels[:20, :30])
    assert inside((5, 5, 10, 10), region) == (5 + MARGIN, 5 + MARGIN, 10 + MARGIN, 10 + MARGIN)


def test_what_the_films_show_fits_together() -> None:
    states = read_states(configs_root() / "evaluation" / "equipment-states.yaml")
    regions = {one.id: one for film in states.films.values() for one in film}
    assert regions["bottle-left"].state_at(9.0) == "abnormal"
    assert regions["bottle-left"].state_at(6.5) is None
    assert regions["table"].state_at(30.0) == "covered"


def test_a_moment_in_two_states_is_refused() -> None:
    spans = {"taught": (0, 2), "normal": ((2, 5),), "abnormal": ((4, 6),)}
    with pytest.raises(ValidationError, match="overlap; one state at a time"):
        FilmRegion.model_validate(
            {"id": "a", "region": (0, 0, 9, 9), "thing": (1, 1, 5, 5), **spans}
        )


def test_colour_order_and_scale_are_those_of_the_card() -> None:
    red = np.zeros((10, 20, 3), np.uint8)
    red[..., 0] = 255
    rgb = FeatureInput(name="images", side=32, colour="RGB", scale=255)
    bgr = FeatureInput(name="images", side=32, colour="BGR", scale=1)
    assert prepared(red, rgb)[0, :, 0, 0].tolist() == [1, 0, 0]
    assert prepared(red, bgr)[0, :, 0, 0].tolist() == [0, 0, 255]
    assert prepared(red, rgb).shape == (1, 3, 32, 32)


@pytest.fixture(scope="module")
def shipped() -> FeaturePackage:
    return load_features(models_root() / "state-features" / "0.1.0")


def test_the_shipped_package_opens_and_its_self_test_holds(shipped: FeaturePackage) -> None:
    network = feature_network(shipped.model_file, shipped.card.input)
    assert network.names == tuple(one.name for one in shipped.card.maps)
    difference = self_test_difference(shipped, network)
    assert difference <= shipped.card.self_test[0].tolerance


def test_the_shipped_package_is_opened_by_its_name() -> None:
    package, network = open_network("state-features")
    assert set(network.names) == {one.name for one in package.card.maps}


def test_the_self_test_notices_swapped_colours(shipped: FeaturePackage) -> None:
    swapped = shipped.card.input.model_copy(update={"colour": "BGR"})
    network = feature_network(shipped.model_file, swapped)
    assert self_test_difference(shipped, network) > shipped.card.self_test[0].tolerance


def test_the_shipped_card_says_what_it_needs_to(shipped: FeaturePackage) -> None:
    card = shipped.card
    assert card.licence == "AGPL-3.0-or-later"
    assert card.bytes == shipped.model_file.stat().st_size <= 12_000_000
    assert [list(one.shape) for one in card.outputs] == [
        [1, one.channels, card.input.side // one.stride, card.input.side // one.stride]
        for one in card.maps
    ]
    texts = [card.title, card.purpose, card.figures.method, *card.limits]
    assert all(one.zh and one.en for one in texts)
    assert set(card.figures.kinds) == set(CHANGES)


def test_a_changed_file_is_refused(shipped: FeaturePackage, tmp_path: Path) -> None:
    text = (shipped.folder / "card.yaml").read_text(encoding="utf-8")
    (tmp_path / "card.yaml").write_text(text, encoding="utf-8")
    (tmp_path / shipped.card.file).write_bytes(shipped.model_file.read_bytes() + b"x")
    with pytest.raises(HashMismatch, match="install the package again"):
        load_features(tmp_path)


def test_a_detectors_card_is_refused() -> None:
    with pytest.raises(CardInvalid, match="kind"):
        load_features(models_root() / "site-hazards" / "0.1.0")
