"""How others name and wrap ProGAN's tensors: the authors' TensorFlow pickles, and pytorch_GAN_zoo's files."""

import math
import re
from collections.abc import Mapping
from dataclasses import replace

import torch

from ganstudio.architectures.progan.discriminator import ProGANDiscriminatorConfig
from ganstudio.architectures.progan.networks import DENSE_GAIN, ProGANConfig
from ganstudio.architectures.progan.shapes import recognise, recognise_discriminator
from ganstudio.core.foreign import Dialect, ForeignObject, ForeignTensor, ForeignValue, Imported, Mismatch, Weights
from ganstudio.core.foreign_modules import find_weights, other_keys
from ganstudio.core.foreign_networks import flipped, loaded, networks_in, out_first, permuted
from ganstudio.layers.he_scaled import LEAKY_GAIN

Stored = Mapping[str, ForeignTensor | torch.Tensor]
TENSORFLOW_LAYER = re.compile(r"(?:(?P<side>\d+)x(?P=side)/(?P<layer>\w+)|(?P<colours>ToRGB|FromRGB)_lod(?P<lod>\d+))"
                              r"/(?P<part>weight|bias)")  # fmt: skip
LAYERS = {
    "Dense": "dense", "Conv": "conv", "Conv0": "conv0", "Conv0_up": "conv0", "Conv1": "conv1", "Conv1_down": "conv1",
    "Dense0": "fc", "Dense1": "out", "ToRGB": "torgb", "FromRGB": "fromrgb",
}  # fmt: skip
PORT_LAYERS = {
    "formatLayer": "b4.dense", "groupScale0.0": "b4.conv", "groupScaleZero.0": "b4.conv", "groupScaleZero.1": "b4.fc",
    "decisionLayer": "b4.out",
}  # fmt: skip
OWN_GAINS = {"dense": DENSE_GAIN, "torgb": 1.0, "out": 1.0}
USUAL_SETTINGS = {"use_wscale": True, "use_leakyrelu": True, "tanh_at_end": False, "normalize_latents": True}
USUAL_PORT_SETTINGS: Mapping[str, tuple[ForeignValue, ...]] = {
    "equalizedlR": (True,), "leakyReluLeak": (0.2,), "lossCriterion": ("WGANGP", "MSE"),
}  # fmt: skip
LARGEST_SCALE = 9
AVERAGED_MISSING = "The averaged generator (avgG) is missing, so the raw one (netG) is used; its pictures are worse."
GROWING = "The model was saved while it was growing; it draws the resolution that it had reached (lod {lod:.3g})."


def read_tensorflow(root: ForeignValue) -> Imported | Mismatch:
    """Read a pickle of the authors' training (format version 2), its averaged generator where there is one."""
    pair = networks_in(root)
    if pair is None:
        return Mismatch("it holds no TensorFlow network")
    network = pair.generator
    if network.components or network.function not in ("G_paper", ""):
        return Mismatch(f"its generator was built by {network.function[:40]!r} instead of 'G_paper'")
    odd = [key for key, usual in USUAL_SETTINGS.items() if network.settings.get(key, usual) is not usual]
    if odd:
        return Mismatch(f"it was trained with an unusual setting of {odd[0]!r}")
    made = generator_from_tensorflow(network.variables(), network.number("label_size", 0))
    if made is None:
        return Mismatch("its variables have not ProGAN's names (4x4/Dense/weight, ToRGB_lod0/weight, ...)")
    config, weights = made
    config = replace(config, pixel_norm=network.settings.get("use_pixelnorm", True) is not False)
    critic = None
    if pair.discriminator is not None:
        group = pair.discriminator.number("mbstd_group_size", 4)
        critic = discriminator_from_tensorflow(pair.discriminator.variables(), group)
    return Imported(
        what=f"a ProGAN model of the authors' TensorFlow code, {config.resolution}×{config.resolution}",
        config=config,
        generator=weights,
        discriminator_config=critic[0] if critic else None,
        discriminator=critic[1] if critic else None,
        discriminator_from="D",
        used=("Gs",) if pair.averaged else ("the network",),
        ignored=pair.ignored,
        notes=_growing(weights),
    )


def generator_from_tensorflow(variables: Stored, c_dim: int) -> tuple[ProGANConfig, Weights] | None:
    """Rename and turn round a generator's variables; None where they are of another network."""
    weights = _renamed(variables)
    if weights is None:
        return None
    config = recognise(_shapes(weights))
    if config is None or config.z_dim <= c_dim:
        return None
    return replace(config, z_dim=config.z_dim - c_dim, c_dim=c_dim), weights


def discriminator_from_tensorflow(variables: Stored, group: int) -> tuple[ProGANDiscriminatorConfig, Weights] | None:
    """Rename and turn round a discriminator's variables; None where they are of another network."""
    weights = _renamed(variables)
    config = recognise_discriminator(_shapes(weights or {}))
    if weights is None or config is None:
        return None
    fused = any(name.endswith("Conv1_down/weight") for name in variables)
    return replace(config, fused_scale=fused, mbstd_group=group if config.mbstd_group else 0), weights


def _renamed(variables: Stored) -> Weights | None:
    """Our names and layouts; the kernels of fused upsampling layers are `[k, k, out, in]` and turned by 180 degrees."""
    levels = [int(match["lod"]) for name in variables if (match := TENSORFLOW_LAYER.fullmatch(name)) and match["lod"]]
    if not 0 <= (top := max(levels, default=-1)) <= LARGEST_SCALE:
        return None
    weights: Weights = {"lod": torch.zeros(())}
    for name, tensor in variables.items():
        if name == "lod":
            weights[name] = loaded(tensor).float().reshape(())
            continue
        match = TENSORFLOW_LAYER.fullmatch(name)
        if match is None or (layer := LAYERS.get(match["layer"] or match["colours"])) is None:
            return None
        side = match["side"] or str(4 << max(0, top - int(match["lod"])))
        ours = f"b{side}.{layer}.{match['part']}"
        if ours == "b4.dense.bias":
            weights["b4.bias"] = _bias(tensor)
        elif match["part"] == "bias":
            weights[ours] = tensor
        elif match["layer"] == "Conv0_up":
            weights[ours] = flipped(permuted(tensor, 2, 3, 0, 1))
        else:
            weights[ours] = out_first(tensor)
    return weights


def read_port(root: ForeignValue) -> Imported | Mismatch:
    """Read a checkpoint of pytorch_GAN_zoo, its averaged generator where there is one."""
    found = find_weights(root, ("avgG", "netG"))
    if found is None or not isinstance(root, dict):
        return Mismatch("it holds no weights under avgG or netG")
    settings = _settings(root.get("config"))
    made = generator_from_port(found.tensors, _whole(settings, "categoryVectorDim"))
    if made is None:
        return Mismatch("its generator has not the names of pytorch_GAN_zoo's ProGAN (formatLayer, scaleLayers, ...)")
    odd = [key for key, usual in USUAL_PORT_SETTINGS.items() if key in settings and settings[key] not in usual]
    if odd:
        return Mismatch(f"it was trained with an unusual setting of {odd[0]!r}")
    config, weights = made
    config = replace(config, pixel_norm=settings.get("perChannelNormalization", True) is not False)
    share = settings.get("alpha", 0.0)
    if isinstance(share, (int, float)) and len(config.channels) > 1:
        weights["lod"] = torch.tensor(min(max(float(share), 0.0), 1.0))
    critic_found = find_weights(root, ("netD",))
    critic = discriminator_from_port(critic_found.tensors) if critic_found else None
    return Imported(
        what=f"a ProGAN model of pytorch_GAN_zoo, {config.resolution}×{config.resolution}",
        config=config,
        generator=weights,
        discriminator_config=critic[0] if critic else None,
        discriminator=critic[1] if critic else None,
        discriminator_from="netD" if critic else "",
        used=(found.key, *(("config",) if settings else ())),
        ignored=other_keys(root, found.key, "config", "netD" if critic else ""),
        notes=(() if found.key == "avgG" else (AVERAGED_MISSING,)) + _growing(weights),
    )


def generator_from_port(tensors: Stored, c_dim: int) -> tuple[ProGANConfig, Weights] | None:
    """Rename a generator's tensors; None where they are of another network."""
    weights = _renamed_from_port(tensors, "toRGBLayers", "torgb")
    config = recognise(_shapes(weights or {}))
    if weights is None or config is None or not config.unit_bias or config.z_dim <= c_dim:
        return None
    return replace(config, z_dim=config.z_dim - c_dim, c_dim=c_dim), weights


def discriminator_from_port(tensors: Stored) -> tuple[ProGANDiscriminatorConfig, Weights] | None:
    """Rename a discriminator's tensors; None where they are of another network."""
    weights = _renamed_from_port(tensors, "fromRGBLayers", "fromrgb")
    config = recognise_discriminator(_shapes(weights or {}))
    if weights is None or config is None:
        return None
    return replace(config, fused_scale=False, neighbour_groups=True), weights


def _renamed_from_port(tensors: Stored, colours: str, ours: str) -> Weights | None:
    layer = re.compile(rf"(?:scaleLayers\.(?P<scale>\d)\.(?P<order>[01])|{colours}\.(?P<rgb>\d))")
    pairs: dict[str, dict[str, ForeignTensor | torch.Tensor]] = {}
    for name, tensor in tensors.items():
        stem, _, part = name.rpartition(".")
        stem = stem.removesuffix(".module")
        if match := layer.fullmatch(stem):
            scale = int(match["rgb"]) if match["rgb"] else int(match["scale"]) + 1
            target = f"b{4 << scale}.{ours if match['rgb'] else 'conv' + match['order']}"
        elif (target := PORT_LAYERS.get(stem, "")) == "":
            return None
        pairs.setdefault(target, {})[part] = tensor
    weights: Weights = {"lod": torch.zeros(())}
    for target, pair in pairs.items():
        if pair.keys() != {"weight", "bias"}:
            return None
        weight, bias = _regained(target.partition(".")[2], loaded(pair["weight"]), loaded(pair["bias"]))
        weights[f"{target}.weight"] = weight
        weights["b4.bias" if target == "b4.dense" else f"{target}.bias"] = bias
    return weights


def _regained(layer: str, weight: torch.Tensor, bias: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Make up for gains: the port's are sqrt(2) in every layer, and its biases are scaled like the weights."""
    bias = bias * (LEAKY_GAIN / math.sqrt(weight[0].numel()))
    weight = weight * (LEAKY_GAIN / OWN_GAINS.get(layer, LEAKY_GAIN))
    return weight, bias.reshape(-1, 4, 4) if layer == "dense" else bias


def _bias(tensor: ForeignTensor | torch.Tensor) -> torch.Tensor:
    """A bias per map of 4x4 pixels."""
    return loaded(tensor).reshape(-1, 1, 1)


def _settings(value: ForeignValue) -> Mapping[ForeignValue, ForeignValue]:
    """The zoo's settings, an object whose attributes they are."""
    state = value.state if isinstance(value, ForeignObject) else value
    return state if isinstance(state, dict) else {}


def _whole(settings: Mapping[ForeignValue, ForeignValue], key: str) -> int:
    value = settings.get(key)
    return value if type(value) is int and value > 0 else 0


def _growing(weights: Weights) -> tuple[str, ...]:
    lod = float(loaded(weights["lod"]))
    return (GROWING.format(lod=lod),) if lod > 0 else ()


def _shapes(weights: Stored) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in weights.items()}


DIALECTS: tuple[Dialect, ...] = (
    Dialect("ProGAN of the authors' TensorFlow code", read_tensorflow),
    Dialect("ProGAN of pytorch_GAN_zoo", read_port),
)
