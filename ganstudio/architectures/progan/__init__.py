"""ProGAN: networks that grow from 4 px up, with a smooth fade-in of every new resolution."""

from dataclasses import replace

from ganstudio.architectures.progan.checkpoint import DIALECTS
from ganstudio.architectures.progan.discriminator import Discriminator, ProGANDiscriminatorConfig
from ganstudio.architectures.progan.networks import ProGANConfig, channel_plan
from ganstudio.architectures.progan.recipe import recipe_card
from ganstudio.architectures.progan.shapes import recognise
from ganstudio.architectures.progan.stages import CLASS, LATENT, ProGANGenerator
from ganstudio.core.architecture import Architecture, DiscriminatorCard
from ganstudio.core.frame import Paper
from ganstudio.core.inputs import Ability, ClassLabel, Input, Latent


def inputs(config: ProGANConfig) -> tuple[Input, ...]:
    """A latent, and a class where the model is conditional."""
    latent = Latent(LATENT, config.z_dim)
    return (latent, ClassLabel(CLASS, config.c_dim)) if config.c_dim else (latent,)


def abilities(config: ProGANConfig) -> frozenset[Ability]:  # noqa: ARG001 - the card's signature
    """Without a W there is truncation by resampling only."""
    return frozenset({Ability.RESAMPLING})


TINY = ProGANConfig(z_dim=10, channels=(12, 10, 8))
PRESETS = {
    "tiny": TINY,
    "tiny-conditional": replace(TINY, c_dim=3, img_channels=1, channels=(9, 7), pixel_norm=False),
    "tiny-unit-bias": replace(TINY, unit_bias=True),
    "paper-1024": ProGANConfig(channels=channel_plan(1024)),
    "paper-256": ProGANConfig(channels=channel_plan(256)),
    "faces-64": ProGANConfig(z_dim=256, channels=(192, 192, 128, 64, 32)),
}

card = Architecture(
    id="progan",
    title="ProGAN",
    paper=Paper(
        "Progressive Growing of GANs for Improved Quality, Stability, and Variation",
        "Karras, Aila, Laine, Lehtinen",
        2018,
        "1710.10196",
    ),
    config=ProGANConfig,
    presets=PRESETS,
    inputs=inputs,
    abilities=abilities,
    build=ProGANGenerator,
    recognise=recognise,
    unseen=frozenset({"z_dim", "c_dim", "pixel_norm"}),
    dialects=DIALECTS,
    discriminator=DiscriminatorCard(ProGANDiscriminatorConfig, Discriminator),
    recipe=recipe_card,
)
