"""Tables that only grow: the database itself refuses UPDATE, DELETE and TRUNCATE."""

from typing import cast

from sqlalchemy import DDL, Table, event

FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'restrict_violation';
END $$
"""


def trigger(table: str) -> str:
    """Return the SQL that makes a table append-only."""
    return (
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def append_only(table: object) -> None:
    """Make a table append-only when it is created from the models."""
    made = cast("Table", table)
    made.info["append_only"] = True
    for statement in (FUNCTION.replace("%", "%%"), trigger(made.name)):
        event.listen(made, "after_create", DDL(statement))  # type: ignore[no-untyped-call]
