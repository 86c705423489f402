"""Writes pickles in the layout of the TensorFlow repositories, with a stand-in instead of their `Network` class."""

import pickle
import sys
import types
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

SOURCE = "# the text of a whole module\ndef G_paper(latents_in, labels_in):\n    pass\n"
MODULES = {2: "tfutil", 3: "dnnlib.tflib.network", 4: "dnnlib.tflib.network"}


class Network:
    """Pickles as its state under whatever module name it bears at that moment."""

    def __init__(
        self,
        function: str,
        version: int,
        settings: Mapping[str, object],
        variables: Mapping[str, torch.Tensor],
        components: Mapping[str, "Network"] | None = None,
    ) -> None:
        self.state = {
            "version": version,
            "name": function.partition("_")[0],
            "static_kwargs": dict(settings),
            "build_module_src": SOURCE,
            "build_func_name": function,
            "variables": [(name, _array(tensor)) for name, tensor in variables.items()],
        }
        if components is not None:
            self.state["components"] = dict(components)

    def __getstate__(self) -> dict[str, object]:
        return self.state


def _array(tensor: torch.Tensor) -> object:
    array = tensor.detach().numpy()
    return np.float32(array) if array.ndim == 0 else array


def write(path: Path, value: object, version: int, protocol: int = 4) -> Path:
    """Pickle networks, or a tuple of them, under the class name of a format version."""
    name = MODULES[version]
    module = types.ModuleType(name)
    module.Network = Network  # type: ignore[attr-defined]
    parents = name.split(".")
    added = {".".join(parents[: i + 1]): types.ModuleType(parents[i]) for i in range(len(parents))} | {name: module}
    sys.modules.update(added)
    here, Network.__module__ = Network.__module__, name
    try:
        path.write_bytes(pickle.dumps(value, protocol))
    finally:
        Network.__module__ = here
        for each in added:
            del sys.modules[each]
    return path


def conv(weight: torch.Tensor) -> torch.Tensor:
    """A kernel `[out, in, k, k]` as `[k, k, in, out]`."""
    return weight.permute(2, 3, 1, 0)


def dense(weight: torch.Tensor) -> torch.Tensor:
    """A dense weight `[out, in]` as `[in, out]`."""
    return weight.t()
