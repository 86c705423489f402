"""Writes snapshots in the layout of NVIDIA's two repositories, with stand-ins instead of their code.

The stand-ins bear the published names only while something is pickled, so the streams hold the same instructions as
the real files: persistence records with program text, EasyDict, numpy scalars, storages inside byte strings.
"""

import contextlib
import io
import pickle
import sys
import types
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch

from ganstudio.architectures.stylegan2.discriminator import StyleGAN2DiscriminatorConfig
from ganstudio.architectures.stylegan2.networks import StyleGAN2Config

SOURCE = "# the text of a whole module\nclass Generator:\n    pass\n"
BUFFERS = ("w_avg", "noise_const", "resample_filter")


def _reconstruct_persistent_obj(_meta: object) -> None:
    raise AssertionError("a reader called a function that a file named")


_reconstruct_persistent_obj.__module__ = "torch_utils.persistence"
Settings = type("EasyDict", (dict,), {"__module__": "dnnlib.util"})


class Module:
    """A module that pickles as a persistence record."""

    def __init__(self, class_name: str, source: str, state: dict[str, object]) -> None:
        self.meta = Settings(type="class", version=6, module_src=source, class_name=class_name, state=state)

    def __reduce__(self) -> tuple[object, ...]:
        return _reconstruct_persistent_obj, (self.meta,)


@contextlib.contextmanager
def published_names() -> Iterator[None]:
    """Let the pickler find the stand-ins under the published names."""
    persistence, util = types.ModuleType("torch_utils.persistence"), types.ModuleType("dnnlib.util")
    persistence._reconstruct_persistent_obj = _reconstruct_persistent_obj  # type: ignore[attr-defined]
    util.EasyDict = Settings  # type: ignore[attr-defined]
    added = {
        "torch_utils": types.ModuleType("torch_utils"),
        "torch_utils.persistence": persistence,
        "dnnlib": types.ModuleType("dnnlib"),
        "dnnlib.util": util,
    }
    sys.modules.update(added)
    try:
        yield
    finally:
        for name in added:
            del sys.modules[name]


def tree(
    class_names: Mapping[str, str],
    tensors: Mapping[str, torch.Tensor],
    arguments: Mapping[str, Mapping[str, object]],
    source: str,
    path: str = "",
) -> Module:
    """A tree of modules over flat names; `arguments` are each path's constructor arguments."""
    parameters, buffers, inside = OrderedDict(), OrderedDict(), OrderedDict()
    groups: dict[str, dict[str, torch.Tensor]] = {}
    for name, tensor in tensors.items():
        head, _, rest = name.partition(".")
        if rest:
            groups.setdefault(head, {})[rest] = tensor
        elif head in BUFFERS:
            buffers[head] = tensor
        else:
            parameters[head] = torch.nn.Parameter(tensor)
    for head, group in groups.items():
        below = f"{path}.{head}" if path else head
        inside[head] = tree(class_names, group, arguments, source, below)
    kind = class_names.get(path) or class_names.get(path.rsplit(".", 1)[-1]) or class_names["*"]
    state = {
        "training": False,
        "_parameters": parameters,
        "_buffers": buffers,
        "_non_persistent_buffers_set": set(),
        "_backward_hooks": OrderedDict(),
        "_forward_hooks": OrderedDict(),
        "_modules": inside,
        "weight_gain": np.float64(0.125),
        "_init_args": (),
        "_init_kwargs": dict(arguments.get(path, {})),
    }
    return Module(kind, source, state)


def generator(
    config: StyleGAN2Config, tensors: Mapping[str, torch.Tensor], *, flat: bool = False, source: str = SOURCE
) -> Module:
    """A generator as the ADA repository writes it, or with flat settings as the later one does."""
    synthesis = {"channel_base": 512, "channel_max": 64, "num_fp16_res": 4, "architecture": str(config.architecture)}
    if not flat:
        synthesis["conv_clamp"] = config.conv_clamp
    mapping = {"num_layers": config.mapping_layers, "lr_multiplier": config.mapping_lr, "w_avg_beta": config.w_avg_beta}
    top = {
        "z_dim": config.z_dim,
        "c_dim": config.c_dim,
        "w_dim": config.w_dim,
        "img_resolution": config.resolution,
        "img_channels": config.img_channels,
        "mapping_kwargs": Settings(mapping),
    }
    top.update(synthesis if flat else {"synthesis_kwargs": Settings(synthesis)})
    arguments: dict[str, Mapping[str, object]] = {"": top, "mapping": mapping}
    for i in range(len(config.channels)):
        block = f"synthesis.b{4 << i}"
        arguments[block] = {"architecture": str(config.architecture), "use_fp16": False}
        for layer in ("conv0", "conv1", "torgb"):
            arguments[f"{block}.{layer}"] = {"conv_clamp": config.conv_clamp, "kernel_size": 3}
    names = {
        "": "Generator",
        "mapping": "MappingNetwork",
        "synthesis": "SynthesisNetwork",
        "affine": "FullyConnectedLayer",
        "torgb": "ToRGBLayer",
        "*": "SynthesisLayer",
    }
    return tree(names, tensors, arguments, source)


def discriminator(
    config: StyleGAN2DiscriminatorConfig, tensors: Mapping[str, torch.Tensor], source: str = SOURCE
) -> Module:
    """A discriminator of either repository."""
    arguments: dict[str, Mapping[str, object]] = {
        "": {"c_dim": config.c_dim, "img_resolution": config.resolution, "architecture": str(config.architecture)},
        "mapping": {"num_layers": config.mapping_layers, "lr_multiplier": config.mapping_lr},
        "b4": {
            "mbstd_group_size": config.mbstd_group,
            "mbstd_num_channels": config.mbstd_channels,
            "architecture": str(config.architecture),
        },
    }
    for i in range(len(config.channels)):
        for layer in ("conv0", "conv1", "fromrgb", "conv"):
            arguments[f"b{4 << i}.{layer}"] = {"conv_clamp": config.conv_clamp}
    return tree({"": "Discriminator", "mapping": "MappingNetwork", "*": "Conv2dLayer"}, tensors, arguments, source)


def snapshot(**networks: Module) -> dict[str, object]:
    """The dictionary that training saves."""
    return {
        "training_set_kwargs": Settings(class_name="training.dataset.ImageFolderDataset", path="data.zip"),
        "augment_pipe": None,
        **networks,
    }


def write_pickle(path: Path, value: object, protocol: int) -> Path:
    """Pickle `value` as plain `pickle.dump` does."""
    with published_names():
        path.write_bytes(pickle.dumps(value, protocol))
    return path


def write_archive(path: Path, value: object, protocol: int = 2) -> Path:
    """Save a whole network by torch.save, as fine-tuning scripts do."""
    with published_names():
        torch.save(value, path, pickle_protocol=protocol)
    return path


def torch_bytes(value: object, *, legacy: bool = False) -> bytes:
    """The bytes of a torch.save."""
    buffer = io.BytesIO()
    torch.save(value, buffer, _use_new_zipfile_serialization=not legacy)
    return buffer.getvalue()
