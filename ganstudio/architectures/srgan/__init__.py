"""SRGAN and ESRGAN: pictures made larger, with details that a discriminator takes for real."""

from ganstudio.architectures.srgan.checkpoint import DIALECTS
from ganstudio.architectures.srgan.enlarging import Enlarger
from ganstudio.architectures.srgan.networks import Design, Discriminator, SRGANConfig, SRGANDiscriminatorConfig
from ganstudio.architectures.srgan.recipe import recipe_card
from ganstudio.architectures.srgan.shapes import recognise
from ganstudio.core.architecture import Architecture, DiscriminatorCard
from ganstudio.core.frame import Paper
from ganstudio.core.inputs import Ability, Input, SourceImage

PICTURE = "picture"


def inputs(config: SRGANConfig) -> tuple[Input, ...]:  # noqa: ARG001 - the card's signature
    """A picture of any size."""
    return (SourceImage(PICTURE),)


def abilities(config: SRGANConfig) -> frozenset[Ability]:  # noqa: ARG001 - the card's signature
    """It enlarges."""
    return frozenset({Ability.ENLARGING})


PRESETS = {
    "tiny": SRGANConfig(width=6, blocks=2, growth=4),
    "tiny-x2": SRGANConfig(scale=2, width=6, blocks=1, growth=3, img_channels=1),
    "tiny-srresnet": SRGANConfig(Design.SRRESNET, width=6, blocks=2, growth=0),
    "tiny-plain": SRGANConfig(Design.PLAIN, scale=2, width=6, blocks=2, growth=0),
    "srgan": SRGANConfig(Design.SRRESNET, blocks=16, growth=0),
    "real-esrgan-x4plus": SRGANConfig(),
    "real-esrgan-x2plus": SRGANConfig(scale=2),
}

card = Architecture(
    id="srgan",
    title="SRGAN and ESRGAN",
    paper=Paper(
        "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network",
        "Ledig, Theis, Huszár, Caballero, Cunningham, Acosta, Aitken, Tejani, Totz, Wang, Shi",
        2017,
        "1609.04802",
    ),
    config=SRGANConfig,
    presets=PRESETS,
    inputs=inputs,
    abilities=abilities,
    build=Enlarger,
    recognise=recognise,
    dialects=DIALECTS,
    discriminator=DiscriminatorCard(SRGANDiscriminatorConfig, Discriminator),
    recipe=recipe_card,
)
