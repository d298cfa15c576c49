"""A camera that goes from day to infra-red and back, as it would show a given picture."""

import numpy as np

from edge.ports import Pixels


def by_day_and_night(number: int, pixels: Pixels, dusk: int, dawn: int) -> Pixels:
    """Return the picture of a number: by infra-red from the number `dusk` on, up to `dawn`.

    The filter turns in the dark, the exposure takes three pictures to find its level.
    """
    since_dusk, since_dawn = number - dusk, number - dawn
    if since_dawn >= 0:
        return (pixels * 0.35).astype(np.uint8) if since_dawn < 3 else pixels
    if since_dusk < 0:
        return pixels
    if since_dusk < 2:
        return np.full_like(pixels, 6)
    return _night(pixels, 1.9, 70, number) if since_dusk < 5 else _night(pixels, 1.25, 18, number)


def _night(pixels: Pixels, gain: float, lift: float, number: int) -> Pixels:
    """Return a picture as an infra-red lamp shows it: grey, harder, noisy."""
    weights = np.array([0.114, 0.587, 0.299], np.float32)
    grey = pixels.astype(np.float32) @ weights * gain + lift
    grey += np.random.default_rng(number).normal(0, 6, grey.shape)
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)
