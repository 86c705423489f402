"""The quick distance says what the plain one says, and leads the same way."""

import pytest
import torch
import torch.nn.functional as F

from ganstudio.layers.perceptual import PerceptualDistance, unit_normalize
from ganstudio.layers.quick_distance import quick_distance, unlikeness
from ganstudio.losses.likeness import Likeness
from ganstudio.losses.perceptual import lpips_alex, lpips_vgg16


def pictures() -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(0)
    smooth = F.interpolate(torch.randn(3, 3, 6, 6, generator=random), size=(32, 32), mode="bicubic").clamp(-1, 1)
    return smooth[:2], smooth[2:]


def found(distance: PerceptualDistance) -> tuple[torch.Tensor, torch.Tensor]:
    first, second = pictures()
    first.requires_grad_(True)
    value = Likeness(distance, second)(first).perceptual
    value.sum().backward()  # type: ignore[no-untyped-call]
    assert first.grad is not None
    return value.detach(), first.grad.flatten(1)


def test_unlikeness_is_the_inner_part_of_the_distance_with_its_gradient() -> None:
    random = torch.Generator().manual_seed(1)
    features = torch.randn(2, 5, 3, 3, generator=random).relu().requires_grad_(True)
    wanted, head = unit_normalize(torch.rand(1, 5, 3, 3, generator=random)), torch.rand(5, generator=random)
    plain = torch.einsum("nchw,c->nhw", (unit_normalize(features) - wanted).square(), head)
    quick = unlikeness(features, wanted, head)
    torch.testing.assert_close(quick, plain)
    weights = torch.rand(plain.shape, generator=random)
    expected, got = (torch.autograd.grad((x * weights).sum(), features)[0] for x in (plain, quick))
    torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-6)
    dark = torch.zeros(1, 5, 1, 1, requires_grad=True)
    unlikeness(dark, wanted[..., :1, :1], head).sum().backward()  # type: ignore[no-untyped-call]
    assert dark.grad is not None
    assert bool(dark.grad.isfinite().all())


def test_in_float32_it_is_the_same_distance() -> None:
    plain, quick = lpips_vgg16(), quick_distance(lpips_vgg16(), torch.float32)
    (value, slope), (same, alike) = found(plain), found(quick)
    torch.testing.assert_close(same, value, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(alike, slope, rtol=1e-3, atol=1e-6)
    first, second = pictures()
    torch.testing.assert_close(quick(first, second.expand(2, -1, -1, -1)), value, rtol=1e-4, atol=1e-6)


def test_in_16_bits_it_is_off_by_little_and_leads_the_same_way() -> None:
    (value, slope), (near, alike) = (
        found(each) for each in (lpips_vgg16(), quick_distance(lpips_vgg16(), torch.bfloat16))
    )
    torch.testing.assert_close(near, value, rtol=5e-3, atol=0.0)
    assert float(F.cosine_similarity(slope, alike).min()) > 0.98


def test_other_sizes_and_gray_pictures_come_in_turns() -> None:
    plain, quick = lpips_vgg16(), quick_distance(lpips_vgg16(), torch.float32)
    first, second = pictures()
    for side, channels in ((32, 3), (16, 1), (32, 1)):
        a, b = first[:1, :channels, :side, :side], second[:, :channels, :side, :side]
        with torch.no_grad():
            torch.testing.assert_close(quick(a, b), plain(a, b), rtol=1e-4, atol=1e-6)


def test_a_network_with_strides_stays_as_it_is() -> None:
    distance = lpips_alex()
    assert quick_distance(distance, torch.float32) is distance


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_equal_pictures_are_at_no_distance(dtype: torch.dtype) -> None:
    _, wanted = pictures()
    picture = wanted.clone().requires_grad_(True)
    value = Likeness(quick_distance(lpips_vgg16(), dtype), wanted)(picture).perceptual
    assert float(value.detach()) < 1e-5
