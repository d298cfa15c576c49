import numpy as np
import pytest
from numpy.typing import NDArray

from edge.inference.decoders.suppression import suppress
from edge.inference.decoders.yolo_anchor_free import YoloAnchorFree
from edge.inference.letterbox import Letterbox, fit
from hazard_library.registry.card import ModelInput


def _input(**changes: object) -> ModelInput:
    fields: dict[str, object] = {
        "name": "images",
        "width": 416,
        "height": 416,
        "colour": "RGB",
        "scale": 255,
        "layout": "NCHW",
        "fit": "letterbox-centre",
        "pad": 114,
    }
    return ModelInput.model_validate(fields | changes)


def _iou(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    inner = max(0.0, float(width)) * max(0.0, float(height))
    areas = [float((box[2] - box[0]) * (box[3] - box[1])) for box in (one, other)]
    return inner / (sum(areas) - inner)


def _plainly_suppressed(
    boxes: NDArray[np.float32],
    scores: NDArray[np.float32],
    classes: NDArray[np.intp],
    overlap: float,
) -> list[int]:
    kept: list[int] = []
    for one in sorted(range(len(boxes)), key=lambda i: -scores[i]):
        rivals = [other for other in kept if classes[other] == classes[one]]
        if all(_iou(boxes[one], boxes[other]) <= overlap for other in rivals):
            kept.append(one)
    return kept


@pytest.mark.parametrize("seed", range(5))
def test_suppression_keeps_what_the_plain_loop_keeps(seed: int) -> None:
    chance = np.random.default_rng(seed)
    low = chance.uniform(0, 300, (200, 2))
    boxes = np.hstack([low, low + chance.uniform(20, 120, (200, 2))]).astype(np.float32)
    scores = chance.random(200).astype(np.float32)
    classes = chance.integers(0, 3, 200)
    kept = suppress(boxes, scores, classes, 0.45, 300)
    assert kept.tolist() == _plainly_suppressed(boxes, scores, classes, 0.45)


def test_suppression_stops_at_the_most_boxes_asked_for() -> None:
    boxes = np.array([[i * 50, 0, i * 50 + 40, 40] for i in range(10)], np.float32)
    kept = suppress(boxes, np.linspace(1, 0.1, 10, dtype=np.float32), np.zeros(10, np.intp), 0.5, 4)
    assert kept.tolist() == [0, 1, 2, 3]


def test_each_class_has_its_own_threshold_and_a_place_may_hold_two() -> None:
    output = np.zeros((1, 6, 2), np.float32)
    output[0, :4, 0] = (50, 60, 20, 40)
    output[0, 4:, 0] = (0.45, 0.25)
    output[0, :4, 1] = (200, 60, 20, 40)
    output[0, 4:, 1] = (0.35, 0.1)
    decoder = YoloAnchorFree(np.array([0.4, 0.2], np.float32), 0.5)
    found = decoder.decode(output)
    assert found.classes.tolist() == [0, 1]
    assert found.boxes[0].tolist() == [40, 40, 60, 80]


@pytest.mark.parametrize("is_fitted", [False, True])
@pytest.mark.parametrize("size", [(768, 576), (1920, 1080), (333, 517), (416, 416), (10, 900)])
@pytest.mark.parametrize("place", ["letterbox-centre", "letterbox-top-left"])
def test_the_corners_of_a_picture_come_back_from_the_input_as_they_were(
    *, size: tuple[int, int], place: str, is_fitted: bool
) -> None:
    put = fit(*size, _input(fit=place), is_fitted=is_fitted)
    inside = np.array(
        [[put.left, put.top, put.left + put.inner_width, put.top + put.inner_height]], np.float32
    )
    back = put.to_picture(inside)[0]
    assert put.left >= 0
    rows, columns = put.shape
    assert max(rows, columns) == 416
    assert put.left + put.inner_width <= columns
    assert put.top + put.inner_height <= rows
    assert np.abs(back - (0, 0, *size)).max() <= 0.5 / put.scale + 0.01


def test_the_tensor_has_the_cards_colour_order_scale_and_padding() -> None:
    pixels = np.zeros((208, 416, 3), np.uint8)
    pixels[:, :] = (255, 102, 51)
    rgb, _ = Letterbox(_input()).fill(pixels)
    assert rgb.shape == (1, 3, 416, 416)
    assert rgb[0, :, 208, 208].tolist() == pytest.approx([0.2, 0.4, 1.0])
    assert rgb[0, :, 0, 0].tolist() == pytest.approx([114 / 255] * 3)
    bgr, _ = Letterbox(_input(colour="BGR", scale=1, fit="letterbox-top-left")).fill(pixels)
    assert bgr[0, :, 0, 0].tolist() == [255, 102, 51]
    assert bgr[0, :, 300, 0].tolist() == [114, 114, 114]


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ((1280, 720), (256, 416)),
        ((720, 1280), (416, 256)),
        ((704, 576), (352, 416)),
        ((9, 9), (416, 416)),
    ],
)
def test_a_fitted_input_is_the_least_that_holds_the_picture_and_pads_the_rest(
    size: tuple[int, int], shape: tuple[int, int]
) -> None:
    pixels = np.full((size[1], size[0], 3), 255, np.uint8)
    tensor, place = Letterbox(_input(), is_fitted=True).fill(pixels)
    assert tensor.shape[2:] == place.shape == shape
    padded = np.count_nonzero(tensor[0, 0] < 1)
    assert padded == shape[0] * shape[1] - place.inner_width * place.inner_height
    assert padded < 32 * max(shape)


def test_a_change_of_resolution_leaves_nothing_of_the_picture_before() -> None:
    letterbox = Letterbox(_input())
    letterbox.fill(np.full((416, 416, 3), 255, np.uint8))
    wide, _ = letterbox.fill(np.full((208, 416, 3), 255, np.uint8))
    assert wide[0, 0, 50, 200] == pytest.approx(114 / 255)
