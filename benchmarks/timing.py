"""Timing of alternatives side by side in one run."""

import statistics
import time
from collections.abc import Callable, Mapping

import torch


def side_by_side(
    cases: Mapping[str, Callable[[], object]], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, float]:
    """Run all cases in turn, `rounds` times after a warm-up, and return each one's median in milliseconds.

    With one thread, `time.thread_time` as the clock leaves out what other programs take from the processor.
    """
    times: dict[str, list[float]] = {name: [] for name in cases}
    for round_number in range(rounds + 1):
        for name, work in cases.items():
            started = clock()
            work()
            if torch.cuda.is_available():
                torch.cuda.synchronize()
            if round_number:
                times[name].append((clock() - started) * 1e3)
    return {name: statistics.median(values) for name, values in times.items()}


def table(title: str, medians: Mapping[str, float], yardstick: str) -> str:
    """Return lines with every case's median and how many times as fast as the yardstick it is."""
    base = medians[yardstick]
    lines = [f"{name:<34}{ms:>10.2f} ms{base / ms:>8.2f} x" for name, ms in medians.items()]
    return "\n".join([title, *lines])
