"""The augmentation pipeline against the numbers of its authors' code."""

import dataclasses

import pytest
import torch

from ganstudio.layers.augmentation.chances import PercentileChances
from ganstudio.layers.augmentation.pipeline import AugmentationPipeline
from ganstudio.layers.augmentation.strengths import Strengths
from ganstudio.layers.augmentation.wavelets import filter_bank, lowpass
from tests.reference.reference_case import AUGMENTATIONS, Case, Tensors, cases, deviations

pytestmark = pytest.mark.reference
FILES = pytest.mark.parametrize("case", cases(AUGMENTATIONS))
PRECISIONS = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])


def strengths(case: Case, name: str) -> Strengths:
    """Return the strengths that a group or a single flag has in a file."""
    changed = dict(case.info["pipe_overrides"])
    if "imgfilter_bands" in changed:
        changed["imgfilter_bands"] = tuple(changed["imgfilter_bands"])
    flags = {name.removeprefix("only_"): 1} if name.startswith("only_") else case.info["spec_flags"][name]
    return dataclasses.replace(Strengths(), **flags, **changed)


@PRECISIONS
@FILES
def test_every_group_and_every_single_transformation(case: Case, dtype: torch.dtype) -> None:
    inputs, ours = case.inputs(dtype), dict[str, torch.Tensor]()
    for key in case.part("out/"):
        name, percentile = key.removeprefix("grad_").split("@")
        count = 1 if name.startswith("only_") else len(inputs["img"])
        noise = inputs["noise"][:count]
        images = inputs["img"][:count].clone().requires_grad_()
        pipe = AugmentationPipeline(strengths(case, name), p=case.info["p"])
        drawn = pipe(images, PercentileChances(float(percentile), noise))
        if key.startswith("grad_"):
            (drawn,) = torch.autograd.grad((drawn * noise).sum(), images)
        ours[key] = drawn
    assert len(ours) >= 20
    assert not deviations(case, ours, dtype)


@FILES
def test_filters(case: Case) -> None:
    published: Tensors = case.part("param/")
    torch.testing.assert_close(lowpass(), published["Hz_geom"], rtol=0, atol=1e-7)
    torch.testing.assert_close(filter_bank(), published["Hz_fbank"], rtol=0, atol=1e-7)
