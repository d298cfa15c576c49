"""A process that appends events for ever and prints each one that is safe; made to be killed.

argv: the outbox file, the number of events.
"""

import sys
from pathlib import Path

from edge.delivery.sqlite_outbox import SqliteOutbox
from edge.testing.conformance.outbox import OPENED_AT, append
from edge.testing.events import happenings
from edge.testing.tally import Tally


def main() -> None:
    """Append until all are told or the power goes."""
    outbox = SqliteOutbox(Path(sys.argv[1]), OPENED_AT, Tally())
    sys.stdout.write(f"{outbox.boot}\n")
    for happening in happenings(int(sys.argv[2])):
        message = append(outbox, [happening])[0]
        sys.stdout.write(f"{message.id}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
