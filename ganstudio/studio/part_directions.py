"""Directions of the parts of faces, found step by step on the compute thread."""

from collections.abc import Generator
from typing import TYPE_CHECKING

from ganstudio.core.direction import REACH, Direction, Origin
from ganstudio.core.progress import Progress
from ganstudio.studio.direction_search import Samples, Search, classes_of
from ganstudio.studio.direction_words import face_detector

if TYPE_CHECKING:

    from ganstudio.engine.model import Model
    from ganstudio.latent.part_directions import PartDirection

PICTURES, FIRST_SEED = 24, 7000
STEP = 0.25
OF_EACH = 2
AT_ONCE = 8
PLAIN_CHANGE = 0.25  # of the part's pixels, at a slider's end
LONGEST_REACH = 24.0


def part_directions(
    search: Search, model: "Model", samples: Samples
) -> "Generator[Progress, None, tuple[Direction, ...]]":
    """Find the directions that change one part of faces; raises NoDirectionError where a model draws none."""
    import torch

    from ganstudio.engine.segmenting import open_segmenter
    from ganstudio.latent.directions import NoDirectionError
    from ganstudio.latent.part_directions import PartEffects, axes_of

    codes = model.mapping(
        model.latents(range(FIRST_SEED, FIRST_SEED + PICTURES)), classes_of(model, search.document, PICTURES)
    )
    if (yield from face_detector(model, codes)) is None:
        raise NoDirectionError(f"{model.info.name} draws no faces, and parts are known of faces only; use PCA.")
    known = yield from samples.known(model, search.document)
    axes = axes_of(known, model.info.layer_resolutions if model.w_avg is not None else ())
    steps = torch.zeros(len(axes), *codes.shape[1:])
    steps[:, :, : axes.shape[2]] = axes
    segment = open_segmenter(device=model.generator.device)
    effects = PartEffects(axes, len(segment.classes))
    for number in range(PICTURES):
        code = codes[number : number + 1]
        picture = model.synthesis(code)
        changes = []
        for first in range(0, len(steps), AT_ONCE):
            moved = code + STEP * steps[first : first + AT_ONCE].to(code)
            changes.append((model.synthesis(moved) - picture) / STEP)
            yield Progress(number, PICTURES, "looking at what changes")
        effects.add(torch.cat(changes), segment(picture)[0])
    found = []
    for part, name in enumerate(segment.classes.names):
        for place, each in enumerate(effects.directions(part, OF_EACH), start=1):
            found.append(_named(f"{name.capitalize()} {place}", each, styled=model.w_avg is not None))
    return tuple(found)


def _named(name: str, found: "PartDirection", *, styled: bool) -> Direction:
    sigma = float(found.step.square().sum(dim=1).mean().sqrt())
    vector = (found.step / sigma).numpy()
    reach = min(max(REACH, PLAIN_CHANGE / max(found.gain, 1e-6)), LONGEST_REACH)
    words = f"changes this part {found.ratio:.1f} times as much as the rest ({found.pictures} pictures)"
    return Direction(
        name, vector if styled else vector[0], sigma, Origin.PART, reach=float(round(reach)), evidence=words
    )
