"""A checkpoint is opened only if it is the one the recipe names, and its tensors must fit."""

import hashlib
from pathlib import Path

import pytest
import torch
from torch import nn

from hazard_library.errors import TrainingError
from hazard_library.training.initial_weights import carry_over, read_tensors
from hazard_library.training.recipe import InitialWeights


def spec_of(file: Path) -> InitialWeights:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return InitialWeights(file=file.name, sha256=digest, licence="AGPL-3.0", tensors=2)


def layers() -> nn.Sequential:
    return nn.Sequential(nn.Linear(3, 2), nn.Sequential(nn.Linear(2, 1, bias=False)))


def test_tensors_come_out_by_dotted_name_as_float32(tmp_path: Path) -> None:
    file = tmp_path / "w.pt"
    torch.save({"ema": None, "model": layers().half()}, file)
    tensors = read_tensors(spec_of(file), tmp_path)
    assert sorted(tensors) == ["0.bias", "0.weight", "1.0.weight"]
    assert {tensor.dtype for tensor in tensors.values()} == {torch.float32}


def test_another_file_than_the_recipe_names_is_not_opened(tmp_path: Path) -> None:
    file = tmp_path / "w.pt"
    torch.save({"ema": None, "model": layers()}, file)
    spec = spec_of(file)
    file.write_bytes(b"cos\nsystem\n(S'exit 1'\ntR.")
    with pytest.raises(TrainingError, match="not opened"):
        read_tensors(spec, tmp_path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    spec = InitialWeights(file="none.pt", sha256="0" * 64, licence="", tensors=1)
    with pytest.raises(TrainingError, match=r"none\.pt: cannot be read"):
        read_tensors(spec, tmp_path)


def test_tensors_of_equal_name_and_shape_go_over() -> None:
    target = layers()
    tensors = {"0.weight": torch.ones(2, 3), "0.bias": torch.ones(5), "x": torch.ones(1)}
    assert carry_over(tensors, target, expected=1) == 1
    assert bool((target.state_dict()["0.weight"] == 1).all())


def test_another_number_of_fitting_tensors_is_refused() -> None:
    with pytest.raises(TrainingError, match="1 tensors fit the network, not 342"):
        carry_over({"0.weight": torch.ones(2, 3)}, layers(), expected=342)
