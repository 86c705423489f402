"""Schedules: half-lives, lazy regularisation, the augmentation probability."""

import math

from hypothesis import given
from hypothesis import strategies as st

from ganstudio.losses.schedules import (
    adjusted_probability,
    ema_beta,
    lazy_optimizer,
    overfitting_against_held_out,
    r1_weight,
)


@given(batch=st.integers(1, 500), half_life=st.floats(1, 1e6))
def test_after_a_half_life_half_is_left(batch: int, half_life: float) -> None:
    steps = half_life / batch
    assert math.isclose(ema_beta(batch, 10**9, half_life) ** steps, 0.5, rel_tol=1e-9)


def test_ramp_up_shortens_the_half_life_at_the_start() -> None:
    assert ema_beta(32, 0, 10_000, 0.05) == 0.0
    assert ema_beta(32, 1000, 10_000, 0.05) == 0.5 ** (32 / 50)
    assert ema_beta(32, 10**7, 10_000, 0.05) == ema_beta(32, 10**7, 10_000)
    assert ema_beta(32, 500, 0.0) == 0.0


def test_lazy_adam_makes_the_same_way_per_regularised_cycle() -> None:
    lr, (beta1, beta2) = lazy_optimizer(0.002, (0.5, 0.99), 16)
    assert math.isclose(lr * 17, 0.002 * 16)
    assert math.isclose(beta1**17, 0.5**16)
    assert math.isclose(beta2**17, 0.99**16)


def test_r1_weight_of_the_authors() -> None:
    assert math.isclose(r1_weight(256, 64), 0.2048)
    assert math.isclose(r1_weight(64, 32), 0.0256)


@given(p=st.floats(0, 1), signal=st.floats(-1, 1), images=st.integers(1, 10**6))
def test_the_probability_stays_one(p: float, signal: float, images: int) -> None:
    moved = adjusted_probability(p, signal, 0.6, images, 500_000)
    assert 0.0 <= moved <= 1.0
    assert (moved >= p) if signal > 0.6 else (moved <= p)
    assert abs(moved - p) <= images / 500_000 + 1e-12


def test_the_probability_can_cross_its_range_in_the_given_images() -> None:
    p = 0.0
    for _ in range(1000):
        p = adjusted_probability(p, 0.9, 0.6, 500, 500_000)
    assert math.isclose(p, 1.0, abs_tol=1e-9)
    assert adjusted_probability(0.3, 0.6, 0.6, 500, 500_000) == 0.3


def test_overfitting_by_held_out_pictures() -> None:
    assert overfitting_against_held_out(2.0, 2.0, -1.0) == 0.0
    assert overfitting_against_held_out(2.0, -1.0, -1.0) == 1.0
    assert overfitting_against_held_out(1.0, 0.0, 1.0) == 0.0
