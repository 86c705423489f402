"""StyleGAN2: styles as weight modulation, skip connections instead of growing."""

from dataclasses import replace

from ganstudio.architectures.stylegan2.checkpoint import DIALECTS
from ganstudio.architectures.stylegan2.discriminator import Discriminator, StyleGAN2DiscriminatorConfig
from ganstudio.architectures.stylegan2.networks import StyleGAN2Config, Wiring, channel_plan
from ganstudio.architectures.stylegan2.recipe import recipe_card
from ganstudio.architectures.stylegan2.shapes import recognise
from ganstudio.architectures.stylegan2.stages import CLASS, LATENT, StyleGAN2Generator
from ganstudio.core.architecture import Architecture, DiscriminatorCard
from ganstudio.core.frame import Paper
from ganstudio.core.inputs import Ability, ClassLabel, Input, Latent


def inputs(config: StyleGAN2Config) -> tuple[Input, ...]:
    """A latent, and a class where the model is conditional."""
    latent = Latent(LATENT, config.z_dim)
    return (latent, ClassLabel(CLASS, config.c_dim)) if config.c_dim else (latent,)


def abilities(config: StyleGAN2Config) -> frozenset[Ability]:
    """Truncation and style mixing always, noise where the layers have it."""
    always = frozenset({Ability.TRUNCATION, Ability.STYLE_MIXING})
    return always | {Ability.NOISE} if config.use_noise else always


TINY = StyleGAN2Config(z_dim=16, w_dim=12, channels=(12, 10, 8), mapping_layers=2)
PRESETS = {
    "tiny": TINY,
    "tiny-residual": replace(TINY, architecture=Wiring.RESIDUAL, c_dim=3, mapping_embed=6, use_noise=False),
    "tiny-original": replace(TINY, architecture=Wiring.ORIGINAL, mapping_hidden=9, img_channels=1),
    "config-f-1024": StyleGAN2Config(channels=channel_plan(1024, 32768, 512)),
    "config-f-256": StyleGAN2Config(channels=channel_plan(256, 32768, 512)),
    "faces-64": StyleGAN2Config(z_dim=256, w_dim=256, channels=(192, 192, 128, 64, 32), mapping_layers=4),
}

card = Architecture(
    id="stylegan2",
    title="StyleGAN2",
    paper=Paper(
        "Analyzing and Improving the Image Quality of StyleGAN",
        "Karras, Laine, Aittala, Hellsten, Lehtinen, Aila",
        2020,
        "1912.04958",
    ),
    config=StyleGAN2Config,
    presets=PRESETS,
    inputs=inputs,
    abilities=abilities,
    build=StyleGAN2Generator,
    recognise=recognise,
    unseen=frozenset({"mapping_lr", "w_avg_beta", "conv_clamp", "resample_filter", "activation", "mapping_activation"}),
    dialects=DIALECTS,
    discriminator=DiscriminatorCard(StyleGAN2DiscriminatorConfig, Discriminator),
    recipe=recipe_card,
)
