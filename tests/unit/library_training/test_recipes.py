"""A recipe says everything about a run; the schedule ends when steps or time are used up."""

from pathlib import Path

import pytest
import yaml

from hazard_library.errors import TrainingError
from hazard_library.training.recipe import read_recipe
from hazard_library.training.schedule import average_decay, progress, rate_factor

RECIPES = Path(__file__).parents[3] / "configs" / "training"
RECIPE = RECIPES / "site-hazards.yaml"


def changed(folder: Path, **fields: object) -> Path:
    """Write the project's recipe with some fields changed."""
    content = yaml.safe_load(RECIPE.read_text(encoding="utf-8")) | fields
    file = folder / "recipe.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return file


def test_the_recipe_of_the_project_is_a_recipe() -> None:
    recipe = read_recipe(RECIPE)
    assert recipe.labels == ("person", "helmet", "no_helmet", "fire", "smoke")
    for item in recipe.data.absence_lists:
        assert (RECIPE.parent / item.list).is_file()


@pytest.mark.parametrize("name", ["ppe", "fire-smoke", "site"])
def test_a_released_detector_ends_by_steps_and_starts_from_a_known_file(name: str) -> None:
    recipe = read_recipe(RECIPES / f"{name}.yaml")
    # A time box would end at another step on another machine.
    assert recipe.schedule.budget_s is None
    for item in recipe.machine_labels:
        assert (RECIPES / item.list).is_file()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("colour", "red", "colour"),
        ("input", 400, "multiple of 32"),
        ("exclusive", [["helmet", "cap"]], "not in labels"),
        ("schema", "training-recipe/2", "schema"),
    ],
)
def test_a_recipe_that_does_not_fit_names_the_field(
    tmp_path: Path, field: str, value: object, says: str
) -> None:
    with pytest.raises(TrainingError, match=says):
        read_recipe(changed(tmp_path, **{field: value}))


def test_an_epoch_belongs_to_the_last_stage_that_has_begun(tmp_path: Path) -> None:
    stages = [{"from_epoch": 0}, {"from_epoch": 3, "frozen_layers": 5}]
    recipe = read_recipe(changed(tmp_path, stages=stages))
    assert [recipe.stage(epoch).frozen_layers for epoch in (0, 2, 3, 9)] == [0, 0, 5, 5]


@pytest.mark.parametrize("starts", [[1], [0, 0], [0, 4, 2]])
def test_stages_out_of_order_are_refused(tmp_path: Path, starts: list[int]) -> None:
    stages = [{"from_epoch": start} for start in starts]
    with pytest.raises(TrainingError, match="from_epoch must rise from 0"):
        read_recipe(changed(tmp_path, stages=stages))


def test_a_missing_recipe_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="not a training recipe"):
        read_recipe(tmp_path / "none.yaml")


def test_progress_is_the_further_of_steps_and_time() -> None:
    assert progress(10, 100, elapsed_s=50, budget_s=100) == 0.5
    assert progress(80, 100, elapsed_s=50, budget_s=100) == 0.8
    assert progress(80, 100, elapsed_s=500, budget_s=100) == 1.0


def test_the_rate_rises_then_falls_to_its_end() -> None:
    def factor(done: float, step: int) -> float:
        return rate_factor(done, step, warmup_steps=10, final=0.01)

    assert factor(0.0, 0) == pytest.approx(0.1)
    assert factor(0.0, 9) == pytest.approx(1.0)
    assert factor(0.5, 500) == pytest.approx(0.505)
    assert factor(1.0, 999) == pytest.approx(0.01)


def test_the_average_follows_quickly_at_first_and_slowly_later() -> None:
    assert average_decay(1, 0.998) < 0.2
    assert average_decay(100_000, 0.998) == 0.998
