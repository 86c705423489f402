"""GAN: the first adversarial pair, two perceptrons."""

import math
from dataclasses import replace
from itertools import pairwise

from ganstudio.architectures.gan.networks import Discriminator, GANConfig, GANDiscriminatorConfig, Output
from ganstudio.architectures.gan.recipe import recipe_card
from ganstudio.architectures.gan.stages import LATENT, GANGenerator
from ganstudio.core.architecture import Architecture, DiscriminatorCard, Shapes
from ganstudio.core.frame import Paper
from ganstudio.core.inputs import Ability, Input, Latent

COLOURS = (3, 1)


def recognise(shapes: Shapes) -> GANConfig | None:
    """Read the hyper-parameters back from tensor shapes; None where they are not a perceptron's with square pictures.

    A number of units that is a square counts as grey pixels, three times a square as colour.
    """
    layers: list[tuple[int, ...]] = []
    while len(shape := shapes.get(f"layers.{len(layers)}.weight", ())) == 2:
        layers.append(shape)
    if len(layers) < 2 or len(shapes) != 2 * len(layers) or any(a[0] != b[1] for a, b in pairwise(layers)):
        return None
    pixels = layers[-1][0]
    for colours in COLOURS:
        side = math.isqrt(pixels // colours)
        if side > 1 and side * side * colours == pixels:
            return GANConfig(layers[0][1], side, colours, tuple(layer[0] for layer in layers[:-1]))
    return None


def inputs(config: GANConfig) -> tuple[Input, ...]:
    """One latent."""
    return (Latent(LATENT, config.z_dim),)


def abilities(config: GANConfig) -> frozenset[Ability]:  # noqa: ARG001 - the card's signature
    """Without a W there is truncation by resampling only."""
    return frozenset({Ability.RESAMPLING})


TINY = GANConfig(z_dim=6, resolution=5, widths=(9, 8))
PRESETS = {
    "tiny": TINY,
    "tiny-colour": replace(TINY, img_channels=3, widths=(7,), output=Output.SIGMOID),
    "digits": GANConfig(z_dim=32),
    "digits-8": GANConfig(z_dim=32, resolution=8),
}

card = Architecture(
    id="gan",
    title="GAN",
    paper=Paper(
        "Generative Adversarial Nets",
        "Goodfellow, Pouget-Abadie, Mirza, Xu, Warde-Farley, Ozair, Courville, Bengio",
        2014,
        "1406.2661",
    ),
    config=GANConfig,
    presets=PRESETS,
    inputs=inputs,
    abilities=abilities,
    build=GANGenerator,
    recognise=recognise,
    unseen=frozenset({"output"}),
    discriminator=DiscriminatorCard(GANDiscriminatorConfig, Discriminator),
    recipe=recipe_card,
)
