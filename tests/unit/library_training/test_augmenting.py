"""What is not known about a picture stays not known wherever the picture is put."""

import numpy as np
import pytest

from hazard_library.datasets.version import Box, Picture
from hazard_library.training.augment import (
    GREY,
    Canvas,
    Placement,
    as_a_camera_sees,
    blank,
    place,
    quarters,
    recolour,
    scatter,
    tile,
    tilted,
)
from hazard_library.training.recipe import Augment

LABELS = ("person", "helmet")
SIDE = 64


def shown(*boxes: Box, known: tuple[str, ...] = LABELS, unsure: tuple[Box, ...] = ()) -> Picture:
    return Picture(
        file="a.jpg",
        sha256="",
        source="",
        licence="",
        split="train",
        width=32,
        height=32,
        known=known,
        boxes=boxes,
        unsure=unsure,
    )


def at(left: float, top: float, scale: float = 1.0, *, mirrored: bool = False) -> Placement:
    return Placement(scale, scale, left, top, mirrored, (0, 0, SIDE, SIDE))


def put(picture: Picture, where: Placement) -> Canvas:
    pixels = np.zeros((32, 32, 3), np.uint8)
    pixels[:, :16] = 200
    return place(blank(SIDE, len(LABELS)), pixels, picture, LABELS, where)


def person(cx: float = 0.25, cy: float = 0.5, side: float = 0.5) -> Box:
    return Box(label="person", cx=cx, cy=cy, w=side, h=side)


def test_a_blank_canvas_is_grey_and_known_to_show_nothing() -> None:
    canvas = blank(SIDE, 2)
    assert (canvas.pixels == GREY).all()
    assert canvas.known.all()
    assert canvas.known.shape == (2, 8, 8)


def test_a_box_moves_with_its_picture() -> None:
    canvas = put(shown(person()), at(16, 8))
    assert canvas.boxes.tolist() == [[0, 16, 16, 32, 32]]
    assert canvas.pixels[20, 20, 0] == 200
    assert canvas.pixels[20, 40, 0] == 0


def test_a_mirrored_picture_has_its_box_on_the_other_side() -> None:
    canvas = put(shown(person()), at(16, 8, mirrored=True))
    assert canvas.boxes.tolist() == [[0, 32, 16, 48, 32]]
    assert canvas.pixels[20, 40, 0] == 200


def test_a_class_the_source_does_not_label_is_not_known_under_the_picture_only() -> None:
    canvas = put(shown(known=("helmet",)), at(16, 8))
    person_known, helmet_known = canvas.known
    assert helmet_known.all()
    assert not person_known[1:5, 2:6].any()
    assert person_known.sum() == 64 - 16


def test_a_box_grown_too_small_becomes_not_known() -> None:
    canvas = put(shown(person(side=0.1)), at(0, 0))
    assert len(canvas.boxes) == 0
    assert not canvas.known[0][1:3, 0:2].all()
    assert canvas.known[1].all()


def test_a_box_mostly_cut_off_becomes_not_known() -> None:
    canvas = put(shown(person()), at(-12, 0))
    assert len(canvas.boxes) == 0
    assert not canvas.known[0][1:3, 0].any()


def test_a_region_of_doubt_is_not_known() -> None:
    canvas = put(shown(unsure=(person(),)), at(0, 0))
    assert len(canvas.boxes) == 0
    assert not canvas.known[0][1:3, 0:2].any()
    assert canvas.known[0].sum() == 64 - 4


def test_a_picture_shrunk_below_a_half_keeps_its_place() -> None:
    canvas = put(shown(person()), at(8, 8, 0.4))
    assert canvas.boxes == pytest.approx(np.array([[0, 8, 11.2, 14.4, 17.6]]))
    assert canvas.pixels[14, 10, 0] == 200
    assert canvas.pixels[14, 18, 0] == 0
    assert canvas.pixels[30, 30, 0] == GREY


def test_the_quarters_of_a_mosaic_cover_the_canvas_once() -> None:
    for seed in range(20):
        cover = np.zeros((SIDE, SIDE), np.int64)
        for x1, y1, x2, y2 in quarters(np.random.default_rng(seed), SIDE):
            cover[y1:y2, x1:x2] += 1
        assert (cover == 1).all()


def test_a_tile_does_not_reach_out_of_its_window() -> None:
    window = (0, 0, 32, 64)
    for seed in range(20):
        where = tile(np.random.default_rng(seed), (32, 32), window, Augment())
        canvas = put(shown(person(), known=()), where)
        assert (canvas.pixels[:, 32:] == GREY).all()
        assert canvas.known[:, :, 4:].all()
        assert (canvas.boxes[:, 3] <= 32).all()


def test_equal_seeds_give_equal_canvases() -> None:
    def canvas() -> Canvas:
        rng = np.random.default_rng(7)
        drawn = put(shown(person()), scatter(rng, (32, 32), SIDE, Augment()))
        return Canvas(recolour(rng, drawn.pixels, Augment()), drawn.known, drawn.boxes)

    assert np.array_equal(canvas().pixels, canvas().pixels)
    assert np.array_equal(canvas().boxes, canvas().boxes)


def test_a_turned_canvas_keeps_its_things_where_its_pixels_are() -> None:
    canvas = put(picture_of_a_square(), at(16, 16))
    turned = tilted(np.random.default_rng(3), canvas, Augment(tilt=12))
    bright = np.argwhere(turned.pixels[..., 0] > 190)
    top, left = bright.min(0)
    bottom, right = bright.max(0)
    assert len(turned.boxes) == 1
    _, x1, y1, x2, y2 = turned.boxes[0]
    assert abs(x1 - left) < 3
    assert abs(y1 - top) < 3
    assert abs(x2 - right) < 3
    assert abs(y2 - bottom) < 3


def picture_of_a_square() -> Picture:
    return shown(person(cx=0.25, cy=0.5, side=0.5).model_copy(update={"h": 1.0}))


def test_a_turn_never_makes_known_what_was_not() -> None:
    canvas = put(shown(known=("person",)), at(16, 16))
    turned = tilted(np.random.default_rng(3), canvas, Augment(tilt=12))
    helmets = LABELS.index("helmet")
    assert (~turned.known[helmets]).sum() >= (~canvas.known[helmets]).sum()
    assert turned.known[LABELS.index("person")].all()


def test_without_a_tilt_nothing_turns() -> None:
    canvas = put(shown(person()), at(16, 16))
    assert tilted(np.random.default_rng(0), canvas, Augment()) is canvas


@pytest.mark.parametrize("change", ["dark", "compressed", "coarse"])
def test_a_poor_camera_changes_pixels_and_keeps_the_shape(change: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (SIDE, SIDE, 3)).astype(np.uint8)
    nothing: dict[str, float] = {"dark": 0, "compressed": 0, "coarse": 0}
    changes = Augment.model_validate(nothing | {change: 1})
    seen = as_a_camera_sees(np.random.default_rng(1), pixels, changes)
    assert seen.shape == pixels.shape
    assert seen.dtype == np.uint8
    assert (seen != pixels).mean() > 0.5
    if change == "dark":
        assert seen.mean() < pixels.mean()
