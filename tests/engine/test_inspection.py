"""Activations as pictures and numbers, on activations whose answers are known."""

import math

import numpy as np
import torch

from ganstudio.core.document import Document
from ganstudio.core.generator import Features
from ganstudio.core.inspection import Look, Order, View
from ganstudio.engine.inspection import (
    cells,
    histogram,
    power_plane,
    principal_components,
    radial_average,
    seen,
    spectrum,
)

DOCUMENT = Document()


def waves(size: int, cycles: int) -> torch.Tensor:
    x = torch.arange(size) / size
    return torch.sin(2 * math.pi * cycles * x)[None, None, :].expand(1, size, size)


def test_white_noise_has_no_colour_and_a_wave_has_one_frequency() -> None:
    noise = torch.randn(64, 64, 64, generator=torch.Generator().manual_seed(0))
    frequency, power = radial_average(power_plane(noise))
    assert frequency[0] == 1 / 64
    assert frequency[-1] == 0.5
    torch.testing.assert_close(power[2:], torch.ones(30), atol=0.15, rtol=0)
    seen_wave = spectrum(waves(64, 12))
    assert seen_wave.frequency[int(np.argmax(seen_wave.power))] == 12 / 64
    assert seen_wave.plane.shape == (64, 64, 3)
    row, column = np.unravel_index(int(seen_wave.plane[..., 0].argmax()), (64, 64))
    assert (row, abs(column - 32)) == (32, 12)


def test_a_channel_fills_the_range_and_has_its_numbers() -> None:
    x = torch.zeros(1, 4, 8, 8)
    x[0, 2, :4] = 3.0
    found = seen(Features(x), DOCUMENT, Look("b8", View.CHANNEL, (2,)))
    assert found.picture.shape == (8, 8, 3)
    assert (found.picture[:4] == 255).all()
    assert (found.picture[4:] == 0).all()
    numbers = found.statistics
    assert (numbers.mean, numbers.std, numbers.least, numbers.most, numbers.zeros) == (1.5, 1.5, 0.0, 3.0, 0.5)
    assert found.histogram.counts.sum() == 64
    assert found.histogram.counts[0] == found.histogram.counts[-1] == 32
    triple = seen(Features(x), DOCUMENT, Look("b8", View.COLOURS, (0, 2, 1)))
    assert triple.picture[0, 0].tolist() == [128, 255, 128]


def test_components_are_those_of_a_singular_value_decomposition_with_a_fixed_sign() -> None:
    for shape in ((6, 8, 8), (40, 4, 4)):
        x = torch.randn(shape, generator=torch.Generator().manual_seed(2))
        components, shares = principal_components(x)
        centred = x.flatten(1) - x.flatten(1).mean(dim=1, keepdim=True)
        _, s, v = torch.linalg.svd(centred, full_matrices=False)
        expected = (s[:3, None] * v[:3]).reshape(3, *shape[1:])
        torch.testing.assert_close(components.abs(), expected.abs(), atol=1e-3, rtol=1e-3)
        torch.testing.assert_close(torch.tensor(shares), s[:3].square() / s.square().sum())
        weights = torch.einsum("cp,kp->ck", centred, components.flatten(1))
        assert (weights.gather(0, weights.abs().argmax(dim=0, keepdim=True)) > 0).all()
        torch.testing.assert_close(principal_components(x.clone())[0], components)


def test_few_channels_still_give_a_picture() -> None:
    one = seen(Features(torch.randn(1, 1, 4, 4)), DOCUMENT, Look("b4"))
    assert one.picture.shape == (4, 4, 3)
    flat = seen(Features(torch.zeros(1, 5, 2, 2)), DOCUMENT, Look("b2"))
    assert (flat.picture == 128).all()
    assert flat.spectrum is None
    assert flat.explained == (0.0, 0.0, 0.0)
    dense = seen(Features(torch.arange(6.0)[None]), DOCUMENT, Look("hidden1", View.CHANNEL, (5,)))
    assert dense.picture.shape == (1, 1, 3)
    assert dense.statistics.mean == 5.0


def test_the_picture_so_far_is_shown_as_it_is() -> None:
    picture = torch.linspace(-1, 1, 48).reshape(1, 3, 4, 4)
    found = seen(Features(torch.zeros(1, 5, 4, 4), picture), DOCUMENT, Look("b4", View.PICTURE))
    assert found.picture[0, 0, 0] == 0
    assert found.picture[3, 3, 2] == 255
    assert found.statistics.zeros == 0


def test_a_sheet_comes_in_parts_in_the_order_that_is_asked_for() -> None:
    x = torch.randn(1, 40, 256, 256) * torch.arange(1.0, 41.0).reshape(1, 40, 1, 1)
    parts = list(cells(Features(x), DOCUMENT, Look("b256", order=Order.STD)))
    assert [part.start for part in parts] == [0, 16, 32]
    assert parts[0].order == tuple(range(39, -1, -1))
    assert parts[0].pictures.shape == (16, 48, 48)
    kept = next(iter(cells(Features(-x), DOCUMENT, Look("b256", order=Order.MEAN), order=parts[0].order)))
    assert kept.order == parts[0].order
    small = next(iter(cells(Features(torch.eye(4)[None, None]), DOCUMENT, Look("b4"))))
    assert small.pictures.shape == (1, 4, 4)
    assert (small.pictures[0] == np.eye(4) * 255).all()


def test_values_that_are_all_alike_have_a_histogram() -> None:
    found = histogram(torch.full((10,), 2.0))
    assert (found.low, found.high) == (1.5, 2.5)
    assert found.counts[32] == 10
