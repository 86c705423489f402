"""StyleGAN2's discriminator against the numbers of its authors' code."""

from collections.abc import Callable

import pytest
import torch
from torch import nn

from ganstudio.architectures.stylegan2.discriminator import Discriminator
from tests.reference.published_config import discriminator_config, with_square_filters
from tests.reference.reference_case import DISCRIMINATORS, Case, Tensors, cases, deviations, shortened

pytestmark = pytest.mark.reference
PRECISIONS = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
FILES = pytest.mark.parametrize("case", cases(DISCRIMINATORS))

STATISTICS = "b4.mbstd"
READS_STATISTICS = "b4.conv"


def published(case: Case, dtype: torch.dtype) -> Discriminator:
    """Return a discriminator with a file's weights."""
    network = Discriminator(discriminator_config(case.info["ctor"]))
    network.load_state_dict(with_square_filters(case.part("param/")), strict=True)
    return network.to(dtype).eval().requires_grad_(False)


def watch(network: Discriminator, layers: list[str]) -> Tensors:
    """Return a dictionary that fills with the layers' outputs when the network runs."""
    seen: Tensors = {}

    def keep(name: str) -> Callable[[nn.Module, object, object], None]:
        def hook(_module: nn.Module, _inputs: object, output: object) -> None:
            first = output[0] if isinstance(output, tuple) else output
            assert isinstance(first, torch.Tensor)
            seen[f"act/{name}"] = first.detach().clone()

        return hook

    def keep_input(_module: nn.Module, inputs: tuple[torch.Tensor]) -> None:
        seen[f"act/{STATISTICS}"] = inputs[0].detach().clone()

    for name in layers:
        if name == STATISTICS:
            network.get_submodule(READS_STATISTICS).register_forward_pre_hook(keep_input)
        else:
            network.get_submodule(name).register_forward_hook(keep(name))
    return seen


@PRECISIONS
@FILES
def test_logits_layers_and_gradient(case: Case, dtype: torch.dtype) -> None:
    network, inputs = published(case, dtype), case.inputs(dtype)
    expected = case.part("out/")
    seen = watch(network, [name.removeprefix("act/") for name in expected if name.startswith("act/")])
    picture = inputs["img"].requires_grad_()
    logits = network(picture, inputs.get("c"))
    ours = {"logits": logits} | seen
    if "grad_img" in expected:
        (gradient,) = torch.autograd.grad(logits.sum(), picture)
        ours["grad_img"] = gradient
    assert expected.keys() - {"logits_first_half"} == ours.keys()
    assert not deviations(case, shortened(ours, case), dtype)


@PRECISIONS
@FILES
def test_smaller_batch_has_its_own_groups(case: Case, dtype: torch.dtype) -> None:
    if "out/logits_first_half" not in case.tensors:
        pytest.skip("this file has no result for half of its batch")
    network, inputs = published(case, dtype), case.inputs(dtype)
    half = len(case.tensors["out/logits_first_half"])
    labels = inputs["c"][:half] if "c" in inputs else None
    with torch.no_grad():
        logits = network(inputs["img"][:half], labels)
    assert not deviations(case, {"logits_first_half": logits}, dtype)
