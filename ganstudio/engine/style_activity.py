"""Which style channels stand out in a picture."""

from collections.abc import Iterator

import torch

from ganstudio.core.document import Document
from ganstudio.core.generator import Generator
from ganstudio.core.inspection import ActiveChannels
from ganstudio.core.progress import Progress
from ganstudio.core.style_stages import BlockStage

SUGGESTED = 8


def styled_stages(generator: Generator) -> list[BlockStage]:
    """Return the stages whose layers have styles."""
    return [stage for stage in generator.stages() if isinstance(stage, BlockStage) and stage.affines]


def measure_spread(generator: Generator) -> Iterator[Progress]:
    """Find how far style channels reach, step by step; what is found already ends at once."""
    stages = styled_stages(generator)
    share = 0.0
    while stages and share < 1.0:
        share = stages[0].on.style_spread.advance()
        yield Progress(round(100 * share), 100, "Style channels")


@torch.no_grad()
def active_channels(generator: Generator, document: Document, ws: torch.Tensor, layer: str) -> ActiveChannels:
    """Return the eight channels of a layer furthest from their mean for ws `[1, n_latent, w_dim]`, furthest first."""
    stage = next((stage for stage in styled_stages(generator) if layer in stage.affines), None)
    if stage is None:
        return ActiveChannels(layer, document, ())
    deviations = stage.style_deviations(ws, layer)
    found = deviations.abs().topk(min(SUGGESTED, len(deviations))).indices.tolist()
    return ActiveChannels(layer, document, tuple((channel, float(deviations[channel])) for channel in found))
