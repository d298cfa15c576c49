"""The child's life: open the box, run the engine, obey, leave with the right code."""

import os
import sys
from pathlib import Path

import structlog

from edge.app import Box, compose, open_box, open_status, reconfigure
from edge.config import Site, last_good
from edge.config.secret_files import password_files
from edge.config.watch import ConfigWatch
from edge.errors import ConfigError, EdgeError
from edge.inference.taught_states import state_cards
from edge.runtime.life_signs import Heart
from edge.runtime.stores_lock import take_stores
from edge.runtime.supervisor import RELOAD
from edge.verbs.revisions import Revisions
from edge.verbs.run import CRASHED, Orders, RunOptions
from hazard_library.catalogue.load import Catalogue, load_catalogue
from hazard_library.errors import CatalogueError

_log = structlog.get_logger(__name__)

_LOOK_S = 0.2
_LOOKS_PER_FIGURES = 10
_LOOKS_PER_FILES = 5


class Child:
    """One run of one box.

    Raises:
        EdgeError: the box cannot run; the message says why and what to do.
    """

    def __init__(self, options: RunOptions) -> None:
        """Open the box, take its stores, compose the engine."""
        self._options = options
        self._catalogue = _catalogue()
        self._box, refused = self._open()
        self._release = take_stores(self._box.site)
        self._engine = compose(self._box, refused)
        self._heart = Heart.of(os.environ)
        self._revisions = Revisions(self._engine, options.config, self._read_staged)
        self._revisions.begin(self._box.site.stores, refused)
        self._stuck: str | None = None
        self._watch_files = ConfigWatch(options.config)
        self._watch_files.watch_also(_besides(self._box))

    def run(self, orders: Orders) -> int:
        """Start, watch, and stop the engine; return the exit code."""
        for refused in self._box.models.refused:
            _log.error("model_refused", model=refused.name, reason=refused.reason)
        for camera in self._box.site.cameras:
            plan = self._box.plan(camera)
            for note in plan.notes:
                _log.info("hazard_noted", camera=camera.id, note=note)
            _log.info("models_chosen", camera=camera.id, models=[p.model for p in plan.parts])
        self._engine.start()
        # Who runs a film once looks at its report.
        status = None if self._options.once else open_status(self._engine, lambda: self._box)
        if status is not None:
            status.start()
        try:
            _keep_as_last_good(self._box.site)
            return self._watch(orders)
        finally:
            if status is not None:
                status.stop()
            self._engine.stop()
            self._release()

    def _open(self) -> tuple[Box, str | None]:
        """Open the configuration; or, if that is wished, the last good one with the reason."""
        try:
            return open_box(self._options.config, self._catalogue), None
        except EdgeError as fault:
            kept = last_good.find(self._options.config)
            if not self._options.keep_last_good or kept is None:
                raise
            _log.error("configuration_refused", reason=str(fault), instead=str(kept.file))
            return open_box(kept.file, self._catalogue, kept.folder), str(fault)

    def _watch(self, orders: Orders) -> int:
        looks = 0
        while not orders.leave.wait(_LOOK_S):
            looks += 1
            self._give_sign()
            if looks % _LOOKS_PER_FIGURES == 0:
                self._engine.keep_figures()
            if self._engine.crashed is not None:
                return CRASHED
            if self._shall_reload(orders, looks) and self._needs_new_start():
                return RELOAD
            if looks % _LOOKS_PER_FILES == 0:
                self._engine.parts.permits.look(self._box.site, self._catalogue)
            if self._options.once and self._engine.are_sources_over():
                return self._finish()
        return 0

    def _give_sign(self) -> None:
        """Let the parent know that the engine moves; one that is stuck is killed and mended."""
        stuck = self._engine.stuck
        if stuck is None:
            self._heart.beat()
        elif stuck != self._stuck:
            _log.error("engine_stuck", part=stuck)
        self._stuck = stuck

    def _shall_reload(self, orders: Orders, looks: int) -> bool:
        """Whether somebody asks for it, or the files were changed; a box run once never looks."""
        if orders.take_reload() or self._revisions.take(self._box.site):
            return True
        due = looks % _LOOKS_PER_FILES == 0 and not self._options.once
        return due and self._watch_files.has_changed()

    def _read_staged(self, file: Path, site: Site) -> Box:
        return open_box(file, self._catalogue, site.folder, running=self._box)

    def _needs_new_start(self) -> bool:
        """Take the configuration on disk into use; True when only a new start can do that.

        One with mistakes changes nothing: the box goes on as it was and says why.
        """
        # Before they are read: a change meanwhile is noticed, the one at hand not twice.
        self._watch_files.take_as_known()
        try:
            box = open_box(self._options.config, self._catalogue, running=self._box)
            whole = reconfigure(self._engine, self._box, box)
        except EdgeError as fault:
            _log.error("configuration_refused", reason=str(fault))
            self._engine.refuse_configuration(self._box.site.sha256, str(fault))
            self._revisions.settle(str(fault))
            return False
        _log.info("configuration_accepted", file=str(self._options.config), starts_anew_for=whole)
        if whole:
            return True
        self._box = box
        self._revisions.settle(None)
        self._watch_files.watch_also(_besides(box))
        _keep_as_last_good(box.site)
        return False

    def _finish(self) -> int:
        """Bring everything away; 1 when a source or model failed, or something is left."""
        self._engine.keep_figures()
        left = self._engine.drain(self._options.drain_timeout_s)
        for refused in self._box.models.refused:
            print(refused.reason, file=sys.stderr)
        failures = [
            (unit.camera, unit.figures.failure or unit.figures.ended_early)
            for unit in self._engine.units
        ]
        for camera, sentence in failures:
            if sentence is not None:
                print(f"{camera}: {sentence}", file=sys.stderr)
        if left:
            timeout_s = self._options.drain_timeout_s
            print(f"left after {timeout_s:g} s of draining: {left}", file=sys.stderr)
        failed = any(unit.figures.failure is not None for unit in self._engine.units)
        return 1 if failed or left or self._box.models.refused else 0


def _besides(box: Box) -> tuple[Path, ...]:
    """Return what belongs to a configuration beside its own files: a change of it is one too."""
    passwords = (file for _, file in password_files(box.site))
    return (*passwords, *state_cards(box.site, box.catalogue))


def _keep_as_last_good(site: Site) -> None:
    """Keep the configuration that runs; on a disk that takes nothing the box runs all the same."""
    try:
        last_good.keep(site)
    except OSError as fault:
        remedy = "make room on the disk of the stores"
        _log.warning("configuration_not_kept", reason=str(fault), remedy=remedy)


def _catalogue() -> Catalogue:
    try:
        return load_catalogue()
    except CatalogueError as fault:
        raise ConfigError(str(fault)) from fault
