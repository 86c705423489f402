"""The segmenter of faces: trained on the shipped pairs, packed with its card and a sheet of held-out pictures."""

import shlex
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from assets.builders.card import write_card
from assets.builders.trained import CC0_TEXT, HOLDER, train
from ganstudio.architectures.segmenter.recipe import LEAST_SHARE, SegmenterOptions, recipe_card
from ganstudio.checkpoints.checkpoint import GENERATOR, Checkpoint
from ganstudio.checkpoints.format import save_checkpoint
from ganstudio.checkpoints.reader import read_checkpoint
from ganstudio.checkpoints.shipped import MODEL_FILE, SEGMENTER
from ganstudio.core.inputs import Ability
from ganstudio.core.paths import ASSETS
from ganstudio.core.store import Array
from ganstudio.data.images import open_pictures
from ganstudio.engine.segmenting import open_segmenter
from ganstudio.studio.assets import Card, Licence, Number, Run, read_card

SHEET, ACROSS, SHOWN = "sheet.png", 6, 60
BIAS, READ_AT_ONCE = "head.bias", 256


@dataclass(frozen=True, slots=True)
class TrainedSegmenter:
    """Makes the segmenter `name` with the recipe's `preset` on the shipped pairs `data`.

    The run weighs rare classes more; so much (`undone`, from 0 to 1) of that is taken back in the packed logits.
    """

    name: str
    title: str
    summary: str
    data: str
    preset: str
    images: int
    options: str
    undone: float

    @property
    def folder(self) -> Path:
        """The segmenter's place."""
        return (ASSETS / SEGMENTER).parent

    @property
    def pairs(self) -> Path:
        """The data that it learns from."""
        return ASSETS / "data" / self.data / f"{self.data}.zip"

    @property
    def arguments(self) -> tuple[str, ...]:
        """What the train command is given, but for the run's folder."""
        source = self.pairs.relative_to(ASSETS.parent).as_posix()
        named = f"--architecture segmenter --preset {self.preset} --data {source} --images {self.images} --threads 1"
        return ("train", *shlex.split(f"{named} {self.options}"))

    @property
    def command(self) -> str:
        """The whole command that trains it."""
        return f"python launcher.py {shlex.join(self.arguments)} --run runs/{self.name}"

    def build(self, target: Path | None = None) -> Path:
        """Train, measure and write it into `target` (its place when None); raises TrainingFailedError."""
        with tempfile.TemporaryDirectory() as scratch:
            run = Path(scratch) / self.name
            train(self.arguments, run)
            self.pack(run / MODEL_FILE, target or self.folder)
        return target or self.folder

    def offsets(self) -> torch.Tensor:
        """Return what is taken off the classes' logits `[K]`: a share of the logarithms of their weights in training.

        Weighed w, a class is answered with w times its probability, but for a factor that all share (Bayes' rule).
        """
        trained, _ = open_pictures(self.pairs).split()
        options = recipe_card.presets[self.preset]
        assert isinstance(options, SegmenterOptions)
        assert trained.facts.map_classes is not None
        reader, counts = trained.stacked_reader(), np.zeros(len(trained.facts.map_classes))
        for first in range(0, len(trained), READ_AT_ONCE):
            maps = reader.read(range(first, min(first + READ_AT_ONCE, len(trained)))).pixels[:, 3]
            counts += np.bincount(maps.ravel(), minlength=len(counts))
        shares = np.maximum(counts / counts.sum(), LEAST_SHARE)
        return torch.from_numpy(-self.undone * options.rarity * np.log(shares)).float()

    def pack(self, trained: Path, target: Path) -> None:
        """Write weights, sheet and card of a finished run's segmenter into `target`."""
        target.mkdir(parents=True, exist_ok=True)
        found = read_checkpoint(trained, ability=Ability.SEGMENTING)
        of_data = read_card(self.pairs.parent / "card.json").licence
        licence = Licence("CC0-1.0", HOLDER, CC0_TEXT, f"Learned from {self.data}: {of_data.spdx}. {of_data.note}")
        tensors = {name: t.half() if t.ndim > 1 else t for name, t in found.tensors[GENERATOR].items()}
        tensors[BIAS] = tensors[BIAS].float() - self.offsets()
        provenance = {"name": self.name, "command": self.command, "images_seen": self.images, "data": self.data}
        groups, spdx = {GENERATOR: tensors}, licence.spdx
        kept = Checkpoint(found.architecture, found.config, groups, provenance=provenance, licence=spdx)
        save_checkpoint(target / MODEL_FILE, kept)
        card = Card(
            name=self.name,
            title=self.title,
            summary=self.summary,
            licence=licence,
            architecture=found.architecture,
            training=f"Trained from random weights with the segmenter recipe; {self.images} pictures were shown. "
            "Averaged weights, kernels stored in half precision. Training weighs rare classes more, "
            f"{100 * self.undone:g} % of which (in logarithms) is taken back in the last layer's bias.",
            numbers=self.measured(target),
            run=Run(self.command, self.preset, self.images, self.data, of_data.spdx),
            sheet=SHEET,
        )
        write_card(card, target)

    def measured(self, target: Path) -> tuple[Number, ...]:
        """Measure intersection over union on the held-out pairs, and write the sheet of some of them."""
        _, held = open_pictures(self.pairs).split()
        assert held is not None
        segment = open_segmenter(target / MODEL_FILE)
        stacked = torch.from_numpy(held.stacked_reader().read(range(len(held))).pixels)
        pictures, asked = stacked[:, :3].float() / 127.5 - 1.0, stacked[:, 3].long()
        found = torch.cat([segment(part) for part in pictures.split(64)])
        colours = np.array(segment.classes.colours, dtype=np.uint8)
        shown = [stacked[:SHOWN, :3].permute(0, 2, 3, 1).numpy(), *(colours[m[:SHOWN].numpy()] for m in (asked, found))]
        self._write_sheet(np.concatenate(shown, axis=2), target)
        by, count = f"{self.data}, held-out pairs", len(held)
        overlaps = overlap_by_class(asked, found, segment.classes.names)
        mean = float(np.mean([*overlaps.values()]))
        right = float((asked == found).float().mean())
        return (
            Number("mIoU", float(f"{mean:.4g}"), count, f"mean over the {len(overlaps)} classes that occur", by),
            *(Number(f"IoU of {name}", float(f"{value:.4g}"), count, "all pixels together", by)
              for name, value in overlaps.items()),
            Number("pixels right", float(f"{right:.4g}"), count, "share of all pixels", by),
        )  # fmt: skip

    def _write_sheet(self, rows: Array, target: Path) -> None:
        count, height, width, channels = rows.shape
        whole = rows[: count - count % ACROSS].reshape(-1, ACROSS, height, width, channels).swapaxes(1, 2)
        Image.fromarray(whole.reshape(-1, ACROSS * width, channels)).save(target / SHEET, optimize=True)


def overlap_by_class(asked: torch.Tensor, found: torch.Tensor, names: tuple[str, ...]) -> dict[str, float]:
    """Return the intersection over union of maps `[N, H, W]` for each class that occurs in either."""
    overlaps = {}
    for index, name in enumerate(names):
        wanted, given = asked == index, found == index
        union = int((wanted | given).sum())
        if union:
            overlaps[name] = int((wanted & given).sum()) / union
    return overlaps


FACES_SEGMENTER = TrainedSegmenter(
    name="faces-segmenter",
    title="Segmenter of faces (U-Net, 64 px)",
    summary="Finds hair, skin, brows, eyes, nose, lips, mouth, neck and clothes in pictures of aligned faces, in a few "
    "milliseconds at 64 x 64 pixels.",
    data="faces-seg-64",
    preset="small",
    images=12_000,
    options="--mirror True --arithmetic bfloat16",
    undone=0.7,
)
