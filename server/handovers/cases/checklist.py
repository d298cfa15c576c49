"""The list that a legal review answers: `checklist.yaml`, data with its version."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator

from server.kit.errors import FieldsMissing


class Point(BaseModel):
    """One point."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    zh: str
    en: str


class Checklist(BaseModel):
    """All points, with where the list comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    source: str
    review_status: str = Field(description="UNREVIEWED: 未经法制审核")
    items: tuple[Point, ...] = Field(min_length=1)

    @field_validator("version", mode="before")
    @classmethod
    def _as_written(cls, version: object) -> str:
        """YAML reads a version like 2026-11-24 as a date."""
        return str(version)

    def check(self, answers: Mapping[str, bool]) -> None:
        """Refuse a review that leaves a point open or answers no.

        Raises:
            FieldsMissing: names those points.
        """
        known = {point.id for point in self.items}
        unknown = sorted(set(answers) - known)
        if unknown:
            raise FieldsMissing(unknown, "审核清单中没有此项")
        open_points = [point for point in self.items if not answers.get(point.id)]
        if open_points:
            told = "；".join(point.zh for point in open_points)
            raise FieldsMissing(
                [point.id for point in open_points],
                f"以下审核要点未确认，不能通过，请退回承办人：{told}",
                rule_id="WORKFLOW-5.6",
            )


@cache
def checklist() -> Checklist:
    """Read the list that ships with the server."""
    text = (files("server.handovers.cases") / "checklist.yaml").read_text("utf-8")
    return Checklist.model_validate(yaml.safe_load(text))
