"""What a checkpoint gives back to the optimizers."""

import pytest
import torch

from ganstudio.training.state import load_optimizer


@pytest.mark.parametrize("fused", [False, True])
def test_an_optimizer_goes_on_with_kernels_in_any_order_in_memory(fused: bool) -> None:
    random = torch.Generator().manual_seed(1)
    start, *slopes = (
        torch.randn(8, 6, 3, 3, generator=random).contiguous(memory_format=torch.channels_last) for _ in range(3)
    )

    def stepped(kernel: torch.nn.Parameter, optimizer: torch.optim.Optimizer, slope: torch.Tensor) -> None:
        kernel.grad = slope.clone()
        optimizer.step()

    whole = torch.nn.Parameter(start.clone())
    optimizer = torch.optim.Adam([whole], 0.1, fused=fused)
    stepped(whole, optimizer, slopes[0])
    state = optimizer.state_dict()["state"][0]
    read = {f"0/{key}": value.contiguous().clone() for key, value in state.items()}  # as files hold them
    resumed = torch.nn.Parameter(whole.detach().clone())
    another = torch.optim.Adam([resumed], 0.1, fused=fused)
    load_optimizer(another, read)
    for kernel, each in ((whole, optimizer), (resumed, another)):
        stepped(kernel, each, slopes[1])
    assert torch.equal(whole, resumed)
