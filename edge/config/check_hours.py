"""What must hold of schedules, and of the hazards that are on by them."""

from collections.abc import Iterator

from edge.config.check import Placed
from edge.config.hours import schedule_mistakes
from edge.config.site import SiteConfig
from hazard_library.catalogue.marked_yaml import MarkedYaml, Mistake


def site_mistakes(config: SiteConfig, document: MarkedYaml) -> Iterator[Mistake]:
    """Yield the mistakes of the site's schedules."""
    for where, text in schedule_mistakes(config.schedules, config.time_zone):
        yield document.mistake(("schedules", *where), text)


def camera_mistakes(placed: list[Placed], config: SiteConfig) -> Iterator[Mistake]:
    """Yield the schedules that hazards name and the site does not have."""
    known = [one.id for one in config.schedules]
    for one in placed:
        for position, switch in enumerate(one.camera.hazards):
            for name in () if switch.when is None else switch.when.names:
                if name not in known:
                    there = f"it has {', '.join(known)}" if known else "it has none"
                    text = f"the site has no schedule {name!r}; {there}: add it under schedules"
                    yield one.mistake(("hazards", position, "when"), text)
