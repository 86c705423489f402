"""How others name and wrap StyleGAN2's tensors: NVIDIA's snapshots and weights, the port by rosinality."""

from collections.abc import Mapping
from dataclasses import replace

import torch

from ganstudio.architectures.stylegan2.discriminator import StyleGAN2DiscriminatorConfig
from ganstudio.architectures.stylegan2.networks import StyleGAN2Config, Wiring
from ganstudio.architectures.stylegan2.records import settings_of, settings_of_discriminator
from ganstudio.architectures.stylegan2.rosinality import (
    add_filters,
    constant_noise,
    discriminator_names,
    estimated_average,
    filter_taps,
    generator_names,
    taps_of,
)
from ganstudio.architectures.stylegan2.shapes import recognise, recognise_discriminator
from ganstudio.core.foreign import (
    Dialect,
    ForeignTensor,
    ForeignValue,
    Imported,
    Mismatch,
    StateDict,
    Weights,
)
from ganstudio.core.foreign_modules import ForeignModule, Found, find_weights, other_keys, weights_in
from ganstudio.layers.resample import SMOOTH

SNAPSHOT_KEYS = ("G_ema", "G")
WEIGHT_KEYS = (
    "G_ema",
    "g_ema",
    "ema",
    "netG_ema",
    "params_ema",
    "G",
    "g",
    "generator",
    "netG",
    "state_dict",
    "model",
)
CRITIC_KEYS = ("D", "d", "discriminator", "netD")
SHAPES_ONLY = (
    "The file holds weights without settings; those that shapes do not show (clamping, "
    "learning-rate factor) have their usual values."
)
NOISE_MADE = "The file holds no noise maps; reproducible ones were made."
ESTIMATED = (
    "The average latent, which truncation needs, is not in the file; it was estimated from 4096 reproducible latents."
)


def read_snapshot(root: ForeignValue) -> Imported | Mismatch:
    """Read a module tree as NVIDIA's two repositories pickle it, alone or in a dictionary of networks."""
    found = find_weights(root, SNAPSHOT_KEYS) or weights_in(root)
    if found is None or found.module is None:
        return Mismatch("it holds no network with its own records (G_ema or G)")
    if found.module.class_name == "TriPlaneGenerator" or any(name.startswith("backbone.") for name in found.tensors):
        return Mismatch("it is an EG3D model, whose volume rendering is not part of StyleGAN2")
    config = recognise(_shapes(found.tensors))
    if config is None:
        return Mismatch(
            f"its network “{found.module.class_name[:60]}” has not StyleGAN2's tensors{_what_else(found.tensors)}"
        )
    config = settings_of(found.module, _filtered(config, found.tensors, "synthesis.b4.resample_filter"))
    return _imported(
        root, found, config, _squared(found.tensors), "an NVIDIA StyleGAN2 snapshot", _rawness(found)
    )


def read_weights(root: ForeignValue) -> Imported | Mismatch:
    """Read a dictionary of tensors under NVIDIA's names, with or without the constants among them."""
    found = find_weights(root, WEIGHT_KEYS) or weights_in(root)
    if found is None or found.module is not None:
        return Mismatch("it holds no plain dictionary of named tensors")
    config = recognise(_shapes(found.tensors))
    if config is None:
        return Mismatch(f"its tensors have not StyleGAN2's names{_what_else(found.tensors)}")
    config = _filtered(config, found.tensors, "synthesis.b4.resample_filter")
    weights = _squared(found.tensors)
    notes = [SHAPES_ONLY, *_rawness(found)]
    stored = len(weights)
    layers = (".conv0.weight", ".conv1.weight", ".skip.weight")
    add_filters(weights, config.resample_filter, layers, (".conv0", ".skip"))
    if len(weights) > stored:
        notes.append("The file holds no resampling filters; the usual ones were taken.")
    if config.use_noise and constant_noise(weights):
        notes.append(NOISE_MADE)
    return _imported(root, found, config, weights, "StyleGAN2 weights under NVIDIA's names", tuple(notes))


def read_port(root: ForeignValue) -> Imported | Mismatch:
    """Read a file of the port by rosinality, its converted models and the decoder inside encoder files."""
    found = find_weights(root, ("g_ema", "g", "state_dict", "generator")) or weights_in(root)
    if found is None:
        return Mismatch("it holds no dictionary of named tensors (g_ema or g)")
    tensors = found.tensors
    if any(name.startswith("decoder.") for name in tensors):
        tensors = {
            name.removeprefix("decoder."): value for name, value in tensors.items() if name.startswith("decoder.")
        }
    named = generator_names(tensors)
    if named is None:
        return Mismatch("its tensors have not the port's names (style.1.weight, conv1.conv.weight, ...)")
    unknown = sorted(name for name in tensors if not _known_to_port(name))
    if unknown:
        return Mismatch(f"its tensor {unknown[0][:60]!r} is not part of the port's generator")
    weights: Weights = dict(named)
    taps = filter_taps(tensors)
    add_filters(weights, taps, (".conv0.weight", ".conv1.weight"), (".conv0",))
    notes = [*_rawness(found)]
    if tensors is not found.tensors:
        notes.append("The encoder in the file was left out; its decoder is the generator.")
    if constant_noise(weights):
        notes.append(NOISE_MADE)
    if "synthesis.b4.torgb.weight" not in weights:
        return Mismatch("its first colour layer is missing")
    config = recognise(_shapes(weights))
    if config is None:
        return Mismatch("its tensors do not make up a whole generator")
    config = replace(config, resample_filter=taps, architecture=Wiring.SKIP)
    average = root.get("latent_avg") if isinstance(root, dict) and root.keys() != tensors.keys() else None
    if isinstance(average, ForeignTensor) and average.shape[-1:] == (config.w_dim,):
        weights["mapping.w_avg"] = average.load().float().reshape(-1, config.w_dim).mean(dim=0)
        found = replace(found, key=found.key or "latent_avg")
    what = f"a StyleGAN2 model of the port by rosinality, {config.resolution}×{config.resolution}"
    return _imported(root, found, config, weights, what, tuple(notes))


def _imported(
    root: ForeignValue,
    found: Found,
    config: StyleGAN2Config,
    weights: Weights,
    what: str,
    notes: tuple[str, ...],
) -> Imported:
    used = [found.key or "all tensors"]
    if "mapping.w_avg" not in weights:
        weights["mapping.w_avg"] = estimated_average(config, weights)
        notes = (*notes, ESTIMATED)
    elif isinstance(root, dict) and "latent_avg" in root:
        used.append("latent_avg")
    critic, doubt = _critic(root)
    return Imported(
        what=what,
        config=config,
        generator=weights,
        discriminator_config=critic[1] if critic else None,
        discriminator=critic[2] if critic else None,
        discriminator_from=critic[0] if critic else "",
        used=tuple(used),
        ignored=other_keys(root, found.key, critic[0] if critic else "", *used[1:]),
        notes=notes + doubt,
    )


def _critic(
    root: ForeignValue,
) -> tuple[tuple[str, StyleGAN2DiscriminatorConfig, Weights] | None, tuple[str, ...]]:
    found = find_weights(root, CRITIC_KEYS)
    if found is None:
        return None, ()
    named: Mapping[str, ForeignTensor] = discriminator_names(found.tensors) or found.tensors
    weights = _squared(named)
    if named is not found.tensors or not any(name.endswith(".resample_filter") for name in named):
        add_filters(
            weights,
            filter_taps(found.tensors),
            (".conv0.weight", ".conv1.weight", ".skip.weight", ".fromrgb.weight"),
            (".conv1", ".skip"),
        )
        weights.setdefault("b4.conv.resample_filter", SMOOTH.clone())
        weights.pop("b4.resample_filter", None)  # the last block resamples nothing
    config = recognise_discriminator(_shapes(weights))
    if config is None:
        return None, (f"The discriminator under “{found.key}” is of another make and was left out.",)
    top = f"b{config.resolution}.resample_filter"
    if top in found.tensors:
        config = replace(config, resample_filter=taps_of(found.tensors[top]))
    if found.module is not None:
        config = settings_of_discriminator(found.module, config)
    return (found.key, config, weights), ()


def _rawness(found: Found) -> tuple[str, ...]:
    """Say where no averaged weights lie beside those of training."""
    if found.key not in ("G", "g"):
        return ()
    key = found.key
    return (f"The averaged generator ({key}_ema) is missing, so the raw one ({key}) is used; its pictures are worse.",)


def _squared(tensors: Mapping[str, ForeignTensor]) -> Weights:
    """Long filters, which are published as one line of taps, as the squares that ours are."""
    return {
        name: torch.outer(tensor.load(), tensor.load())
        if name.endswith("resample_filter") and len(tensor.shape) == 1 and tensor.count <= 64
        else tensor
        for name, tensor in tensors.items()
    }


def _filtered(config: StyleGAN2Config, tensors: StateDict, name: str) -> StyleGAN2Config:
    return replace(config, resample_filter=taps_of(tensors[name])) if name in tensors else config


def _shapes(weights: Mapping[str, ForeignTensor | torch.Tensor]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in weights.items()}


def _known_to_port(name: str) -> bool:
    return name.startswith(("style.", "input.", "conv1.", "convs.", "to_rgb1.", "to_rgbs.", "noises."))


def _what_else(tensors: StateDict) -> str:
    if "synthesis.input.freqs" in tensors:
        return "; it is a StyleGAN3 network"
    if any(name.startswith("mapping.embed_proj") for name in tensors):
        return "; it is a StyleGAN-XL network"
    return ""


DIALECTS: tuple[Dialect, ...] = (
    Dialect("an NVIDIA StyleGAN2 snapshot", read_snapshot),
    Dialect("StyleGAN2 weights under NVIDIA's names", read_weights),
    Dialect("StyleGAN2 of the port by rosinality", read_port),
)
__all__ = ["DIALECTS", "ForeignModule"]
