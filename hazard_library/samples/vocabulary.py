"""The classes that a sample may be labelled with: those of the catalogue."""

from pathlib import Path

import yaml
from pydantic import ValidationError

from hazard_library.catalogue.labels import LabelFile
from hazard_library.catalogue.load import HOME
from hazard_library.errors import SampleError


def read_vocabulary(file: Path = HOME / "labels.yaml") -> frozenset[str]:
    """Return the ids of all labels.

    Raises:
        SampleError: the file cannot be read or does not fit; `patrol library check` says more.
    """
    try:
        labels = LabelFile.model_validate(yaml.safe_load(file.read_text(encoding="utf-8"))).labels
    except (OSError, yaml.YAMLError, ValidationError) as error:
        message = f"{file}: no usable labels ({error}); run patrol library check"
        raise SampleError(message) from error
    return frozenset(label.id for label in labels)
