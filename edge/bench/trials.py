"""Which layouts are worth trying on this machine, and which of those measured is the best: pure.

float32 is the measure: another precision is chosen only if it finds the same boxes, and only if it
is allowed. What is no faster than noise is not chosen over what is simpler.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edge.config.inference import InferenceConfig, Precision
from edge.inference.layout import ON_GPU, Layout, Machine, fits_inputs

#: A later candidate must be so much faster than the best before it.
CLEARLY_FASTER = 1.05
#: Share of float32's boxes that another precision may lack or add, as boxes from 0.3 on.
DIFFERENT_SHARE = 0.03


@dataclass(frozen=True, slots=True)
class Trial:
    """A layout as it was measured.

    looks_per_second: over all workers. different: share of boxes that differ from float32's, 0..1.
    megabytes: what the process took with it.
    """

    layout: Layout
    looks_per_second: float
    different: float
    megabytes: float

    @property
    def is_same(self) -> bool:
        """Whether it finds what float32 finds."""
        return self.different <= DIFFERENT_SHARE


def candidates(wanted: InferenceConfig, machine: Machine) -> Iterator[Layout]:
    """Yield the layouts that the site's `inference:` leaves open, the careful one first.

    Workers of one thread each, as many as cores and one less; and one worker of all cores, which
    answers a single camera sooner.
    """
    cores = machine.cores
    shapes = dict.fromkeys(
        [(wanted.workers or cores, 1)]
        if wanted.workers
        else [(cores, 1), (max(1, cores - 1), 1), (1, cores)]
    )
    for backend, able in machine.able.items():
        if wanted.backend not in {None, backend}:
            continue
        for precision in Precision:
            if precision not in able or wanted.precision not in {None, precision}:
                continue
            for workers, threads in shapes:
                if backend in ON_GPU and threads > 1:
                    continue
                is_fitted = fits_inputs(wanted, backend)
                yield Layout(backend, precision, workers, threads, is_fitted)


def best_of(trials: Sequence[Trial], allowed: frozenset[Precision]) -> Trial | None:
    """Return the trial to run from now on; `allowed` precisions need not find the same boxes."""
    best: Trial | None = None
    for trial in trials:
        if not trial.is_same and trial.layout.precision not in allowed:
            continue
        if best is None or trial.looks_per_second > best.looks_per_second * CLEARLY_FASTER:
            best = trial
    return best
