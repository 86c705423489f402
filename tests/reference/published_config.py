"""Constructor arguments of the published StyleGAN2-ADA code as our configs."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from ganstudio.architectures.stylegan2.discriminator import StyleGAN2DiscriminatorConfig
from ganstudio.architectures.stylegan2.networks import StyleGAN2Config, Wiring, channel_plan

IGNORED = {"num_fp16_res", "fp16_channels_last", "freeze_layers", "fused_modconv_default", "channels_last"}
"""Settings of speed and training that do not change what float32 networks compute."""

MAPPING = {
    "num_layers": "mapping_layers",
    "embed_features": "mapping_embed",
    "layer_features": "mapping_hidden",
    "activation": "mapping_activation",
    "lr_multiplier": "mapping_lr",
    "w_avg_beta": "w_avg_beta",
}
EPILOGUE = {
    "activation": "epilogue_activation",
    "mbstd_group_size": "mbstd_group",
    "mbstd_num_channels": "mbstd_channels",
}
SAME = {
    *("z_dim", "c_dim", "w_dim", "img_channels", "conv_clamp", "use_noise", "cmap_dim"),
    *("activation", "resample_filter", "architecture"),
}


def generator_config(ctor: Mapping[str, Any]) -> StyleGAN2Config:
    """Return the config of a published generator; fails on an argument that it does not understand."""
    own = {name: value for name, value in ctor.items() if name not in ("mapping_kwargs", "synthesis_kwargs")}
    layers = renamed(ctor.get("mapping_kwargs") or {}, MAPPING)
    return StyleGAN2Config(**layers, **plain(own | (ctor.get("synthesis_kwargs") or {})))


def discriminator_config(ctor: Mapping[str, Any]) -> StyleGAN2DiscriminatorConfig:
    """Return the config of a published discriminator; fails on an argument that it does not understand."""
    parts = ("mapping_kwargs", "block_kwargs", "epilogue_kwargs")
    own = {name: value for name, value in ctor.items() if name not in parts}
    layers = renamed(ctor.get("mapping_kwargs") or {}, MAPPING)
    end = renamed(ctor.get("epilogue_kwargs") or {}, EPILOGUE)
    return StyleGAN2DiscriminatorConfig(**layers, **end, **plain(own | (ctor.get("block_kwargs") or {})))


def with_square_filters(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return a state dict whose long filters, which are published as one line of taps, are squares as ours."""
    return {
        name: torch.outer(tensor, tensor) if name.endswith("resample_filter") and tensor.ndim == 1 else tensor
        for name, tensor in tensors.items()
    }


def renamed(arguments: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return the arguments under our names."""
    unknown = arguments.keys() - names.keys()
    assert not unknown, f"arguments with no counterpart: {sorted(unknown)}"
    return {names[name]: value for name, value in arguments.items()}


def plain(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that both sides call the same, and the channels of each block."""
    left = {name: value for name, value in arguments.items() if name not in IGNORED}
    resolution = left.pop("img_resolution")
    channels = channel_plan(resolution, left.pop("channel_base", 32768), left.pop("channel_max", 512))
    assert left.pop("kernel_size", 3) == 3, "layers have kernels of three by three"
    unknown = left.keys() - SAME
    assert not unknown, f"arguments with no counterpart: {sorted(unknown)}"
    if "architecture" in left:
        left["architecture"] = Wiring(left["architecture"])
    if "resample_filter" in left:
        left["resample_filter"] = taps(left["resample_filter"])
    return left | {"channels": channels}


def taps(kernel: Sequence[Any] | None) -> tuple[float, ...]:
    """Return the line of taps of a filter; the usual one for none, the generating row for an outer product."""
    if kernel is None:
        return (1.0, 3.0, 3.0, 1.0)
    values = torch.tensor(kernel, dtype=torch.float64)
    if values.ndim == 2:
        row = values[values.abs().sum(dim=1) > 0][0]
        line = row * (values.sum() / row.sum().square()).abs().sqrt()
        torch.testing.assert_close(torch.outer(line, line), values, rtol=1e-5, atol=1e-8)
        first = row / row[row != 0][0]
        values = first if torch.equal(torch.outer(first, first), values) else line
    return tuple(values.tolist())
