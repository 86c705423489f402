"""A run in memory: its networks, averages, optimizers and data, and the things that can be done with them."""

import dataclasses
import math
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ganstudio.architectures import cards
from ganstudio.checkpoints.checkpoint import DISCRIMINATOR, GENERATOR, NETWORKS, Checkpoint
from ganstudio.checkpoints.format import save_checkpoint
from ganstudio.checkpoints.networks import open_teacher
from ganstudio.checkpoints.reader import read_checkpoint
from ganstudio.core.device import memory_of
from ganstudio.core.latents import seed_latent
from ganstudio.core.pixels import to_pixels
from ganstudio.core.recipe import Batch, Draws, Recipe
from ganstudio.core.store import Array
from ganstudio.training.average import Averages
from ganstudio.training.events import Skipped, Step
from ganstudio.training.feed import Feed
from ganstudio.training.judging import HELD_OUT, LogitsOfStep, crossed, rows_to_judge
from ganstudio.training.options import Arithmetic, TrainingOptions, TrainingOptionsError
from ganstudio.training.parallel import Processes
from ganstudio.training.state import Progressed, load_state, save_state
from ganstudio.training.update import SCALE_AT_START, LossScale, Updater

PINNED = 36
SPEED_OVER_STEPS = 20


class Trainer:
    """Steps, saves and draws; knows nothing of folders or of who listens."""

    def __init__(
        self, options: TrainingOptions, feed: Feed, processes: Processes, held_out: Feed | None = None
    ) -> None:
        """Build everything from the seed, then from `start_from` where that is given."""
        self.options, self.feed, self.processes, self.held_out = options, feed, processes, held_out
        self.batch = self.least_batch = int(options.recipe_options().batch)
        self._check_split()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(options.seed)
            self.recipe: Recipe = options.recipe_card().recipe(options.recipe_options(), feed.facts, open_teacher)
        for module in self.recipe.networks().values():
            module.to(processes.device)
            if options.channels_last:
                module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if options.start_from is not None:
            self._start_from(options.start_from)
        if self.recipe.held_out_interval and held_out is None:
            raise TrainingOptionsError(
                f"The augmentation follows held-out pictures, but of these {feed.facts.count} none is held out; use "
                "--set overfitting=r_t, or at least 10 pictures."
            )
        self.averages = Averages(self.recipe.averaging(), self.recipe.networks())
        half = options.arithmetic is Arithmetic.FLOAT16
        self.scale = LossScale(SCALE_AT_START if half else 1.0)
        self.updater = Updater(self.recipe, processes, options.arithmetic, self.scale, self._frozen())
        self.steps, self.images_seen = 0, 0
        self.best: dict[str, float] = {}
        self.logits: LogitsOfStep | None = None
        self._shown: torch.Tensor | None = None
        self._times: deque[float] = deque(maxlen=SPEED_OVER_STEPS)
        if feed.facts.map_classes is not None:
            self._pin()

    def step(self) -> Step | Skipped:
        """Run all phases that are due on one batch of real pictures."""
        started = time.perf_counter()
        losses: dict[str, float] = {}
        observed: dict[str, float] = {}
        norms: dict[str, float] = {}
        logits = LogitsOfStep()
        self.batch = self.recipe.batch(self.images_seen) or self.least_batch
        batches = self._batches()
        self._shown = batches[0].images[: PINNED // 2]
        observed.update(self._judged(logits))
        for phase in self.recipe.phases():
            if self.steps % phase.interval:
                continue
            scoped = [dataclasses.replace(b, draws=dataclasses.replace(b.draws, scope=phase.name)) for b in batches]
            report = self.updater.update(phase, scoped, self.images_seen)
            if report.overflow is not None:
                return Skipped(self.images_seen, report.overflow, self.scale.value)
            losses.update({f"{phase.name}/{name}": value for name, value in report.losses.items()})
            observed.update({f"{phase.name}/{name}": value for name, value in report.observed.items()})
            norms[phase.name] = report.gradient_norm
            if DISCRIMINATOR in phase.trains:
                for tensors in report.tensors:
                    logits.take(tensors)
        self.steps += 1
        self.images_seen += self.batch
        self.logits = logits
        self.averages.update(self.batch, self.images_seen)
        self.recipe.update(self.images_seen, observed)
        self._times.append(time.perf_counter() - started)
        rates = {name: float(o.param_groups[0]["lr"]) for name, o in self.recipe.optimizers().items()}
        return Step(
            self.images_seen,
            self.steps,
            losses,
            observed,
            norms,
            rates,
            dict(self.recipe.read_outs()),
            self.batch * len(self._times) / sum(self._times),
            memory_of(self.processes.device)[0],
        )

    @torch.no_grad()
    def _judged(self, logits: LogitsOfStep) -> dict[str, float]:
        """Let the discriminator judge held-out pictures where that is due, and return the means by name."""
        interval = self.recipe.held_out_interval
        noted = crossed(self.options.judge_every, self.images_seen, self.images_seen + self.batch)
        if self.held_out is None or not (noted or (interval and self.steps % interval == 0)):
            return {}
        rows = rows_to_judge(self.batch, self.held_out.facts.count, self.processes.world)
        draws = Draws(
            self.options.seed, self.steps, rows, self.processes.rank, self.processes.world, HELD_OUT,
            self.processes.device,
        )  # fmt: skip
        with self.updater.autocast():
            batch = self._batch(self.held_out, draws, draws.step, self.options.mirror)
            judged = self.recipe.judge_held_out(batch, self.images_seen)
        logits.take(judged)
        return {
            f"{HELD_OUT}/{name}": float(self.processes.mean(values.float().mean())) for name, values in judged.items()
        }

    def save(self, path: Path) -> None:
        """Write the whole state."""
        progressed = Progressed(
            self.steps,
            self.images_seen,
            torch.get_num_threads(),
            self.options.arithmetic.value,
            torch.__version__,
            self.processes.world,
            self.scale.value,
            self.scale.steps_since_overflow,
            self.best,
        )
        save_state(path, self.recipe, self.averages, progressed, self._model(NETWORKS))

    def load(self, path: Path) -> None:
        """Continue from a saved state, with as many threads as it was made with."""
        progressed = load_state(path, self.recipe, self.averages)
        if progressed.world != self.processes.world:
            raise TrainingOptionsError(
                f"{path} was written by {progressed.world} processes, not {self.processes.world}; "
                "start as many to continue the same run."
            )
        torch.set_num_threads(progressed.threads)
        self.steps, self.images_seen = progressed.step, progressed.images_seen
        self.scale.value, self.scale.steps_since_overflow = progressed.loss_scale, progressed.steps_since_overflow
        self.best = dict(progressed.best or {})

    @torch.no_grad()
    def sample_grid(self) -> Array:
        """Draw the pinned latents with the averaged generator as one uint8 picture `[H, W, 3]`."""
        z = torch.from_numpy(np.stack([seed_latent(seed, self.recipe.z_dim) for seed in range(PINNED)])).float()
        labels = None
        if self.feed.facts.c_dim:
            labels = torch.nn.functional.one_hot(torch.arange(PINNED) % self.feed.facts.c_dim, self.feed.facts.c_dim)
            labels = labels.float().to(self.processes.device)
        generator = self.averages.modules[GENERATOR]
        drawn = self.recipe.sample(generator, z.to(self.processes.device), labels, self.images_seen)
        return _grid(to_pixels(drawn))

    @torch.no_grad()
    def judged_grid(self) -> Array | None:
        """Draw real pictures of the last step, then generated ones, as the discriminator is shown them now.

        One uint8 picture `[H, W, 3]`; None before the first step and where the recipe changes nothing.
        """
        if self._shown is None or self.feed.facts.c_dim:
            return None
        count = len(self._shown)
        z = torch.from_numpy(np.stack([seed_latent(seed, self.recipe.z_dim) for seed in range(count)])).float()
        drawn = self.recipe.sample(
            self.averages.modules[GENERATOR], z.to(self.processes.device), None, self.images_seen
        )
        pictures = torch.cat([self._shown.float(), drawn.float()])
        draws = Draws(self.options.seed, self.steps, len(pictures), scope="shown", device=self.processes.device)
        shown = self.recipe.as_judged(pictures, draws)
        return None if shown is None else _grid(to_pixels(shown))

    def save_model(self, path: Path, networks: tuple[str, ...] = (GENERATOR,)) -> None:
        """Write the averaged generator (and the discriminator) in half precision as a model of ours."""
        model = self._model(networks)
        halved = {name: _halved(own) for name, own in model.tensors.items()}
        save_checkpoint(path, dataclasses.replace(model, tensors=halved))

    def _model(self, networks: tuple[str, ...]) -> Checkpoint:
        """The averaged generator and, where asked for, the discriminator, as they are now."""
        tensors: dict[str, Mapping[str, torch.Tensor]] = {GENERATOR: self.averages.modules[GENERATOR].state_dict()}
        configs: dict[str, object] = {GENERATOR: self.recipe.config()}
        judge, judge_config = self.recipe.networks().get(DISCRIMINATOR), self.recipe.discriminator_config()
        if DISCRIMINATOR in networks and judge is not None and judge_config is not None:
            tensors[DISCRIMINATOR] = judge.state_dict()
            configs[DISCRIMINATOR] = judge_config
        provenance: Mapping[str, Any] = {
            "trained on": self.options.data,
            "images_seen": self.images_seen,
            "seed": self.options.seed,
            **({"classes": list(self.feed.class_names)} if self.feed.class_names else {}),
            **self.recipe.provenance(),
        }
        return Checkpoint(self.options.architecture, self.recipe.config(), tensors, configs, provenance)

    def _batches(self) -> list[Batch]:
        parts = self.options.accumulate
        world = self.processes.world
        draws = (
            Draws(self.options.seed, self.steps, self.batch, self.processes.rank + world * part, parts * world, "",
                  self.processes.device)
            for part in range(parts)
        )  # fmt: skip
        place = self.images_seen // self.least_batch  # the step, where all batches are of one size
        return [self._batch(self.feed, drawn, place, self.options.mirror) for drawn in draws]

    def _batch(self, feed: Feed, draws: Draws, place: int, mirror: bool) -> Batch:
        rows = range(draws.first, draws.total, draws.stride)
        shown = feed.rows(place, rows)
        latents = None if mirror else feed.latents(place, rows)
        if mirror:
            mirrored = draws.uniform("mirror", 1, 1, 1).cpu() < 0.5
            shown = shown.mirrored(mirrored[:, 0], self.feed.facts.map_classes)
        device = self.processes.device
        images = shown.pixels.to(device).float() / 127.5 - 1.0
        if self.options.channels_last:
            images = images.contiguous(memory_format=torch.channels_last)
        labels = None
        if shown.classes is not None and self.feed.facts.c_dim:
            labels = torch.nn.functional.one_hot(shown.classes.long(), self.feed.facts.c_dim)
            labels = labels.float().to(device)
        latents, maps, instances = (
            None if given is None else given.to(device) for given in (latents, shown.maps, shown.instances)
        )
        return Batch(images, labels, draws, self.processes.mean, latents, maps, instances)

    def _pin(self) -> None:
        """Give the recipe the pairs that its samples show: held-out ones where there are any, as they are."""
        feed = self.held_out or self.feed
        count = min(PINNED, feed.facts.count)
        draws = Draws(self.options.seed, 0, count, scope="pinned", device=self.processes.device)
        self.recipe.pin(self._batch(feed, draws, 0, mirror=False))

    def _check_split(self) -> None:
        parts = self.options.accumulate * self.processes.world
        if self.batch % parts:
            raise TrainingOptionsError(
                f"A batch of {self.batch} cannot be dealt out to {self.processes.world} processes in "
                f"{self.options.accumulate} parts; choose a batch that {parts} divides."
            )

    def _start_from(self, path: Path) -> None:
        checkpoint = read_checkpoint(path, NETWORKS)
        if checkpoint.architecture != self.options.architecture:
            found = cards()[checkpoint.architecture].title
            raise TrainingOptionsError(f"{path} holds a {found}; --start-from needs a {self.options.architecture}.")
        for name, tensors in checkpoint.tensors.items():
            module = self.recipe.networks().get(name)
            if module is None:
                continue
            own = module.state_dict()
            wrong = next((k for k, v in own.items() if k not in tensors or tensors[k].shape != v.shape), None)
            if wrong is not None:
                raise TrainingOptionsError(
                    f"{path} does not fit this run's {name}: {wrong} differs; choose the options it was trained with."
                )
            module.load_state_dict({key: tensors[key].to(value.dtype) for key, value in own.items()})

    def _frozen(self) -> list[torch.nn.Parameter]:
        judge = self.recipe.networks().get(DISCRIMINATOR)
        if judge is None or not self.options.freeze_layers:
            return []
        blocks = list(judge.children())
        if len(blocks) == 1:
            blocks = list(blocks[0].children())
        learned = [list(block.parameters()) for block in blocks]
        return [p for block in [b for b in learned if b][: self.options.freeze_layers] for p in block]


def _grid(pictures: Array) -> Array:
    """Lay pictures `[N, H, W, 3]` in rows of six; what is left of the last row stays black."""
    side = math.isqrt(PINNED)
    count, height, width, channels = pictures.shape
    spare = np.zeros((-count % side, height, width, channels), dtype=pictures.dtype)
    rows = np.concatenate([pictures, spare]).reshape(-1, side, height, width, channels).transpose(0, 2, 1, 3, 4)
    return rows.reshape(-1, side * width, channels)


def _halved(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the weights with kernels and matrices in half precision; vectors are small and stay as they are."""
    return {
        name: t.detach().half() if t.dtype == torch.float32 and t.ndim > 1 else t.detach().clone()
        for name, t in weights.items()
    }
