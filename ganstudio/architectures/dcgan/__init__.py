"""DCGAN: strided convolutions and batch normalisation."""

from dataclasses import replace
from itertools import pairwise

from ganstudio.architectures.dcgan.checkpoint import DIALECTS
from ganstudio.architectures.dcgan.networks import (
    DCGANConfig,
    DCGANDiscriminatorConfig,
    Discriminator,
    Output,
)
from ganstudio.architectures.dcgan.recipe import recipe_card
from ganstudio.architectures.dcgan.stages import LATENT, DCGANGenerator
from ganstudio.core.architecture import Architecture, DiscriminatorCard, Shapes
from ganstudio.core.frame import Paper
from ganstudio.core.inputs import Ability, Input, Latent


def recognise(shapes: Shapes) -> DCGANConfig | None:
    """Read the hyper-parameters back from tensor shapes; None where they are not DCGAN's."""
    kernels: list[tuple[int, ...]] = []
    while (shape := shapes.get(f"main.{3 * len(kernels)}.weight", ())) and len(shape) == 4 and shape[2:] == (4, 4):
        kernels.append(shape)
    if len(kernels) < 2 or any(a[1] != b[0] for a, b in pairwise(kernels)):
        return None
    return DCGANConfig(
        z_dim=kernels[0][0],
        img_channels=kernels[-1][1],
        channels=tuple(kernel[1] for kernel in kernels[:-1]),
        bias="main.0.bias" in shapes,
    )


def inputs(config: DCGANConfig) -> tuple[Input, ...]:
    """One latent."""
    return (Latent(LATENT, config.z_dim),)


def abilities(config: DCGANConfig) -> frozenset[Ability]:  # noqa: ARG001 - the card's signature
    """Without a W there is truncation by resampling only."""
    return frozenset({Ability.RESAMPLING})


TINY = DCGANConfig(z_dim=8, channels=(12, 10, 6))
PRESETS = {
    "tiny": TINY,
    "tiny-sigmoid": replace(TINY, channels=(6, 5), bias=True, img_channels=1, output=Output.SIGMOID),
    "paper-64": DCGANConfig(channels=(1024, 512, 256, 128)),
    "faces-64": DCGANConfig(),
}

card = Architecture(
    id="dcgan",
    title="DCGAN",
    paper=Paper(
        "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks",
        "Radford, Metz, Chintala",
        2016,
        "1511.06434",
    ),
    config=DCGANConfig,
    presets=PRESETS,
    inputs=inputs,
    abilities=abilities,
    build=DCGANGenerator,
    recognise=recognise,
    unseen=frozenset({"output"}),
    dialects=DIALECTS,
    discriminator=DiscriminatorCard(DCGANDiscriminatorConfig, Discriminator),
    recipe=recipe_card,
)
