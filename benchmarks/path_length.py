"""Path length samples per second: forward derivatives in batches against the published formulation, in one run.

    python benchmarks/path_length.py [--rounds 3] [--batch 8] [--model faces-dcgan]

The published formulation draws both neighbours, for StyleGAN2 with one grouped convolution for all samples, and takes
LPIPS of both pictures; it is timed one path at a time and two at a time, as its authors run it. Ours is timed with
LPIPS's network in float32, and in bfloat16 as the window measures; all else is float32. Times are processor time, so
that other programs hardly matter.
"""

import argparse
import math
import time
from collections.abc import Callable, Mapping

import torch
from plain import synthesise

from ganstudio.architectures.stylegan2.networks import StyleGAN2Config, channel_plan
from ganstudio.architectures.stylegan2.stages import StyleGAN2Generator
from ganstudio.core.document import NoiseSetting
from ganstudio.engine.model import open_model
from ganstudio.layers.perceptual import PerceptualDistance
from ganstudio.losses.perceptual import lpips_vgg16
from ganstudio.metrics.forward_mode import directional_derivative, load_forward_mode
from ganstudio.metrics.perceptual_speed import PerceptualSpeed
from ganstudio.metrics.quick_linear import KeptKernels

EPSILON = 1e-4
Synthesis = Callable[[torch.Tensor], torch.Tensor]


def published(
    synthesis: Synthesis, distance: PerceptualDistance, ws: torch.Tensor, change: torch.Tensor
) -> torch.Tensor:
    """Two neighbours, then LPIPS of both."""
    with torch.no_grad():
        first, second = synthesis(torch.cat([ws, ws + EPSILON * change])).chunk(2)
        return distance(first, second) / EPSILON**2


def ours(
    synthesis: Synthesis, form: PerceptualSpeed, ws: torch.Tensor, change: torch.Tensor, kernels: KeptKernels
) -> torch.Tensor:
    """Pictures and derivatives, then the quadratic form."""
    return form(*directional_derivative(synthesis, ws, change, kernels))


def processor_times(cases: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Run all cases in turn after a warm-up, and return the least processor time of each in milliseconds."""
    least = dict.fromkeys(cases, math.inf)
    for number in range(rounds + 1):
        for name, work in cases.items():
            started = time.process_time()
            work()
            if number:
                least[name] = min(least[name], (time.process_time() - started) * 1e3)
    return least


def measure(title: str, plain: Synthesis, quick: Synthesis, latents: torch.Tensor, rounds: int) -> None:
    """Print the table of one model; latents `[2B, ...]` are both ends of B paths."""
    distance = lpips_vgg16()
    form, quick_form, kernels = PerceptualSpeed(distance), PerceptualSpeed(distance, quick=True), KeptKernels()
    first, last = latents.chunk(2)
    change, count = last - first, len(first)

    def few(size: int) -> Callable[[], object]:
        pairs = list(zip(first.split(size), change.split(size), strict=True))
        return lambda: [published(plain, distance, ws, d) for ws, d in pairs]

    medians = processor_times(
        {
            "published, one path at a time": few(1),
            "published, two at a time": few(2),
            "published, all at once": few(count),
            f"ours in float32, {count} at a time": lambda: ours(quick, form, first, change, kernels),
            f"ours, {count} at a time": lambda: ours(quick, quick_form, first, change, kernels),
            "ours, one at a time": lambda: [
                ours(quick, quick_form, w, d, kernels) for w, d in zip(first.split(1), change.split(1), strict=True)
            ],
        },
        rounds,
    )
    print(f"{title}, {torch.get_num_threads()} threads, {count} paths")
    base, best = medians["published, two at a time"], min(medians[name] for name in medians if "published" in name)
    print(f"{'':<34}{'samples/processor second':>26}{'two at a time':>16}{'best published':>16}")
    for name, ms in medians.items():
        print(f"{name:<34}{count / ms * 1e3:>26.2f}{base / ms:>14.2f} x{best / ms:>14.2f} x")
    expected = published(plain, distance, first, change).mean()
    for words, each in (("in float32 ", form), ("", quick_form)):
        found = ours(quick, each, first, change, kernels).mean() / expected - 1
        print(f"mean of ours {words}against the published: {float(found):+.2%}")
    print(flush=True)


def main() -> None:
    """Measure a StyleGAN2 of 64 px and a model that ships."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--model", default="faces-dcgan")
    options = parser.parse_args()
    load_forward_mode()
    random = torch.Generator().manual_seed(1)
    generator = StyleGAN2Generator(StyleGAN2Config(channels=channel_plan(64, 8192, 512)))
    noise = NoiseSetting()
    with torch.no_grad():
        ws = generator.mapping(torch.randn(2 * options.batch, 512, generator=random)).contiguous()
    measure(
        "StyleGAN2, 64 px, channel_base 8192",
        lambda x: synthesise(generator.network.synthesis, x),
        lambda x: generator.synthesis(x, noise),
        ws,
        options.rounds,
    )
    model = open_model(options.model, "cpu")
    shipped = model.generator
    with torch.no_grad():
        latents = shipped.mapping(torch.randn(2 * options.batch, model.z_dim, generator=random)).contiguous()
    draw = lambda x: shipped.synthesis(x, noise)  # noqa: E731
    plain = draw
    if isinstance(shipped, StyleGAN2Generator):
        plain = lambda x: synthesise(shipped.network.synthesis, x)  # noqa: E731
    measure(options.model, plain, draw, latents, options.rounds)


if __name__ == "__main__":
    main()
