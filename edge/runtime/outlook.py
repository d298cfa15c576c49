"""What looks at one camera's pictures now: changed while the workers go on."""

from edge.ports import Look, Pixels, RawBoxes


class Outlook:
    """Handed to the workers once; a picture under way is looked at by whom it began with."""

    def __init__(self, look: Look) -> None:
        self._look = look

    def turn_to(self, look: Look) -> None:
        """Let another look from the next picture on."""
        self._look = look

    def detect(self, pixels: Pixels) -> RawBoxes:
        """Find objects in one picture."""
        return self._look(pixels)
