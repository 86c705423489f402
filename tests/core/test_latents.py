"""Latents from seeds and the arithmetic on them."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.core.document import LatentArray, LatentBlend, LatentPoint, Space
from ganstudio.core.errors import WrongInputError
from ganstudio.core.latents import (
    blend_on_sphere,
    blend_points,
    corner_latents,
    given_rows,
    latent_rows,
    lerp,
    mapped_terms,
    resampled_latent,
    resampling_threshold,
    seed_latent,
    slerp,
    truncate,
)
from ganstudio.core.store import Store

places = st.floats(-1e6, 1e6, allow_nan=False)


@given(seed=st.integers(0, 2**32 - 1))
def test_seeds_draw_what_the_published_tools_draw(seed: int) -> None:
    np.testing.assert_array_equal(seed_latent(seed, 20), np.random.RandomState(seed).randn(1, 20)[0])


@given(seed=st.integers(0, 1000), threshold=st.floats(0.04, 3.0))
def test_resampling_draws_again_only_what_lies_outside(seed: int, threshold: float) -> None:
    plain, bounded = seed_latent(seed, 64), resampled_latent(seed, 64, threshold)
    inside = np.abs(plain) <= threshold
    np.testing.assert_array_equal(bounded[inside], plain[inside])
    assert np.abs(bounded).max() <= threshold
    np.testing.assert_array_equal(bounded, resampled_latent(seed, 64, threshold))
    np.testing.assert_array_equal(resampled_latent(seed, 64, None), plain)


def test_resampled_values_follow_the_truncated_normal() -> None:
    values = np.concatenate([resampled_latent(seed, 100, 1.0) for seed in range(400)])
    assert abs(values.mean()) < 4 * 0.54 / math.sqrt(values.size)
    assert values.std() == pytest.approx(0.5396, abs=0.006)


def test_psi_of_one_resamples_nothing() -> None:
    assert resampling_threshold(1.0) is None
    assert resampling_threshold(1.7) is None
    assert resampling_threshold(0.5) == 1.0
    assert resampling_threshold(-1.0) == pytest.approx(0.04)


@given(x=places, y=places)
def test_corners_surround_the_place(x: float, y: float) -> None:
    corners = LatentPoint(x, y).corners()
    assert 1 <= len(corners) <= 4
    assert sum(weight for _, weight in corners) == pytest.approx(1.0)
    assert all(0 < weight <= 1 and 0 <= seed < 2**32 for seed, weight in corners)


def test_whole_places_are_seeds() -> None:
    assert LatentPoint(42.0, 0.0).corners() == ((42, 1.0),)
    assert LatentPoint(7.0, 3.0).seed == 307
    assert LatentPoint.of_seed(5).seed == 5
    np.testing.assert_array_equal(blend_points(LatentPoint(42.0, 0.0), 8, Store()), seed_latent(42, 8))


@given(x=st.floats(0, 50), y=st.floats(0, 50))
def test_blends_keep_the_variance(x: float, y: float) -> None:
    blended = blend_points(LatentPoint(x, y), 4096, Store())
    assert blended.std() == pytest.approx(1.0, abs=0.08)


def test_stored_latents_must_fit() -> None:
    store = Store()
    value = LatentArray(Space.Z, store.put(np.ones(6)))
    np.testing.assert_array_equal(blend_points(value, 6, store), np.ones(6))
    with pytest.raises(WrongInputError, match="use a latent that was made with this model"):
        latent_rows(value, 7, store)


@given(psi=st.floats(-1, 2), cutoff=st.none() | st.integers(-2, 9))
def test_truncation_follows_the_formula(psi: float, cutoff: int | None) -> None:
    ws, mean = torch.randn(2, 6, 5), torch.randn(5)
    rows = 6 if cutoff is None else min(max(cutoff, 0), 6)
    expected = ws.clone()
    expected[:, :rows] = mean + psi * (ws[:, :rows] - mean)
    torch.testing.assert_close(truncate(ws, mean, psi, cutoff), expected)


@given(t=st.floats(0, 1), seed=st.integers(0, 100))
def test_slerp_walks_the_great_circle_evenly(t: float, seed: int) -> None:
    random = torch.Generator().manual_seed(seed)
    a, b = torch.randn(2, 4, 9, generator=random, dtype=torch.float64)
    at = torch.full((4, 1), t, dtype=torch.float64)
    point, start = slerp(a, b, at), slerp(a, b, torch.zeros_like(at))
    torch.testing.assert_close(point.norm(dim=1), torch.ones(4, dtype=torch.float64))
    whole = torch.acos((a * b).sum(1) / (a.norm(dim=1) * b.norm(dim=1)))
    walked = torch.acos((point * start).sum(1).clamp(-1, 1))
    torch.testing.assert_close(walked, t * whole, rtol=1e-5, atol=1e-6)


def test_lerp_meets_both_ends() -> None:
    a, b = torch.randn(2, 3, 4)
    torch.testing.assert_close(lerp(a, b, torch.zeros(3, 1)), a)
    torch.testing.assert_close(lerp(a, b, torch.ones(3, 1)), b)


@given(st.integers(0, 2**31), st.floats(0.0, 1.0))
def test_two_latents_are_blended_on_their_arc_with_the_norm_in_between(seed: int, t: float) -> None:
    zs = np.random.default_rng(seed).normal(size=(2, 16)) * np.array([[1.0], [3.0]])
    blended = blend_on_sphere(zs, np.array([1 - t, t]))
    norms = np.linalg.norm(zs, axis=1)
    assert np.linalg.norm(blended) == pytest.approx((1 - t) * norms[0] + t * norms[1])
    a, b, at = zs[0] / norms[0], zs[1] / norms[1], blended / np.linalg.norm(blended)
    whole = np.arccos(a @ b)
    assert np.arccos(np.clip(a @ at, -1, 1)) == pytest.approx(t * whole, abs=1e-6)
    assert np.arccos(np.clip(b @ at, -1, 1)) == pytest.approx((1 - t) * whole, abs=1e-6)


def test_opposite_latents_and_more_than_two_are_blended_too() -> None:
    z = np.arange(1.0, 5.0)
    assert np.isfinite(blend_on_sphere(np.stack([z, -z]), np.array([0.5, 0.5]))).all()
    three = blend_on_sphere(np.stack([z, z, z]), np.array([0.2, 0.3, 0.5]))
    assert three == pytest.approx(z)


def test_a_blend_in_w_is_linear_in_its_parts_and_adds_what_is_given_in_w() -> None:
    store = Store()
    w = LatentArray(Space.W, store.put(np.full(4, 2.0)))
    inner = LatentBlend(((LatentPoint(1.0, 0.0), 0.5), (w, 0.5)), Space.W)
    outer = LatentBlend(((inner, 0.5), (LatentPoint(7.0, 0.0), 0.5)), Space.W)
    terms = mapped_terms(outer, 4, store)
    assert [weight for _, weight in terms] == [0.25, 0.5]
    assert terms[1][0] == pytest.approx(seed_latent(7, 4))
    given_part = given_rows(outer, 3, 4, store)
    assert given_part is not None
    assert given_part == pytest.approx(np.full((3, 4), 0.5))


def test_rows_that_do_not_fit_the_model_are_refused() -> None:
    store = Store()
    rows = LatentArray(Space.W_PLUS, store.put(np.zeros((5, 4))))
    with pytest.raises(WrongInputError, match="5 rows"):
        given_rows(rows, 3, 4, store)


def test_what_is_drawn_for_a_place_may_be_changed_without_changing_the_next_one() -> None:
    point = LatentPoint(3.25, 7.5)
    zs, _ = corner_latents(point, 16, 1.5)
    kept = zs.copy()
    zs[:] = 0.0
    assert np.array_equal(corner_latents(point, 16, 1.5)[0], kept)
    assert not np.array_equal(corner_latents(point, 16, 0.5)[0], kept)
