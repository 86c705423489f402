"""Several processes and machines: who we are, averages over all of us, one flat reduction of gradients."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist

from ganstudio.core.device import AUTO, choose_device
from ganstudio.core.errors import DeviceError

LONGEST_WAIT = timedelta(days=1)  # for the first process, which measures and writes alone; torchrun ends dead runs


@dataclass(frozen=True)
class Processes:
    """Our place among the processes of a run; a run without `torchrun` has one."""

    rank: int
    world: int
    device: torch.device

    @property
    def leads(self) -> bool:
        """Whether this process writes files."""
        return self.rank == 0

    def mean(self, value: torch.Tensor) -> torch.Tensor:
        """Average a tensor over all processes, differentiably."""
        if self.world == 1:
            return value
        total: torch.Tensor = _Sum.apply(value)  # type: ignore[no-untyped-call]
        return total / self.world

    def average_gradients(self, parameters: Iterable[torch.nn.Parameter]) -> None:
        """Average all gradients over the processes in one flat reduction."""
        gradients = [p.grad for p in parameters if p.grad is not None]
        if self.world == 1 or not gradients:
            return
        flat = torch.cat([g.reshape(-1) for g in gradients])
        dist.all_reduce(flat)
        flat /= self.world
        for gradient, part in zip(gradients, torch.split(flat, [g.numel() for g in gradients]), strict=True):
            gradient.copy_(part.reshape(gradient.shape))

    def agree(self, decision: int) -> int:
        """Return the leading process's number in every process."""
        if self.world == 1:
            return decision
        number = torch.tensor([decision], device=self.device)
        dist.broadcast(number, 0)
        return int(number.item())


class _Sum(torch.autograd.Function):
    """The sum over all processes; so is the gradient of the sum of what they all make of it, to any order."""

    @staticmethod
    def forward(_: Any, value: torch.Tensor) -> torch.Tensor:
        total = value.clone(memory_format=torch.contiguous_format)
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(_: Any, gradient: torch.Tensor) -> torch.Tensor:
        total: torch.Tensor = _Sum.apply(gradient)  # type: ignore[no-untyped-call]
        return total


def join_processes(device: str = AUTO) -> Processes:
    """Find our place from what `torchrun` sets and connect to the other processes."""
    world, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
    if world == 1:
        return Processes(0, 1, choose_device(device))
    local = int(os.environ.get("LOCAL_RANK", "0"))
    wanted = f"cuda:{local}" if device == AUTO and torch.cuda.is_available() else device
    chosen = choose_device("cpu" if wanted == AUTO else wanted)
    backend = "nccl" if chosen.type == "cuda" else "gloo"
    if not dist.is_initialized():
        try:
            dist.init_process_group(backend, rank=rank, world_size=world, timeout=LONGEST_WAIT)
        except (RuntimeError, ValueError) as error:
            raise DeviceError(
                f"The {world} processes of this run did not find each other ({error}); start them with torchrun."
            ) from error
    return Processes(rank, world, chosen)


def part_from_processes() -> None:
    """Close the connection to the other processes."""
    if dist.is_initialized():
        dist.destroy_process_group()
