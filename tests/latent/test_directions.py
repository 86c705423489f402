"""Directions: planted structures are found again, the same every time."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from ganstudio.core.linear_svm import linear_svm
from ganstudio.core.store import Store
from ganstudio.engine.model import open_model
from ganstudio.latent.directions import (
    WIDE,
    NoDirectionError,
    boundary,
    closed_form,
    conditioned,
    deviation_along,
    first_activations,
    first_weight,
    normal_rows,
    principal_components,
    regressed,
    style_weights,
    taught,
    unit,
)


def draws(count: int, dim: int, seed: int = 0) -> torch.Tensor:
    return torch.cat(list(normal_rows(dim, count, seed)))


def turned(dim: int, seed: int = 5) -> torch.Tensor:
    return torch.linalg.qr(draws(dim, dim, seed))[0]


@pytest.mark.parametrize("dim", [12, WIDE + 8])
def test_components_of_a_known_covariance(dim: int) -> None:
    axes = torch.linalg.qr(draws(dim, 4, 3))[0].T
    deviations = torch.tensor([4.0, 2.0, 1.0, 0.5])
    rows = (draws(3000, 4) * deviations) @ axes + 7.0
    found = principal_components(rows, 4)
    assert torch.allclose((found.axes @ axes.T).abs(), torch.eye(4), atol=0.06)
    assert torch.allclose(found.deviations, deviations, rtol=0.05)
    assert float(found.share.sum()) == pytest.approx(1.0, abs=1e-4)
    assert torch.allclose(found.mean, torch.full((dim,), 7.0), atol=0.3)
    assert bool((found.axes.gather(1, found.axes.abs().argmax(dim=1, keepdim=True)) > 0).all())
    again = principal_components(rows, 4)
    assert torch.equal(again.axes, found.axes)


def test_components_of_activations_lead_back_to_z() -> None:
    z = draws(2000, 10)
    way = turned(10)[:2]
    activations = torch.stack([5.0 * z @ way[0], torch.relu(2.0 * z @ way[1])], dim=1)
    known = principal_components(activations, 2)
    found = regressed(z, known.coordinates(activations))
    assert float((found[0] @ way[0]).abs()) > 0.99
    assert float((found[1] @ way[1]).abs()) > 0.98
    assert torch.allclose(found.norm(dim=1), torch.ones(2))


def test_the_closed_form_finds_singular_directions() -> None:
    right, left = turned(8), turned(30, 6)
    sizes = torch.tensor([9.0, 7.0, 5.0, 3.0, 1.0, 0.5, 0.2, 0.1])
    weight = left[:, :8] * sizes @ right.T
    vectors, gains = closed_form([weight[:13], weight[13:]], 3)
    assert torch.allclose((vectors @ right).abs(), torch.eye(3, 8), atol=1e-3)
    assert torch.allclose(gains, sizes[:3], rtol=1e-4)


def test_the_first_layer_of_models_without_w() -> None:
    model = open_model("faces-dcgan")
    weight = first_weight(model.generator.network, model.z_dim)
    assert weight.shape[1] == model.z_dim
    vectors, _ = closed_form([weight], 3)
    before, after = (
        nn.functional.conv_transpose2d(v[:, :, None, None], model.generator.network.main[0].weight).norm()  # type: ignore[operator]
        for v in (closed_form([weight], 100)[0][-1:], vectors[:1])
    )
    assert after > 3 * before
    z = draws(6, model.z_dim)
    activations = first_activations(model.generator, model.info.document, z, Store())
    alone = first_activations(model.generator, model.info.document, z[2:3], Store())
    assert activations.shape[0] == 6
    assert torch.allclose(activations[2:3], alone, atol=1e-5)
    with pytest.raises(NoDirectionError, match="first layer"):
        first_weight(nn.Sequential(nn.Linear(4, 5)), 16)


def test_affines_are_chosen_by_the_rows_that_they_read(styled_model: Path) -> None:
    model = open_model(styled_model)
    network = model.generator.network
    every = style_weights(model.generator, ())
    first = style_weights(model.generator, (0,))
    assert len(every) > model.info.n_latent  # two layers share a row where blocks meet
    assert torch.equal(first[0], network.get_parameter("synthesis.b4.conv1.affine.weight"))
    by_row = [style_weights(model.generator, (row,)) for row in range(model.info.n_latent)]
    assert sum(map(len, by_row)) == len(every)


def test_deviations_of_one_vector_and_of_one_for_each_layer() -> None:
    rows = draws(4000, 5) * torch.tensor([3.0, 1.0, 1.0, 1.0, 0.1])
    along = torch.eye(5)[0]
    assert deviation_along(rows, along) == pytest.approx(3.0, rel=0.05)
    assert deviation_along(rows, unit(along.expand(4, 5))) == pytest.approx(3.0, rel=0.05)
    assert torch.allclose(unit(7.0 * along.expand(4, 5)), along.expand(4, 5))


def test_a_boundary_is_that_of_the_machine() -> None:
    rows = draws(300, 6)
    labels = rows @ torch.tensor([1.0, -2.0, 0.0, 0.0, 0.0, 0.0]) > 0.3
    plane = boundary(rows, labels)
    normal = plane.normal / plane.normal.norm()
    assert float(normal @ torch.tensor([1.0, -2.0, 0, 0, 0, 0]).double()) / 5**0.5 > 0.995
    assert float(((plane.decide(rows) > 0) == labels).float().mean()) > 0.97
    assert torch.equal(plane.normal, linear_svm(rows, labels).normal)
    with pytest.raises(NoDirectionError, match="same label"):
        boundary(rows, torch.ones(300, dtype=torch.bool))


def lesson(votes: int, wide: int = 64) -> Callable[[int], float]:
    """How well a planted attribute is found from so many thumbs each, for a seed: the cosine."""
    sample = draws(2000, wide) * torch.linspace(2.0, 0.2, wide)
    known = principal_components(sample, wide)
    planted = unit(torch.cat([torch.ones(4), torch.zeros(wide - 4)]))

    def found(seed: int) -> float:
        rows = draws(40 * votes, wide, seed) * torch.linspace(2.0, 0.2, wide)
        decided = rows @ planted
        liked, disliked = (rows[side][:votes] for side in (decided > 0, decided < 0))
        return float(taught(liked, disliked, known) @ planted)

    return found


def test_a_lesson_improves_as_more_thumbs_come() -> None:
    few, some, many = (sum(map(lesson(votes), range(10, 18))) / 8 for votes in (2, 8, 40))
    assert few > 0.35
    assert some > few + 0.1
    assert many > some + 0.1
    assert many > 0.85


def test_one_kind_alone_leads_from_the_mean() -> None:
    sample = draws(2000, 10) + 3.0
    known = principal_components(sample, 10)
    liked = torch.eye(10)[:1] * 4.0 + 3.0
    up = taught(liked, liked[:0], known)
    assert float(up[0]) > 0.99
    assert torch.allclose(taught(liked[:0], liked, known), -up, atol=1e-5)
    with pytest.raises(NoDirectionError, match="thumb"):
        taught(liked[:0], liked[:0], known)


def test_a_conditioned_direction_crosses_no_other_boundary() -> None:
    random = torch.Generator().manual_seed(0)
    vector, others = torch.randn(12, generator=random), torch.randn(3, 12, generator=random)
    left = conditioned(vector, others)
    assert float(left.norm()) == pytest.approx(1.0)
    assert float((others @ left).abs().max()) < 1e-5
    assert float(left @ vector) > 0
    with pytest.raises(NoDirectionError, match="keep less"):
        conditioned(others[0] + 2 * others[1], others)
