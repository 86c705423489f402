"""Writes StyleGAN2 files in the naming of the port by rosinality, from our own tensors."""

import math

import torch

from ganstudio.architectures.stylegan2.networks import StyleGAN2Config

KERNEL = torch.outer(torch.tensor([1.0, 3, 3, 1]), torch.tensor([1.0, 3, 3, 1])) / 64


def generator(config: StyleGAN2Config, ours: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Rename the tensors of a skip generator."""
    port = {"input.input": ours["synthesis.b4.const"][None]}
    for i in range(config.mapping_layers):
        for part in ("weight", "bias"):
            port[f"style.{i + 1}.{part}"] = ours[f"mapping.fc{i}.{part}"]
    number = 0
    for index in range(len(config.channels)):
        block = f"synthesis.b{4 << index}"
        for layer in ("conv1",) if index == 0 else ("conv0", "conv1"):
            theirs = f"convs.{number - 1}" if number else "conv1"
            _style(port, theirs, ours, f"{block}.{layer}")
            port[f"noises.noise_{number}"] = ours[f"{block}.{layer}.noise_const"][None, None]
            if layer == "conv0":
                port[f"{theirs}.conv.blur.kernel"] = KERNEL * 4
            number += 1
        theirs = f"to_rgbs.{index - 1}" if index else "to_rgb1"
        _modulated(port, theirs, ours, f"{block}.torgb")
        port[f"{theirs}.bias"] = ours[f"{block}.torgb.bias"].reshape(1, -1, 1, 1)
        if index:
            port[f"{theirs}.upsample.kernel"] = KERNEL * 4
    return port


def _style(port: dict[str, torch.Tensor], theirs: str, ours: dict[str, torch.Tensor], name: str) -> None:
    _modulated(port, theirs, ours, name)
    port[f"{theirs}.noise.weight"] = ours[f"{name}.noise_strength"].reshape(1)
    port[f"{theirs}.activate.bias"] = ours[f"{name}.bias"]


def _modulated(port: dict[str, torch.Tensor], theirs: str, ours: dict[str, torch.Tensor], name: str) -> None:
    port[f"{theirs}.conv.weight"] = ours[f"{name}.weight"][None]
    for part in ("weight", "bias"):
        port[f"{theirs}.conv.modulation.{part}"] = ours[f"{name}.affine.{part}"]


def discriminator(resolution: int, ours: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Rename the tensors of a residual discriminator."""
    top = f"b{resolution}"
    port = {"convs.0.0.weight": ours[f"{top}.fromrgb.weight"], "convs.0.1.bias": ours[f"{top}.fromrgb.bias"]}
    for i in range(1, int(math.log2(resolution)) - 1):
        block, theirs = f"b{resolution >> (i - 1)}", f"convs.{i}"
        for part, name in (
            ("conv1.0.weight", "conv0.weight"),
            ("conv1.1.bias", "conv0.bias"),
            ("conv2.1.weight", "conv1.weight"),
            ("conv2.2.bias", "conv1.bias"),
            ("skip.1.weight", "skip.weight"),
        ):
            port[f"{theirs}.{part}"] = ours[f"{block}.{name}"]
        port[f"{theirs}.conv2.0.kernel"] = port[f"{theirs}.skip.0.kernel"] = KERNEL
    for part, name in (
        ("final_conv.0.weight", "conv.weight"),
        ("final_conv.1.bias", "conv.bias"),
        ("final_linear.0.weight", "fc.weight"),
        ("final_linear.0.bias", "fc.bias"),
        ("final_linear.1.weight", "out.weight"),
        ("final_linear.1.bias", "out.bias"),
    ):
        port[part] = ours[f"b4.{name}"]
    return port
