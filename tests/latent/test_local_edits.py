"""Local edits and restoration on pictures that the model itself drew, so that the truth is known."""

import pytest
import torch
import torch.nn.functional as F

from ganstudio.core.generator import LatentCode
from ganstudio.core.latents import truncate
from ganstudio.engine.model import Model, open_model
from ganstudio.latent.inversion import InversionError, InversionStep, Spread, spread_of
from ganstudio.latent.local_edits import (
    LocalEdit,
    LocalSearch,
    Smaller,
    coloured,
    crossed,
    diffused,
    enlarged,
    grown,
    inpainted,
    luma,
    luma_kept,
    noises_of,
    restyled,
    scribbled,
    shrunk,
)
from ganstudio.losses.joined_likeness import JoinedLikeness, Part, StyleLikeness, gram
from ganstudio.losses.likeness import Likeness
from ganstudio.losses.perceptual import lpips_alex

SIDE = 64


@pytest.fixture(scope="module")
def model() -> Model:
    return open_model("faces", "cpu")


@pytest.fixture(scope="module")
def spread(model: Model) -> Spread:
    return spread_of(model.generator, model.z_dim)


@pytest.fixture(scope="module")
def code(model: Model) -> LatentCode:
    assert model.w_avg is not None
    return LatentCode(truncate(model.mapping(model.latents([5])), model.w_avg, 0.8))


@pytest.fixture(scope="module")
def truth(model: Model, code: LatentCode) -> torch.Tensor:
    return drawn(model, code)


@torch.no_grad()
def drawn(model: Model, code: LatentCode) -> torch.Tensor:
    return model.generator.guided(code)


def last(model: Model, spread: Spread, edit: LocalEdit, steps: int, start: LatentCode | None = None) -> InversionStep:
    search = LocalSearch(model.generator, edit.within(steps), None, spread, z_dim=model.z_dim, start=start)
    return list(search.steps())[-1]


def rectangle(top: int, bottom: int, left: int, right: int) -> torch.Tensor:
    mask = torch.zeros(1, 1, SIDE, SIDE)
    mask[..., top:bottom, left:right] = 1.0
    return mask


def apart(first: torch.Tensor, second: torch.Tensor, where: torch.Tensor | None = None) -> float:
    squares = (first - second).square().mean(dim=1, keepdim=True)
    return float(squares.mean() if where is None else (squares * where).sum() / where.sum())


def test_colours_come_back(model: Model, spread: Spread) -> None:
    missed, missed_by_the_mean, missed_by_grey = 0.0, 0.0, 0.0
    for seed in range(4):  # a grey picture leaves some choice, and so several count together
        truth = model.sample([seed], psi=0.7)
        found = last(model, spread, coloured(luma(truth)), 32).best_picture
        tint, known, mean = (each - luma_kept(each) for each in (found, truth, drawn(model, LatentCode(spread.mean))))
        missed += apart(tint, known)
        missed_by_the_mean += apart(mean, known)
        missed_by_grey += float(known.square().mean())
    assert missed < 0.8 * missed_by_the_mean
    assert missed < 0.5 * missed_by_grey


def test_a_hole_is_filled(model: Model, spread: Spread, truth: torch.Tensor) -> None:
    hole = rectangle(32, 48, 21, 43)
    spoiled = torch.where(hole > 0, torch.ones_like(truth), truth)
    found = last(model, spread, inpainted(spoiled, hole), 24).best_picture
    assert apart(found, truth, hole) < 0.4 * apart(drawn(model, LatentCode(spread.mean)), truth, hole)


def test_a_small_picture_is_enlarged(model: Model, spread: Spread, truth: torch.Tensor) -> None:
    small = Smaller(4)(truth)
    assert small.shape[2:] == (16, 16)
    found = last(model, spread, enlarged(small, 4), 36).best_picture
    smooth = F.interpolate(small, scale_factor=4, mode="bilinear")
    assert apart(found, truth) < apart(smooth, truth)
    with pytest.raises(InversionError, match="2 or 4"):
        enlarged(small, 3)


def test_a_scribble_colours_its_place_and_no_other(
    model: Model, spread: Spread, code: LatentCode, truth: torch.Tensor
) -> None:
    where = rectangle(32, 40, 28, 44)
    red = truth + torch.tensor([0.5, -0.5, -0.5])[None, :, None, None]
    found = last(model, spread, scribbled(truth, red, where), 24, code).best_picture

    def redder(place: torch.Tensor) -> float:
        change = (found - truth)[:, :1] - (found - truth)[:, 1:].mean(dim=1, keepdim=True)
        return float((change * place).sum() / place.sum())

    assert redder(where) > 0.3
    assert abs(redder(1.0 - grown(where))) < 0.2 * redder(where)


def test_two_pictures_are_crossed(model: Model, spread: Spread, code: LatentCode, truth: torch.Tensor) -> None:
    other, left = model.sample([7], psi=0.8), rectangle(0, 64, 0, 32)
    edit = crossed(truth, other, left)
    assert [phase.search_latent for phase in edit.phases] == [True, False]
    found = last(model, spread, edit, 30, code)
    assert (found.number, found.steps) == (30, 30)
    assert apart(found.best_picture, truth, left) < 0.4 * apart(other, truth, left)
    assert apart(found.best_picture, other, 1 - left) < 0.4 * apart(truth, other, 1 - left)
    assert set(found.best.noises) == set(noises_of(model.generator))


def test_the_second_phase_moves_noises_alone(
    model: Model, spread: Spread, code: LatentCode, truth: torch.Tensor
) -> None:
    noises = {i: torch.randn_like(noise) for i, noise in noises_of(model.generator).items()}
    other = drawn(model, LatentCode(code.ws, {}, noises))
    edit = crossed(other, other, rectangle(0, 64, 0, 64))
    found = last(model, spread, LocalEdit(edit.wanted, edit.phases[1:]), 12, code)
    assert torch.equal(found.best.ws, code.ws)
    assert apart(found.best_picture, other) < 0.8 * apart(truth, other)


def test_an_encoder_draws_a_pasted_face_into_the_domain(
    model: Model, spread: Spread, code: LatentCode, truth: torch.Tensor
) -> None:
    where, context = rectangle(16, 48, 16, 48), model.sample([7], psi=0.8)
    edit = diffused(truth, context, where)
    assert apart(edit.wanted.picture, truth, where) == 0.0
    assert apart(edit.wanted.picture, context, 1 - where) == 0.0
    assert edit.phases[0].domain_weight > 0

    def encoder(pictures: torch.Tensor) -> torch.Tensor:
        return code.ws.expand(len(pictures), -1, -1)

    begun = LatentCode(model.mapping(model.latents([7])))
    search = LocalSearch(
        model.generator, edit.within(20), None, spread, z_dim=model.z_dim, start=begun, encoder=encoder
    )
    steps = list(search.steps())
    assert steps[-1].losses["domain"] < 0.5 * steps[0].losses["domain"]
    assert apart(steps[-1].best_picture, truth, where) < 0.5 * apart(steps[0].best_picture, truth, where)


def test_a_model_without_w_is_searched_in_z(model: Model) -> None:
    faces = open_model("faces-dcgan", "cpu")
    hole = rectangle(32, 48, 21, 43)
    found = last(faces, spread_of(faces.generator, faces.z_dim), inpainted(faces.sample([5]), hole), 3)
    assert found.best.ws.shape == (1, 1, faces.z_dim)
    assert not found.best.noises


def test_styles_are_textures_wherever_they_are() -> None:
    distance = lpips_alex()
    torch.manual_seed(0)
    fine = torch.rand(1, 3, 64, 64) * 2 - 1
    coarse = F.interpolate(torch.rand(1, 3, 8, 8) * 2 - 1, scale_factor=8)
    style = StyleLikeness(distance, fine, None)
    assert float(style(fine.roll((16, 16), (2, 3)))) < 0.05 * float(style(coarse))
    left = rectangle(0, 64, 0, 32)
    half = torch.where(left > 0, fine, coarse)
    inside, outside = (float(StyleLikeness(distance, fine, where)(half)) for where in (left, 1 - left))
    assert inside < 0.6 * outside
    features = torch.rand(1, 5, 6, 6)
    torch.testing.assert_close(gram(features, torch.ones(1, 1, 6, 6)), gram(features))


def test_restyling_begins_with_the_rest_as_it_was(truth: torch.Tensor) -> None:
    where, distance = rectangle(0, 32, 0, 64), lpips_alex()
    edit = restyled(truth, truth.flip(3)[..., :48, :48], where)
    likeness = edit.wanted.likeness(distance)
    same, other = likeness(truth), likeness(torch.where(where > 0, truth, -truth))
    assert float(same.pixel) == 0.0
    assert float(other.pixel) > 0.01
    changed = torch.where(where > 0, truth.flip(3), truth)
    assert float(likeness(changed).perceptual) < float(same.perceptual) + 0.05


def test_parts_are_summed_with_their_weights() -> None:
    torch.manual_seed(0)
    pictures, first, second = (torch.rand(1, 3, 32, 32) for _ in range(3))
    mask = torch.zeros(1, 1, 32, 32)
    mask[..., :8] = 1.0
    parts = (Part(first, mask, pixel=2.0), Part(Smaller(2)(second), pixel=0.5, degrade=Smaller(2)))
    found = JoinedLikeness(None, parts)(pictures).pixel
    expected = 2.0 * (pictures - first)[..., :8].square().mean() + 0.5 * Smaller(2)(pictures - second).square().mean()
    torch.testing.assert_close(found[0], expected)
    plain = JoinedLikeness(None, (Part(first),))(pictures)
    torch.testing.assert_close(plain.pixel, Likeness(None, first)(pictures).pixel)


def test_masks_grow_and_shrink() -> None:
    mask = rectangle(30, 34, 30, 34)
    assert float(grown(mask).sum()) == 144.0
    assert float(shrunk(grown(mask)).sum()) == 64.0
    assert torch.equal(shrunk(rectangle(5, 6, 5, 6)), rectangle(5, 6, 5, 6))


def test_what_does_not_fit_is_said(truth: torch.Tensor) -> None:
    with pytest.raises(InversionError, match="one size"):
        inpainted(truth, torch.ones(1, 1, 8, 8))
    with pytest.raises(InversionError, match="empty"):
        inpainted(truth, torch.zeros(1, 1, SIDE, SIDE))
