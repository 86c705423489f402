"""The exact speed of pictures against finite differences in double precision, and against torch's own derivatives."""

from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ganstudio.core.document import NoiseSetting
from ganstudio.engine.model import Model, open_model
from ganstudio.layers.perceptual import PerceptualDistance
from ganstudio.losses.perceptual import lpips_alex, lpips_vgg16
from ganstudio.metrics.forward_mode import directional_derivative, load_forward_mode
from ganstudio.metrics.perceptual_path_length import (
    PathLengthOptions,
    PathModel,
    PathSampling,
    PathSpace,
    draw_ends,
    limit_distances,
    path_distances,
)
from ganstudio.metrics.perceptual_speed import PerceptualSpeed, unit_form
from ganstudio.metrics.quick_linear import KeptKernels

WITHIN = 0.01


def smooth_pictures(count: int, side: int, dtype: torch.dtype = torch.float64) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(11)
    coarse = torch.randn(2, count, 3, side // 4, side // 4, generator=generator, dtype=torch.float64)
    pictures, slopes = (torch.nn.functional.interpolate(x, size=side, mode="bilinear") for x in coarse)
    return pictures.tanh().to(dtype), slopes.to(dtype)


@pytest.mark.parametrize("network", [lpips_alex, lpips_vgg16])
def test_the_limit_is_what_differences_tend_to(network: Callable[[], PerceptualDistance]) -> None:
    exact = network().double()
    pictures, slopes = smooth_pictures(1, 32)
    step = 1e-5
    with torch.no_grad():
        expected = exact(pictures - step / 2 * slopes, pictures + step / 2 * slopes) / step**2
    torch.testing.assert_close(PerceptualSpeed(exact)(pictures, slopes), expected, rtol=1e-3, atol=0.0)
    single = PerceptualSpeed(network())(pictures.float(), slopes.float())
    torch.testing.assert_close(single.double(), expected, rtol=1e-3, atol=0.0)


def test_it_is_forward_mode_differentiation_of_the_normalised_features() -> None:
    load_forward_mode()
    distance = lpips_alex().double()
    pictures, slopes = smooth_pictures(2, 35)
    _, changes = torch.func.jvp(lambda x: tuple(distance.features(x)), (pictures,), (slopes,))
    terms = [
        torch.einsum("nchw,c->nhw", change.square(), head).mean(dim=(1, 2))
        for change, head in zip(changes, distance.heads, strict=True)
    ]
    torch.testing.assert_close(PerceptualSpeed(distance)(pictures, slopes), torch.stack(terms).sum(dim=0))


def test_features_without_length_have_no_speed() -> None:
    zero, weights = torch.zeros(1, 4, 2, 2), torch.ones(4)
    assert unit_form(zero, zero, weights).tolist() == [0.0]
    some = torch.rand(1, 4, 2, 2, generator=torch.Generator().manual_seed(0)) + 0.1
    assert unit_form(some, 3.0 * some, weights).item() == pytest.approx(0.0, abs=1e-10)  # brighter is not different


def test_gray_pictures_and_twice_the_speed() -> None:
    form = PerceptualSpeed(lpips_alex())
    pictures, slopes = smooth_pictures(1, 64, torch.float32)
    gray, change = pictures[:, :1], slopes[:, :1]
    once = form(gray, change)
    torch.testing.assert_close(once, form(gray.expand(-1, 3, -1, -1), change.expand(-1, 3, -1, -1)))
    torch.testing.assert_close(form(gray, 2.0 * change), 4.0 * once)


@pytest.mark.parametrize("network", [lpips_alex, lpips_vgg16])
def test_half_the_digits_are_enough_for_a_mean(network: Callable[[], PerceptualDistance]) -> None:
    distance = network()
    pictures, slopes = smooth_pictures(16, 64, torch.float32)
    exact, quick = PerceptualSpeed(distance)(pictures, slopes), PerceptualSpeed(distance, quick=True)(pictures, slopes)
    assert quick.dtype == torch.float32
    torch.testing.assert_close(quick, exact, rtol=0.1, atol=0.0)
    assert quick.mean().item() == pytest.approx(exact.mean().item(), rel=0.01)


def test_layers_can_be_taken_one_at_a_time() -> None:
    form = PerceptualSpeed(lpips_alex())
    pictures, slopes = smooth_pictures(1, 64, torch.float32)
    count, result = drained(form.steps(pictures, slopes))
    assert count == 5
    assert result.tolist() == form(pictures, slopes).tolist()


def drained(steps: Generator[None, None, torch.Tensor]) -> tuple[int, torch.Tensor]:
    count = 0
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return count, end.value
        count += 1
        assert torch.is_grad_enabled()


class _Square(torch.autograd.Function):
    """An operation without a forward derivative."""

    @staticmethod
    def forward(ctx: object, x: torch.Tensor) -> torch.Tensor:
        assert ctx is not None
        return x * x


def test_operations_without_a_forward_derivative_are_differenced() -> None:
    x = torch.linspace(-1.0, 1.0, 5, dtype=torch.float64)[:, None]
    value, slope = directional_derivative(_Square.apply, x, torch.full_like(x, 3.0))
    torch.testing.assert_close(value, x * x, rtol=0.0, atol=1e-4)
    torch.testing.assert_close(slope, 6.0 * x, rtol=0.0, atol=1e-9)
    weight = torch.randn(4, 2, 3, 3, generator=torch.Generator().manual_seed(0))
    up = lambda y: torch.conv_transpose2d(y, weight, weight[0, :, 0, 0], stride=2)  # noqa: E731
    image, change = torch.rand(2, 1, 4, 5, 5, generator=torch.Generator().manual_seed(1))
    pair = directional_derivative(lambda y: up(y).square(), image, change)
    torch.testing.assert_close(pair, torch.func.jvp(lambda y: up(y).square(), (image,), (change,)))
    exact, line = directional_derivative(lambda y: y * y, x, torch.full_like(x, 3.0))
    torch.testing.assert_close((exact, line), (x * x, 6.0 * x))
    assert not exact.requires_grad


def test_kernels_are_laid_out_once_and_give_what_torch_gives() -> None:
    generator = torch.Generator().manual_seed(2)
    wide, up = (torch.randn(*shape, 3, 3, generator=generator) / 40 for shape in ((128, 128), (128, 16)))
    x, dx = torch.randn(2, 2, 128, 16, 16, generator=generator).contiguous()
    styles, change = torch.randn(2, 2, 128, generator=generator)

    def network(t: torch.Tensor) -> torch.Tensor:
        s = (styles + t * change)[:, :, None, None]
        y = torch.nn.functional.leaky_relu(torch.conv2d((x + t * dx) * s, wide, padding=1), 0.2)
        return torch.conv_transpose2d(y * s, up, stride=2) + torch.conv2d(y, wide, torch.ones(128)).mean()

    at, one = torch.zeros(()), torch.ones(())
    expected = torch.func.jvp(network, (at,), (one,))
    kernels = KeptKernels()
    for _ in range(2):  # the second time with what was kept
        torch.testing.assert_close(directional_derivative(network, at, one, kernels), expected, rtol=1e-4, atol=1e-4)
        assert len(kernels) == 2
    wide.mul_(2.0)
    changed = torch.func.jvp(network, (at,), (one,))
    torch.testing.assert_close(directional_derivative(network, at, one, kernels), changed, rtol=1e-4, atol=1e-4)


def path_model(model: Model, dtype: torch.dtype) -> PathModel:
    generator = model.generator
    generator.network.to(dtype)
    labels = torch.eye(model.c_dim)[:1] if model.c_dim else None
    mapping = lambda z, c: generator.mapping(z.to(dtype), c if c is None else c.to(dtype))  # noqa: E731
    return PathModel(
        model.z_dim, 64, mapping, lambda ws: generator.synthesis(ws, NoiseSetting()), model.w_avg is not None, labels
    )


def check_model(name: str | Path, space: PathSpace) -> None:
    """Ours in float32 is within 1 % of differences in float64: one by one, and at the published step on average."""
    draws = torch.Generator().manual_seed(1)
    options = PathLengthOptions(space)
    model = open_model(str(name), "cpu")
    ends = draw_ends(path_model(model, torch.float32), PathSampling.FULL, 3, draws)
    ours = limit_distances(path_model(model, torch.float32), PerceptualSpeed(lpips_vgg16()), ends, options)
    ends = replace(ends, z0=ends.z0.double(), z1=ends.z1.double(), t=ends.t.double())
    with torch.no_grad():
        double = path_model(model, torch.float64)
        distance = lpips_vgg16().double()
        published = path_distances(double, distance, ends, options)
        closer = path_distances(double, distance, ends, replace(options, epsilon=1e-6))
    torch.testing.assert_close(ours.double(), closer, rtol=WITHIN, atol=0.0)
    assert ours.mean().item() == pytest.approx(published.mean().item(), rel=WITHIN)


def test_the_shipped_faces() -> None:
    check_model("faces-dcgan", PathSpace.Z)


@pytest.mark.parametrize("space", list(PathSpace))
def test_a_style_based_model(styled_model: Path, space: PathSpace) -> None:
    check_model(styled_model, space)
