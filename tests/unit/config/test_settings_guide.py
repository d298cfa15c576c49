"""The guide names every setting that there is, no other, and its examples are taken."""

import re
from pathlib import Path
from typing import Any

from edge.config import load_site
from edge.config.load import camera_schema, site_schema
from hazard_library.catalogue.load import load_catalogue

GUIDE = Path(__file__).parents[3] / "docs/guides/edge-settings.md"
#: What a table calls the models of the schema.
MODELS = {
    "site.yaml": ("SiteConfig",),
    "calendar": ("CalendarConfig",),
    "schedules": ("ScheduleConfig", "ShiftConfig", "PeriodConfig"),
    "inference": ("InferenceConfig",),
    "link": ("LinkConfig", "BrokerConfig"),
    "quotas": ("QuotaConfig",),
    "evidence": ("EvidenceConfig",),
    "status": ("StatusConfig",),
    "cameras": ("CameraConfig",),
    "source": ("FileSource", "RtspSource", "HttpSource"),
    "zones": ("ZoneConfig",),
    "calibration": ("GroundPoint",),
    "hazards": ("HazardSwitch", "WhenConfig"),
}


def _schema() -> dict[str, set[str]]:
    """Return the settings of every model of the schema."""
    site: dict[str, Any] = site_schema()
    camera: dict[str, Any] = camera_schema()
    models = camera["$defs"] | site["$defs"] | {"SiteConfig": site}
    return {name: set(one["properties"]) for name, one in models.items() if "properties" in one}


def _guide() -> dict[str, set[str]]:
    """Return the settings of every row of the guide's table."""
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    return {under: set(re.findall(r"`([^`]+)`", named)) for under, named in rows}


def test_the_guide_names_every_setting_and_no_other() -> None:
    schema, guide = _schema(), _guide()
    assert guide.keys() == MODELS.keys()
    for under, models in MODELS.items():
        assert guide[under] == set().union(*(schema[model] for model in models)), under


def test_no_model_of_the_schema_is_left_out() -> None:
    assert set(_schema()) == {model for models in MODELS.values() for model in models}


def test_every_example_of_the_guide_is_taken(tmp_path: Path) -> None:
    examples = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert examples
    (tmp_path / "plant-ca.pem").write_text("the plant's authority")
    for text in examples:
        (tmp_path / "site.yaml").write_text(text, encoding="utf-8")
        assert load_site(tmp_path / "site.yaml", load_catalogue()).cameras
