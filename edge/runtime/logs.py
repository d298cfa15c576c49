"""How the edge logs: fixed event names, JSON unless somebody watches, nothing secret."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_KEYS = re.compile(r"password|passwd|secret|token|credential", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^/\s]*@")
_MASK = "***"


def mask_secrets(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace what is secret by its key, and user and password in any address."""
    for key, value in event.items():
        if _SECRET_KEYS.search(key):
            event[key] = _MASK
        elif isinstance(value, str):
            event[key] = _IN_ADDRESS.sub(rf"\g<scheme>{_MASK}@", value)
    return event


def configure_logging(least: int = logging.INFO) -> None:
    """Log to standard error: lines for people at a terminal, JSON for everything else.

    Args:
        least: events of a lower level are left out.
    """
    is_watched = sys.stderr.isatty()
    last: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer()
        if is_watched
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            mask_secrets,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        # A few lines a minute need no cache, and a reload may configure again.
        cache_logger_on_first_use=False,
    )
