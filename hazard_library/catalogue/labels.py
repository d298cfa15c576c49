"""The vocabulary of detector classes: what a model may see, and which released model does."""

from typing import Self

from pydantic import Field, model_validator

from hazard_library.catalogue.text import Entry, Text


class Label(Entry):
    """One class of objects that a detector may learn."""

    id: str = Field(pattern=r"^[a-z][a-z_]*$")
    name: Text
    models: tuple[str, ...] = Field(
        default=(), description="The released models that see it; none: the class is planned"
    )
    excludes: tuple[str, ...] = Field(
        default=(), description="Classes that the same place cannot show as well"
    )
    special_equipment: bool = Field(
        default=False, description="特种设备: it and its operators are 市场监管's"
    )

    @property
    def is_planned(self) -> bool:
        """Whether no released model sees it."""
        return not self.models


class LabelFile(Entry):
    """`labels.yaml`."""

    labels: tuple[Label, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        ids = [label.id for label in self.labels]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            msg = f"{', '.join(twice)} stands here twice; keep one"
            raise ValueError(msg)
        pairs = {(label.id, other) for label in self.labels for other in label.excludes}
        one_sided = sorted(f"{b} must exclude {a}" for a, b in pairs if (b, a) not in pairs)
        if one_sided:
            msg = f"exclusion goes both ways: {'; '.join(one_sided)}"
            raise ValueError(msg)
        return self
