"""Units of an open model that stand for classes, painted into regions of its pictures, and the effect measured."""

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

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
from ganstudio.latent.scenes import Scenes
from ganstudio.latent.staged import StagedDocument
from ganstudio.latent.unit_effects import Paints, UnitPaint, Way, find_paints
from ganstudio.latent.units import Dissection, Drawn, StageUnits, dissect

FOLDER = "units"
SAMPLES = 64
FOUND = "The parts of this model are known: paint them."
BATCH, FEW, LARGEST_BATCHED = 8, 4, 128  # pictures at once; batches of one beyond so many pixels
LEAST_BUDGET = 1 << 30  # bytes: no stage of a picture is drawn twice
KEY = "ganstudio-units"
TABLES = ("thresholds", "iou", "high", "low")
Distance = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Parts:
    """What can be painted into a model's pictures, and the units that the classes were matched with."""

    dissection: Dissection
    paints: Paints

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that were looked for, in the segmenter's order."""
        return self.dissection.classes

    def paint_of(self, name: str, *, remove: bool) -> UnitPaint | None:
        """Return how a class is added or removed; None where nothing that was tried does that clearly."""
        paint = self.paints.get(Way(self.classes.index(name), remove)) if name in self.classes else None
        return paint if paint is not None and paint.is_clear(remove=remove) else None

    @property
    def names(self) -> tuple[str, ...]:
        """The classes that can be added or removed."""
        ways = (False, True)
        return tuple(n for n in self.classes if any(self.paint_of(n, remove=way) is not None for way in ways))

    @property
    def never_seen(self) -> tuple[str, ...]:
        """The classes that no unit matches, since hardly a picture shows them."""
        return tuple(name for name in self.classes if name not in self.dissection.occurring)


def find_units(
    model: Model, segment: Segmentation, samples: int = SAMPLES, folder: Path | None = None
) -> Iterator[Progress]:
    """Dissect a model and try the units; the last progress has the `Parts`. What was found before is in `folder`.

    The pictures are those of the seeds 0, 1, ... with the model's own settings.
    """
    file = file_of(model, segment, samples, folder or user_folder() / FOLDER)
    found = read_units(file)
    if found is not None:
        yield Progress(2 * samples, 2 * samples, FOUND, found)
        return
    drawing = Drawing(model)
    dissection: Dissection | None = None
    for step in dissect(drawing.seed, segment, segment.classes.names, samples):
        dissection = step.result if isinstance(step.result, Dissection) else dissection
        yield Progress(step.done, step.total, step.label)
    assert dissection is not None, "the last step has it"
    large = model.info.resolution > LARGEST_BATCHED
    size, learned, tried = (1, FEW, FEW) if large else (BATCH, 1, 2)

    def scenes(number: int) -> Scenes:
        return drawing.scenes(range(samples + number * size, samples + (number + 1) * size), segment)

    for step in find_paints(dissection, scenes, learned, tried):
        if step.done < step.total:
            yield step
            continue
        assert isinstance(step.result, dict)
        parts = Parts(dissection, step.result)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_units(file, parts)
        yield Progress(step.done, step.total, FOUND, parts)


def file_of(model: Model, segment: Segmentation, samples: int, folder: Path) -> Path:
    """Return where what is found in a model is kept."""
    return folder / f"{model.info.digest[:24]}-{segment.digest[:8]}-{samples}.safetensors"


class Drawing:
    """Draws pictures with the activations of all stages whose units can be painted."""

    def __init__(self, model: Model) -> None:
        """Keep every stage's result of the picture at hand."""
        self._document = model.info.document
        self._generator = model.generator
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
        return self.of(self._with_seed(number))

    def scenes(self, numbers: Iterable[int], segment: Segmentation) -> Scenes:
        """Return the pictures of seeds to be drawn again with units painted."""
        staged = [StagedDocument(self._generator, self._with_seed(number), Store()) for number in numbers]
        return Scenes(staged[0], torch.cat([each.code for each in staged]), segment.logits)

    def of(self, document: Document) -> Drawn:
        """Return a document's picture and activations."""
        picture = self._synthesis.features(document, self._last).picture
        assert picture is not None, "the last stage has the picture"
        return picture, {name: self._synthesis.features(document, name).activation for name in self.stages}

    def _with_seed(self, number: int) -> Document:
        point = LatentPoint(float(number % ROW_OF_SEEDS), float(number // ROW_OF_SEEDS))
        return replace(self._document, inputs=self._document.inputs.with_item(self._latent, point))


def write_units(file: Path, found: Parts) -> None:
    """Keep what was found; raises SaveError."""
    stages = found.dissection.stages
    tensors = {f"{stage.stage}/{table}": getattr(stage, table).contiguous() for stage in stages for table in TABLES}
    header = {
        "classes": found.classes,
        "samples": found.dissection.samples,
        "stages": [stage.stage for stage in stages],
        "paints": [[*way, asdict(paint)] for way, paint in found.paints.items()],
    }
    data = save(tensors, {KEY: json.dumps(header)})
    write_file(file, [data], len(data))


def read_units(file: Path) -> Parts | None:
    """Return what was found before; None where there is nothing that can be read."""
    with contextlib.suppress(OSError, SafetensorError, KeyError, ValueError, TypeError), safe_open(file, "pt") as kept:
        header = json.loads((kept.metadata() or {})[KEY])
        stages = tuple(
            StageUnits(name, *(kept.get_tensor(f"{name}/{table}") for table in TABLES)) for name in header["stages"]
        )
        paints = {Way(int(i), bool(remove)): _paint(told) for i, remove, told in header["paints"]}
        return Parts(Dissection(tuple(header["classes"]), int(header["samples"]), stages), paints)
    return None


def _paint(told: dict[str, Any]) -> UnitPaint:
    return UnitPaint(**{**told, "units": tuple(told["units"]), "values": tuple(told["values"])})


def unit_paint(
    found: Parts, name: str, mask: ArrayRef, *, remove: bool = False, amount: float | None = None
) -> PaintUnits:
    """Return the edit that adds a class in a region, or removes it, as far as `amount`, by default as it was tried.

    Raises WrongInputError for a class that nothing adds, or removes, clearly.
    """
    paint = found.paint_of(name, remove=remove)
    verb = "Remove" if remove else "Add"
    if paint is None:
        known = ", ".join(other for other in found.names if found.paint_of(other, remove=remove) is not None)
        can = f"these can be: {known}" if known else "none can be in this model's pictures"
        raise WrongInputError(f"{name} cannot be {'removed' if remove else 'added'}; {can}.")
    strength = paint.strength if amount is None else amount
    return PaintUnits(paint.stage, paint.units, paint.values, mask, strength, name=f"{verb} {name}")


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
