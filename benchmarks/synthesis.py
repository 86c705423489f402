"""StyleGAN2's synthesis against the published formulation: same weights, one run.

    python benchmarks/synthesis.py [--rounds 5] [--only 64] [--threads 1]

With `--threads 1` processor time is measured, which other programs hardly change.
"""

import argparse
import copy
import time

import torch
from plain import synthesise
from timing import side_by_side, table

from ganstudio.architectures.stylegan2.networks import StyleGAN2Config, channel_plan
from ganstudio.architectures.stylegan2.stages import StyleGAN2Generator
from ganstudio.core.device import AUTO, Precision, choose_device
from ganstudio.core.document import NoiseSetting

CASES = {
    "64 px, channel_base 8192": channel_plan(64, 8192, 512),
    "64 px, channel_base 4096, at most 128": channel_plan(64, 4096, 128),
    "f-256": channel_plan(256, 32768, 512),
    "f-1024": channel_plan(1024, 32768, 512),
}


def measure(name: str, channels: tuple[int, ...], rounds: int, device: torch.device) -> None:
    """Print the table of one configuration."""
    random = torch.Generator().manual_seed(1)
    generator = StyleGAN2Generator(StyleGAN2Config(channels=channels))
    for layer in generator.layers:
        layer.noise_strength.fill_(0.1)
    generator.prepare(device, Precision.EXACT)
    z = torch.randn(1, 512, generator=random).to(device)
    clock = time.thread_time if torch.get_num_threads() == 1 and device.type == "cpu" else time.perf_counter
    with torch.no_grad():
        ws = generator.mapping(z).contiguous()
        expected = synthesise(generator.network.synthesis, ws)
        error = relative_error(generator.synthesis(ws, NoiseSetting()), expected)
        fast = copy.deepcopy(generator)
        fast.prepare(device, Precision.FAST)
        fast_error = relative_error(fast.synthesis(ws, NoiseSetting()), expected)
        medians = side_by_side(
            {
                "published formulation, float32": lambda: synthesise(generator.network.synthesis, ws),
                "ours, exact": lambda: generator.synthesis(ws, NoiseSetting()),
                "ours, fast": lambda: fast.synthesis(ws, NoiseSetting()),
            },
            rounds,
            clock,
        )
    threads = torch.get_num_threads()
    counted = f"{threads} threads" if clock is time.perf_counter else "processor time of one thread"
    print(table(f"{name} on {device}, {counted}", medians, "published formulation, float32"))
    print(f"largest deviation over largest value: exact {error:.1e}, fast {fast_error:.1e}\n", flush=True)


def relative_error(found: torch.Tensor, expected: torch.Tensor) -> float:
    """Return the largest absolute difference over the largest absolute value."""
    return float((found - expected).abs().max() / expected.abs().max())


def main() -> None:
    """Measure all configurations, or those whose name starts with `--only`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="")
    parser.add_argument("--device", default=AUTO)
    parser.add_argument("--threads", type=int, default=0, help="processor threads; all cores where not given")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    for name, channels in CASES.items():
        if name.startswith(options.only):
            measure(name, channels, options.rounds, choose_device(options.device))


if __name__ == "__main__":
    main()
