"""Says what directions do, from what can be read off pictures moved along them."""

from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from ganstudio.core.direction import Direction
from ganstudio.core.document import Document
from ganstudio.core.progress import Progress
from ganstudio.engine.compute import Backend
from ganstudio.studio.direction_files import Library
from ganstudio.studio.direction_search import classes_of

if TYPE_CHECKING:
    import torch

    from ganstudio.core.store import Array
    from ganstudio.data.faces.traits import Effect
    from ganstudio.engine.model import Model
    from ganstudio.layers.face_network import FaceDetector

MOVED, REFERENCE = 24, 72
FIRST_SEED = 5000
REACHED = 2.0
DRAWN_AT_ONCE = 4
SMALLEST_FACE_PX = 32
MOST_WORDS = 3
TOLD = f"from −{REACHED:g} to +{REACHED:g} σ"
NOTHING = "nothing that can be read off"


def is_described(direction: Direction) -> bool:
    """Whether it was said already what a direction does."""
    return TOLD in direction.evidence


def described(library: Library, document: Document, backend: Backend) -> Iterator[Progress]:
    """Name directions by what they do to 24 random pictures; every step's result is what is known by then."""
    from ganstudio.data.faces.traits import effects_of, spread_of_traits

    model = backend.model(document.model.digest)
    total = REFERENCE + 2 * MOVED * len(library.directions)
    ws = model.mapping(model.latents(range(FIRST_SEED, FIRST_SEED + REFERENCE)), classes_of(model, document, REFERENCE))
    detector = yield from face_detector(model, ws)
    random = yield from _read(model, ws, detector, 0, total)
    spread = spread_of_traits(random)
    named = list(library.directions)
    for place, direction in enumerate(library.directions):
        done = REFERENCE + 2 * MOVED * place
        low = yield from _read(model, moved(ws[:MOVED], direction, -REACHED), detector, done, total)
        high = yield from _read(model, moved(ws[:MOVED], direction, REACHED), detector, done + MOVED, total)
        named[place] = in_words(direction, effects_of(low, high, spread))
        yield Progress(done + 2 * MOVED, total, named[place].name, replace(library, directions=tuple(named)))
    yield Progress(total, total, f"Said what {len(named)} directions do")


def moved(ws: "torch.Tensor", direction: Direction, amount: float) -> "torch.Tensor":
    """Return ws `[N, n_latent, w_dim]` (or z `[N, 1, z_dim]`, labels behind it) moved along a direction."""
    import torch

    step = torch.from_numpy(direction.step).to(ws) * amount
    layers = list(direction.layers) or list(range(ws.shape[1]))
    changed = ws.clone()
    changed[:, layers, : step.shape[-1]] += step if step.ndim == 1 else step[layers]
    return changed


def in_words(direction: Direction, effects: "tuple[Effect, ...]") -> Direction:
    """Put the strongest effects into a direction's name and evidence; where there is none that is plain, say so."""
    plain = [effect for effect in effects if effect.plain]
    told = ", ".join(effect.in_words() for effect in plain[:MOST_WORDS]) or NOTHING
    count = max((effect.n for effect in effects), default=0)
    bare = direction.name.partition(":")[0]
    words = [effect.trait.more if effect.mean > 0 else effect.trait.less for effect in plain[:1]]
    kept = direction.evidence.partition(f"; {TOLD}")[0]
    evidence = f"{kept}; {TOLD}: {told} (n {count})"
    return replace(direction, name=": ".join([bare, *words]), evidence=evidence)


def face_detector(model: "Model", ws: "torch.Tensor") -> "Generator[Progress, None, FaceDetector | None]":
    """Return the detector where a model draws faces: where one is found in at least half of a few pictures."""
    from ganstudio.data.faces.judge import shipped_detector

    if model.info.resolution < SMALLEST_FACE_PX:
        return None
    detector = shipped_detector()
    few = yield from _read(model, ws[: 2 * DRAWN_AT_ONCE], detector, 0, 0)
    seen = (few[:, -1] == few[:, -1]).mean()  # not a number where there is no face
    return detector if seen >= 0.5 else None


def _read(
    model: "Model", ws: "torch.Tensor", detector: "FaceDetector | None", done: int, total: int
) -> "Generator[Progress, None, Array]":
    import numpy as np

    from ganstudio.core.pixels import to_pixels
    from ganstudio.data.faces.traits import traits_of

    rows = []
    for first in range(0, len(ws), DRAWN_AT_ONCE):
        pictures = to_pixels(model.synthesis(ws[first : first + DRAWN_AT_ONCE]))
        for picture in pictures:
            rows.append(traits_of([picture], detector))
            yield Progress(done + len(rows), total, "looking at pictures")
    return np.concatenate(rows)
