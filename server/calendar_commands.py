"""The verbs of `patrol server calendar`: what is loaded, a count, and the yearly notice."""

import argparse
from collections.abc import Callable, Iterable
from datetime import datetime

from pydantic import ValidationError

from server.calendar import importing, pages, service
from server.calendar.notice_file import Head, RowError
from server.calendar.periods import Period, Unit
from server.command_ground import BY, CLOCK, read, say, settings_of
from server.identity.actor import LEGAL_ZONE
from server.kit.errors import SettingsError
from server.opening import open_database

_UNREVIEWED = "未经法制审核 not reviewed by a lawyer"


def calendar(arguments: argparse.Namespace) -> int:
    """Do what is done about the calendar."""
    acts: dict[str, Callable[[argparse.Namespace], int]] = {
        "list": listed,
        "due": due,
        "preview": preview,
        "import": load,
    }
    return acts[arguments.act](arguments)


def listed(arguments: argparse.Namespace) -> int:
    """List the loaded years."""
    with open_database(settings_of(arguments)) as database, database.reading() as db:
        shown = pages.years(db, CLOCK.now())
    if arguments.json:
        say(shown.model_dump_json())
        return 0
    for year in shown.years:
        by = year.approved_by or "未经本单位核对 compared by nobody yet"
        say(f"{year.year}  {year.source}（{year.issued_on}）  {by}  {year.sha256[:16]}…")
    if shown.missing_year is not None:
        say(f"尚未载入 {shown.missing_year} 年节假日安排，期限为暂算 that year is missing (R-036)")
    return 0


def due(arguments: argparse.Namespace) -> int:
    """Count a period day by day."""
    period = Period(arguments.n, Unit(arguments.unit), arguments.basis)
    with open_database(settings_of(arguments)) as database, database.reading() as db:
        try:
            shown = pages.deadline(service.due(db, _start(arguments.start), period))
        except (ValueError, OverflowError) as fault:
            raise SettingsError(f"--n, --start: {fault}") from fault
    if arguments.json:
        say(shown.model_dump_json())
        return 0
    for day in shown.count:
        say(f"{day.on}  {'' if day.number is None else day.number:>4}  {day.note_zh}")
    unsure = "（暂算 provisional）" if shown.is_provisional else ""
    say(f"{shown.ends_at.astimezone(LEGAL_ZONE):%Y-%m-%d %H:%M} 届满 it is over{unsure}")
    if shown.later_on is not None:
        say(f"按另一种算法 by the other reading: {shown.later_on}；取先到者 the earlier holds")
    say(_UNREVIEWED)
    return 0


def preview(arguments: argparse.Namespace) -> int:
    """Tell what a yearly notice would change, or what is wrong in it."""
    content, head = read(arguments.file), _head(arguments)
    with open_database(settings_of(arguments)) as database, database.reading() as db:
        shown = pages.preview(importing.preview(db, CLOCK.now(), content, head))
    _say_errors(shown.errors)
    for day in shown.changed:
        say(f"{day.on}  {day.before_zh} → {day.after_zh}")
    for touched in shown.deadlines:
        say(f"{touched.what_zh}：{touched.note_zh}")
    if shown.is_right:
        say(f"可载入 ready to be loaded，{len(shown.changed)} 天有变化 days change")
    return 0 if shown.is_right else 1


def load(arguments: argparse.Namespace) -> int:
    """Let a yearly notice hold."""
    content, head = read(arguments.file), _head(arguments)
    with open_database(settings_of(arguments)) as database, database.writing() as db:
        errors = importing.preview(db, CLOCK.now(), content, head).errors
        if errors:
            _say_errors(errors)
            return 1
        made = importing.load(db, CLOCK.now(), BY, content, head)
    say(f"{made.year} 年节假日安排已载入 is loaded，第 {made.revision} 版，{made.sha256[:16]}…")
    return 0


def _say_errors(errors: Iterable[RowError]) -> None:
    for error in errors:
        say(f"第{error.row}行 row {error.row}：{error.message_zh}")


def _head(arguments: argparse.Namespace) -> Head:
    try:
        return Head(
            year=arguments.year,
            source=arguments.source,
            issued_on=arguments.issued_on,
            approved_by=arguments.approved_by,
        )
    except ValidationError as fault:
        raise SettingsError(str(fault)) from fault


def _start(text: str) -> datetime:
    """Read a day or an instant; without a zone it is China's."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as fault:
        raise SettingsError(f"--start {text}: write 2026-09-28 or 2026-09-28T16:30") from fault
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=LEGAL_ZONE)
