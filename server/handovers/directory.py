"""The departments that a matter may be moved to: `departments.yaml`, data that a bureau completes.

Which department is competent is the leader's to decide; the directory only knows names.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator

from hazard_library.catalogue.legal import Department as CatalogueDepartment
from server.kit.errors import FieldsMissing


class Department(BaseModel):
    """One department."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z]{2,40}$")
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)
    catalogue: CatalogueDepartment | None = Field(
        default=None, description="Its name in the hazard catalogue, if that knows it"
    )
    takes: str = Field(min_length=1, description="What it is commonly competent for, in our words")


class Directory(BaseModel):
    """All departments, with where the list comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    source: str
    review_status: str = Field(description="UNREVIEWED: 未经法制审核")
    departments: tuple[Department, ...] = Field(min_length=1)

    @field_validator("version", mode="before")
    @classmethod
    def _as_written(cls, version: object) -> str:
        """YAML reads a version like 2026-11-24 as a date."""
        return str(version)

    @property
    def by_id(self) -> Mapping[str, Department]:
        """Return the departments by their id."""
        return {one.id: one for one in self.departments}

    def known(self, department: str) -> Department:
        """Return a department by its id.

        Raises:
            FieldsMissing: the directory has none of that id.
        """
        found = self.by_id.get(department)
        if found is None:
            raise FieldsMissing(["department"], f"移送名录中没有“{department}”，请从名录中选择")
        return found

    def named(self, catalogue_name: str) -> Department | None:
        """Return the department that the hazard catalogue calls so."""
        return next((one for one in self.departments if one.catalogue == catalogue_name), None)


@cache
def directory() -> Directory:
    """Read the directory that ships with the server."""
    text = (files("server.handovers") / "departments.yaml").read_text("utf-8")
    return Directory.model_validate(yaml.safe_load(text))
