"""What the database refuses, whatever a program does."""

from psycopg import Error
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session


def refused_by(db: Session, violation: str) -> str | None:
    """Return the name of the constraint that refuses a statement; None: nothing does."""
    try:
        with db.begin_nested():
            db.execute(text(violation))
    except IntegrityError as fault:
        return str(fault.orig.diag.constraint_name) if isinstance(fault.orig, Error) else None
    return None
