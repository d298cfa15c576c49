"""The composition root: the only place that constructs adapters."""

from edge.app.box import Box, open_box
from edge.app.compose import compose, open_status, reconfigure

__all__ = ["Box", "compose", "open_box", "open_status", "reconfigure"]
