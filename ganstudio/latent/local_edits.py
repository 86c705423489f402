"""Local edits and restoration by searching for a code (Abdal et al. 2020, Image2StyleGAN++, arXiv 1911.11544).

Each function says what is wanted of the picture and in which phases it is searched for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import nn

from ganstudio.core.document import NoiseSetting, Space
from ganstudio.core.generator import Generator, LatentCode
from ganstudio.core.style_based import StyleBasedGenerator
from ganstudio.core.style_stages import noise_of
from ganstudio.latent.inversion import Inversion, InversionError, InversionOptions, InversionStep, Spread, Wanted
from ganstudio.losses.joined_likeness import JoinedLikeness, Part

if TYPE_CHECKING:
    from ganstudio.losses.likeness import Likeness

LUMA = (0.299, 0.587, 0.114)
FACTORS = (2, 4)
STROKE, KEPT = 1.0, 2.0  # of pixels
NOISE_SHARE, NOISE_RULE = 0.3, 1e-4  # a firmer rule would hold the small noises of small models still
PRIOR = 0.01
DOMAIN = 0.5
STYLE = 0.5

NEAR = InversionOptions(steps=100, lr=0.05, latent_noise=0.0, search_noise=False)
"""Begins at what is drawn now and stays near it."""
FAR = InversionOptions(steps=200, lr=0.1, search_noise=False, mean_weight=PRIOR)
"""Begins at the mean, whose pull fills in what the wanted picture does not tell."""


@dataclass(frozen=True, slots=True)
class WantedParts(Wanted):
    """Several wishes at once; `picture` is one of the model's own size."""

    parts: tuple[Part, ...] = ()

    def likeness(self, distance: nn.Module | None) -> "Likeness":
        """Return what compares pictures with all parts."""
        from ganstudio.layers.perceptual import PerceptualDistance

        assert distance is None or isinstance(distance, PerceptualDistance)
        return JoinedLikeness(distance, self.parts)


@dataclass(frozen=True)
class LocalEdit:
    """What is wanted, and how it is searched for, one phase after the other."""

    wanted: Wanted
    phases: tuple[InversionOptions, ...]

    def within(self, steps: int) -> "LocalEdit":
        """Return the same edit with that many steps in all."""
        before = sum(phase.steps for phase in self.phases)
        phases = (replace(phase, steps=max(1, round(steps * phase.steps / before))) for phase in self.phases)
        return replace(self, phases=tuple(phases))


class LocalSearch:
    """Searches through the phases of an edit from `start`, the mean of w where there is none."""

    def __init__(
        self,
        generator: Generator,
        edit: LocalEdit,
        distance: nn.Module | None,
        spread: Spread,
        *,
        z_dim: int,
        labels: torch.Tensor | None = None,
        start: LatentCode | None = None,
        encoder: Callable[[torch.Tensor], torch.Tensor] | None = None,
    ) -> None:
        """Take what an `Inversion` takes; models without a mapping network are searched in z."""
        self._generator, self._edit, self._distance, self._spread = generator, edit, distance, spread
        self._z_dim, self._labels, self._start, self._encoder = z_dim, labels, start, encoder
        phases = (fitting(phase, generator) for phase in edit.phases)
        self._phases = [phase for phase in phases if phase.search_latent or phase.search_noise]

    def steps(self) -> Iterator[InversionStep]:
        """Search; steps count on through all phases, and every one has the best so far of its phase."""
        total, done, code = sum(phase.steps for phase in self._phases), 0, self._start
        for phase in self._phases:
            if phase.search_noise and code is not None:
                code = replace(code, noises={**noises_of(self._generator), **code.noises})
            search = Inversion(
                self._generator,
                self._edit.wanted,
                self._distance,
                phase,
                self._spread,
                z_dim=self._z_dim,
                labels=self._labels,
                start=code,
                encoder=self._encoder,
            )
            for step in search.steps():
                code = step.best
                yield replace(step, number=done + step.number, steps=total)
            done += phase.steps


def fitting(options: InversionOptions, generator: Generator) -> InversionOptions:
    """Return options that a model can follow."""
    if generator.w_avg is None:
        return replace(options, space=Space.Z, search_noise=False)
    return replace(options, search_noise=options.search_noise and bool(generator.noise_resolutions))


def noises_of(generator: Generator) -> dict[int, torch.Tensor]:
    """Return the noises `[1, 1, r, r]` that a model keeps, by layer."""
    if not isinstance(generator, StyleBasedGenerator):
        return {}
    found = (noise_of(layer, i, NoiseSetting(), generator.device) for i, layer in enumerate(generator.layers))
    return {i: noise for i, noise in enumerate(found) if noise is not None}


def scribbled(picture: torch.Tensor, strokes: torch.Tensor, where: torch.Tensor, strength: float = 1.0) -> LocalEdit:
    """Colours `[1, C, H, W]` guide the picture where they were drawn, `[1, 1, H, W]`; elsewhere it stays (section 5.3).

    Only their colours count, not their rims, as in the brush of iGAN (Zhu et al. 2016).
    """
    _check_place(picture, strokes, where)
    guide = Part(strokes, where, perceptual=0.0, pixel=STROKE * strength)
    rest = Part(picture, 1.0 - grown(where), perceptual=0.5, pixel=KEPT)
    return LocalEdit(WantedParts(picture, parts=(guide, rest)), (replace(NEAR, pixel_weight=1.0),))


def inpainted(picture: torch.Tensor, hole: torch.Tensor) -> LocalEdit:
    """Fill a hole `[1, 1, H, W]` of a picture `[1, C, H, W]`; what is inside of it counts for nothing (section 5.2)."""
    _check_place(picture, picture, hole)
    return LocalEdit(Wanted(picture, 1.0 - hole), (FAR,))


def coloured(gray: torch.Tensor) -> LocalEdit:
    """Find the colours of a gray picture `[1, 1, H, W]`."""
    return LocalEdit(Wanted(gray, degrade=luma), (FAR,))


def enlarged(small: torch.Tensor, factor: int) -> LocalEdit:
    """Find the picture that a small one `[1, C, H, W]` is 2 or 4 times smaller than (Menon et al. 2020, PULSE)."""
    if factor not in FACTORS:
        raise InversionError(f"Pictures are enlarged 2 or 4 times, not {factor} times.")
    return LocalEdit(Wanted(small, degrade=Smaller(factor)), (FAR,))


def crossed(first: torch.Tensor, second: torch.Tensor, where: torch.Tensor) -> LocalEdit:
    """Join the first picture inside of a mask `[1, 1, H, W]` with the second outside: w, then noises (section 5.1).

    The seam is left to the model.
    """
    _check_place(first, second, where)
    joined = first * where + second * (1.0 - where)
    parts = (Part(first, shrunk(where)), Part(second, 1.0 - grown(where)))
    return LocalEdit(WantedParts(joined, parts=parts), with_noise_after(replace(NEAR, steps=150)))


def restyled(picture: torch.Tensor, style: torch.Tensor, where: torch.Tensor, strength: float = 1.0) -> LocalEdit:
    """Give a place `[1, 1, H, W]` the textures of a style picture `[1, C, h, w]`; the rest stays (section 5.4)."""
    _check_place(picture, picture, where)
    inside = Part(style, where, perceptual=0.0, pixel=0.0, style=STYLE * strength)
    shape = Part(luma_kept(picture), where, perceptual=0.0, pixel=0.1, degrade=luma_kept)
    return LocalEdit(
        WantedParts(picture, parts=(Part(picture, 1.0 - grown(where)), _fitting_size(inside, picture), shape)),
        with_noise_after(NEAR),
    )


def diffused(face: torch.Tensor, context: torch.Tensor, where: torch.Tensor) -> LocalEdit:
    """Paste a face into a context: only the face's place counts, the model and its encoder adapt the context.

    In-domain inversion's semantic diffusion (Zhu et al. 2020, section 4.4); the search wants an encoder and begins at
    what the encoder says of `wanted.picture`, the pasted picture.
    """
    _check_place(face, context, where)
    pasted = face * where + context * (1.0 - where)
    options = replace(NEAR, mean_weight=PRIOR, domain_weight=DOMAIN)
    return LocalEdit(Wanted(pasted, where), (options,))


def with_noise_after(options: InversionOptions) -> tuple[InversionOptions, InversionOptions]:
    """Return a phase for the latent and one for the noises, which take over what the latent leaves."""
    steps = max(1, round(options.steps * NOISE_SHARE))
    noises = replace(
        options,
        steps=steps,
        search_latent=False,
        search_noise=True,
        latent_noise=0.0,
        correlation_weight=NOISE_RULE,
        pixel_weight=1.0,
    )
    return options, noises


@dataclass(frozen=True, slots=True)
class Smaller:
    """Averages squares of pixels."""

    factor: int

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return pictures `[N, C, H / factor, W / factor]`."""
        return F.avg_pool2d(pictures, self.factor)


def luma(pictures: torch.Tensor) -> torch.Tensor:
    """Return gray pictures `[N, 1, H, W]` of coloured ones (ITU-R BT.601)."""
    if pictures.shape[1] == 1:
        return pictures
    return (pictures * torch.tensor(LUMA, device=pictures.device)[:, None, None]).sum(dim=1, keepdim=True)


def luma_kept(pictures: torch.Tensor) -> torch.Tensor:
    """Return gray pictures with as many channels as before."""
    return luma(pictures).expand_as(pictures)


def grown(mask: torch.Tensor, share: float = 1 / 16) -> torch.Tensor:
    """Return a mask that reaches further by a share of the picture's width."""
    reach = max(1, round(mask.shape[3] * share))
    return F.max_pool2d(mask, 2 * reach + 1, stride=1, padding=reach)


def shrunk(mask: torch.Tensor, share: float = 1 / 32) -> torch.Tensor:
    """Return a mask that reaches less far by a share of the picture's width; as it was where nothing would be left."""
    less = 1.0 - grown(1.0 - mask, share)
    return less if bool(less.any()) else mask


def _fitting_size(part: Part, picture: torch.Tensor) -> Part:
    """Return a part whose picture is as large as the model's."""
    if part.picture.shape == picture.shape:
        return part
    size = (picture.shape[2], picture.shape[3])
    return replace(part, picture=F.interpolate(part.picture, size=size, mode="bilinear", antialias=True))


def _check_place(picture: torch.Tensor, other: torch.Tensor, where: torch.Tensor) -> None:
    if other.shape != picture.shape or where.shape[2:] != picture.shape[2:]:
        sizes = ", ".join(" x ".join(map(str, each.shape[1:])) for each in (picture, other, where))
        raise InversionError(f"Pictures and mask must be of one size; these are {sizes}.")
    if not bool((where > 0).any()):
        raise InversionError("The mask is empty; paint where the picture shall change.")
