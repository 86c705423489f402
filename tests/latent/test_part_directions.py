"""Directions of parts: what changes only inside is found, what changes nothing is not, and rare parts are left out."""

import pytest
import torch

from ganstudio.latent.directions import Components, normal_components
from ganstudio.latent.part_directions import AXES, LEAST_PICTURES, PartEffects, axes_of

SIDE = 32
PART, REST = 1, 0


def map_of(top: int, bottom: int) -> torch.Tensor:
    """A map whose part lies between two rows of pixels."""
    parts = torch.zeros(SIDE, SIDE, dtype=torch.int64)
    parts[top:bottom] = PART
    return parts


def test_axes_move_the_layers_of_one_resolution_by_a_deviation() -> None:
    known = Components(torch.zeros(4), torch.eye(4), torch.tensor([4.0, 3.0, 2.0, 1.0]), torch.full((4,), 0.25))
    axes = axes_of(known, (4, 8, 8, 16))
    assert axes.shape == (12, 4, 4)
    second = axes[4:8]
    assert torch.equal(second[:, 1], torch.diag(known.deviations))
    assert torch.equal(second[:, 2], second[:, 1])
    assert not second[:, [0, 3]].any()
    alone = axes_of(normal_components(100), ())
    assert torch.equal(alone[:, 0], torch.eye(100)[:AXES])


def test_the_direction_that_changes_only_the_part_comes_first() -> None:
    axes = torch.eye(4)[:, None]  # one row
    effects = PartEffects(axes, 2)
    random = torch.Generator().manual_seed(0)
    for place in range(4):
        parts = map_of(8 + place, 20 + place)  # the part moves from picture to picture
        changes = torch.zeros(4, 3, SIDE, SIDE)
        noise = torch.randn(3, SIDE, SIDE, generator=random)
        changes[0] = noise  # everywhere
        changes[1] = noise * (parts != PART)  # all but the part: 0 less 1 changes only the part
        changes[2] = torch.randn(3, SIDE, SIDE, generator=random)
        effects.add(changes, parts)  # the last axis changes nothing
    first, second = effects.directions(PART, 2)
    weights = first.step[0]
    assert weights[0] == pytest.approx(-float(weights[1]), rel=0.15)
    assert float(weights[2:].abs().max()) < 0.1 * float(weights[0].abs())
    assert float(first.step.norm()) == pytest.approx(1.0, rel=1e-4)
    assert first.ratio > 3.0 > second.ratio
    assert first.pictures == 4
    everywhere = effects.directions(REST, 1)[0]
    assert everywhere.step[0].abs().argmax() == 1, "what leaves the part alone changes the rest the most"


def test_the_gain_is_the_change_of_the_part_s_pixels() -> None:
    effects = PartEffects(torch.eye(2)[:, None], 2)
    for _ in range(LEAST_PICTURES):
        changes = torch.zeros(2, 3, SIDE, SIDE)
        changes[0, :, 2:30] = 0.1  # beyond the margin around the part too
        effects.add(changes, map_of(10, 20))
    (found,) = effects.directions(PART, 1)
    assert found.gain == pytest.approx(0.1, rel=1e-4)
    assert torch.allclose(found.step, torch.tensor([[1.0, 0.0]]), atol=1e-4)


def test_parts_that_few_pictures_have_get_no_direction() -> None:
    effects = PartEffects(torch.eye(2)[:, None], 3)
    for number in range(5):
        parts = map_of(10, 20)
        if number < LEAST_PICTURES - 1:
            parts[0] = 2
        parts[1, 1] = 2  # a speck is no part
        effects.add(torch.ones(2, 1, SIDE, SIDE), parts)
    assert effects.directions(2, 2) == []
    assert len(effects.directions(PART, 2)) == 2
