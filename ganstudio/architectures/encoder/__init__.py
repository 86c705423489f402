"""Encoders: from a picture to the latent of a generator in one pass."""

from dataclasses import replace

from ganstudio.architectures.encoder.checkpoint import DIALECTS
from ganstudio.architectures.encoder.encoding import Encoder
from ganstudio.architectures.encoder.networks import (
    Design,
    EncoderConfig,
    LatentDiscriminator,
    LatentDiscriminatorConfig,
    Mode,
)
from ganstudio.architectures.encoder.recipe import recipe_card
from ganstudio.architectures.encoder.shapes import recognise
from ganstudio.core.architecture import Architecture, DiscriminatorCard
from ganstudio.core.frame import Paper
from ganstudio.core.inputs import Ability, Input, SourceImage

PICTURE = "picture"


def inputs(config: EncoderConfig) -> tuple[Input, ...]:
    """A picture at the encoder's resolution."""
    return (SourceImage(PICTURE, config.resolution),)


def abilities(config: EncoderConfig) -> frozenset[Ability]:  # noqa: ARG001 - the card's signature
    """It encodes."""
    return frozenset({Ability.ENCODING})


TINY = EncoderConfig(
    resolution=32, widths=(4, 6, 8, 10), units=(1, 1, 2, 1), n_latent=6, w_dim=12, style_width=8, middle_from=2,
    fine_from=4,
)  # fmt: skip
FACES = EncoderConfig(
    resolution=64, widths=(32, 64, 128, 192), units=(2, 2, 4, 2), n_latent=10, w_dim=256, style_width=96
)
PRESETS = {
    "tiny": TINY,
    "tiny-psp": replace(
        TINY, design=Design.PSP, mode=Mode.IR, img_channels=1, widths=(4, 6, 7, 10), units=(1, 2, 1, 1)
    ),
    "e4e-256": EncoderConfig(),
    "psp-256": EncoderConfig(design=Design.PSP),
    "faces-64": FACES,
}

card = Architecture(
    id="encoder",
    title="Encoder (e4e, pSp)",
    paper=Paper(
        "Designing an Encoder for StyleGAN Image Manipulation",
        "Tov, Alaluf, Nitzan, Patashnik, Cohen-Or",
        2021,
        "2102.02766",
    ),
    config=EncoderConfig,
    presets=PRESETS,
    inputs=inputs,
    abilities=abilities,
    build=Encoder,
    recognise=recognise,
    unseen=frozenset({"design"}),
    dialects=DIALECTS,
    discriminator=DiscriminatorCard(LatentDiscriminatorConfig, LatentDiscriminator),
    recipe=recipe_card,
)
