"""Pictures of chosen seeds, written to a folder."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from ganstudio.core.device import AUTO, Precision
from ganstudio.core.document import PSI_HIGH, PSI_LOW
from ganstudio.core.errors import StudioError, WrongInputError
from ganstudio.core.progress import Progress
from ganstudio.studio.pictures import prepare_folder

if TYPE_CHECKING:
    from ganstudio.core.document import Document

LAST_SEED = 2**32 - 1
MOST_SEEDS = 100_000
CHUNK = 16
SHEET_PICTURES = 1024


class SeedsError(StudioError):
    """A list of seeds that cannot be read."""


@dataclass(frozen=True)
class GenerateOptions:
    """Write the pictures of chosen seeds as seed0000.png, ..., each with its recipe, and a sheet of them as sheet.png,
    with that of the first; or one recipe's."""

    out: Path
    """Folder for the pictures; made where it does not exist."""
    model: str = ""
    """Name of a shipped model, or path of a checkpoint."""
    recipe: str = ""
    """Instead of a model and seeds: an exported picture or recipe file, or the text that the window copies; written as
    recipe.png."""
    seeds: str = "0-15"
    """Seeds and ranges of seeds, such as 0-15 or 1,5,7-9."""
    psi: float = 1.0
    """Truncation, from -1 to 2: 0 is the average picture, 1 leaves the latents as they are."""
    cutoff: int | None = None
    """Truncate only this many of the first layers; all where not given."""
    label: Annotated[int | None, tyro.conf.arg(name="class")] = None
    """Number of the class, for a model that has classes."""
    enlarge: bool = False
    """Write the pictures four times as wide and high, with details drawn by Real-ESRGAN; the sheet keeps them small."""
    device: str = AUTO
    """Where to compute: auto, cpu, cuda, cuda:1, mps."""
    precision: Precision = Precision.EXACT
    """exact is float32 throughout; fast computes in 16 bits where the device gains by it."""


def parse_seeds(text: str) -> tuple[int, ...]:
    """Return the seeds that a text such as `0-15` or `1,5,7-9` names, in its order, each once."""
    seeds: dict[int, None] = {}
    for part in text.split(","):
        found = re.fullmatch(r"\s*(\d+)\s*(?:-\s*(\d+)\s*)?", part)
        if not found:
            raise SeedsError(f"{part.strip()!r} in the seeds {text!r} is no seed: write them as 0-15 or 1,5,7-9.")
        first, last = int(found[1]), int(found[2] or found[1])
        if last < first:
            raise SeedsError(f"The range {part.strip()!r} in the seeds {text!r} runs backwards: write {last}-{first}.")
        if last > LAST_SEED:
            raise SeedsError(f"The seed {last} is too large: seeds go from 0 to {LAST_SEED}.")
        if len(seeds) + last - first >= MOST_SEEDS:
            raise SeedsError(f"The seeds {text!r} are more than {MOST_SEEDS}: ask for fewer at a time.")
        seeds.update(dict.fromkeys(range(first, last + 1)))
    return tuple(seeds)


def generate(options: GenerateOptions) -> Iterator[Progress]:
    """Write every picture as it is made, then the sheet; what was written stays where a later one fails."""
    if options.recipe:
        yield from _draw_recipe(options)
        return
    if not options.model:
        raise WrongInputError("Say what to draw: --model NAME with seeds, or --recipe FILE.")
    seeds = parse_seeds(options.seeds)
    if not PSI_LOW <= options.psi <= PSI_HIGH:
        raise WrongInputError(f"psi is {options.psi:g}: give a number from {PSI_LOW:g} to {PSI_HIGH:g}.")
    folder = prepare_folder(options.out)
    yield Progress(0, len(seeds), f"opening {options.model}")

    import numpy as np

    from ganstudio import open_model
    from ganstudio.core.pixels import to_pixels
    from ganstudio.core.store import Store
    from ganstudio.studio.enlargement import PictureEnlarging
    from ganstudio.studio.exporting import ExportOptions, save
    from ganstudio.studio.pictures import sheet

    store, enlarging = Store(), PictureEnlarging(options.device)
    model = open_model(options.model, device=options.device, precision=options.precision)
    if options.label is not None and not model.c_dim:
        raise WrongInputError(f"The model {options.model} has no classes: leave --class out.")
    shown, first = [], _drawn_from(model.info.document, seeds[0], options)
    for begin in range(0, len(seeds), CHUNK):
        chunk = seeds[begin : begin + CHUNK]
        pictures = model.sample(chunk, psi=options.psi, cutoff=options.cutoff, c=options.label)
        for number, (seed, pixels) in enumerate(zip(chunk, to_pixels(pictures), strict=True), begin):
            shown.append(pixels)
            written = (yield from enlarging.enlarged(pixels, number, len(seeds))) if options.enlarge else pixels
            document = _drawn_from(model.info.document, seed, options)
            save(folder / f"seed{seed:04d}.png", written, document, store, ExportOptions(), enlarging.used)
        del shown[SHEET_PICTURES:]
        yield Progress(begin + len(chunk), len(seeds), f"seed {chunk[-1]}")
    save(folder / "sheet.png", sheet(np.stack(shown)), first, store, ExportOptions())
    yield Progress(len(seeds), len(seeds), f"{folder / 'sheet.png'}")


def _drawn_from(document: "Document", seed: int, options: GenerateOptions) -> "Document":
    """Return the document whose picture the options ask for, from the one that its model opens with."""
    from ganstudio.core.document import ClassChoice, FrozenMap, LatentPoint

    inputs = {
        name: LatentPoint.of_seed(seed) if isinstance(value, LatentPoint) else value
        for name, value in document.inputs.items()
    }
    if options.label is not None:
        inputs |= {name: ClassChoice(options.label) for name, value in inputs.items() if isinstance(value, ClassChoice)}
    return replace(document, inputs=FrozenMap(inputs), psi=options.psi, cutoff=options.cutoff)


def _draw_recipe(options: GenerateOptions) -> Iterator[Progress]:
    if options.model:
        raise WrongInputError("A recipe names its model: give either --model or --recipe.")
    folder = prepare_folder(options.out)
    yield Progress(0, 1, "opening the recipe")

    from ganstudio.core.document import Document
    from ganstudio.core.store import Store
    from ganstudio.engine.rendering import Rendering
    from ganstudio.studio.enlargement import PictureEnlarging
    from ganstudio.studio.exporting import ExportOptions, save
    from ganstudio.studio.recipes import recipe_document

    store, enlarging = Store(), PictureEnlarging(options.device)
    document: Document = recipe_document(options.recipe, store)
    rendering = Rendering(store)
    rendering.choose(options.device, options.precision)
    picture = rendering.pictures([document])[0]
    picture = (yield from enlarging.enlarged(picture)) if options.enlarge else picture
    save(folder / "recipe.png", picture, document, store, ExportOptions(), enlarging.used)
    yield Progress(1, 1, f"{folder / 'recipe.png'}")
