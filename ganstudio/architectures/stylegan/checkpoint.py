"""How others name and wrap StyleGAN's tensors: the authors' TensorFlow pickles, and a PyTorch port of them."""

import re
from collections.abc import Mapping
from dataclasses import replace

import torch

from ganstudio.architectures.stylegan.discriminator import StyleGANDiscriminatorConfig
from ganstudio.architectures.stylegan.networks import StyleGANConfig
from ganstudio.architectures.stylegan.shapes import recognise, recognise_discriminator
from ganstudio.core.foreign import Dialect, ForeignTensor, ForeignValue, Imported, Mismatch, Weights
from ganstudio.core.foreign_modules import find_weights, other_keys, weights_in
from ganstudio.core.foreign_networks import ForeignNetwork, flipped, loaded, networks_in, out_first

Stored = Mapping[str, ForeignTensor | torch.Tensor]
FUSED_FROM = 128
"""The output resolution from which both programs fuse doubling and convolution, unless told otherwise."""

FINISH = {
    "bias": "bias",
    "Noise/weight": "noise_strength",
    "StyleMod/weight": "affine.weight",
    "StyleMod/bias": "affine.bias",
}
STARTS = {"Const/const": "const", "Dense/weight": "dense.weight"}
CRITIC_LAYERS = {"Conv0": "conv0", "Conv1_down": "conv1", "Conv": "conv", "Dense0": "fc", "Dense1": "out"}
BLOCK = re.compile(r"(\d+)x\1/(\w+)/(.+)")
COLOURS = re.compile(r"(?:ToRGB|FromRGB)_lod(\d+)/(weight|bias)")
DENSE = re.compile(r"Dense(\d+)/(weight|bias)")
NOISE = re.compile(r"noise(\d+)")

PORT_FINISH = {"style_mod.lin.weight": "affine.weight", "style_mod.lin.bias": "affine.bias"}
PORT_NOISE = "top_epi.noise.weight"
PORT_BLOCK = re.compile(r"(init_block|blocks\.\d+)\.(.+)")
PORT_COLOURS = re.compile(r"(?:to_rgb|from_rgb)\.(\d+)\.(weight|bias)")
PORT_CONSTANTS = re.compile(r".*(?:kernel|blur\.kernel)")
PORT_KEYS = ("gen_shadow", "generator_shadow", "g_ema", "generator", "gen", "G")
PORT_CRITIC_KEYS = ("dis", "discriminator", "D")

GROWING = "Training was at level of detail {lod:.2f}: pictures have that much less than the full resolution."
NO_NOISE = "The file holds no noise maps; reproducible ones were made."
NO_ACTIVATION = "The port's discriminator had no activation behind its first layer; here it has one."
NOT_AVERAGED = "The averaged generator (Gs) is missing, so the raw one is used; its pictures are worse."


def read_tensorflow(root: ForeignValue) -> Imported | Mismatch:
    """Read the authors' pickle: the tuple (G, D, Gs), or one generator."""
    pair = networks_in(root)
    if pair is None:
        return Mismatch("it holds no TensorFlow network")
    settings = {**pair.generator.settings}
    for part in pair.generator.components.values():
        settings.update(part.settings)
    unusual = _unusual(settings)
    if unusual:
        return Mismatch(unusual)
    weights = generator_from_tensorflow(pair.generator.variables(), fused_from(settings.get("fused_scale", "auto")))
    if isinstance(weights, Mismatch):
        return weights
    config = recognise(_shapes(weights))
    if config is None:
        return Mismatch("its variables do not make up a whole StyleGAN generator")
    critic = None if pair.discriminator is None else _critic_of(pair.discriminator)
    return Imported(
        what=f"a StyleGAN model of the authors' program, {config.resolution}×{config.resolution}",
        config=settings_of(settings, config),
        generator=weights,
        discriminator_config=critic[0] if critic else None,
        discriminator=critic[1] if critic else None,
        discriminator_from="D" if critic else "",
        used=("Gs",) if pair.averaged else ("the generator",),
        ignored=pair.ignored,
        notes=_notes(weights, () if pair.averaged else (NOT_AVERAGED,)),
    )


def generator_from_tensorflow(variables: Stored, fused: int) -> Weights | Mismatch:
    """Translate variables such as `synthesis/8x8/Conv0_up/weight`; kernels fused from `fused` px on are turned."""
    count = sum(1 for name in variables if re.fullmatch(r"synthesis/ToRGB_lod\d+/weight", name))
    weights: Weights = {}
    for name, tensor in variables.items():
        mapping, inner = name.startswith("mapping/"), name.partition("/")[2]
        if name == "dlatent_avg":
            weights["mapping.w_avg"] = tensor
        elif inner == "lod" or name == "lod":
            weights["synthesis.lod"] = loaded(tensor).float().reshape(())
        elif mapping and (match := DENSE.fullmatch(inner)):
            weights[f"mapping.fc{match[1]}.{match[2]}"] = _torch_layout(tensor)
        elif mapping and inner == "LabelConcat/weight":
            weights["mapping.label.weight"] = out_first(tensor)
        elif match := COLOURS.fullmatch(inner):
            weights[f"synthesis.b{_side(count, match[1])}.torgb.{match[2]}"] = _torch_layout(tensor)
        elif match := NOISE.fullmatch(inner):
            weights[f"synthesis.{_layer_of_row(int(match[1]))}.noise_const"] = _squeezed(tensor)
        elif match := BLOCK.fullmatch(inner):
            translated = _synthesis_name(int(match[1]), match[2], match[3])
            if translated is None:
                return Mismatch(f"its variable {name[:60]!r} is not part of StyleGAN")
            laid_out = _torch_layout(tensor)
            if translated.endswith("start.const"):
                laid_out = loaded(tensor)[0]
            elif match[2] == "Conv0_up" and match[3] == "weight" and int(match[1]) >= fused:
                laid_out = flipped(laid_out)
            weights[translated] = laid_out
        else:
            return Mismatch(f"its variable {name[:60]!r} is not part of StyleGAN")
    weights.setdefault("synthesis.lod", torch.zeros(()))
    return weights


def discriminator_from_tensorflow(variables: Stored) -> Weights | None:
    """Translate variables such as `8x8/Conv1_down/weight`; None where they are of another make."""
    count = sum(1 for name in variables if re.fullmatch(r"FromRGB_lod\d+/weight", name))
    weights: Weights = {"lod": torch.zeros(())}
    for name, tensor in variables.items():
        if name == "lod":
            weights["lod"] = loaded(tensor).float().reshape(())
        elif match := COLOURS.fullmatch(name):
            weights[f"b{_side(count, match[1])}.fromrgb.{match[2]}"] = _torch_layout(tensor)
        elif (match := BLOCK.fullmatch(name)) and match[2] in CRITIC_LAYERS:
            weights[f"b{match[1]}.{CRITIC_LAYERS[match[2]]}.{match[3]}"] = _torch_layout(tensor)
        else:
            return None
    return weights


def fused_from(setting: ForeignValue) -> int:
    """Return the resolution from which upsampling convolutions are fused: everywhere, nowhere or from 128 px on."""
    if setting is True:
        return 0
    return 1 << 30 if setting is False else FUSED_FROM


def settings_of(settings: Mapping[str, ForeignValue], config: StyleGANConfig) -> StyleGANConfig:
    """Complete a generator's config that was read from shapes."""
    return replace(
        config,
        mapping_lr=_number(settings.get("mapping_lrmul"), config.mapping_lr),
        w_avg_beta=_number(settings.get("dlatent_avg_beta"), config.w_avg_beta),
        blur_filter=_taps(settings),
        instance_norm=settings.get("use_instance_norm", True) is not False,
        pixel_norm=settings.get("use_pixel_norm", False) is True,
    )


def read_port(root: ForeignValue) -> Imported | Mismatch:
    """Read a state dict of the PyTorch port by huangzh13."""
    found = find_weights(root, PORT_KEYS) or weights_in(root)
    if found is None:
        return Mismatch("it holds no plain dictionary of named tensors")
    weights = generator_from_port(found.tensors)
    if weights is None or "synthesis.b4.start.const" not in weights:
        return Mismatch("its tensors have not the port's names (g_synthesis.init_block.const, ...)")
    notes = (NO_NOISE,) if _make_noise(weights) else ()
    config = recognise(_shapes(weights))
    if config is None:
        return Mismatch("its tensors do not make up a whole generator")
    other = find_weights(root, PORT_CRITIC_KEYS)
    critic_weights = None if other is None else discriminator_from_port(other.tensors)
    critic = None if critic_weights is None else recognise_discriminator(_shapes(critic_weights))
    return Imported(
        what=f"a StyleGAN model of the port by huangzh13, {config.resolution}×{config.resolution}",
        config=config,
        generator=weights,
        discriminator_config=critic,
        discriminator=critic_weights if critic else None,
        discriminator_from=other.key if other and critic else "",
        used=(found.key or "all tensors",),
        ignored=other_keys(root, found.key, other.key if other and critic else ""),
        notes=(*notes, NO_ACTIVATION) if critic else notes,
    )


def generator_from_port(tensors: Stored) -> Weights | None:
    """Translate names such as `g_synthesis.blocks.0.conv0_up.weight`; None where one is not the port's."""
    weights: Weights = {"synthesis.lod": torch.zeros(())}
    for name, tensor in tensors.items():
        inner = name.removeprefix("g_synthesis.")
        if name == "truncation.avg_latent":
            weights["mapping.w_avg"] = tensor
        elif match := re.fullmatch(r"g_mapping\.map\.dense(\d+)\.(weight|bias)", name):
            weights[f"mapping.fc{match[1]}.{match[2]}"] = tensor
        elif match := PORT_COLOURS.fullmatch(inner):
            weights[f"synthesis.b{4 << min(int(match[1]), 16)}.torgb.{match[2]}"] = tensor
        elif PORT_CONSTANTS.fullmatch(inner):
            continue
        elif match := PORT_BLOCK.fullmatch(inner):
            translated = _port_layer(match[1], match[2])
            if translated is None:
                return None
            side, ours = translated
            weights[f"synthesis.b{side}.{ours}"] = _port_tensor(ours, side, tensor)
        else:
            return None
    return weights


def discriminator_from_port(tensors: Stored) -> Weights | None:
    """Translate names such as `blocks.0.conv1_down.weight`; None where one is not the port's."""
    count = sum(1 for name in tensors if re.fullmatch(r"from_rgb\.\d+\.weight", name))
    layers = {"conv0": "conv0", "conv1_down": "conv1", "conv": "conv", "dense0": "fc", "dense1": "out"}
    weights: Weights = {"lod": torch.zeros(())}
    for name, tensor in tensors.items():
        if match := PORT_COLOURS.fullmatch(name):
            weights[f"b{_side(count, match[1])}.fromrgb.{match[2]}"] = tensor
        elif PORT_CONSTANTS.fullmatch(name):
            continue
        elif (match := re.fullmatch(r"(?:final_block|blocks\.(\d+))\.(\w+)\.(weight|bias)", name)) and (
            match[2] in layers
        ):
            side = 4 if match[1] is None else _side(count, match[1])
            weights[f"b{side}.{layers[match[2]]}.{match[3]}"] = tensor
        else:
            return None
    return weights


def _critic_of(network: ForeignNetwork) -> tuple[StyleGANDiscriminatorConfig, Weights] | None:
    weights = discriminator_from_tensorflow(network.variables())
    config = None if weights is None else recognise_discriminator(_shapes(weights))
    if weights is None or config is None:
        return None
    group = network.number("mbstd_group_size", 4)
    return replace(config, mbstd_group=group, blur_filter=_taps(network.settings)), weights


def _unusual(settings: Mapping[str, ForeignValue]) -> str:
    """Say what in a network's settings is not supported."""
    if settings.get("nonlinearity", "lrelu") != "lrelu":
        return f"its activation is {str(settings['nonlinearity'])[:20]!r} instead of a leaky ReLU"
    for key in ("use_wscale", "normalize_latents"):
        if settings.get(key, True) is False:
            return f"it was built with {key} switched off"
    return ""


def _synthesis_name(side: int, layer: str, part: str) -> str | None:
    """Our name of what the authors call `{side}x{side}/{layer}/{part}`."""
    ours = {"Const": "start", "Dense": "start", "Conv0_up": "conv0", "Conv1": "conv1", "Conv": "conv1"}.get(layer)
    if ours is None:
        return None
    inner = FINISH.get(part) or STARTS.get(f"{layer}/{part}") or ("conv.weight" if part == "weight" else None)
    return None if inner is None else f"synthesis.b{side}.{ours}.{inner}"


def _port_layer(block: str, part: str) -> tuple[int, str] | None:
    """The side of a block of the port and our name of a tensor in it."""
    start = block == "init_block"
    side = 4 if start else 8 << min(int(block.removeprefix("blocks.")), 16)
    first = "start" if start else "conv0"
    layer, _, inner = part.partition(".")
    if layer in ("epi1", "epi2"):
        ours = "noise_strength" if inner == PORT_NOISE else PORT_FINISH.get(inner)
        return None if ours is None else (side, f"{first if layer == 'epi1' else 'conv1'}.{ours}")
    if part in ("const", "bias"):
        return side, f"{first}.{part}"
    convolutions = {"conv": "conv1", "conv0_up": "conv0", "conv1": "conv1"}
    if layer not in convolutions or inner not in ("weight", "bias"):
        return None
    return side, f"{convolutions[layer]}.{'conv.weight' if inner == 'weight' else 'bias'}"


def _port_tensor(ours: str, side: int, tensor: ForeignTensor | torch.Tensor) -> ForeignTensor | torch.Tensor:
    if ours == "start.const":
        return loaded(tensor)[0]
    return flipped(tensor) if ours == "conv0.conv.weight" and side >= FUSED_FROM else tensor


def _make_noise(weights: Weights) -> bool:
    """Add reproducible noise maps where the file has none; tell whether it did."""
    random = torch.Generator().manual_seed(0)
    layers = [name.removesuffix(".noise_strength") for name in weights if name.endswith(".noise_strength")]
    missing = [layer for layer in layers if f"{layer}.noise_const" not in weights]
    for layer in sorted(missing, key=lambda name: (int(name.split(".")[1][1:]), name.endswith("conv1"))):
        side = int(layer.split(".")[1][1:])
        weights[f"{layer}.noise_const"] = torch.randn(side, side, generator=random)
    return bool(missing)


def _layer_of_row(row: int) -> str:
    first = "start" if row < 2 else "conv0"
    return f"b{4 << min(row // 2, 16)}.{'conv1' if row % 2 else first}"


def _side(count: int, lod: str) -> int:
    return 4 << max(min(count - 1 - int(lod), 16), 0)


def _torch_layout(tensor: ForeignTensor | torch.Tensor) -> ForeignTensor | torch.Tensor:
    return out_first(tensor) if len(tensor.shape) in (2, 4) else tensor


def _squeezed(tensor: ForeignTensor | torch.Tensor) -> torch.Tensor:
    found = loaded(tensor)
    return found.reshape(found.shape[-2:])


def _taps(settings: Mapping[str, ForeignValue]) -> tuple[float, ...]:
    taps = settings.get("blur_filter", (1.0, 2.0, 1.0))
    return tuple(float(tap) for tap in taps if isinstance(tap, (int, float))) if isinstance(taps, (list, tuple)) else ()


def _number(value: ForeignValue, usual: float) -> float:
    return float(value) if isinstance(value, (int, float)) else usual


def _shapes(weights: Stored) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in weights.items()}


def _notes(weights: Weights, notes: tuple[str, ...]) -> tuple[str, ...]:
    lod = float(loaded(weights["synthesis.lod"]))
    return (*notes, GROWING.format(lod=lod)) if lod else notes


DIALECTS: tuple[Dialect, ...] = (
    Dialect("a StyleGAN pickle of the authors' TensorFlow program", read_tensorflow),
    Dialect("StyleGAN of the PyTorch port by huangzh13", read_port),
)
