"""One local edit or restoration, step by step on the compute thread; its best so far is a document."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ganstudio.core.document import Document
from ganstudio.core.errors import StudioError
from ganstudio.core.frame import ModelInfo
from ganstudio.core.inputs import Ability
from ganstudio.core.progress import Progress
from ganstudio.core.store import Array, Store
from ganstudio.engine.compute import Backend
from ganstudio.studio.face_context import context_picture
from ganstudio.studio.photo_run import KEPT_EVERY_S, Best

if TYPE_CHECKING:
    import torch

    from ganstudio.core.generator import LatentCode
    from ganstudio.engine.inverting import Encode
    from ganstudio.engine.model import Model
    from ganstudio.latent.local_edits import LocalEdit

FULL = 255.0


class Tool(StrEnum):
    """What is done in a place, or to the whole picture."""

    COLOUR = "colour"  # strokes guide the colours
    FILL = "fill"  # what is painted is drawn anew
    JOIN = "join"  # what is painted comes from another picture
    STYLE = "style"  # what is painted takes another picture's textures
    FACE = "face"  # the photo's face is set into another picture
    COLOURISE = "colourise"  # a gray photo's colours
    ENLARGE = "enlarge"  # the picture behind a small photo


PLACED = (Tool.COLOUR, Tool.FILL, Tool.JOIN, Tool.STYLE, Tool.FACE)
OF_PHOTO = (Tool.FILL, Tool.COLOURISE, Tool.ENLARGE)
SEES_PHOTO = (*OF_PHOTO, Tool.FACE)
IN_W = (Tool.STYLE, Tool.FACE)
NO_ENCODER = "Setting a face in needs an encoder of this model; train one under “The photo's latent” first."
WITH_OTHER = (Tool.JOIN, Tool.STYLE)


class RetouchError(StudioError):
    """Something is missing that a tool needs."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: a mask uint8 `[n, n]`, strokes uint8 `[n, n, 3]`, a photo uint8 `[R, R, 3]`, another picture.

    `context` is what a face is set into: a document, or the file of another photo. `factor` is how many times smaller a
    small photo is taken to be, `strength` how much strokes and styles count, `encoders` files that may be the model's.
    """

    tool: Tool
    steps: int = 150
    strength: float = 1.0
    factor: int = 4
    mask: Array | None = None
    strokes: Array | None = None
    photo: Array | None = None
    other: Document | None = None
    context: Document | Path | None = None
    encoders: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class RetouchSight:
    """One step as the window sees it: the best picture so far uint8 `[R, R, 3]`."""

    number: int
    steps: int
    picture: Array


class RetouchRun:
    """Its steps run on the compute thread, and `best` is read on the main one."""

    def __init__(self, store: Store, info: ModelInfo, document: Document, wish: Wish) -> None:
        """Begin at a document, of which the tools that need no photo keep all that is not painted."""
        self.best: Best | None = None
        self._store, self._info, self._document, self._wish = store, info, document, wish
        self._noted = 0.0

    def steps(self, backend: Backend) -> Iterator[Progress]:
        """Search; every step's result is a `RetouchSight`."""
        from ganstudio.core.pixels import to_pixels
        from ganstudio.engine.drawn_code import class_of, labels_of
        from ganstudio.latent.inversion import InversionStep, spread_of
        from ganstudio.latent.local_edits import LocalSearch
        from ganstudio.losses.perceptual import lpips_vgg16

        model, wish = backend.model(self._info.digest), self._wish
        yield Progress(0, wish.steps, "Getting ready")
        start = None if wish.tool in SEES_PHOTO else start_of(self._document, model, self._store)
        edit = quickened(self._edit(model, start), model).within(wish.steps)
        encode = None
        if wish.tool is Tool.FACE:
            encode, start = encoded(model, edit.wanted.picture, wish.encoders)
        labels = labels_of(class_of(self._document), model)
        search = LocalSearch(
            model.generator,
            edit,
            lpips_vgg16().to(model.generator.device),
            spread_of(model.generator, model.z_dim, labels),
            z_dim=model.z_dim,
            labels=labels,
            start=start,
            encoder=encode,
        )
        last: InversionStep | None = None
        try:
            for step in search.steps():
                last = step
                self._keep(last, whole=False)
                sight = RetouchSight(step.number, step.steps, to_pixels(step.best_picture)[0])
                yield Progress(step.number, step.steps, f"Step {step.number} of {step.steps}", result=sight)
            yield Progress(wish.steps, wish.steps, "The picture is retouched; undo takes it back.")
        finally:
            if last is not None:
                self._keep(last, whole=True)

    def _keep(self, step: Any, *, whole: bool) -> None:
        if not whole and time.monotonic() - self._noted < KEPT_EVERY_S:
            return
        from ganstudio.engine.drawn_code import drawn_by

        self._noted = time.monotonic()
        document = drawn_by(step.best, self._info, self._document, self._store, noises=whole)
        self.best = Best(document, step.best_perceptual, float("nan"), float("nan"), step.number)

    def _edit(self, model: "Model", start: "LatentCode | None") -> "LocalEdit":
        import torch

        from ganstudio.engine.inverting import channels_of, picture_tensor
        from ganstudio.latent import local_edits

        wish, side = self._wish, model.info.resolution
        device, channels = model.generator.device, channels_of(model)

        def tensor(pixels: Array | None) -> torch.Tensor:
            if pixels is None:
                raise RetouchError("Open a photo first.")
            return picture_tensor(pixels, channels).to(device)

        if wish.tool is Tool.COLOURISE:
            return local_edits.coloured(local_edits.luma(tensor(wish.photo)))
        if wish.tool is Tool.ENLARGE:
            return local_edits.enlarged(local_edits.Smaller(wish.factor)(tensor(wish.photo)), wish.factor)
        where = place(wish.mask, side).to(device)
        if wish.tool is Tool.FILL:
            return local_edits.inpainted(tensor(wish.photo), where)
        if wish.tool is Tool.FACE:
            around = context_picture(wish.context or self._document, model, self._store)
            return local_edits.diffused(tensor(wish.photo), around, where)
        assert start is not None
        with torch.no_grad():
            picture = model.generator.guided(start)
            if wish.tool in WITH_OTHER:
                if wish.other is None:
                    raise RetouchError("Keep another picture first; it is what the painted place comes from.")
                other = model.generator.guided(start_of(wish.other, model, self._store))
        if wish.tool is Tool.JOIN:
            return local_edits.crossed(other, picture, where)
        if wish.tool is Tool.STYLE:
            return local_edits.restyled(picture, other, where, wish.strength)
        if wish.strokes is None:
            raise RetouchError("Paint a few strokes first.")
        return local_edits.scribbled(picture, tensor(resized(wish.strokes, side)), where, wish.strength)


def start_of(document: Document, model: "Model", store: Store) -> "LatentCode":
    """Return the code `[1, n_latent, w_dim]` that a document draws after all its edits, and the noises it keeps."""
    from ganstudio.core.generator import LatentCode
    from ganstudio.engine.drawn_code import code_of
    from ganstudio.latent.staged import StagedDocument

    if document.model.digest != model.info.digest:
        raise RetouchError("The other picture was drawn by another model; choose one of this model.")
    known = code_of(document, model, store)
    code = StagedDocument(model.generator, document, store).code
    return LatentCode(code, {}, {} if known is None else known.noises)


def encoded(model: "Model", picture: "torch.Tensor", known: Sequence[Path] = ()) -> "tuple[Encode, LatentCode]":
    """Return a model's encoder, and what it says of a picture `[1, C, R, R]`; raises RetouchError without one."""
    import torch

    from ganstudio.core.generator import LatentCode
    from ganstudio.engine.encoders import encoder_of

    encode = encoder_of(model, known)
    if encode is None:
        raise RetouchError(NO_ENCODER)
    with torch.no_grad():
        return encode, LatentCode(encode(picture).float())


def place(mask: Array | None, side: int) -> "torch.Tensor":
    """Return a mask uint8 `[n, n]` as `[1, 1, side, side]` in [0, 1]; raises RetouchError for an empty one."""
    import torch

    if mask is None or not mask.any():
        raise RetouchError("Paint first where the picture shall change.")
    return torch.from_numpy(resized(mask, side).astype(np.float32) / FULL)[None, None]


def resized(pixels: Array, side: int) -> Array:
    """Return an array uint8 `[n, n]` or `[n, n, 3]` at another size."""
    import cv2

    scaled: Array = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA)
    return scaled


def can_retouch(info: ModelInfo | None, tool: Tool) -> bool:
    """Whether a model can follow a tool: textures and encoders want a W space, the rest any latent."""
    return info is not None and (tool not in IN_W or Ability.TRUNCATION in info.abilities)


def quickened(edit: "LocalEdit", model: "Model") -> "LocalEdit":
    """Return an edit that compares in 16 bits where the device is quicker so."""
    from ganstudio.core.device import quick_precision

    precision = quick_precision(model.generator.device)
    return replace(edit, phases=tuple(replace(phase, precision=precision) for phase in edit.phases))
