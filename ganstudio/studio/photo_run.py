"""One search for a photo's latent, step by step on the compute thread; its best so far is a document."""

import dataclasses
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ganstudio.core.document import Document, Space, joined_codes
from ganstudio.core.frame import ModelInfo, StageInfo
from ganstudio.core.inputs import Ability
from ganstudio.core.inverting import LEAST_COMPARED, Method, nearness, psnr_of
from ganstudio.core.progress import Progress
from ganstudio.core.project import PhotoInHand
from ganstudio.core.store import Store
from ganstudio.engine.compute import Backend
from ganstudio.studio.encoders import has_encoder
from ganstudio.studio.inversion import TUNING_SHARE
from ganstudio.studio.photo_reading import aligned_picture
from ganstudio.studio.pictures import prepare_folder

if TYPE_CHECKING:
    from ganstudio.engine.inverting import Found
    from ganstudio.latent.multi_code import SeveralCodes

KEPT_EVERY_S = 1.0
LIGHT_BYTES = 256 << 10
ENCODING = (Method.ENCODER, Method.HYBRID)
TUNED = "tuned"
CODES, MOST_CODES = 8, 32
LEAST_MEETING_PX = 32


@dataclass(frozen=True, slots=True)
class Plan:
    """How a photo's latent is to be found; the method that suits the model where None is chosen.

    Several codes meet at `stage`, that of half the resolution where none is named, and every channel takes its own
    share of each where they are `adaptive`.
    """

    method: Method | None = None
    space: Space = Space.W_PLUS
    steps: int = 200
    seed: int = 0
    starts: int = 1
    """Places to begin at where a search begins afresh: the mean and random ones, of which the best goes on."""
    codes: int = CODES
    stage: str = ""
    adaptive: bool = True
    in_domain: bool = False
    """Whether the encoder keeps a search that began at its answer among what the model draws by itself."""


@dataclass(frozen=True, slots=True)
class Best:
    """What a search came to so far: the document that draws it, its distances to the photo, and the steps taken."""

    document: Document
    lpips: float
    lpips_of_mean: float
    psnr: float
    steps: int
    side: int = LEAST_COMPARED
    """How wide the picture is; LPIPS says nothing of very small ones."""

    @property
    def near(self) -> str:
        """How near it came."""
        return nearness(self.side, self.lpips, self.psnr)


def spaces_of(info: ModelInfo) -> tuple[Space, ...]:
    """Return where a model's latents can be searched for, the most faithful first."""
    if Ability.TRUNCATION not in info.abilities:
        return (Space.Z,)
    styled = any(stage.styles for stage in info.stages)
    return (Space.W_PLUS, Space.W, Space.Z, *((Space.STYLE,) if styled else ()))


def meetings_of(info: ModelInfo) -> tuple[StageInfo, ...]:
    """Return the stages where several codes can meet: those whose features have places, but the last."""
    return tuple(stage for stage in info.stages[:-1] if stage.units and stage.side > 1)


def fitting(plan: Plan, info: ModelInfo, encoders: Sequence[Path] = ()) -> Plan:
    """Return a plan that a model can follow, with an encoder among these files, beside it or shipped."""
    encoder, spaces, meetings = has_encoder(info, encoders), spaces_of(info), meetings_of(info)
    method = plan.method or (Method.HYBRID if encoder else Method.OPTIMISE)
    if (method in ENCODING and not encoder) or (method is Method.CODES and not meetings):
        method = Method.OPTIMISE
    space = plan.space if plan.space in spaces else spaces[0]
    if method in (Method.CODES, Method.ENCODER) or (method is Method.HYBRID and space is Space.Z):
        space = spaces[0]
    stage = plan.stage
    if meetings and stage not in (each.name for each in meetings):
        wished = max(info.resolution // 2, LEAST_MEETING_PX)
        stage = max((each for each in meetings if each.side <= wished), key=lambda each: each.side).name
    return dataclasses.replace(plan, method=method, space=space, stage=stage)


class SearchRun:
    """One search; its steps run on the compute thread, and `best` is read on the main one."""

    def __init__(
        self,
        store: Store,
        info: ModelInfo,
        hand: PhotoInHand,
        plan: Plan,
        document: Document,
        *,
        onward: bool,
        folder: Path,
        encoders: Sequence[Path] = (),
    ) -> None:
        """Take a photo's square, a plan that fits, and the document whose classes hold; begin there where `onward`.

        A model that was tuned is written into `folder`; `encoders` are files that may be the model's.
        """
        self.best: Best | None = None
        self.tuned: ModelInfo | None = None
        self._folder, self._encoders = folder, encoders
        self._store, self._info, self._hand, self._plan = store, info, hand, plan
        self._document, self._onward = document, onward
        self._noted = 0.0

    def steps(self, backend: Backend) -> Iterator[Progress]:
        """Search; every step's result is a `Sight`."""
        from ganstudio.engine.drawn_code import class_of, code_of
        from ganstudio.engine.encoders import encoder_of
        from ganstudio.engine.inverting import PhotoInversion
        from ganstudio.latent.inversion import InversionOptions
        from ganstudio.latent.local_edits import DOMAIN
        from ganstudio.latent.multi_code import MultiCodeOptions
        from ganstudio.latent.pivotal import TuningOptions

        plan, model = self._plan, backend.model(self._info.digest)
        assert plan.method is not None
        aligned = aligned_picture(self._hand, self._info.resolution, self._store)
        yield Progress(0, plan.steps, "Getting ready")
        regular = plan.in_domain and plan.method is Method.HYBRID
        alone = plan.method in (Method.OPTIMISE, Method.CODES) or (self._onward and not regular)
        encode = None if alone else encoder_of(model, self._encoders)
        tuning = round(plan.steps * TUNING_SHARE) if plan.method is Method.PIVOTAL else 0
        inversion = PhotoInversion(
            model,
            aligned,
            plan.method,
            InversionOptions(
                space=plan.space,
                steps=plan.steps - tuning,
                seed=plan.seed,
                domain_weight=DOMAIN if regular else 0.0,
                starts=plan.starts if begins_afresh(plan) and not self._onward else 1,
            ),
            tuning=TuningOptions(steps=tuning, seed=plan.seed),
            codes=MultiCodeOptions(codes=plan.codes, stage=plan.stage, adaptive=plan.adaptive),
            several=several_of(self._document, self._store) if self._onward else None,
            encode=encode,
            start=code_of(self._document, model, self._store) if self._onward else None,
            mask=mask_of(self._hand, self._info.resolution, self._store),
            label=class_of(self._document),
        )
        done = 0
        try:
            for sight in inversion.steps():
                self._keep(inversion.pivot or inversion.found, whole=False)
                done += sight.steps > 0
                near = nearness(self._info.resolution, sight.lpips, psnr_of(sight.pixel))
                words = f"The latent is kept: {near} after {done} steps."
                yield Progress(done, plan.steps, words, result=sight)
            yield Progress(plan.steps, plan.steps)  # what it came to is said once, where it is kept
        finally:
            inversion.settle()
            found = inversion.found
            tuned = found is not None and bool(found.changes)
            self._keep(inversion.pivot if tuned else found, whole=True)
            if found is not None and tuned:
                self._keep_tuned(backend, found)

    def _keep(self, found: "Found | None", *, whole: bool) -> None:
        """Put the best so far into the store about once a second; noises that weigh much, only at the end."""
        if found is None or (not whole and time.monotonic() - self._noted < KEPT_EVERY_S):
            return
        from ganstudio.engine.drawn_code import drawn_by

        self._noted = time.monotonic()
        weight = sum(noise.numel() for noise in found.code.noises.values()) * 4
        noises = whole or weight <= LIGHT_BYTES
        document = drawn_by(
            found.code, self._info, self._document, self._store, noises=noises, several=found.several
        )
        side = self._info.resolution
        self.best = Best(document, found.lpips, found.lpips_of_mean, found.psnr, found.steps, side)

    def _keep_tuned(self, backend: Backend, found: "Found") -> None:
        """Write what tuning changed beside the settings, and let the best be drawn by the model with these changes."""
        from ganstudio.checkpoints.tuned import save_tuned

        prepare_folder(self._folder)
        name = f"{Path(self._info.name).stem} {Path(self._hand.name).stem}"
        number = next(n for n in count(1) if not (self._folder / f"{name} {n}.safetensors").exists())
        path = self._folder / f"{name} {number}.safetensors"
        save_tuned(path, Path(self._info.path), found.changes)
        self.tuned = info = backend.open(str(path)).info
        self._keep(found, whole=True)
        assert self.best is not None
        document = dataclasses.replace(self.best.document, model=info.document.model)
        self.best = dataclasses.replace(self.best, document=document)


def mask_of(hand: PhotoInHand, resolution: int, store: Store) -> "np.ndarray[Any, Any] | None":
    """Return what counts as `[R, R]` in [0, 1]; None where everything does."""
    import cv2

    if hand.mask is None:
        return None
    mask = cv2.resize(store.get(hand.mask), (resolution, resolution), interpolation=cv2.INTER_AREA)
    counts: np.ndarray[Any, Any] = mask.astype(np.float32) / 255.0
    return counts


def begins_afresh(plan: Plan) -> bool:
    """Whether a search begins at the mean or at random, and so can begin at several places."""
    return plan.method is Method.OPTIMISE and plan.space is not Space.STYLE


def several_of(document: Document, store: Store) -> "SeveralCodes | None":
    """Return the codes that draw a document together, None where its latent draws it alone."""
    import torch

    from ganstudio.latent.multi_code import SeveralCodes

    join = joined_codes(document)
    if join is None:
        return None
    offsets, weights = (torch.from_numpy(store.get(ref).copy()) for ref in (join.offsets, join.weights))
    return SeveralCodes(join.stages, offsets, weights)


def codes_in_words(document: Document) -> str:
    """Say how many codes draw a document and where they meet, empty where its latent draws it alone."""
    join = joined_codes(document)
    return "" if join is None else f"{join.count} codes that meet at {join.stage}"
