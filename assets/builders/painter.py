"""The face painter: trained on the shipped pairs, measured on held-out maps, with a sheet of several styles each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from assets.builders.segmenter import overlap_by_class
from assets.builders.trained import METRICS, TrainedModel
from ganstudio.checkpoints.checkpoint import Checkpoint
from ganstudio.core.document import NoiseSetting
from ganstudio.core.inputs import LabelMap
from ganstudio.core.label_maps import packed_map
from ganstudio.core.palette import Colour
from ganstudio.core.pixels import to_pixels
from ganstudio.core.store import Array
from ganstudio.data.images import FilePictures, open_pictures
from ganstudio.engine.model import Model
from ganstudio.engine.segmenting import Segmentation, open_segmenter
from ganstudio.metrics.subjects import MeasuredModel
from ganstudio.studio.assets import Number
from ganstudio.studio.evaluation import as_real

SHOWN_MAPS, SHOWN_STYLES, SHEETS_ACROSS = 16, 6, 2
STYLES_EACH, AT_ONCE = 4, 64
SHEET, QUALITY = "sheet.jpg", 92


@dataclass(frozen=True)
class HeldOut:
    """Pairs that no run sees: pictures `[N, 3, R, R]` in [-1, 1] and maps of class indices `[N, R, R]`."""

    pictures: torch.Tensor
    maps: torch.Tensor

    def drawn(self, model: Model, seeds: Sequence[int]) -> torch.Tensor:
        """Draw seeds, each on the next map, as pictures `[len(seeds), 3, R, R]` in [-1, 1]."""
        parts = []
        for part in (seeds[i : i + AT_ONCE] for i in range(0, len(seeds), AT_ONCE)):
            bound = model.generator.on_maps(self.maps[[seed % len(self.maps) for seed in part]])
            parts.append(bound.synthesis(model.mapping(model.latents(part)), NoiseSetting()))
        return torch.cat(parts)

    def drawn_like(self, model: Model) -> torch.Tensor:
        """Draw every map in the style of its own picture."""
        parts = []
        for maps, pictures in zip(self.maps.split(AT_ONCE), self.pictures.split(AT_ONCE), strict=True):
            bound = model.generator.on_maps(maps)
            parts.append(bound.synthesis(model.mapping(bound.style_of(pictures)), NoiseSetting()))
        return torch.cat(parts)


@dataclass(frozen=True)
class PainterModel(TrainedModel):
    """A model of maps whose data are pairs; it opens with the map of the held-out pair `first_pair`."""

    first_pair: int = 0

    def stored(self, found: Checkpoint) -> Checkpoint:
        """Return what ships of a finished run, and the map that it opens with."""
        shipped = TrainedModel.stored(self, found)
        first = packed_map(self.pairs().maps[self.first_pair].numpy().astype(np.uint8))
        return replace(shipped, provenance={**shipped.provenance, "first_map": first})

    @cached_property
    def held_out(self) -> FilePictures:
        """The pairs that its run holds out."""
        _, held = open_pictures(self.pictures).split()
        assert held is not None
        return held

    def pairs(self) -> HeldOut:
        """Read them."""
        stacked = torch.from_numpy(self.held_out.stacked_reader().read(range(len(self.held_out))).pixels)
        return HeldOut(stacked[:, :3].float() / 127.5 - 1.0, stacked[:, 3].long())

    @torch.no_grad()
    def numbers(self, model: Model) -> tuple[Number, ...]:
        """Measure pictures of held-out maps: against real pictures, and by what a segmenter sees in them."""
        pairs, segment = self.pairs(), open_segmenter()
        subject = MeasuredModel(self.name, lambda seeds: pairs.drawn(model, list(seeds)), torch.device("cpu"))
        near = self.measure(subject, as_real(self.held_out), "frechet-vgg16")
        named = tuple(replace(number, metric=f"{number.metric} to held-out pictures") for number in near)
        all_of_them = self.measure(subject, self.real(model.info.resolution), METRICS)
        return (*named, *all_of_them, *self.agreement(model, pairs, segment))

    def agreement(self, model: Model, pairs: HeldOut, segment: Segmentation) -> tuple[Number, ...]:
        """Compare maps with what a segmenter sees in pictures of them, and in the real ones: no model can do better."""
        count = STYLES_EACH * len(pairs.maps)
        drawn = pairs.drawn(model, range(count))
        styled = pairs.drawn_like(model)
        sets = (
            ("mIoU of maps and pictures", pairs.maps.repeat(STYLES_EACH, 1, 1), drawn, "random styles"),
            ("mIoU of maps and pictures in their own style", pairs.maps, styled, "the encoder's styles"),
            ("mIoU of maps and real pictures", pairs.maps, pairs.pictures, "what the segmenter itself reaches"),
        )
        numbers = []
        for metric, asked, pictures, how in sets:
            found = torch.cat([segment(part) for part in pictures.split(AT_ONCE)])
            mean = float(np.mean([*overlap_by_class(asked, found, segment.classes.names).values()]))
            where = f"{how}; classes that occur, all pixels together"
            numbers.append(Number(metric, float(f"{mean:.4g}"), len(asked), where, "the shipped segmenter"))
        return tuple(numbers)

    @torch.no_grad()
    def write_sheet(self, model: Model, target: Path) -> str:
        """Write held-out maps, the first ones, each with its real picture, then in its own style and those of seeds."""
        pairs = self.pairs()
        asked = next(item for item in model.info.inputs if isinstance(item, LabelMap))
        chosen = HeldOut(pairs.pictures[:SHOWN_MAPS], pairs.maps[:SHOWN_MAPS])
        columns = [coloured(chosen.maps, asked.palette)]
        columns += [to_pixels(pictures) for pictures in (chosen.pictures, chosen.drawn_like(model))]
        for seed in range(SHOWN_STYLES):
            z = model.latents([seed]).expand(len(chosen.maps), -1)
            bound = model.generator.on_maps(chosen.maps)
            columns.append(to_pixels(bound.synthesis(model.mapping(z), NoiseSetting())))
        rows = np.concatenate(columns, axis=2)
        height, width = rows.shape[1:3]
        grid = rows.reshape(SHEETS_ACROSS, -1, height, width, 3).transpose(1, 2, 0, 3, 4)
        pixels = grid.reshape(-1, SHEETS_ACROSS * width, 3)
        Image.fromarray(pixels).save(target / SHEET, quality=QUALITY, subsampling=0, optimize=True)
        return SHEET


def coloured(maps: torch.Tensor, palette: Sequence[Colour]) -> Array:
    """Return maps `[N, H, W]` as pictures uint8 `[N, H, W, 3]`."""
    pictures: Array = np.array(palette, np.uint8)[maps.numpy()]
    return pictures


FACE_PAINTER = PainterModel(
    name="face-painter",
    title="Face painter (SPADE, 64 px)",
    summary="Draws faces at 64 x 64 pixels from painted maps of hair, skin, brows, eyes, nose, lips, mouth, neck and "
    "clothes, in the style of a seed or of a picture. Learned from pictures that another model drew.",
    architecture="spade",
    preset="faces-64",
    data="faces-seg-64",
    images=36_000,
    measured=1000,
    first_pair=3,
    options={"mirror": "True", "arithmetic": "bfloat16", "set": "content_share=1.0"},
)
