"""The whole state of a run in one file: what a killed run continues from, bit for bit."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from ganstudio.checkpoints.checkpoint import DISCRIMINATOR, GENERATOR, NETWORKS, Checkpoint
from ganstudio.checkpoints.format import KEY as MODEL
from ganstudio.checkpoints.format import description
from ganstudio.checkpoints.tensor_file import write_tensor_file
from ganstudio.core.errors import StudioError
from ganstudio.core.recipe import Recipe
from ganstudio.training.average import Averages

KEY = "ganstudio-training"
PREFIXES = MappingProxyType({GENERATOR: f"average/{GENERATOR}/", DISCRIMINATOR: f"network/{DISCRIMINATOR}/"})


class BrokenStateError(StudioError):
    """A checkpoint of a run cannot be continued from."""


@dataclass(frozen=True)
class Progressed:
    """Where a run stands, and what it ran under."""

    step: int
    images_seen: int
    threads: int
    arithmetic: str
    torch_version: str
    world: int
    loss_scale: float = 1.0
    steps_since_overflow: int = 0
    best: Mapping[str, float] | None = None


def save_state(path: Path, recipe: Recipe, averages: Averages, progressed: Progressed, model: Checkpoint) -> None:
    """Write everything: networks, averages, optimizers, counters. Raises `SaveError`; the old file stays whole.

    It also says which of its tensors are `model`'s, so that the file opens like any other model.
    """
    tensors: dict[str, torch.Tensor] = {}
    for name, module in recipe.networks().items():
        tensors.update({f"network/{name}/{key}": value for key, value in module.state_dict().items()})
    for name, module in averages.modules.items():
        tensors.update({f"average/{name}/{key}": value for key, value in module.state_dict().items()})
    groups: dict[str, Any] = {}
    for name, optimizer in recipe.optimizers().items():
        state = optimizer.state_dict()
        groups[name] = state["param_groups"]
        for index, values in state["state"].items():
            tensors.update({f"optimizer/{name}/{index}/{key}": value for key, value in values.items()})
    headers = {
        KEY: json.dumps({"progressed": asdict(progressed), "groups": groups}), MODEL: description(model, PREFIXES)
    }  # fmt: skip
    write_tensor_file(path, {name: tensors[name].detach() for name in sorted(tensors)}, headers)


def read_progress(path: Path) -> Progressed:
    """Read where a checkpoint stands without its tensors."""
    return Progressed(**_header(path)["progressed"])


def load_state(path: Path, recipe: Recipe, averages: Averages) -> Progressed:
    """Put a checkpoint's state into freshly built networks and optimizers; raises BrokenStateError."""
    header = _header(path)
    found: dict[str, dict[str, dict[str, torch.Tensor]]] = {"network": {}, "average": {}, "optimizer": {}}
    with safe_open(path, framework="pt") as file:
        for key in file.keys():  # noqa: SIM118 - it is no dict
            kind, name, rest = key.split("/", 2)
            found[kind].setdefault(name, {})[rest] = file.get_tensor(key)
    try:
        for name, module in recipe.networks().items():
            if name in found["network"] or name in NETWORKS:  # what changed options add begins as it was built
                module.load_state_dict(found["network"].get(name, {}), strict=True)
        for name, module in averages.modules.items():
            module.load_state_dict(found["average"].get(name, {}), strict=True)
        for name, optimizer in recipe.optimizers().items():
            load_optimizer(optimizer, found["optimizer"].get(name, {}))
    except (RuntimeError, KeyError, ValueError) as error:
        raise BrokenStateError(
            f"{path} does not fit this run's options ({str(error).splitlines()[0]}); "
            "continue with the program version that wrote it."
        ) from error
    return Progressed(**header["progressed"])


def load_optimizer(optimizer: torch.optim.Optimizer, flat: Mapping[str, torch.Tensor]) -> None:
    """Take averages and counts; learning rates are those of the run's present options.

    What has a parameter's shape takes its order in memory, too: fused steps walk over all of them side by side.
    """
    state: dict[int, dict[str, torch.Tensor]] = {}
    for key, value in flat.items():
        index, field = key.split("/")
        state.setdefault(int(index), {})[field] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
    for parameter, kept in optimizer.state.items():
        for field, value in kept.items():
            if isinstance(value, torch.Tensor) and value.shape == parameter.shape:
                kept[field] = torch.empty_like(parameter, dtype=value.dtype, requires_grad=False).copy_(value)


def _header(path: Path) -> dict[str, Any]:
    try:
        with safe_open(path, framework="pt") as file:
            text = (file.metadata() or {}).get(KEY)
    except (OSError, SafetensorError) as error:
        raise BrokenStateError(f"{path} is damaged ({error}); continue from an earlier checkpoint.") from error
    if text is None:
        raise BrokenStateError(f"{path} holds a model, not the state of a run; use it with --start-from.")
    header: dict[str, Any] = json.loads(text)
    return header


def digest(recipe: Recipe, averages: Averages) -> str:
    """Return a digest of all networks, averages and optimizers: equal where two runs are equal bit for bit."""
    hasher = blake2b(digest_size=16)

    def take(name: str, tensor: torch.Tensor) -> None:
        hasher.update(f"{name}{tuple(tensor.shape)}{tensor.dtype}".encode())
        hasher.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())

    for kind, modules in (("network", recipe.networks()), ("average", averages.modules)):
        for name, module in modules.items():
            for key, tensor in module.state_dict().items():
                take(f"{kind}/{name}/{key}", tensor)
    for name, optimizer in recipe.optimizers().items():
        for index, values in sorted(optimizer.state_dict()["state"].items()):
            for key, value in sorted(values.items()):
                take(f"optimizer/{name}/{index}/{key}", value)
    return hasher.hexdigest()
