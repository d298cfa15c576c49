"""What people know of a set beyond its manifest, read from YAML and made into statements."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import AwareDatetime, Field, ValidationError, model_validator

from hazard_library.errors import SampleError
from hazard_library.samples.box import Frozen
from hazard_library.samples.sample import Licence, LicenceClass, Throughout


class SourceKnowledge(Frozen):
    """What is known of one source."""

    licence: str | None = None
    """The licence, where the manifest's rows do not say it."""
    camera: str | None = None
    """The one camera that took all its pictures."""
    scene: str | None = None
    """A pattern on the original path whose first group names the scene."""
    family: str | None = None
    """What the scene's name belongs to when several sources share pictures; None: the source."""


class ThroughoutRule(Frozen):
    """Classes known throughout in whole sources, or in the files on a list."""

    sources: tuple[str, ...] = ()
    list: str | None = None
    """A text file beside, one file of the material a line."""
    labels: tuple[str, ...] = Field(min_length=1)
    by: str
    at: AwareDatetime
    why: str

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if bool(self.sources) == (self.list is not None):
            message = "give either sources or list"
            raise ValueError(message)
        return self


class KnowledgeFile(Frozen):
    """The file as it is written: `configs/library/material.yaml`."""

    schema_: Literal["library-knowledge/1"] = Field(alias="schema")
    licences: dict[str, LicenceClass] = Field(default={})
    sources: dict[str, SourceKnowledge] = Field(default={})
    throughout: tuple[ThroughoutRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The file with its lists read.

    Attributes:
        by_place: source, or file as `data/<collection>/<path>` → statements.
    """

    file: KnowledgeFile
    by_place: Mapping[str, tuple[Throughout, ...]]

    def licence(self, source: str, stated: str) -> Licence:
        """Return the licence of a picture: what is known of its source wins over the row."""
        text = self.source(source).licence or stated
        return Licence(text=text, kind=self.file.licences.get(text, LicenceClass.UNSTATED))

    def source(self, source: str) -> SourceKnowledge:
        """Return what is known of a source; of most, nothing."""
        return self.file.sources.get(source, SourceKnowledge())

    def scene(self, source: str, original_path: str) -> str | None:
        """Return the scene a picture belongs to, or None where nobody knows."""
        known = self.source(source)
        found = re.search(known.scene, original_path) if known.scene else None
        return f"{known.family or known.camera or source}/{found[1]}" if found else None

    def throughout(self, collection: str, path: str, source: str) -> tuple[Throughout, ...]:
        """Return what is known throughout in one file."""
        file = f"data/{collection}/{path}"
        return (*self.by_place.get(source, ()), *self.by_place.get(file, ()))


NOTHING = Knowledge(KnowledgeFile(schema="library-knowledge/1"), {})
"""For sets of which nothing is known beyond what they say."""


def read_knowledge(file: Path) -> Knowledge:
    """Read a knowledge file and its lists.

    Raises:
        SampleError: a file is missing or a field is wrong; the message names it.
    """
    try:
        read = KnowledgeFile.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
        by_place: dict[str, tuple[Throughout, ...]] = {}
        for rule in read.throughout:
            for place in _places(rule, file.parent):
                by_place[place] = (*by_place.get(place, ()), *_statements(rule))
    except (OSError, ValidationError, yaml.YAMLError) as error:
        message = f"{file}: no usable knowledge of the material: {error}"
        raise SampleError(message) from error
    return Knowledge(read, by_place)


def _places(rule: ThroughoutRule, folder: Path) -> tuple[str, ...]:
    """Return the sources or files that a rule speaks of."""
    if rule.list is None:
        return rule.sources
    lines = (folder / rule.list).read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def _statements(rule: ThroughoutRule) -> tuple[Throughout, ...]:
    """Return a rule's statements, one a class."""
    at: datetime = rule.at
    return tuple(Throughout(label=name, by=rule.by, at=at, why=rule.why) for name in rule.labels)
