"""A photo becomes a code of a model: by an encoder, by optimisation, by both, and by tuning the model itself."""

import copy
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import torch

from ganstudio.architectures import cards
from ganstudio.core.device import Precision, quick_precision
from ganstudio.core.document import Space
from ganstudio.core.errors import StudioError
from ganstudio.core.generator import Generator, LatentCode
from ganstudio.core.inverting import Method, psnr_of
from ganstudio.core.pixels import to_pixels
from ganstudio.core.store import Array, Store
from ganstudio.engine.drawn_code import drawn_by, labels_of, of_class
from ganstudio.engine.model import Model
from ganstudio.latent.inversion import (
    Inversion,
    InversionError,
    InversionOptions,
    InversionStep,
    Spread,
    Wanted,
    score_of,
    spread_of,
)
from ganstudio.latent.multi_code import MultiCode, MultiCodeOptions, SeveralCodes
from ganstudio.latent.pivotal import PivotalTuning, TuningOptions
from ganstudio.layers.quick_distance import quick_distance
from ganstudio.losses.likeness import Likeness
from ganstudio.losses.perceptual import lpips_vgg16

Encode = Callable[[torch.Tensor], torch.Tensor]


class EncoderMissingError(StudioError):
    """A method needs an encoder, and the model has none."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One step of an inversion as the window sees it: pictures uint8 `[H, W, 3]`, and losses by name."""

    part: str
    number: int
    steps: int
    picture: Array
    best: Array
    losses: dict[str, float]
    lpips: float
    pixel: float


@dataclass(frozen=True)
class Found:
    """What an inversion found: the code, what tuning added to the weights, and how near it came.

    Where `several` codes around it draw the picture together, the code is their mean.

    `pixel` is the mean squared difference of pictures in [-1, 1]; `lpips_of_mean` is that of the mean w's picture.
    """

    method: Method
    space: Space
    code: LatentCode
    picture: Array
    lpips: float
    pixel: float
    lpips_of_mean: float
    steps: int
    seconds: float
    changes: dict[str, torch.Tensor] = field(default_factory=dict)
    several: SeveralCodes | None = None

    @property
    def psnr(self) -> float:
        """The peak signal-to-noise ratio in dB."""
        return psnr_of(self.pixel)


class PhotoInversion:
    """Inverts one aligned picture; it can be left after any step and `found` is the best until then."""

    def __init__(
        self,
        model: Model,
        picture: Array,
        method: Method,
        options: InversionOptions,
        *,
        tuning: TuningOptions | None = None,
        codes: MultiCodeOptions | None = None,
        several: SeveralCodes | None = None,
        encode: Encode | None = None,
        start: LatentCode | None = None,
        mask: Array | None = None,
        label: int | None = None,
        precision: Precision | None = None,
    ) -> None:
        """Take a picture uint8 `[R, R, 3]` of the model's resolution and a mask `[R, R]` in [0, 1] of what counts.

        Steps compare in 16 bits where the device is quicker so and no other precision is asked for; what is found in
        the end is always measured in float32. Several codes go on from `several`. `encode` maps pictures `[N, C, R, R]`
        to ws; raises EncoderMissingError where a method needs one, InversionError in spaces
        that it cannot search.
        """
        if encode is None and start is None and method in (Method.ENCODER, Method.HYBRID):
            trainable = ", or train an encoder for it first" if model.w_avg is not None else ""
            raise EncoderMissingError(
                f"The model {model.info.name} has no encoder, which {method} needs; choose optimise{trainable}."
            )
        if method is Method.HYBRID and options.space is Space.Z and model.w_avg is not None:
            raise InversionError(
                "An encoder's answer lies outside of z, so no search goes on from it there; choose w+, w or style, or "
                "optimise in z."
            )
        if method in (Method.ENCODER, Method.CODES):
            options = replace(options, space=Space.W_PLUS)
        self.model, self.method, self._encode, self._start = model, method, encode, start
        options = replace(options, precision=precision or quick_precision(model.generator.device))
        self.options = options if model.w_avg is not None else replace(options, space=Space.Z, search_noise=False)
        self._measured = True  # in float32
        self._tuning, self._codes, self._several = tuning or TuningOptions(), codes or MultiCodeOptions(), several
        self._distance = lpips_vgg16().to(model.generator.device)
        wanted = picture_tensor(picture, channels_of(model)).to(model.generator.device)
        shown = None if mask is None else torch.from_numpy(mask).float()[None, None].to(wanted)
        self._wanted = Wanted(wanted, shown)
        self._label, self._labels = label, labels_of(label, model)
        self.found: Found | None = None
        self.pivot: Found | None = None  # what was found before the model itself was tuned
        self._of_mean = math.nan
        self._began = 0.0
        self._done = 0

    def steps(self) -> Iterator[Sight]:
        """Invert step by step."""
        self._began = time.perf_counter()
        start = self._start or self._encoded()
        if start is not None:
            yield self._noted(self._first(start), "start" if start is self._start else "encoder")
        spread = spread_of(self.model.generator, self.model.z_dim, self._labels)
        self._of_mean = self._lpips_of(self._mean_code(spread))
        if self.found is not None:
            self.found = replace(self.found, lpips_of_mean=self._of_mean)
        if self.method is Method.ENCODER:
            return
        if self.method is Method.CODES:
            yield from self._by_codes(start or self._mean_code(spread), spread)
            return
        if self.method is not Method.PIVOTAL or start is None or self.options.steps:
            options = self.options if start is None else going_on(self.options)
            search = Inversion(
                self.model.generator,
                self._wanted,
                self._distance,
                options,
                spread,
                z_dim=self.model.z_dim,
                labels=self._labels,
                start=start,
                encoder=self._encode,
            )
            for step in search.steps():
                self._measured = self.options.precision is Precision.EXACT
                yield self._noted(step, "optimisation")
            self.settle()
        if self.method is Method.PIVOTAL:
            yield from self._tuned()

    def settle(self) -> None:
        """Measure in float32 what was found until now; it is for those who leave before the end."""
        if self.found is None or self._measured:
            return
        step, self._measured = self._first(self.found.code), True
        picture = to_pixels(step.best_picture)[0]
        self.found = replace(self.found, picture=picture, lpips=step.best_perceptual, pixel=step.best_pixel)

    def _encoded(self) -> LatentCode | None:
        in_z = self.options.space is Space.Z  # where an encoder's answer is no beginning
        if self._encode is None or self.method in (Method.OPTIMISE, Method.CODES) or in_z:
            return None
        with torch.no_grad():
            return LatentCode(self._encode(self._wanted.picture).float())

    def _mean_code(self, spread: Spread) -> LatentCode:
        return LatentCode(spread.mean.to(self.model.generator.device))

    @torch.no_grad()
    def _lpips_of(self, code: LatentCode) -> float:
        return self._first(code).best_perceptual

    @torch.no_grad()
    def _first(self, code: LatentCode) -> InversionStep:
        """Look at a code as if a step had ended there."""
        picture = self.model.generator.guided(code)
        difference = Likeness(self._distance, self._wanted.picture, self._wanted.mask)(picture)
        losses = {"perceptual": float(difference.perceptual.sum()), "pixel": float(difference.pixel.sum())}
        code = code.detached()
        return InversionStep(0, 0, losses, picture, code, picture, losses["perceptual"], losses["pixel"])

    def _tuned(self) -> Iterator[Sight]:
        assert self.found is not None
        self.pivot = self.found
        original = self.model.generator
        tuned = generator_copy(self.model)
        tuning = PivotalTuning(
            original,
            tuned,
            self._wanted,
            self._distance,
            self.found.code,
            self._tuning,
            z_dim=self.model.z_dim,
            labels=self._labels,
        )
        for step in tuning.steps():
            earlier = self._score_of(self.found)
            sight = self._noted(step, "tuning")
            if score_of(step, self.options) <= earlier:  # the weights are still those of this step's picture
                self.found = replace(self.found, changes=tuning.changes())
            yield sight

    def _by_codes(self, start: LatentCode, spread: Spread) -> Iterator[Sight]:
        """Search for several codes around one; they are compared in float32."""
        model, store, options = self.model, Store(), self.options
        document = of_class(model.info.document, self._label)
        document = drawn_by(start, model.info, document, store, several=self._several)
        search = MultiCode(
            model.generator,
            document,
            store,
            self._wanted,
            quick_distance(self._distance, torch.float32),
            replace(
                self._codes,
                steps=options.steps,
                seed=options.seed,
                perceptual_weight=options.perceptual_weight,
                pixel_weight=options.pixel_weight,
            ),
            unit=1.0 if model.w_avg is None else spread.deviation,
            dims=model.z_dim if model.w_avg is None else None,
        )
        for step in search.steps():
            middle, several = search.several(step)
            best = LatentCode(middle, {}, dict(start.noises))
            drawn = step.picture, best, step.best_picture, step.best_perceptual, step.best_pixel
            yield self._noted(InversionStep(step.number, step.steps, step.losses, *drawn), "codes", several)

    def _noted(self, step: InversionStep, part: str, several: SeveralCodes | None = None) -> Sight:
        self._done += part not in ("start", "encoder")
        earlier = self.found
        better = earlier is None or score_of(step, self.options) <= self._score_of(earlier)
        picture, best = (to_pixels(each)[0] for each in (step.picture, step.best_picture))
        code = step.best if better or earlier is None else earlier.code
        seconds = time.perf_counter() - self._began
        if better or earlier is None:
            self.found = Found(
                self.method,
                self.options.space,
                code,
                best,
                step.best_perceptual,
                step.best_pixel,
                self._of_mean,
                self._done,
                seconds,
                earlier.changes if earlier is not None else {},
                several,
            )
        else:
            self.found = replace(earlier, steps=self._done, seconds=seconds)
        kept = self.found
        return Sight(part, step.number, step.steps, picture, kept.picture, dict(step.losses), kept.lpips, kept.pixel)

    def _score_of(self, found: Found) -> float:
        return found.lpips * self.options.perceptual_weight + found.pixel * self.options.pixel_weight


def going_on(options: InversionOptions) -> InversionOptions:
    """Return the options of a search that begins at a good code: nothing shakes it."""
    return replace(options, latent_noise=0.0)


def channels_of(model: Model) -> int:
    """Return the colours of a model's pictures."""
    return int(getattr(model.config, "img_channels", 3))


def picture_tensor(picture: Array, channels: int) -> torch.Tensor:
    """Turn a picture uint8 `[H, W, 3]` into `[1, C, H, W]` in [-1, 1], gray where the model is."""
    tensor = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 127.5 - 1.0
    return tensor if channels >= tensor.shape[1] else tensor.mean(dim=1, keepdim=True).expand(-1, channels, -1, -1)


def generator_copy(model: Model) -> Generator:
    """Return a generator with the same weights, which may be changed."""
    built = cards()[model.info.architecture].build(model.config)
    assert isinstance(built, Generator)
    built.network.load_state_dict(copy.deepcopy(model.generator.network.state_dict()))
    built.network.requires_grad_(False)
    built.prepare(model.generator.device, Precision.EXACT)
    return built
