"""SPADE (GauGAN): pictures painted as label maps."""

from ganstudio.architectures.spade.checkpoint import DIALECTS
from ganstudio.architectures.spade.discriminator import Discriminator, SpadeDiscriminatorConfig
from ganstudio.architectures.spade.networks import SpadeConfig, Upsampling
from ganstudio.architectures.spade.recipe import recipe_card
from ganstudio.architectures.spade.shapes import recognise
from ganstudio.architectures.spade.stages import LATENT, MAP, SpadeGenerator
from ganstudio.core.architecture import Architecture, DiscriminatorCard
from ganstudio.core.frame import Paper
from ganstudio.core.inputs import Ability, Input, LabelMap, Latent


def inputs(config: SpadeConfig) -> tuple[Input, ...]:
    """A label map, and a latent where the style is free."""
    label_map = LabelMap(MAP, config.classes, config.resolution, config.colours, config.height)
    return (label_map, Latent(LATENT, config.z_dim)) if config.z_dim else (label_map,)


def abilities(config: SpadeConfig) -> frozenset[Ability]:
    """Truncation by resampling where there is a latent; styles of pictures where there is an encoder."""
    found = {Ability.RESAMPLING} if config.z_dim else set[Ability]()
    return frozenset(found | {Ability.STYLE_ENCODING} if config.encoder_layers else found)


TINY = SpadeConfig(
    classes=("background", "hair", "skin"), colours=((20, 20, 20), (120, 60, 20), (240, 190, 160)), resolution=32,
    width=2, most_channels=10, hidden=6, z_dim=8, encoder_width=3, encoder_layers=3,
)  # fmt: skip
PRESETS = {
    "tiny": TINY,
    "tiny-map": SpadeConfig(
        classes=("sky", "sea", "land", "wood"), unknown=True, edges=True, resolution=32, height=64, img_channels=1,
        width=2, most_channels=9, hidden=5, kernel=5, spectral=False,
    ),
    "faces-64": SpadeConfig(
        classes=(
            "background", "hair", "skin", "brows", "eyes", "nose", "lips", "mouth", "neck and clothes", "glasses",
        ),
        resolution=64, width=32, most_channels=192, upsampling=Upsampling.LESS, hidden=32, z_dim=64, encoder_width=24,
        encoder_layers=4,
    ),
}  # fmt: skip

card = Architecture(
    id="spade",
    title="SPADE (GauGAN)",
    paper=Paper(
        "Semantic Image Synthesis with Spatially-Adaptive Normalization", "Park, Liu, Wang, Zhu", 2019, "1903.07291"
    ),
    config=SpadeConfig,
    presets=PRESETS,
    inputs=inputs,
    abilities=abilities,
    build=SpadeGenerator,
    recognise=recognise,
    unseen=frozenset({"classes", "colours", "unknown", "edges", "resolution", "height", "upsampling"}),
    dialects=DIALECTS,
    discriminator=DiscriminatorCard(SpadeDiscriminatorConfig, Discriminator),
    recipe=recipe_card,
)
