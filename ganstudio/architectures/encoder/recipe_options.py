"""How an encoder is trained: its options, and settings for small models."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from ganstudio.architectures.encoder.networks import Design, Mode


class Perceptual(StrEnum):
    """The features in which pictures are compared (LPIPS)."""

    NONE = "none"
    ALEX = "alex"  # quick; pictures of 31 px and more
    VGG16 = "vgg16"


@dataclass(frozen=True)
class EncoderOptions:
    """What decides the training of an encoder beside its data."""

    generator: str = "faces"
    """The model that it encodes for: a shipped name or a file; it stays as it is."""
    batch: int = 16
    design: Design = Design.E4E
    mode: Mode = Mode.IR_SE
    input_resolution: int | None = None
    """The side of the pictures that the encoder looks at; the generator's where not given, at least 32, at most 256."""
    widths: tuple[int, ...] = (64, 128, 256, 512)
    """Channels of the body's four stages."""
    units: tuple[int, ...] = (3, 4, 14, 3)
    """Blocks of the body's four stages."""
    style_width: int | None = None
    """Channels of the networks that make the rows; as many as w has values where not given."""
    lr: float = 0.0001
    beta1: float = 0.9
    beta2: float = 0.999
    generated_share: float = 0.5
    """Share of each batch that the generator draws itself, so that the latent is known."""
    least_psi: float = 0.6
    """The generator's own pictures are pulled towards the average face by a psi between this and 1."""
    augment_p: float = 0.0
    """Probability with which each of light, contrast, saturation, size, turn and place of a real picture is changed.

    Photos are lit and framed in more ways than pictures for training mostly are.
    """
    pixel_weight: float = 1.0
    perceptual: Perceptual = Perceptual.VGG16
    perceptual_weight: float = 0.8
    """Weight of LPIPS between real pictures and what comes back of them."""
    latent_weight: float = 0.2
    """Weight of the squared distance to known latents, in units of their variance."""
    offset_weight: float = 0.0002
    """Weight of how far the rows lie from the first one (e4e)."""
    adversarial_weight: float = 0.1
    """Weight of taking encoded rows for mapped ones; without a latent discriminator where 0."""
    discriminator_lr: float = 0.0002
    discriminator_layers: int = 4
    r1_gamma: float = 10.0
    d_reg_interval: int = 16
    """Steps between gradient penalties of the latent discriminator."""
    rows_from: int = 160_000
    """Images after which rows may differ from the first one (e4e)."""
    rows_every: int = 16_000
    """Images after which another row may."""
    ema_half_life: float = 0.0
    """Images after which an old weight counts half in the average; no average where 0."""


SMALL = EncoderOptions(
    widths=(32, 64, 128, 192), units=(2, 2, 4, 2), style_width=96, lr=0.001, generated_share=0.25,
    adversarial_weight=0.05, rows_from=4_000, rows_every=1_000, ema_half_life=2_000,
)  # fmt: skip
TINY = EncoderOptions(
    batch=4, widths=(4, 6, 8, 10), units=(1, 1, 2, 1), style_width=8, d_reg_interval=2, rows_from=0, rows_every=1,
    discriminator_layers=2, ema_half_life=100,
)  # fmt: skip

PRESETS: Mapping[str, EncoderOptions] = MappingProxyType(
    {
        "e4e": EncoderOptions(),
        "psp": EncoderOptions(design=Design.PSP, adversarial_weight=0.0, offset_weight=0.0),
        "faces-64": SMALL,  # 6 million weights
        "faces-64-quick": replace(SMALL, perceptual=Perceptual.ALEX),
        "tiny": TINY,
        "tiny-psp": replace(
            TINY, design=Design.PSP, mode=Mode.IR, adversarial_weight=0.0, offset_weight=0.0, generated_share=0.0,
            perceptual=Perceptual.NONE,
        ),
    }
)  # fmt: skip
