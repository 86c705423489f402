"""Units of an open model that stand for classes, painted into regions of its pictures, and the effect measured."""

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from ganstudio.core.document import ROW_OF_SEEDS, Document, LatentPoint, PaintUnits
from ganstudio.core.errors import WrongInputError
from ganstudio.core.files import write_file
from ganstudio.core.paths import user_folder
from ganstudio.core.progress import Progress
from ganstudio.core.store import Array, ArrayRef, Store
from ganstudio.engine.memory import DEFAULT_BUDGET
from ganstudio.engine.model import Model
from ganstudio.engine.segmenting import Segmentation
from ganstudio.engine.synthesis import IncrementalSynthesis
from ganstudio.latent.units import Dissection, Drawn, StageUnits, dissect

FOLDER = "units"
SAMPLES, UNITS = 128, 12
LEAST_BUDGET = 1 << 30  # bytes: no stage of a picture is drawn twice
KEY = "ganstudio-units"
TABLES = ("thresholds", "iou", "high", "low")
Distance = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def find_units(
    model: Model, segment: Segmentation, samples: int = SAMPLES, folder: Path | None = None
) -> Iterator[Progress]:
    """Dissect a model; the last progress has the `Dissection`. What was found before is read from `folder`.

    The pictures are those of the seeds 0, 1, ... with the model's own settings.
    """
    file = file_of(model, segment, samples, folder or user_folder() / FOLDER)
    found = read_units(file)
    if found is not None:
        yield Progress(2 * samples, 2 * samples, "Units", found)
        return
    drawing = Drawing(model)
    for step in dissect(drawing.seed, segment, segment.classes.names, samples):
        if isinstance(step.result, Dissection):
            file.parent.mkdir(parents=True, exist_ok=True)
            write_units(file, step.result)
        yield step


def file_of(model: Model, segment: Segmentation, samples: int, folder: Path) -> Path:
    """Return where what is found in a model is kept."""
    return folder / f"{model.info.digest[:24]}-{segment.digest[:8]}-{samples}.safetensors"


class Drawing:
    """Draws pictures with the activations of all stages whose units can be painted."""

    def __init__(self, model: Model) -> None:
        """Keep every stage's result of the picture at hand."""
        self._document = model.info.document
        self._synthesis = IncrementalSynthesis(model.generator, Store(), budget=max(DEFAULT_BUDGET, LEAST_BUDGET))
        stages = model.generator.stages()
        self._last = stages[-1].name
        self.stages = tuple(stage.name for stage in stages if stage.units and stage.side > 1)
        points = [name for name, value in self._document.inputs.items() if isinstance(value, LatentPoint)]
        if not points or not self.stages:
            raise WrongInputError(f"{model.info.name} has no latent or no units with places; choose another model.")
        self._latent = points[0]

    def seed(self, number: int) -> Drawn:
        """Return the picture `[1, C, H, W]` of a seed and the activations `[1, C, h, w]` by stage."""
        point = LatentPoint(float(number % ROW_OF_SEEDS), float(number // ROW_OF_SEEDS))
        return self.of(replace(self._document, inputs=self._document.inputs.with_item(self._latent, point)))

    def of(self, document: Document) -> Drawn:
        """Return a document's picture and activations."""
        picture = self._synthesis.features(document, self._last).picture
        assert picture is not None, "the last stage has the picture"
        return picture, {name: self._synthesis.features(document, name).activation for name in self.stages}


def write_units(file: Path, found: Dissection) -> None:
    """Keep what was found; raises SaveError."""
    tensors = {
        f"{stage.stage}/{table}": getattr(stage, table).contiguous() for stage in found.stages for table in TABLES
    }
    header = {"classes": found.classes, "samples": found.samples, "stages": [stage.stage for stage in found.stages]}
    data = save(tensors, {KEY: json.dumps(header)})
    write_file(file, [data], len(data))


def read_units(file: Path) -> Dissection | None:
    """Return what was found before; None where there is nothing that can be read."""
    with contextlib.suppress(OSError, SafetensorError, KeyError, ValueError, TypeError), safe_open(file, "pt") as kept:
        header = json.loads((kept.metadata() or {})[KEY])
        stages = tuple(
            StageUnits(name, *(kept.get_tensor(f"{name}/{table}") for table in TABLES)) for name in header["stages"]
        )
        return Dissection(tuple(header["classes"]), int(header["samples"]), stages)
    return None


def unit_paint(
    found: Dissection,
    name: str,
    mask: ArrayRef,
    *,
    remove: bool = False,
    stage: str = "",
    units: int = UNITS,
    amount: float = 1.0,
) -> PaintUnits:
    """Return the edit that adds a class in a region, or removes it, by its best units at a stage.

    They are set to their mean where they are high and the class is, to remove it to their mean where it is not. Without
    a `stage` the one is taken whose units match the class best. Raises WrongInputError for a class without units.
    """
    if name not in found.occurring:
        raise WrongInputError(f"No unit stands for {name!r}; there are some for: {', '.join(found.occurring)}.")
    index = found.classes.index(name)
    stage = stage or found.best_stage(index, units)
    ranked = found.of(stage).ranked(index, units)
    values = tuple(unit.low if remove else unit.high for unit in ranked)
    title = f"{'Remove' if remove else 'Add'} {name}"
    return PaintUnits(stage, tuple(unit.number for unit in ranked), values, mask, amount, name=title)


@dataclass(frozen=True, slots=True)
class Effect:
    """What an edit did: the class's share of the region's pixels before and after, and LPIPS outside of the region."""

    before: float
    after: float
    outside: float


@torch.no_grad()
def effect_of(
    before: torch.Tensor, after: torch.Tensor, mask: Array, index: int, segment: Segmentation, distance: Distance
) -> Effect:
    """Measure two pictures `[1, C, H, W]` in [-1, 1], in whose region `mask` `[h, w]` a class was painted.

    For the distance the region is put back as it was, so that only what changed around it counts.
    """
    places = torch.from_numpy(mask.astype("float32"))[None, None].to(before.device)
    size = (before.shape[2], before.shape[3])
    inside = torch.nn.functional.interpolate(places, size, mode="bilinear", antialias=True) > 0.5
    shares = []
    for picture in (before, after):
        chosen = segment(picture).to(inside.device) == index
        shares.append(float(chosen[inside[:, 0]].float().mean()) if inside.any() else 0.0)
    put_back = torch.where(inside, before, after)
    return Effect(shares[0], shares[1], float(distance(before[:, :3].float(), put_back[:, :3].float())[0]))
