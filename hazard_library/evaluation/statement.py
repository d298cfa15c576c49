"""What people say about a model beside what is measured: `configs/training/<name>.card.yaml`."""

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hazard_library.errors import CardInvalid
from hazard_library.evaluation.thresholds import Aim
from hazard_library.registry.card import Limit, Share
from hazard_library.registry.wrong_fields import wrong_fields


class Statement(BaseModel):
    """A model statement; it joins the card when the model is released."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_: Literal["model-statement/1"] = Field(alias="schema")
    licence: str
    title: Limit | None = Field(default=None, description="What the model is, in a few words")
    finds: dict[str, Limit] = Field(default={}, description="Label → what it means, in words")
    aim: Aim
    thresholds_pinned: dict[str, Share] = Field(description="Label → score set by hand, with why")
    loose_labels: tuple[str, ...] = Field(description="Scored at IoU 0.3: no firm outline")
    thresholds_note: str
    suppression_iou: Share
    licences: dict[str, str] = Field(description="Source → licence, where its manifest is silent")
    decision: int | None = Field(
        default=None, description="Entry of DECISIONS.md that allows sources without a licence"
    )
    data_note: str
    training_note: str
    latency_bound: float = Field(
        default=1.5, gt=0, description="What the time over that of the model in the field may be"
    )
    limits: tuple[Limit, ...]


def read_statement(file: Path) -> Statement:
    """Read what people say about a model.

    Raises:
        CardInvalid: the file is missing or a field does not fit.
    """
    try:
        return Statement.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, ValidationError, yaml.YAMLError) as error:
        why = wrong_fields(error) if isinstance(error, ValidationError) else error
        message = f"{file}: not a model statement ({why}); see the one of site-hazards"
        raise CardInvalid(message) from error
