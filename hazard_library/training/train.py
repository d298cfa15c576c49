"""Training a detector by a recipe, in one process, resumable after every epoch.

The network and the loss come from ultralytics; the loop is our own, since the masked loss, the
mosaic that keeps what is known do not fit its trainer.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader
from ultralytics.utils.loss import v8DetectionLoss  # type: ignore[import-untyped,unused-ignore]

from hazard_library.datasets.version import DatasetVersion, Picture
from hazard_library.errors import TrainingError
from hazard_library.training.feed import Batch, Feed, collate
from hazard_library.training.network import (
    build_network,
    device_of,
    loss_of,
    optimizer_of,
    set_frozen,
    start_from,
)
from hazard_library.training.recipe import Recipe, Schedule
from hazard_library.training.run_log import RunLog
from hazard_library.training.schedule import average_decay, progress, rate_factor

log = structlog.get_logger(__name__)

MAX_GRADIENT = 10.0
CHECKPOINT = "last.pt"


@dataclass
class Run:
    """The moving state of a training run; everything in it goes into the checkpoint."""

    model: nn.Module
    average: nn.Module
    optimizer: torch.optim.Optimizer
    step: int = 0
    epoch: int = 0
    elapsed_s: float = 0.0
    losses: dict[str, float] = field(default_factory=dict)

    def save(self, file: Path, data_sha256: str) -> None:
        """Write the checkpoint; a crash leaves the previous one in place."""
        state = {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "epoch": self.epoch,
            "elapsed_s": self.elapsed_s,
            "losses": self.losses,
            "data_sha256": data_sha256,
        }
        half = file.with_suffix(".part")
        torch.save(state, half)
        half.replace(file)

    def resume(self, file: Path, data_sha256: str) -> None:
        """Take up a checkpoint of the same data.

        Raises:
            TrainingError: it was trained on another dataset version.
        """
        state = torch.load(file, map_location="cpu", weights_only=True)
        if state["data_sha256"] != data_sha256:
            message = f"{file}: belongs to data {state['data_sha256'][:12]}; choose another folder"
            raise TrainingError(message)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.epoch = state["step"], state["epoch"]
        self.elapsed_s, self.losses = state["elapsed_s"], state.get("losses", {})


def train(
    recipe: Recipe,
    data: DatasetVersion,
    root: Path,
    out: Path,
    clock: Callable[[], float] = time.monotonic,
) -> Run:
    """Train until the schedule has ended; take up `out/last.pt` if it is there.

    Args:
        recipe: what to do.
        data: the pictures; only its training split is used.
        root: the folder to which the pictures' paths are relative: material or library.
        out: a folder for the checkpoint.
        clock: seconds, for the time box.

    Raises:
        TrainingError: initial weights or checkpoint do not fit, or the loss is no number.
    """
    torch.set_num_threads(recipe.schedule.threads)
    model = build_network(recipe)
    carried = start_from(recipe, model, data, root)
    log.info("initial weights", tensors=carried, data=data.sha256[:12])
    device = device_of(recipe.schedule)
    log.info("training on", device=str(device))
    model = model.to(device, memory_format=torch.channels_last)
    run = Run(model, deepcopy(model).eval(), optimizer_of(model, recipe.schedule))
    checkpoint = out / CHECKPOINT
    if checkpoint.is_file():
        run.resume(checkpoint, data.sha256)
        log.info("resumed", epoch=run.epoch, step=run.step)
    loss = loss_of(recipe, model)
    pictures = [picture for picture in data.of("train") for _ in range(picture.repeat)]
    epoch_steps = -(-len(pictures) // recipe.schedule.batch)
    started = clock() - run.elapsed_s
    watch = RunLog(out, recipe.schedule.epochs * epoch_steps, run.step)
    while _done(run, recipe.schedule, epoch_steps) < 1.0:
        set_frozen(model, recipe.stage(run.epoch).frozen_layers)
        for batch in _batches(recipe, pictures, root, run, epoch_steps):
            _learn(run, loss, batch, recipe.schedule, epoch_steps)
            run.elapsed_s = clock() - started
            watch.step(run.step, run.elapsed_s, run.losses)
            if _done(run, recipe.schedule, epoch_steps) >= 1.0:
                break
        run.epoch += 1
        run.save(checkpoint, data.sha256)
        watch.epoch(run.epoch, run.step, run.elapsed_s, run.losses)
    watch.close()
    return run


def _done(run: Run, schedule: Schedule, epoch_steps: int) -> float:
    """Return how much of the schedule is behind, 0..1."""
    steps = schedule.epochs * epoch_steps
    return progress(run.step, steps, run.elapsed_s, schedule.budget_s)


def _batches(
    recipe: Recipe, pictures: Sequence[Picture], root: Path, run: Run, epoch_steps: int
) -> Iterator[Batch]:
    """Yield the batches of the current epoch, built beside the training process."""
    done = _done(run, recipe.schedule, epoch_steps)
    mosaic = done < recipe.stage(run.epoch).augment.mosaic_end
    feed = Feed(recipe, pictures, root, run.epoch, mosaic)
    return iter(
        DataLoader(
            feed,
            batch_size=recipe.schedule.batch,
            num_workers=recipe.schedule.loader_processes,
            collate_fn=collate,
            worker_init_fn=_quiet_worker,
        )
    )


def _quiet_worker(_: int) -> None:
    """Keep a loader process to one thread: the others belong to the arithmetic."""
    import cv2  # noqa: PLC0415 - the setting belongs to this process

    cv2.setNumThreads(0)
    torch.set_num_threads(1)


def _learn(
    run: Run, loss: v8DetectionLoss, batch: Batch, schedule: Schedule, epoch_steps: int
) -> None:
    """Take one step and let the average follow.

    Raises:
        TrainingError: the loss is no number.
    """
    done = _done(run, schedule, epoch_steps)
    factor = rate_factor(done, run.step, schedule.warmup_steps, schedule.final_rate)
    for group in run.optimizer.param_groups:
        group["lr"] = group["top_rate"] * factor
    device = device_of(schedule)
    batch = {name: part.to(device, non_blocking=True) for name, part in batch.items()}
    pixels = batch["img"].to(memory_format=torch.channels_last).float() / 255
    with torch.autocast(device.type, torch.bfloat16, enabled=schedule.precision == "bfloat16"):
        outputs = run.model(pixels)
    total, terms = loss(_as_float(outputs), batch)
    value = total.sum()
    if not torch.isfinite(value):
        message = f"step {run.step}: the loss is {float(value)}; lower schedule.rate"
        raise TrainingError(message)
    run.optimizer.zero_grad()
    value.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(run.model.parameters(), MAX_GRADIENT)
    run.optimizer.step()
    run.step += 1
    _follow(run, average_decay(run.step, schedule.average_decay))
    for name, term in terms.items():
        run.losses[name] = 0.98 * run.losses.get(name, float(term)) + 0.02 * float(term)


def _as_float(outputs: dict[str, Any]) -> dict[str, Any]:
    """Turn the network's outputs to float32, in which the loss is computed."""
    return {
        name: [part.float() for part in value] if isinstance(value, list) else value.float()
        for name, value in outputs.items()
    }


@torch.no_grad()
def _follow(run: Run, decay: float) -> None:
    """Move the average a little towards the current weights; counters are copied."""
    current: dict[str, Tensor] = run.model.state_dict()
    for name, value in run.average.state_dict().items():
        if value.dtype.is_floating_point:
            value.mul_(decay).add_(current[name], alpha=1.0 - decay)
        else:
            value.copy_(current[name])
