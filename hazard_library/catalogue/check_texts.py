"""Texts in both languages, and files that are called what they hold."""

import re
from collections.abc import Iterator

from pydantic import BaseModel

from hazard_library.catalogue.load import Shelf
from hazard_library.catalogue.marked_yaml import MarkedYaml, Mistake, Where
from hazard_library.catalogue.text import Text

_CHINESE = re.compile(r"[\u3400-\u9fff]")


def mistakes(shelf: Shelf) -> Iterator[Mistake]:
    """Yield texts that are missing in one language, and misnamed files."""
    for entry, document in shelf.texts:
        for where, text in _texts(entry, ()):
            yield from _untranslated(text, document, where)
    for hazard, document in shelf.hazards.values():
        if not document.path.stem.startswith(f"{hazard.id.lower()}-"):
            remedy = f"the file's name must begin with {hazard.id.lower()}-; rename it"
            yield document.mistake(("id",), remedy)
    for scene, document in shelf.scenes.values():
        if document.path.stem != scene.hazard.lower():
            remedy = f"the file must be called {scene.hazard.lower()}.yaml; rename it"
            yield document.mistake(("hazard",), remedy)


def _texts(value: object, where: Where) -> Iterator[tuple[Where, Text]]:
    if isinstance(value, Text):
        yield where, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _texts(getattr(value, name), (*where, name))
    elif isinstance(value, tuple):
        for position, one in enumerate(value):
            yield from _texts(one, (*where, position))


def _untranslated(text: Text, document: MarkedYaml, where: Where) -> Iterator[Mistake]:
    if not _CHINESE.search(text.zh):
        yield document.mistake((*where, "zh"), "no Chinese text; write it in Chinese")
    if not text.en.strip():
        yield document.mistake((*where, "en"), "no English text; translate it")
    elif _CHINESE.search(text.en):
        yield document.mistake((*where, "en"), "Chinese in the English text; translate it")
