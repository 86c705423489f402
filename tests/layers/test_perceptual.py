"""Perceptual distances: their properties, gradients, and the shipped weights."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganstudio.core.paths import ASSETS
from ganstudio.layers.perceptual import (
    ALEXNET,
    NORM_EPS,
    VGG16,
    ConvLayer,
    FeatureNetwork,
    PerceptualDistance,
    unit_normalize,
)
from ganstudio.losses.perceptual import AssetError, lpips_alex, lpips_vgg16

SMALL = (ConvLayer(5, tap=True), ConvLayer(7, pool=(2, 2)), ConvLayer(6, tap=True))


@pytest.fixture
def small() -> PerceptualDistance:
    """A distance of two layers with random weights, in float64."""
    torch.manual_seed(0)
    distance = PerceptualDistance(FeatureNetwork(SMALL))
    for head in distance.heads:
        head.data.uniform_(0.1, 1.0)
    return distance.double().requires_grad_(False)


@pytest.fixture(scope="module")
def alex() -> PerceptualDistance:
    """The shipped distance on AlexNet."""
    return lpips_alex()


def pictures(count: int, channels: int = 3, side: int = 16) -> torch.Tensor:
    """Return random pictures in [-1, 1]."""
    generator = torch.Generator().manual_seed(count)
    return torch.rand(count, channels, side, side, generator=generator, dtype=torch.float64) * 2 - 1


def photo(name: str) -> torch.Tensor:
    """Return a shipped photo `[1, 3, 64, 64]` in [-1, 1]."""
    small = Image.open(ASSETS / "samples" / name).convert("RGB").resize((64, 64), Image.Resampling.LANCZOS)
    return torch.from_numpy(np.asarray(small) / 127.5 - 1.0).permute(2, 0, 1)[None].float()


def test_distance_by_hand() -> None:
    torch.manual_seed(1)
    distance = PerceptualDistance(FeatureNetwork((ConvLayer(4, kernel=1, padding=0, tap=True),))).double()
    distance.heads[0].data = torch.tensor([0.5, 1.0, 2.0, 0.0], dtype=torch.float64)
    first, second = pictures(1, side=2), pictures(2, side=2)[1:]
    conv = distance.network.convs[0]
    total = 0.0
    for row in range(2):
        for column in range(2):
            units = []
            for picture in (first, second):
                shift = torch.tensor([-0.030, -0.088, -0.188])
                scale = torch.tensor([0.458, 0.448, 0.450])
                colour = (picture[0, :, row, column] - shift.float()) / scale.float()
                feature = (conv.weight[:, :, 0, 0] @ colour + conv.bias).clamp_min(0.0)
                units.append(feature / (feature.square().sum().sqrt() + NORM_EPS))
            total += (distance.heads[0] * (units[0] - units[1]).square()).sum().item()
    assert distance(first, second).item() == pytest.approx(total / 4, rel=1e-6)


def test_terms_sum_to_the_distance_and_the_order_does_not_matter(small: PerceptualDistance) -> None:
    a, b = pictures(3), pictures(4)[:3]
    terms = small.terms(a, b)
    assert terms.shape == (3, 2)
    torch.testing.assert_close(terms.sum(dim=1), small(a, b))
    torch.testing.assert_close(small(a, b), small(b, a))
    assert torch.equal(small(a, a), torch.zeros(3, dtype=torch.float64))
    assert (terms > 0).all()


def test_samples_do_not_mix(small: PerceptualDistance) -> None:
    a, b = pictures(3), pictures(4)[:3]
    alone = torch.cat([small(a[i : i + 1], b[i : i + 1]) for i in range(3)])
    torch.testing.assert_close(small(a, b), alone)


def test_one_side_can_be_kept(small: PerceptualDistance) -> None:
    target, b = pictures(1), pictures(4)
    kept = small.features(target)
    torch.testing.assert_close(small.compare(kept, small.features(b)), small.terms(target.expand(4, -1, -1, -1), b))


def test_gray_is_repeated(small: PerceptualDistance) -> None:
    a, b = pictures(2, channels=1), pictures(3, channels=1)[:2]
    torch.testing.assert_close(small(a, b), small(a.repeat(1, 3, 1, 1), b.repeat(1, 3, 1, 1)))


def test_gradient(small: PerceptualDistance) -> None:
    a, b = pictures(1, side=6).requires_grad_(), pictures(2, side=6)[1:]
    assert torch.autograd.gradcheck(small, (a, b))


def test_gradient_is_finite_where_every_feature_is_zero() -> None:
    features = torch.zeros(1, 4, 2, 2, requires_grad=True)
    unit_normalize(features).sum().backward()
    assert features.grad is not None
    assert torch.isfinite(features.grad).all()


@pytest.mark.parametrize(("table", "channels"), [
    (VGG16, (64, 128, 256, 512, 512)),
    (ALEXNET, (64, 192, 384, 256, 256)),
])  # fmt: skip
def test_tables_are_those_of_the_published_networks(table: tuple[ConvLayer, ...], channels: tuple[int, ...]) -> None:
    with torch.device("meta"):
        network = FeatureNetwork(table)
        taps = network(torch.empty(1, 3, 64, 64))
    assert network.tap_channels == channels == tuple(tap.shape[1] for tap in taps)
    sides = (64, 32, 16, 8, 4) if table is VGG16 else (15, 7, 3, 3, 3)
    assert tuple(tap.shape[2] for tap in taps) == sides


@pytest.mark.parametrize(("load", "side"), [(lpips_vgg16, 16), (lpips_alex, 31)])
def test_smallest_pictures(load: Callable[[], PerceptualDistance], side: int) -> None:
    distance = load()
    assert distance(torch.zeros(1, 1, side, side), torch.ones(1, 1, side, side)).item() > 0.0
    with pytest.raises(RuntimeError, match="too small"):
        distance(torch.zeros(1, 1, side - 1, side - 1), torch.ones(1, 1, side - 1, side - 1))


def test_shipped_weights_are_frozen_float32(alex: PerceptualDistance) -> None:
    assert not alex.training
    assert {(p.dtype, p.requires_grad) for p in alex.parameters()} == {(torch.float32, False)}
    assert all((head >= 0).all() for head in alex.heads)


def test_distance_grows_with_the_disturbance_of_a_photo(alex: PerceptualDistance) -> None:
    clean = photo("astronaut.png")
    noise = torch.randn(clean.shape, generator=torch.Generator().manual_seed(0))
    disturbed = [alex(clean, clean + amount * noise).item() for amount in (0.0, 0.02, 0.1, 0.4)]
    assert disturbed[0] == 0.0
    assert disturbed == sorted(disturbed)
    assert disturbed[1] < 0.05 < disturbed[-1]
    assert alex(clean, photo("chelsea.png")).item() > 0.3


def test_gradient_reaches_the_picture(alex: PerceptualDistance) -> None:
    target = photo("coffee.png")
    guess = torch.zeros_like(target).requires_grad_()
    optimizer = torch.optim.Adam([guess], lr=0.05)
    losses = []
    for _ in range(12):
        optimizer.zero_grad()
        loss = alex(guess, target).sum()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]


def test_missing_and_damaged_weights_name_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="assets build lpips-alex"):
        lpips_alex(tmp_path)
    file = tmp_path / "perceptual" / "lpips-alex" / "model.safetensors"
    file.parent.mkdir(parents=True)
    original = (ASSETS / "perceptual" / "lpips-alex" / "model.safetensors").read_bytes()
    file.write_bytes(original[: len(original) // 2])
    with pytest.raises(AssetError, match="assets build lpips-alex"):
        lpips_alex(tmp_path)
    file.write_bytes((ASSETS / "models" / "faces-dcgan" / "model.safetensors").read_bytes())
    with pytest.raises(AssetError, match="assets build lpips-alex"):
        lpips_alex(tmp_path)
