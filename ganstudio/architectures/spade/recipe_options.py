"""What a training run of SPADE is made of beside its data."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from ganstudio.architectures.spade.networks import Upsampling
from ganstudio.layers.spectral import Normalization
from ganstudio.losses.adversarial import Game


@dataclass(frozen=True)
class SpadeOptions:
    """What decides a training run beside its pictures and their label maps; the defaults are the paper's."""

    batch: int = 32
    generator_width: int = 64
    """Channels where the picture is largest; up to 16 times as many before."""
    most_channels: int = 1024
    hidden: int = 128
    """Channels between the map and the gains and offsets that it asks for."""
    kernel: int = 3
    upsampling: Upsampling = Upsampling.NORMAL
    normalization: Normalization = Normalization.BATCH
    z_dim: int = 0
    """Length of the style that an encoder takes from pictures; 0: pictures come from the map alone."""
    encoder_width: int = 64
    discriminator_width: int = 64
    discriminator_layers: int = 4
    discriminator_scales: int = 2
    game: Game = Game.HINGE
    generator_lr: float = 0.0001
    discriminator_lr: float = 0.0004
    beta1: float = 0.0
    beta2: float = 0.9
    feature_weight: float = 10.0
    """Weight of the difference of the discriminators' features."""
    content_weight: float = 10.0
    """Weight of the difference of VGG features (the shipped VGG-16 stands in for the paper's VGG-19)."""
    content_share: float = 1.0
    """Share of every batch whose VGG features are compared, which cost as much as half of all the rest."""
    kl_weight: float = 0.05
    """Weight of what the encoder's styles differ from random ones."""
    ema_half_life: float = 0.0
    """Images after which an old weight counts half in the average; no average where 0."""


PAPER = SpadeOptions()
SMALL = SpadeOptions(
    batch=16, generator_width=32, most_channels=192, hidden=32, upsampling=Upsampling.LESS, z_dim=64, encoder_width=24,
    discriminator_width=32, discriminator_layers=3, generator_lr=0.0002, content_share=0.5, ema_half_life=5_000,
)  # fmt: skip
TINY = SpadeOptions(
    batch=4, generator_width=2, most_channels=6, hidden=4, upsampling=Upsampling.LESS, z_dim=5, encoder_width=2,
    discriminator_width=3, discriminator_layers=3, ema_half_life=100,
)  # fmt: skip

PRESETS: Mapping[str, SpadeOptions] = MappingProxyType(
    {
        "paper": PAPER,
        "paper-style": replace(PAPER, z_dim=256),
        "faces-64": SMALL,
        "map-64": replace(SMALL, z_dim=0),
        "tiny": TINY,
        "tiny-map": replace(TINY, z_dim=0, content_weight=0.0, kernel=1, game=Game.LEAST_SQUARES),
    }
)
