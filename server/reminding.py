"""Who supplies facts to the reminders: the one list of all modules' triggers, and its round."""

from datetime import datetime

from server.configuration.reminding import TRIGGERS as OF_CONFIGURATION
from server.enterprises.reminding import TRIGGERS as OF_ENTERPRISES
from server.fleet.reminding import TRIGGERS as OF_FLEET
from server.handovers.cases.reminding import TRIGGERS as OF_CASES
from server.handovers.referrals.reminding import TRIGGERS as OF_REFERRALS
from server.handovers.reminding import TRIGGERS as OF_HANDOVERS
from server.ingest.reminding import TRIGGERS as OF_INGEST
from server.kit.db import Database
from server.leads.reminding import TRIGGERS as OF_LEADS
from server.reminders import service as reminders
from server.reminders.own_triggers import TRIGGERS as OF_THOSE_BELOW
from server.tasks.reminding import TRIGGERS as OF_TASKS

#: A module that gets facts adds its triggers here, and the table of docs/reference names it.
TRIGGERS = (
    *OF_THOSE_BELOW,
    *OF_ENTERPRISES,
    *OF_FLEET,
    *OF_CONFIGURATION,
    *OF_HANDOVERS,
    *OF_CASES,
    *OF_REFERRALS,
    *OF_TASKS,
    *OF_LEADS,
    *OF_INGEST,
)


def remind(database: Database, at: datetime) -> reminders.Ran:
    """Ask every module, then fire, settle and escalate. Only the second half takes a turn."""
    with database.reading() as db:
        found = reminders.gather(db, at, TRIGGERS)
    with database.writing() as db:
        return reminders.run(db, at, found)
