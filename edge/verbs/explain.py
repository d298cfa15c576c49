"""`patrol edge explain`: why an incident was one, in plain words, from what the box has kept."""

import re
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from edge.app import Box, open_box
from edge.config.desk import Clip
from edge.disk.stores import OUTBOX
from edge.errors import ConfigError
from edge.runtime import figures, sqlite_report
from edge.verbs.desk import play
from edge.verbs.explain_words import Account, Film, words
from edge.verbs.report import reading
from edge.video.frame_times import frame_times
from hazard_library.catalogue.load import load_catalogue
from hazard_library.contract.events import HazardEvent

_ID = re.compile(r"^[0-9a-f-]{1,36}$")
#: So many incidents are named when several could be meant.
_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class ExplainOptions:
    """Which incident; clip: play this first and explain what was found in it."""

    incident: str
    config: Path
    clip: Clip | None
    camera: str | None


def explain(options: ExplainOptions) -> int:
    """Print why an incident was one.

    Raises:
        EdgeError: there is no such incident, several could be meant, or stores, configuration or
            clip cannot be used.
    """
    box = open_box(options.config, load_catalogue(), is_enrolled=False)
    if not _ID.match(options.incident.lower()):
        given = repr(options.incident)
        raise ConfigError(f"{given} is no incident; give its id or how it begins (0-9, a-f, -)")
    if options.clip is None:
        print(_explained(box, options.incident, str(box.site.stores)))
        return 0
    with tempfile.TemporaryDirectory(prefix="patrol-explain-") as passing:
        played = play(box, options.clip, options.camera, Path(passing), keeps_evidence=False)
        print(_explained(played.box, options.incident, f"{options.clip.path}, replayed"))
    return 0


def _explained(box: Box, given: str, whose: str) -> str:
    """Gather what the stores of a box say of an incident, and put it into words.

    whose: what the operator calls the place that was searched.
    """
    prefix, stores = given.lower(), box.site.stores
    with reading(stores):
        found = sqlite_report.events_of(stores / OUTBOX, prefix)
        known = sqlite_report.incidents(stores / OUTBOX)
    if len(found) != 1:
        raise ConfigError(_not_one(whose, given, sorted(found), [one.id for one in known]))
    ((_, events),) = found.items()
    return words(Account(box, events, _film(stores, events[0])))


def _not_one(whose: str, given: str, found: list[str], known: list[str]) -> str:
    if found:
        return f"{given}: several incidents begin so, give more of it: {_named(found)}"
    if known:
        return f"{whose}: holds no incident {given}; those it holds are: {_named(known)}"
    return f"{whose}: holds no incident {given}, nor any other"


def _named(ids: list[str]) -> str:
    more = f" … ({len(ids)} in all)" if len(ids) > _MOST_NAMED else ""
    return ", ".join(ids[:_MOST_NAMED]) + more


def _film(stores: Path, event: HazardEvent) -> Film | None:
    """Return where a replayed film began, if the incident is from the last one of its camera."""
    with reading(stores):
        rows = [one for one in figures.read(stores) if one.id == event.camera]
    if event.clock.source != "file" or not rows or rows[0].started_at is None:
        return None
    begin = datetime.fromisoformat(rows[0].started_at)
    return Film(rows[0].source, begin, frame_times(Path(rows[0].source)))
