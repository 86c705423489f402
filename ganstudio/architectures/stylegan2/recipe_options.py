"""How StyleGAN2 is trained: its options, and the published settings."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from ganstudio.architectures.stylegan2.networks import Wiring
from ganstudio.layers.augmentation.strengths import Transformations
from ganstudio.losses.adversarial import Game


class Augment(StrEnum):
    """Whether pictures are transformed on their way to the discriminator."""

    NONE = "none"
    FIXED = "fixed"  # with the same probability all the time
    ADAPTIVE = "ada"  # with one that follows the discriminator's overfitting


class Overfitting(StrEnum):
    """What the probability follows (Karras et al. 2020, ADA, eq. 1)."""

    R_T = "r_t"  # the share of real pictures taken for real
    R_V = "r_v"  # held-out pictures between real and generated ones


@dataclass(frozen=True)
class StyleGAN2Options:
    """What decides a training run of StyleGAN2 beside its data."""

    batch: int = 32
    z_dim: int = 512
    w_dim: int = 512
    mapping_layers: int = 8
    channels: tuple[int, ...] | None = None
    """Width per resolution from 4 px up; min(channel_base / r, channel_max) where not given."""
    channel_base: int = 32768
    channel_max: int = 512
    generator_wiring: Wiring = Wiring.SKIP
    discriminator_wiring: Wiring = Wiring.RESIDUAL
    use_noise: bool = True
    conv_clamp: float | None = None
    """Bound of activations; 256 keeps float16 in range."""
    mbstd_group: int = 4
    """Pictures that share one minibatch statistic."""
    game: Game = Game.NON_SATURATING
    generator_lr: float = 0.0025
    discriminator_lr: float = 0.0025
    beta1: float = 0.0
    beta2: float = 0.99
    r1_gamma: float | None = None
    """Weight of the gradient penalty; 0.0002 · resolution² / batch where not given, none where 0."""
    d_reg_interval: int = 16
    """Steps between gradient penalties; 1: in every step, together with the main loss."""
    path_weight: float = 2.0
    """Weight of path-length regularisation; none where 0."""
    path_decay: float = 0.01
    path_batch_shrink: int = 2
    g_reg_interval: int = 4
    """Steps between path-length regularisations (8 in the paper, 4 in its code)."""
    style_mixing: float = 0.9
    """Share of pictures that two latents share at a random crossover."""
    ema_half_life: float | None = None
    """Images after which an old weight counts half in the average; 10 000 · batch / 32 where not given."""
    ema_ramp_up: float | None = 0.05
    """The half-life is at most this share of the images seen."""
    adversarial: bool = True
    """Whether there is a discriminator to convince; without one, a teacher is all."""
    taught_weight: float = 0.0
    """Weight of the distance to what a teacher drew from the same z (the pictures come from a model); none where 0."""
    augment: Augment = Augment.NONE
    transformations: Transformations = Transformations.BGC
    augment_p: float = 0.0
    """The probability of each transformation, or what it starts at."""
    overfitting: Overfitting = Overfitting.R_T
    ada_target: float = 0.6
    ada_interval: int = 4
    """Steps between adjustments of the probability."""
    ada_images: float = 500_000
    """Images in which the probability can rise from 0 to 1."""
    bcr_weight: float = 0.0
    """Weight of balanced consistency (mirroring and whole-pixel moves), 10 in the comparisons; none where 0."""
    grow_from: int | None = None
    """Begin at this resolution and double it every `grow_images`; the full one from the start where not given."""
    grow_images: int = 200_000


PAPER = StyleGAN2Options(generator_lr=0.002, discriminator_lr=0.002, r1_gamma=10.0, ema_ramp_up=None)
CONFIG_E = replace(PAPER, channel_base=16384)
CONFIG_D = replace(  # configs B to D grow; here in steps, with summed colours in place of one faded layer
    CONFIG_E, discriminator_wiring=Wiring.ORIGINAL, grow_from=8, grow_images=1_200_000
)
CONFIG_C = replace(CONFIG_D, path_weight=0.0)
ADA = StyleGAN2Options(channel_base=16384, augment=Augment.ADAPTIVE)
SMALL = StyleGAN2Options(
    z_dim=256, w_dim=256, mapping_layers=4, channels=(192, 192, 128, 64, 32), augment=Augment.NONE
)
TINY = StyleGAN2Options(
    batch=4, z_dim=16, w_dim=12, mapping_layers=2, channels=(12, 10, 8, 6), mbstd_group=2, d_reg_interval=2,
    g_reg_interval=2,
)  # fmt: skip

PRESETS: Mapping[str, StyleGAN2Options] = MappingProxyType(
    {
        "auto": replace(ADA, mapping_layers=2, augment=Augment.NONE),
        "auto-ada": replace(ADA, mapping_layers=2),
        "auto-64": SMALL,
        "auto-64-ada": replace(SMALL, augment=Augment.ADAPTIVE),
        "paper256-ada": replace(ADA, batch=64, r1_gamma=1.0, ema_half_life=20_000, ema_ramp_up=None),
        "config-b": replace(CONFIG_C, d_reg_interval=1),
        "config-c": CONFIG_C,
        "config-d": CONFIG_D,
        "config-e": CONFIG_E,
        "config-f": PAPER,
        "bcr": replace(ADA, augment=Augment.NONE, bcr_weight=10.0),
        "tiny": TINY,
        "tiny-ada": replace(
            TINY, augment=Augment.ADAPTIVE, augment_p=0.5, transformations=Transformations.BGCFNC, ada_interval=1
        ),
        "tiny-growing": replace(TINY, grow_from=8, grow_images=4, d_reg_interval=1, g_reg_interval=1),
        "taught-64": replace(SMALL, z_dim=100, adversarial=False, taught_weight=1.0, generator_lr=0.002, beta1=0.5),
        "tiny-bcr": replace(
            TINY, bcr_weight=10.0, generator_wiring=Wiring.RESIDUAL, discriminator_wiring=Wiring.SKIP
        ),
    }
)
