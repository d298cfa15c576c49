"""Signals by file: a dry run that writes nothing, and the taking itself."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from server.identity.actor import Actor
from server.identity.permissions import Act
from server.kit.errors import FieldsMissing
from server.kit.table_files import Table, read_table
from server.signals import file_rows, service
from server.signals.file_rows import Read
from server.signals.schemas import FileFault, Outcome, SignalFileReport, SignalIn, SignalsTaken
from server.signals.states import SignalState

_IN_ONE_TURN = 200


@dataclass(frozen=True, slots=True)
class Readied:
    """A file that was read."""

    table: Table
    read: Read

    def portions(self) -> Iterator[Sequence[SignalIn]]:
        """Return its signals in the portions that are taken in one transaction each."""
        for start in range(0, len(self.read.signals), _IN_ONE_TURN):
            yield self.read.signals[start : start + _IN_ONE_TURN]


def ready(at: datetime, actor: Actor, content: bytes) -> Readied:
    """Read a file; this needs no database.

    Raises:
        NotPermitted: the role brings no signals.
        FieldsMissing: it cannot be read, or lacks a column that every signal needs.
    """
    actor.require(Act.SIGNALS_POST, at)
    table = read_table(content)
    missing = [
        name for name in ("类别", "编号", "来源系统", "发生时间") if name not in table.columns
    ]
    if missing:
        told = f"缺少列：{'、'.join(missing)}；可用的列：{'、'.join(file_rows.COLUMNS)}"
        raise FieldsMissing(["file"], told)
    return Readied(table, file_rows.read(table))


def preview(db: Session, at: datetime, actor: Actor, readied: Readied) -> SignalFileReport:
    """Return what a file would bring. Nothing is written."""
    whole = service.take(db, at, actor, readied.read.signals, dry=True)
    return report(readied, [whole], applied=False)


def report(readied: Readied, taken: Sequence[SignalsTaken], *, applied: bool) -> SignalFileReport:
    """Return what became of the rows."""
    items = [item for portion in taken for item in portion.items]
    counts = Counter(item.outcome.value for item in items)
    refused = [
        FileFault(row=number, column="", problem=item.problem, remedy="改正后重新导入该行")
        for number, item in zip(readied.read.numbers, items, strict=True)
        if item.problem is not None
    ]
    ignored, struck = file_rows.sorted_columns(readied.table)
    return SignalFileReport(
        applied=applied,
        counts={one.value: counts[one.value] for one in Outcome},
        unmatched=sum(
            item.state is SignalState.UNMATCHED
            for item in items
            if item.outcome is Outcome.RECORDED
        ),
        faults=[*readied.read.faults, *refused],
        ignored_columns=ignored,
        struck_columns=struck,
    )
