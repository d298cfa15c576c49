"""The committed specs say what the committed recipes say, and give the same versions."""

import os
from pathlib import Path

import pytest
import yaml
from library_samples import ACT, NOW

from hazard_library.bundle import configs_root
from hazard_library.datasets.assembling import assemble
from hazard_library.datasets.selection import read_spec
from hazard_library.datasets.version import DataSpec, build_version
from hazard_library.samples.intake import Intake
from hazard_library.samples.knowledge import read_knowledge
from hazard_library.samples.material import import_set, sets_in
from hazard_library.samples.sample import LicenceClass
from hazard_library.samples.store import SampleStore
from hazard_library.samples.vocabulary import read_vocabulary

SPECS = sorted((configs_root() / "library" / "versions").glob("*.yaml"))


def recipe(spec: Path) -> Path:
    return configs_root() / "training" / spec.name


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_a_spec_chooses_what_its_recipe_chooses(spec: Path) -> None:
    stated, taken = read_spec(spec), read_spec(recipe(spec))
    assert (stated.labels, stated.parts) == (taken.labels, taken.parts)


@pytest.mark.material
@pytest.mark.slow
def test_from_the_store_and_from_the_material_it_is_the_same_version(tmp_path: Path) -> None:
    stated = os.environ.get("PATROL_MATERIAL")
    if stated is None:
        pytest.skip("PATROL_MATERIAL is not set: there are no sets to import")
    material = Path(stated)
    with SampleStore.open(tmp_path / "library", create=True) as store:
        intake = Intake(store, read_vocabulary(), ACT)
        knowledge = read_knowledge(configs_root() / "library" / "material.yaml")
        rows = 0
        for folder in sets_in(material / "data"):
            import_set(folder, folder.name, knowledge, intake)
            rows += len((folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines())
        assert (intake.refused, len(intake.added)) == ([], rows)
        kinds = {sample.licence.kind for sample in store.select()}
        assert kinds == {LicenceClass.OPEN, LicenceClass.PUBLIC_DOMAIN, LicenceClass.UNSTATED}
        for spec in SPECS:
            content = yaml.safe_load(recipe(spec).read_text(encoding="utf-8"))
            straight = build_version(
                DataSpec.model_validate(content["data"]),
                content["labels"],
                material,
                recipe(spec).parent,
            )
            stored = assemble(store, read_spec(spec), spec.stem, NOW)
            out = {left.sha256 for left in stored.left_out}
            kept = tuple(p for p in straight.pictures if p.sha256 not in out)
            assert straight.model_copy(update={"pictures": kept}).sha256 == stored.sha256
