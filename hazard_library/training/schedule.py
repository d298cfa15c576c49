"""How the learning rate goes, as pure functions of how far a run has come."""

import math


def progress(step: int, steps: int, elapsed_s: float, budget_s: float | None) -> float:
    """Return how much of a run is done, 0..1: by steps, or by time where that is further."""
    by_time = elapsed_s / budget_s if budget_s else 0.0
    return min(1.0, max(step / steps, by_time))


def rate_factor(done: float, step: int, warmup_steps: int, final: float) -> float:
    """Return what the top rate is multiplied by: a linear rise, then a half cosine to `final`."""
    fall = final + (1.0 - final) * (1.0 + math.cos(math.pi * done)) / 2.0
    rise = min(1.0, (step + 1) / warmup_steps) if warmup_steps else 1.0
    return fall * rise


def average_decay(step: int, top: float) -> float:
    """Return the decay of the weights' moving average, small at first so it follows quickly."""
    return min(top, (1.0 + step) / (10.0 + step))
