"""One database and one web application for all stories of a file."""

from ledger_desk import desk  # noqa: F401 - fixture
