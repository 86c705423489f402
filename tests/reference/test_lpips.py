"""LPIPS from the shipped weights against two other implementations with the published ones."""

import pytest
import torch

from ganstudio.losses.perceptual import lpips_alex, lpips_vgg16
from ganstudio.metrics.perceptual_speed import PerceptualSpeed
from tests.reference.reference_case import LPIPS, Case, cases

pytestmark = pytest.mark.reference
ACCEPT = 1e-5
DISTANCES = {"alex": lpips_alex, "vgg": lpips_vgg16}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("network", DISTANCES)
@pytest.mark.parametrize("case", cases(LPIPS))
def test_distances(case: Case, network: str, dtype: torch.dtype) -> None:
    expected = case.part("out/")
    if network not in expected:
        pytest.skip(f"this file has no distances of {network}")
    first, second = (case.tensors[f"in/{name}_uint8"].to(dtype) / 127.5 - 1.0 for name in ("a", "b"))
    distance = DISTANCES[network]().to(dtype)
    with torch.no_grad():
        terms = distance.terms(first, second)
        ours = {network: terms.sum(dim=1), f"{network}_per_layer": terms}
        ours[f"{network}_self"] = distance(first, first)
    for name in ours.keys() & expected.keys():
        torch.testing.assert_close(ours[name], expected[name].to(dtype), rtol=0.0, atol=ACCEPT, msg=name)


@pytest.mark.parametrize("network", DISTANCES)
@pytest.mark.parametrize("case", cases(LPIPS))
def test_the_speed_between_the_pictures_is_the_limit_of_the_distance(case: Case, network: str) -> None:
    first, second = (case.tensors[f"in/{name}_uint8"][:2] / 127.5 - 1.0 for name in ("a", "b"))
    exact, step = DISTANCES[network]().double(), 1e-6
    start, change = first.double(), (second - first).double()
    with torch.no_grad():
        expected = exact(start, start + step * change) / step**2
    ours = PerceptualSpeed(DISTANCES[network]())(first, second - first)
    torch.testing.assert_close(ours.double(), expected, rtol=0.01, atol=0.0)
