"""A box runs only models that a trusted key signed, where keys lie beside the models."""

from pathlib import Path

import pytest

from edge.errors import ModelRejected
from edge.inference.loading import open_backend
from edge.inference.site_models import find_packages, open_models
from edge.testing.painted_model import write_painted_package
from hazard_library.registry.signing import generate_key, sign


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Return a folder of models with a trusted key, whose private half lies elsewhere."""
    folder = tmp_path / "models"
    (folder / "trusted").mkdir(parents=True)
    public = generate_key(tmp_path / "release.key")
    public.rename(folder / "trusted" / public.name)
    return folder


def test_a_signed_model_runs(models: Path, tmp_path: Path) -> None:
    package = write_painted_package(models)
    sign(package, tmp_path / "release.key")
    assert open_backend("painted", models).labels == ("person", "helmet", "fire")
    assert open_models(("painted",), models).refused == ()


def test_an_unsigned_model_is_refused_by_name_by_folder_and_for_a_site(models: Path) -> None:
    package = write_painted_package(models)
    for name in ("painted", str(package)):
        with pytest.raises(ModelRejected, match="the package is not signed"):
            open_backend(name, models)
    with pytest.raises(ModelRejected, match="the package is not signed"):
        find_packages(("painted",), models)
    with pytest.raises(ModelRejected, match="the package is not signed"):
        open_models(("painted",), models)


def test_a_signed_model_runs_beside_an_unsigned_one_which_is_named(
    models: Path, tmp_path: Path
) -> None:
    sign(write_painted_package(models), tmp_path / "release.key")
    write_painted_package(models, name="stranger", labels=("smoke",))
    opened = open_models(("painted", "stranger"), models)
    assert [one.card.name for one in opened.packages] == ["painted"]
    assert [one.name for one in opened.refused] == ["stranger"]
    assert "not signed" in opened.refused[0].reason


def test_a_card_changed_after_signing_is_refused(models: Path, tmp_path: Path) -> None:
    package = write_painted_package(models)
    sign(package, tmp_path / "release.key")
    card = package / "card.yaml"
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace("person: 0.5", "person: 0.9"), encoding="utf-8")
    with pytest.raises(ModelRejected, match=r"changed card\.yaml since it was signed"):
        open_backend("painted", models)


def test_where_no_key_lies_the_hashes_are_all_that_is_asked(tmp_path: Path) -> None:
    write_painted_package(tmp_path)
    assert open_models(("painted",), tmp_path).refused == ()
