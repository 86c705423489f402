"""A training step of StyleGAN2 against the published formulation: same weights, losses and draws, one run.

    python benchmarks/training.py [--rounds 3] [--threads 1] [--arithmetic bfloat16]

One step is Gmain + Greg / 4 + Dmain + Dreg / 16 (lazy path lengths and R1), with 64 px, a batch of 32, and 3.2 M +
3.5 M parameters. The two versions alternate phase by phase, so that other work on the machine slows both. The times of
the clock and of the processor are shown; the latter counts all threads.
"""

import argparse
import statistics
import time
from collections import defaultdict
from dataclasses import replace

import torch
from plain import judge, synthesise

from ganstudio.architectures.stylegan2.networks import Noises
from ganstudio.architectures.stylegan2.recipe import StyleGAN2Recipe
from ganstudio.architectures.stylegan2.recipe_options import PRESETS
from ganstudio.core.recipe import Batch, DataFacts, Draws, Phase
from ganstudio.training.options import Arithmetic
from ganstudio.training.parallel import Processes
from ganstudio.training.update import LossScale, Updater

BATCH, RESOLUTION = 32, 64
OPTIONS = replace(PRESETS["auto-64"], channels=(256, 256, 128, 64, 32))
Times = dict[str, list[tuple[float, float]]]


class PublishedRecipe(StyleGAN2Recipe):
    """The same training with networks written as published."""

    def _draw(self, draws: Draws, ws: torch.Tensor, blocks: int) -> torch.Tensor:
        layers = [layer for block in self.generator.synthesis.blocks for layer in block.style_layers]
        noises: Noises = tuple(
            draws.normal(f"noise {i}", 1, layer.resolution, layer.resolution)[: len(ws)]
            for i, layer in enumerate(layers)
        )
        return synthesise(self.generator.synthesis, ws, noises)

    def _judge(self, images: torch.Tensor, batch: Batch, blocks: int, name: str) -> torch.Tensor:
        return judge(self.discriminator, images)


class Version:
    """One way to train, with its updates timed."""

    def __init__(self, recipe: StyleGAN2Recipe, arithmetic: Arithmetic, channels_last: bool, batch: Batch) -> None:
        """Lay networks and batch out in memory."""
        layout = torch.channels_last if channels_last else torch.contiguous_format
        for module in recipe.networks().values():
            module.to(memory_format=layout)  # type: ignore[call-overload]
        self.batch = replace(batch, images=batch.images.contiguous(memory_format=layout))
        self.recipe = recipe
        self.updater = Updater(recipe, Processes(0, 1, torch.device("cpu")), arithmetic, LossScale())
        self.times: Times = defaultdict(list)
        self.losses: dict[str, float] = {}

    def run(self, phase: Phase, keep: bool) -> None:
        """Do one update."""
        batch = replace(self.batch, draws=replace(self.batch.draws, scope=phase.name))
        wall, processor = time.perf_counter(), time.process_time()
        report = self.updater.update(phase, [batch], 0)
        spent = (time.perf_counter() - wall, time.process_time() - processor)
        if keep:
            self.times[phase.name].append(spent)
        else:
            self.losses.update({f"{phase.name}/{name}": value for name, value in report.losses.items()})

    def step_seconds(self, clock: int) -> float:
        """Return the mean seconds of a step: medians of the phases by how often they come."""
        return sum(
            statistics.median(times[clock] for times in self.times[phase.name]) / phase.interval
            for phase in self.recipe.phases()
        )


def build(kind: type[StyleGAN2Recipe]) -> StyleGAN2Recipe:
    """Return a recipe with the same random weights every time."""
    torch.manual_seed(1)
    return kind(OPTIONS, DataFacts(RESOLUTION, 3, 0, 10_000))


def main() -> None:
    """Alternate both versions and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--arithmetic", type=Arithmetic, default=Arithmetic.BFLOAT16)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    images = torch.rand(BATCH, 3, RESOLUTION, RESOLUTION, generator=torch.Generator().manual_seed(2)) * 2 - 1
    batch = Batch(images, None, Draws(3, 0, BATCH))
    versions = {
        "published formulation, float32": Version(build(PublishedRecipe), Arithmetic.FLOAT32, False, batch),
        f"ours, {options.arithmetic}": Version(build(StyleGAN2Recipe), options.arithmetic, True, batch),
    }
    networks = versions["published formulation, float32"].recipe.networks()
    sizes = [sum(p.numel() for p in networks[name].parameters()) / 1e6 for name in ("generator", "discriminator")]
    print(f"{sizes[0]:.2f} M + {sizes[1]:.2f} M parameters, {RESOLUTION} px, batch {BATCH}, {options.threads} threads")
    for round_number in range(options.rounds + 1):
        for position in range(4):
            for version in versions.values():
                version.run(version.recipe.phases()[position], keep=round_number > 0)
    show(versions, options.rounds)


def show(versions: dict[str, Version], rounds: int) -> None:
    """Print phases, steps and ratios by both clocks."""
    first, second = versions.values()
    for name, value in first.losses.items():
        print(f"{name:<20}first update: published {value:.5f}, ours {second.losses[name]:.5f}")
    for clock, what in enumerate(("clock", "processor")):
        print(f"\ns by the {what}, medians of {rounds}")
        for phase in first.recipe.phases():
            one, other = (statistics.median(t[clock] for t in v.times[phase.name]) for v in (first, second))
            print(f"{phase.name:<10}{one:>9.3f}{other:>9.3f}{one / other:>8.2f} x")
        one, other = (BATCH / version.step_seconds(clock) for version in (first, second))
        print(f"{'images/s':<10}{one:>9.2f}{other:>9.2f}{other / one:>8.2f} x", flush=True)


if __name__ == "__main__":
    main()
