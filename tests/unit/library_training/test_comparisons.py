"""A comparison's runs differ from the recipe by what is written, and in nothing else."""

from pathlib import Path

import pytest
import yaml

from hazard_library.errors import TrainingError
from hazard_library.training.comparison import merged, read_comparison, recipe_of
from hazard_library.training.recipe import Recipe

CONFIGS = Path(__file__).parents[3] / "configs" / "training"
COMMITTED = sorted(CONFIGS.glob("*.comparison.yaml"))


@pytest.mark.parametrize("file", COMMITTED, ids=lambda file: file.stem)
def test_every_run_of_the_project_is_a_recipe(file: Path) -> None:
    comparison = read_comparison(file)
    base = Recipe.model_validate(recipe_of(comparison, "base", file.parent))
    # A release has seen every source: what it makes of one left out would say nothing.
    assert base.initial_weights.kind == "checkpoint"
    assert base.leave_out == ()
    for name in comparison.runs:
        run = Recipe.model_validate(recipe_of(comparison, name, file.parent))
        assert run.schedule == base.schedule
        assert (run == base) is (name == "base")


def test_there_are_comparisons() -> None:
    assert {file.name.partition(".")[0] for file in COMMITTED} == {"ppe", "fire-smoke", "site"}


def test_mappings_are_merged_and_null_takes_out() -> None:
    one = {"a": {"b": 1, "c": 2}, "d": [1]}
    assert merged(one, {"a": {"c": None, "e": 3}, "d": [2]}) == {"a": {"b": 1, "e": 3}, "d": [2]}
    assert one == {"a": {"b": 1, "c": 2}, "d": [1]}


def test_an_unknown_run_lists_those_there_are() -> None:
    with pytest.raises(TrainingError, match=r"no run blue; there are base, without-"):
        recipe_of(read_comparison(COMMITTED[-1]), "blue", CONFIGS)


def test_a_comparison_needs_the_run_that_differs_in_nothing(tmp_path: Path) -> None:
    content = yaml.safe_load(COMMITTED[0].read_text(encoding="utf-8"))
    content["runs"]["base"] = {"seed": 3}
    file = tmp_path / "x.comparison.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(TrainingError, match="the run that differs in nothing"):
        read_comparison(file)


def test_a_run_that_is_no_recipe_is_named(tmp_path: Path) -> None:
    content = yaml.safe_load(COMMITTED[0].read_text(encoding="utf-8"))
    content["runs"]["odd"] = {"colour": "red"}
    file = tmp_path / "x.comparison.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(TrainingError, match=r"run odd: not a training recipe.*\n?colour"):
        recipe_of(read_comparison(file), "odd", CONFIGS)
