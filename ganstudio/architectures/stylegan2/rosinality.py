"""The names of the widely used PyTorch port of StyleGAN2 (rosinality), for both networks."""

import math
from collections.abc import Mapping

import numpy as np
import torch

from ganstudio.architectures.stylegan2.networks import MappingNetwork, StyleGAN2Config
from ganstudio.core.foreign import ForeignTensor, StateDict, Weights
from ganstudio.layers.activation import ACTIVATIONS
from ganstudio.layers.resample import fir_kernel

USUAL_TAPS = (1.0, 3.0, 3.0, 1.0)
AVERAGED = 4096


def generator_names(port: StateDict) -> Mapping[str, ForeignTensor] | None:
    """Rename a generator's tensors, shapes included; None where the names are not this port's."""
    if not {"style.1.weight", "input.input", "conv1.conv.weight", "to_rgb1.bias"} <= port.keys():
        return None
    named: StateDict = {"synthesis.b4.const": _without_ones(port["input.input"], 3)}
    layer = 0
    while f"style.{layer + 1}.weight" in port:
        for part in ("weight", "bias"):
            _take(named, f"mapping.fc{layer}.{part}", port, f"style.{layer + 1}.{part}")
        layer += 1
    _style_layer(named, "synthesis.b4.conv1", port, "conv1", "noises.noise_0")
    _rgb_layer(named, "synthesis.b4.torgb", port, "to_rgb1")
    index = 0
    while f"convs.{2 * index}.conv.weight" in port and index < 12:
        block = f"synthesis.b{8 << index}"
        for i in (0, 1):
            number = 2 * index + i
            _style_layer(named, f"{block}.conv{i}", port, f"convs.{number}", f"noises.noise_{number + 1}")
        _rgb_layer(named, f"{block}.torgb", port, f"to_rgbs.{index}")
        index += 1
    return named


def discriminator_names(port: StateDict) -> Mapping[str, ForeignTensor] | None:
    """Rename the residual discriminator's tensors; None where the names are not this port's."""
    blocks = 0
    while f"convs.{blocks + 1}.conv1.0.weight" in port:
        blocks += 1
    if not blocks or blocks > 11 or "final_linear.1.weight" not in port:
        return None
    named: StateDict = {}
    top = f"b{4 << blocks}"
    pairs = [(f"{top}.fromrgb.weight", "convs.0.0.weight"), (f"{top}.fromrgb.bias", "convs.0.1.bias")]
    for i in range(blocks):
        ours, theirs = f"b{4 << (blocks - i)}", f"convs.{i + 1}"
        pairs += [
            (f"{ours}.conv0.weight", f"{theirs}.conv1.0.weight"),
            (f"{ours}.conv0.bias", f"{theirs}.conv1.1.bias"),
            (f"{ours}.conv1.weight", f"{theirs}.conv2.1.weight"),
            (f"{ours}.conv1.bias", f"{theirs}.conv2.2.bias"),
            (f"{ours}.skip.weight", f"{theirs}.skip.1.weight"),
        ]
    pairs += [
        ("b4.conv.weight", "final_conv.0.weight"),
        ("b4.conv.bias", "final_conv.1.bias"),
        ("b4.fc.weight", "final_linear.0.weight"),
        ("b4.fc.bias", "final_linear.0.bias"),
        ("b4.out.weight", "final_linear.1.weight"),
        ("b4.out.bias", "final_linear.1.bias"),
    ]
    for ours, theirs in pairs:
        _take(named, ours, port, theirs)
    return named


def filter_taps(port: StateDict) -> tuple[float, ...]:
    """The resampling filter's taps, from the stored kernel, of whatever gain."""
    names = ("convs.0.conv.blur.kernel", "to_rgbs.0.upsample.kernel", "convs.1.conv2.0.kernel")
    stored = next((port[name] for name in names if name in port), None)
    return taps_of(stored) if stored is not None else USUAL_TAPS


def taps_of(kernel: ForeignTensor) -> tuple[float, ...]:
    """The taps of a separable kernel `[T, T]` or `[T]`, scaled so that the first is one."""
    side = math.isqrt(kernel.count)
    if kernel.shape not in ((kernel.count,), (side, side)) or not 0 < kernel.shape[0] <= 64:
        return USUAL_TAPS
    line = kernel.load().double()
    line = line.sum(dim=1) if line.ndim == 2 else line
    if not torch.isfinite(line).all() or line[0] == 0:
        return USUAL_TAPS
    return tuple(round(float(tap), 5) for tap in line / line[0])


def add_filters(
    weights: Weights, taps: tuple[float, ...], layers: tuple[str, ...], resampling: tuple[str, ...]
) -> None:
    """Add the constant kernels that this port does not store: `taps` for blocks and for layers that resample."""
    owners = {name.rsplit(".", 1)[0] for name in weights if name.endswith(layers)}
    blocks = {owner.rsplit(".", 1)[0] for owner in owners}
    for owner in sorted(owners | blocks):
        used = owner in blocks or owner.endswith(resampling)
        weights.setdefault(f"{owner}.resample_filter", fir_kernel(taps if used else USUAL_TAPS))


def constant_noise(weights: Weights) -> bool:
    """Add reproducible noise maps where an early file has none; whether any were added."""
    wanted = [name for name in weights if name.endswith(".noise_strength")]
    added = False
    for i, name in enumerate(wanted):
        resolution = int(name.split(".")[1].removeprefix("b"))
        key = name.replace("noise_strength", "noise_const")
        if key not in weights:
            noise = np.random.RandomState(i).randn(resolution, resolution)
            weights[key] = torch.from_numpy(noise.astype(np.float32))
            added = True
    return added


def estimated_average(config: StyleGAN2Config, weights: Weights) -> torch.Tensor:
    """Average the mapped w of the first `AVERAGED` reproducible z: `[w_dim]`."""
    mapping = MappingNetwork(
        config.z_dim,
        config.c_dim,
        config.w_dim,
        config.mapping_layers,
        embed=config.mapping_embed,
        hidden=config.mapping_hidden,
        lr=config.mapping_lr,
        w_avg_beta=None,
        activation=ACTIVATIONS[config.mapping_activation],
    )
    own = {
        name.removeprefix("mapping."): value for name, value in weights.items() if name.startswith("mapping.")
    }
    mapping.load_state_dict(
        {
            name: value.load() if isinstance(value, ForeignTensor) else value
            for name, value in own.items()
            if name != "w_avg"
        }
    )
    random = np.random.RandomState(0)
    z = torch.from_numpy(random.randn(AVERAGED, config.z_dim).astype(np.float32))
    labels = torch.eye(config.c_dim)[torch.arange(AVERAGED) % config.c_dim] if config.c_dim else None
    with torch.no_grad():
        w: torch.Tensor = mapping(z, labels)
    return w.mean(dim=0)


def _take(named: StateDict, ours: str, port: StateDict, theirs: str) -> None:
    if theirs in port:
        named[ours] = port[theirs]


def _without_ones(tensor: ForeignTensor, dimensions: int) -> ForeignTensor:
    """Drop leading and trailing dimensions of length one until `dimensions` are left."""
    shape = tensor.shape
    while len(shape) > dimensions and shape[0] == 1:
        shape = shape[1:]
    while len(shape) > dimensions and shape[-1] == 1:
        shape = shape[:-1]
    return tensor.reshaped(*shape) if shape != tensor.shape else tensor


def _style_layer(named: StateDict, ours: str, port: StateDict, theirs: str, noise: str) -> None:
    parts = (
        ("weight", "conv.weight", 4),
        ("affine.weight", "conv.modulation.weight", 2),
        ("affine.bias", "conv.modulation.bias", 1),
        ("bias", "activate.bias", 1),
        ("noise_strength", "noise.weight", 0),
    )
    for part, name, dimensions in parts:
        if f"{theirs}.{name}" in port:
            named[f"{ours}.{part}"] = _without_ones(port[f"{theirs}.{name}"], dimensions)
    if noise in port:
        named[f"{ours}.noise_const"] = _without_ones(port[noise], 2)


def _rgb_layer(named: StateDict, ours: str, port: StateDict, theirs: str) -> None:
    parts = (
        ("weight", "conv.weight", 4),
        ("affine.weight", "conv.modulation.weight", 2),
        ("affine.bias", "conv.modulation.bias", 1),
        ("bias", "bias", 1),
    )
    for part, name, dimensions in parts:
        if f"{theirs}.{name}" in port:
            named[f"{ours}.{part}"] = _without_ones(port[f"{theirs}.{name}"], dimensions)
