"""Hyper-parameters read back from the shapes of SPADE's tensors."""

import math

from ganstudio.architectures.spade.discriminator import SpadeDiscriminatorConfig
from ganstudio.architectures.spade.encoder import LAST_SIDE
from ganstudio.architectures.spade.networks import FIRST_WIDTH, SpadeConfig, Upsampling
from ganstudio.core.architecture import Shapes
from ganstudio.layers.spectral import Normalization, PatchNorm

USUAL_SIDE = 256
ENCODER = "encoder."


def recognise(shapes: Shapes) -> SpadeConfig | None:
    """Read the generator's hyper-parameters, and its encoder's; None where the shapes are not SPADE's.

    What shapes do not show is as in most published files: 256 px, 32 times the first size, all planes classes.
    """
    shared = shapes.get("head_0.norm_0.mlp_shared.0.weight", ())
    colours, first = shapes.get("conv_img.weight", ()), shapes.get("fc.weight", ())
    if len(shared) != 4 or len(colours) != 4 or len(first) not in (2, 4) or "fc.bias" not in shapes:
        return None
    spectral = "head_0.conv_0.weight_orig" in shapes
    head = shapes.get(f"head_0.conv_0.weight{'_orig' if spectral else ''}", ())
    if len(head) != 4:
        return None
    most = any(name.startswith("up_4.") for name in shapes)
    encoder = encoder_of({name.removeprefix(ENCODER): s for name, s in shapes.items() if name.startswith(ENCODER)})
    by_batch = "head_0.norm_0.param_free_norm.running_mean" in shapes
    width = colours[1] * (2 if most else 1)
    return SpadeConfig(
        classes=class_names(shared[1]),
        resolution=_side(first, head[0]) * (128 if most else 32) if len(first) == 2 else USUAL_SIDE,
        img_channels=colours[0],
        width=width,
        most_channels=head[0] if head[0] < FIRST_WIDTH * width else SpadeConfig.most_channels,
        upsampling=Upsampling.MOST if most else Upsampling.NORMAL,
        normalization=Normalization.BATCH if by_batch else Normalization.INSTANCE,
        kernel=shared[2],
        hidden=shared[0],
        spectral=spectral,
        z_dim=first[1] if len(first) == 2 else 0,
        encoder_width=encoder[0] if encoder else SpadeConfig.encoder_width,
        encoder_layers=encoder[1] if encoder else 0,
        encoder_norm=encoder[2] if encoder else PatchNorm(),
    )


def class_names(count: int) -> tuple[str, ...]:
    """Return names for classes that a file does not name."""
    return tuple(f"class {index}" for index in range(count))


def _side(first: tuple[int, ...], channels: int) -> int:
    """Return the side of a square first activation."""
    return max(1, math.isqrt(first[0] // max(channels, 1)))


def encoder_of(shapes: Shapes) -> tuple[int, int, PatchNorm] | None:
    """Return width, layers and norm of an encoder's tensors; None where they are not one's."""
    layers = 0
    while norm := _norm_of(shapes, f"layer{layers + 1}"):
        layers += 1
    mean = shapes.get("fc_mu.weight", ())
    if not layers or len(mean) != 2 or mean[1] % LAST_SIDE**2:
        return None
    norm = _norm_of(shapes, "layer1") or PatchNorm()
    return _kernel(shapes, "layer1")[0], layers, norm


def recognise_discriminator(shapes: Shapes, img_channels: int = 3) -> SpadeDiscriminatorConfig | None:
    """Read the discriminators' hyper-parameters; None where the shapes are not theirs."""
    scales = layers = 0
    while f"discriminator_{scales}.model0.0.weight" in shapes:
        scales += 1
    while any(name.startswith(f"discriminator_0.model{layers + 1}.") for name in shapes):
        layers += 1
    first = shapes.get("discriminator_0.model0.0.weight", ())
    if len(first) != 4 or not layers:
        return None
    norm = (_norm_of(shapes, "discriminator_0.model1.0") if layers > 1 else None) or PatchNorm()
    return SpadeDiscriminatorConfig(first[1] - img_channels, img_channels, first[0], layers, scales, norm)


def _kernel(shapes: Shapes, place: str) -> tuple[int, ...]:
    names = (f"{place}.{part}" for part in ("0.weight_orig", "0.weight", "weight_orig", "weight"))
    return next((shapes[name] for name in names if name in shapes), ())


def _norm_of(shapes: Shapes, place: str) -> PatchNorm | None:
    """Return how the convolution at a place is normalised; None where there is none."""
    if f"{place}.weight_orig" in shapes or f"{place}.weight" in shapes:
        return PatchNorm(Normalization.NONE, f"{place}.weight_orig" in shapes)
    if len(_kernel(shapes, place)) != 4:
        return None
    by_batch = f"{place}.1.running_mean" in shapes
    return PatchNorm(Normalization.BATCH if by_batch else Normalization.INSTANCE, f"{place}.0.weight_orig" in shapes)
