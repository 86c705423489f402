"""Segmenters: from a picture to a map of classes."""

from ganstudio.architectures.segmenter.networks import SegmenterConfig
from ganstudio.architectures.segmenter.recipe import recipe_card
from ganstudio.architectures.segmenter.segmenting import Segmenter
from ganstudio.architectures.segmenter.shapes import recognise
from ganstudio.core.architecture import Architecture
from ganstudio.core.frame import Paper
from ganstudio.core.inputs import Ability, Input, SourceImage

PICTURE = "picture"


def inputs(config: SegmenterConfig) -> tuple[Input, ...]:
    """A picture at the segmenter's resolution."""
    return (SourceImage(PICTURE, config.resolution),)


def abilities(config: SegmenterConfig) -> frozenset[Ability]:  # noqa: ARG001 - the card's signature
    """It finds classes."""
    return frozenset({Ability.SEGMENTING})


PRESETS = {
    "tiny": SegmenterConfig(16, 3, (4, 8, 12), ("ground", "thing", "sky")),
    "tiny-grey": SegmenterConfig(32, 1, (8, 8), ("no", "yes"), ((0, 0, 0), (255, 200, 0))),
    "small": SegmenterConfig(),
}

card = Architecture(
    id="segmenter",
    title="Segmenter (U-Net)",
    paper=Paper(
        "U-Net: Convolutional Networks for Biomedical Image Segmentation",
        "Ronneberger, Fischer, Brox",
        2015,
        "1505.04597",
    ),
    config=SegmenterConfig,
    presets=PRESETS,
    inputs=inputs,
    abilities=abilities,
    build=Segmenter,
    recognise=recognise,
    unseen=frozenset({"resolution", "classes", "colours"}),
    recipe=recipe_card,
)
