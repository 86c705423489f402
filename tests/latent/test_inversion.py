"""Searching for codes: every space finds pictures that the model itself drew, masks and degradations count."""

import dataclasses
from functools import partial
from pathlib import Path

import pytest
import torch

from ganstudio.core.document import Space
from ganstudio.core.generator import LatentCode
from ganstudio.engine.model import Model, open_model
from ganstudio.latent.inversion import (
    Inversion,
    InversionError,
    InversionOptions,
    InversionStep,
    Wanted,
    rate_share,
    spread_of,
)
from ganstudio.losses.likeness import Likeness, noise_correlation
from ganstudio.losses.perceptual import lpips_alex

OPTIONS = InversionOptions(steps=40, lr=0.1, perceptual_weight=0.0, pixel_weight=1.0)


@pytest.fixture(scope="module")
def model(styled_model: Path) -> Model:
    return open_model(styled_model, "cpu")


def search(
    model: Model, wanted: Wanted, options: InversionOptions, start: LatentCode | None = None
) -> list[InversionStep]:
    labels = torch.eye(model.c_dim)[:1] if model.c_dim else None
    spread = spread_of(model.generator, model.z_dim, labels)
    inversion = Inversion(model.generator, wanted, None, options, spread, z_dim=model.z_dim, labels=labels, start=start)
    return list(inversion.steps())


@pytest.mark.parametrize("space", list(Space))
def test_every_space_comes_near_a_picture_of_the_model(model: Model, space: Space) -> None:
    wanted = Wanted(model.sample([5], c=0))
    steps = search(model, wanted, dataclasses.replace(OPTIONS, space=space))
    assert [step.number for step in steps] == list(range(1, 41))
    assert steps[-1].best_pixel < 0.4 * steps[0].best_pixel
    scores = [step.best_pixel for step in steps]
    assert scores == sorted(scores, reverse=True)
    best = steps[-1]
    torch.testing.assert_close(model.generator.guided(best.best), best.best_picture, rtol=1e-4, atol=1e-4)
    assert not best.best.ws.requires_grad
    rows = best.best.ws[0]
    assert (space is Space.W_PLUS) == bool((rows - rows[0]).abs().max() > 1e-3)
    assert bool(best.best.styles) == (space is Space.STYLE)


@pytest.mark.parametrize("space", list(Space))
def test_pictures_that_are_searched_for_together_come_out_as_if_they_were_alone(model: Model, space: Space) -> None:
    options = dataclasses.replace(OPTIONS, space=space, steps=8, starts=3, mean_weight=0.01)
    pictures = model.sample([5, 6, 7], c=0)
    labels = torch.eye(model.c_dim)[:1]
    spread = spread_of(model.generator, model.z_dim, labels)
    search_of = partial(Inversion, model.generator, distance=None, options=options, spread=spread, labels=labels)
    together = list(search_of(wanted=Wanted(pictures), z_dim=model.z_dim).rounds())[-1]
    for i, found in enumerate(together):
        alone = search(model, Wanted(pictures[i : i + 1]), options)[-1]
        assert found.best_pixel == pytest.approx(alone.best_pixel, rel=1e-3)
        torch.testing.assert_close(found.best.ws, alone.best.ws, rtol=1e-2, atol=1e-3)
        assert found.picture.shape == found.best_picture.shape == pictures[:1].shape
    with pytest.raises(InversionError, match="rounds"):
        next(search_of(wanted=Wanted(pictures), z_dim=model.z_dim).steps())


def test_a_model_without_w_is_searched_in_z() -> None:
    faces = open_model("faces-dcgan", "cpu")
    wanted = Wanted(faces.sample([5]))
    steps = search(faces, wanted, dataclasses.replace(OPTIONS, space=Space.Z, starts=4, steps=30))
    assert steps[-1].best_pixel < 0.5 * steps[0].best_pixel
    with pytest.raises(InversionError, match=r"no w\+ space"):
        search(faces, wanted, OPTIONS)


def test_a_search_goes_on_where_another_ended(model: Model) -> None:
    wanted = Wanted(model.sample([5], c=0))
    first = search(model, wanted, OPTIONS)[-1]
    quiet = dataclasses.replace(OPTIONS, latent_noise=0.0, steps=20)
    second = search(model, wanted, quiet, start=first.best)
    assert second[0].best_pixel == pytest.approx(first.best_pixel, rel=1e-3)
    assert second[-1].best_pixel < first.best_pixel


def test_only_what_the_mask_shows_counts(model: Model) -> None:
    picture = model.sample([5], c=0)
    mask = torch.zeros(1, 1, 32, 32)
    mask[..., :16] = 1.0
    half = picture.clone()
    half[..., 16:] = 5.0  # would spoil everything
    whole, masked = Wanted(half), Wanted(half, mask)
    best = search(model, masked, OPTIONS)[-1]
    assert float((best.best_picture - picture)[..., :16].square().mean()) == pytest.approx(best.best_pixel, rel=1e-4)
    assert search(model, whole, OPTIONS)[-1].best_pixel > 10 * best.best_pixel


def test_a_degraded_picture_is_searched_through_its_degradation(model: Model) -> None:
    def gray(pictures: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.avg_pool2d(pictures.mean(dim=1, keepdim=True), 2)

    wanted = Wanted(gray(model.sample([5], c=0)), degrade=gray)
    steps = search(model, wanted, OPTIONS)
    assert steps[-1].best_pixel < 0.4 * steps[0].best_pixel
    with pytest.raises(InversionError, match="draws"):
        search(model, Wanted(torch.zeros(1, 3, 16, 16)), OPTIONS)


def test_the_pull_to_the_mean_keeps_the_code_near_it(model: Model) -> None:
    wanted = Wanted(model.sample([5], c=0))
    spread = spread_of(model.generator, model.z_dim, torch.eye(model.c_dim)[:1])
    free, held = (search(model, wanted, dataclasses.replace(OPTIONS, mean_weight=weight))[-1] for weight in (0.0, 5.0))
    far, near = ((each.best.ws - spread.mean).norm() for each in (free, held))
    assert near < 0.5 * far


def test_the_rate_rises_stays_and_falls() -> None:
    options = InversionOptions(steps=100, ramp_up=0.05, ramp_down=0.25)
    shares = [rate_share(done, options) for done in range(100)]
    assert shares[0] == pytest.approx(0.2)
    assert shares[4:75] == pytest.approx([1.0] * 71)
    assert shares[75:] == sorted(shares[75:], reverse=True)
    assert shares[-1] < 0.01


def test_likeness_is_lpips_and_a_mask_of_ones_changes_nothing() -> None:
    distance = lpips_alex()
    torch.manual_seed(0)
    first, second = torch.rand(2, 3, 48, 48) * 2 - 1, torch.rand(1, 3, 48, 48) * 2 - 1
    plain = Likeness(distance, second)(first)
    torch.testing.assert_close(plain.perceptual, distance(first, second.expand(2, -1, -1, -1)))
    torch.testing.assert_close(plain.pixel, (first - second).square().mean(dim=(1, 2, 3)))
    ones = Likeness(distance, second, torch.ones(1, 1, 48, 48))(first)
    torch.testing.assert_close(ones.perceptual, plain.perceptual)
    torch.testing.assert_close(ones.pixel, plain.pixel)
    assert float(Likeness(distance, second[..., :8, :8])(first[..., :8, :8]).perceptual.sum()) == 0.0


def test_noise_that_repeats_itself_is_seen_at_every_scale() -> None:
    torch.manual_seed(0)
    white = torch.randn(1, 1, 64, 64)
    smooth = torch.nn.functional.interpolate(torch.randn(1, 1, 16, 16), scale_factor=4)
    assert noise_correlation(smooth) > 20 * noise_correlation(white)
    row = torch.tensor([[1.0, -1.0], [-1.0, 1.0]]).repeat(4, 4)[None, None]
    assert float(noise_correlation(row)) == pytest.approx(2.0 * 8 * 8)


@pytest.mark.parametrize(("side", "levels"), [(4, 1), (8, 1), (16, 2), (64, 4)])
def test_white_noise_is_punished_no_more_on_small_maps_than_on_large_ones(side: int, levels: int) -> None:
    white = torch.randn(4000, 1, side, side, generator=torch.Generator().manual_seed(side))
    assert float(noise_correlation(white).mean()) == pytest.approx(2.0 * levels, rel=0.15)


def test_the_rule_for_noises_leaves_them_able_to_learn_and_keeps_them_white() -> None:
    """Other noises drew the picture; nothing but noises can come nearer to it."""
    faces = open_model("faces", "cpu")
    random = torch.Generator().manual_seed(7)
    sides = faces.generator.noise_resolutions
    ws = faces.mapping(faces.latents([3]))
    drawn = LatentCode(ws, {}, {i: torch.randn(1, 1, side, side, generator=random) for i, side in enumerate(sides)})
    options = InversionOptions(steps=25, search_latent=False, perceptual_weight=0.0, pixel_weight=1.0, latent_noise=0.0)
    steps = search(faces, Wanted(faces.generator.guided(drawn).detach()), options, LatentCode(ws, {}, {}))
    assert steps[0].losses["noise"] < 1.0
    assert steps[-1].best_pixel < 0.87 * steps[0].best_pixel
    assert all(float(noise_correlation(noise)) < 4.0 for noise in steps[-1].best.noises.values())
