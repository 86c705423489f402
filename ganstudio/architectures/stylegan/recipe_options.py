"""How StyleGAN is trained: its options, and the paper's configurations."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from ganstudio.layers.growing import Batches
from ganstudio.losses.adversarial import Game


@dataclass(frozen=True)
class StyleGANOptions:
    """What decides a training run of StyleGAN beside its data; the defaults are configuration F with one batch."""

    batch: int = 32
    batch_up_to: Batches = ()
    """Other batches, each up to a resolution; multiples of `batch`, which is that of the full resolution."""
    z_dim: int = 512
    w_dim: int = 512
    mapping_layers: int = 8
    """Dense layers from z to w; none where 0."""
    mapping_lr: float = 0.01
    """The mapping network learns by this factor slower."""
    channels: tuple[int, ...] | None = None
    """Width per resolution from 4 px up; min(channel_base / 2^stage, channel_max) where not given."""
    channel_base: int = 8192
    channel_max: int = 512
    blur: bool = True
    """Smooth doubled and halved pictures (bilinear sampling)."""
    use_styles: bool = True
    use_constant: bool = True
    """Begin with a learned constant instead of a dense layer."""
    random_constant: bool = False
    """Begin with random numbers in that constant, as StyleGAN2 does, instead of ones, which take long to differ."""
    use_noise: bool = True
    style_mixing: float = 0.9
    """Share of pictures that two latents share at a random crossover."""
    game: Game = Game.NON_SATURATING
    """Wasserstein comes with its gradient penalty and drift, the others with R1."""
    r1_gamma: float | None = 10.0
    """Weight of R1; 0.0002 · resolution² / batch where not given, none where 0."""
    r1_interval: int = 1
    """Steps between evaluations of R1, as StyleGAN2 has them; 1: in every step, together with the main loss."""
    gp_weight: float = 10.0
    drift_weight: float = 0.001
    mbstd_group: int = 4
    """Pictures that share one minibatch statistic."""
    lr: float = 0.001
    lr_from: tuple[tuple[int, float], ...] = ((128, 0.0015), (256, 0.002), (512, 0.003))
    """Other learning rates, each from a resolution on."""
    beta1: float = 0.0
    beta2: float = 0.99
    ema_half_life: float = 10_000.0
    ema_ramp_up: float | None = None
    """The half-life is at most this share of the images seen."""
    first_resolution: int = 8
    """Where growing begins; the full resolution or more: no growing."""
    images: int = 25_000_000
    """The length of the run that growing is laid out for."""
    steady_share: float = 0.024
    """Share of those images that each resolution is trained with before the next one fades in."""
    fade_share: float = 0.024
    """Share of those images that fading in takes."""


EIGHT_GPUS = ((4, 512), (8, 256), (16, 128), (32, 64))
"""Batches of the authors' code."""
CONFIG_F = StyleGANOptions(batch_up_to=EIGHT_GPUS)
CONFIG_E = replace(CONFIG_F, style_mixing=0.0)
CONFIG_D = replace(CONFIG_E, use_noise=False)
CONFIG_C = replace(CONFIG_D, use_constant=False)
CONFIG_B = replace(CONFIG_C, mapping_layers=0, use_styles=False)
CONFIG_A = replace(CONFIG_B, blur=False, game=Game.WASSERSTEIN)

SMALL = replace(
    CONFIG_F,
    batch=16,
    batch_up_to=(),
    z_dim=128,
    w_dim=128,
    mapping_layers=4,
    mapping_lr=0.1,
    channels=(96, 96, 64, 48),
    random_constant=True,
    style_mixing=0.5,
    r1_gamma=0.05,
    r1_interval=8,
    lr=0.003,
    lr_from=(),
    ema_half_life=5000.0,
    ema_ramp_up=0.05,
    first_resolution=16,
    images=200_000,
    steady_share=0.06,
    fade_share=0.02,
)
"""For runs of a few thousand steps: eight layers at a hundredth of the rate would stay random, a constant of ones
nearly even, so that all pictures share the layout of the noise, and a strong R1 would hold the discriminator back."""
TINY = replace(
    CONFIG_F,
    batch=4,
    batch_up_to=(),
    z_dim=16,
    w_dim=12,
    mapping_layers=2,
    channels=(12, 10, 8, 6),
    mbstd_group=2,
    lr_from=((16, 0.002),),
    first_resolution=4,
    images=100,
    steady_share=0.04,
    fade_share=0.08,
)

PRESETS: Mapping[str, StyleGANOptions] = MappingProxyType(
    {
        "config-f": CONFIG_F,
        "config-e": CONFIG_E,
        "config-d": CONFIG_D,
        "config-c": CONFIG_C,
        "config-b": CONFIG_B,
        "config-a": CONFIG_A,
        "faces-64": replace(SMALL, z_dim=256, w_dim=256, channels=(192, 192, 128, 64, 32), r1_gamma=0.15),
        "faces-32": SMALL,
        "tiny": TINY,
        "tiny-batches": replace(TINY, batch_up_to=((4, 8),)),
        "tiny-lazy": replace(TINY, r1_interval=2, style_mixing=0.0, first_resolution=8, images=50),
        "tiny-wasserstein": replace(
            TINY, w_dim=16, mapping_layers=0, blur=False, use_styles=False, use_constant=False, use_noise=False,
            style_mixing=0.0, game=Game.WASSERSTEIN, first_resolution=64,
        ),
    }
)  # fmt: skip
