"""Thinned curves keep their extremes; strips are shares; growth is read off the level of detail."""

import time

import numpy as np
import pytest

from ganstudio.studio.run_curves import BUCKETS, GROUPS, strips, thinned, traces, with_alpha, words_of
from ganstudio.studio.run_watch import Curve, Histograms


def test_a_million_points_become_few_and_no_extreme_is_lost() -> None:
    x = np.arange(1_000_000) * 16
    y = np.sin(np.arange(1_000_000) / 5e4)
    y[123_456], y[777_777] = 9.0, -9.0
    began = time.perf_counter()
    trace = thinned("losses/D/real", x, y)
    assert time.perf_counter() - began < 5.0
    assert len(trace.x) == BUCKETS
    assert (trace.high.max(), trace.low.min(), trace.points) == (9.0, -9.0, 1_000_000)
    place = int(trace.high.argmax())
    assert abs(trace.x[place] - 16 * 123_456) < 16 * 1_000_000 / BUCKETS
    assert trace.mean.mean() == pytest.approx(y.mean(), abs=1e-3)


def test_a_part_is_read_in_full_detail() -> None:
    x = np.arange(1_000_000) * 16
    trace = thinned("a", x, np.arange(1_000_000, dtype=float), (1600.0, 3200.0))
    assert trace.x[0] == 1584
    assert trace.x[-1] == 3216
    assert trace.mean.tolist() == list(range(99, 202))


def test_nothing_stays_nothing() -> None:
    assert len(thinned("a", np.empty(0, np.int64), np.empty(0), (0.0, 1.0)).x) == 0
    assert strips([]) == ()


def test_every_curve_of_a_step_has_a_group() -> None:
    names = ("losses/G/fake", "gradient_norms/D", "read_outs/augment_p", "read_outs/r_t", "logits/r_v", "memory",
             "observed/Greg/path", "observed/D/logits_real", "learning_rates/generator", "metrics/kernel-vgg16",
             "images_per_second", "read_outs/resolution", "read_outs/path_length", "growth/alpha")  # fmt: skip
    assert [sum(group.takes(name) for group in GROUPS) for name in names] == [1] * len(names)
    memory = Curve()
    memory.append(4, 2e6)
    found = next(group for group in GROUPS if group.key == "memory")
    assert traces({"memory": memory}, found, None)[0].mean.tolist() == [2.0]


def test_alpha_is_what_is_left_of_the_level_of_detail() -> None:
    lod = Curve()
    for place, value in enumerate((2.0, 1.75, 1.25, 1.0, 0.5, 0.0)):
        lod.append(4 * place, value)
    alpha = with_alpha({"read_outs/lod": lod})["growth/alpha"]
    assert alpha.values.tolist() == [1.0, 0.25, 0.75, 1.0, 0.5, 1.0]


def test_strips_share_their_axes_and_are_brightest_where_most_are() -> None:
    def noted(at: int, low: float, high: float, **counts: tuple[int, ...]) -> Histograms:
        return Histograms(at, low, high, {k: np.array(c) for k, c in counts.items()}, dict.fromkeys(counts, 0.0))

    found = strips([noted(4, 0.0, 2.0, real=(0, 8), fake=(8, 0)), noted(8, -2.0, 2.0, real=(1, 7), fake=(8, 0))])
    assert [strip.kind for strip in found] == ["real", "fake"]
    assert {(strip.first, strip.last, strip.low, strip.high) for strip in found} == {(4, 8, -2.0, 2.0)}
    real, fake = found
    rows = len(real.shares)
    assert real.shares[: rows // 2, 0].max() == 0
    assert real.shares[-1, 0] == real.shares.max() == 255
    assert fake.shares[rows // 2 + 1, 0] > fake.shares[-1, 0] == 0


def test_legends_are_words() -> None:
    assert words_of("losses/Gmain/loss") == "Gmain loss"
    assert words_of("read_outs/augment_p") == "p"
    assert words_of("images_per_second") == "images per second"
