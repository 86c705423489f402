"""Finding the code whose picture is like a given one, by optimisation."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import torch
from torch import nn

from ganstudio.core.device import Precision, fast_dtype
from ganstudio.core.document import Space
from ganstudio.core.errors import StudioError
from ganstudio.core.generator import Generator, LatentCode
from ganstudio.layers.perceptual import PerceptualDistance
from ganstudio.layers.quick_distance import quick_distance
from ganstudio.losses.likeness import Difference, Likeness, noise_correlation

RANDOM_LATENTS = 4096
CHUNK = 256
LEAST_SPREAD = 1e-6


class InversionError(StudioError):
    """What is asked of an inversion does not fit the model."""


@dataclass(frozen=True)
class InversionOptions:
    """How a code is searched for; ramps and noises are those of StyleGAN2's projector (Karras et al. 2020, app. D)."""

    space: Space = Space.W_PLUS
    """Z, W, W+ or the style channels."""
    steps: int = 200
    lr: float = 0.3
    """In standard deviations of what is searched for, per step."""
    memory: float = 0.9
    """The second beta of Adam: how long it remembers how large gradients were.

    The paper has Adam's usual 0.999; on `faces`, 200 steps with that and a rate of 0.2 came to LPIPS 0.043, with 0.9
    to 0.030, and with 0.9 and 0.3 to 0.026 (n 4).
    """
    ramp_up: float = 0.05
    """Share of the steps in which the rate rises."""
    ramp_down: float = 0.25
    """Share of the steps in which it falls to zero."""
    latent_noise: float = 0.05
    """Noise on w at the start, as a share of how far w spreads; it helps to leave bad places."""
    noise_until: float = 0.75
    """Share of the steps after which that noise is gone."""
    search_noise: bool = True
    """Also search for the noise of every layer."""
    search_latent: bool = True
    """Without it only noises move."""
    perceptual_weight: float = 1.0
    pixel_weight: float = 0.1
    correlation_weight: float = 0.01
    """Keeps noises from carrying the picture.

    The paper's weight of 1e5 on all maps alike stops the noises of a short search: on `faces`, 100 steps with them came
    no nearer than without (LPIPS 0.097 and 0.098, n 4; 0.076 with this one, and the noises found are as white).
    """
    mean_weight: float = 0.0
    """Pulls ws, in standard deviations, to the mean w: what is found stays easier to edit."""
    domain_weight: float = 0.0
    """Pulls ws to what the encoder says of the picture drawn (Zhu et al. 2020, eq. 7)."""
    starts: int = 1
    """Random starts beside the mean; the best after a few steps goes on."""
    seed: int = 0
    precision: Precision = Precision.EXACT
    """`fast` compares in 16 bits, and what is said of distances is off by about a thousandth.

    Drawing stays exact: its rounding would lead the search astray.
    """


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched for: pictures `[N, C, h, w]` in [-1, 1], mostly one, and where they count `[1, 1, h, w]`.

    `degrade` turns a drawn picture into the kind that is wanted: smaller, gray, with holes.
    """

    picture: torch.Tensor
    mask: torch.Tensor | None = None
    degrade: Callable[[torch.Tensor], torch.Tensor] | None = None

    def likeness(self, distance: nn.Module | None) -> Likeness:
        """Return what compares pictures with this one."""
        assert distance is None or isinstance(distance, PerceptualDistance)
        return Likeness(distance, self.picture, self.mask)


@dataclass(frozen=True, slots=True)
class InversionStep:
    """One step: its losses by name, its picture `[1, C, H, W]`, and the best code so far with its distances."""

    number: int
    steps: int
    losses: Mapping[str, float]
    picture: torch.Tensor
    best: LatentCode
    best_picture: torch.Tensor
    best_perceptual: float
    best_pixel: float


@dataclass(frozen=True, slots=True)
class Spread:
    """The mean of ws `[1, rows, dim]`, and how far they spread along each coordinate on average."""

    mean: torch.Tensor
    deviation: float

    @property
    def length(self) -> float:
        """The root mean square of the distance of a row from its mean."""
        return self.deviation * math.sqrt(self.mean.shape[2])


@torch.no_grad()
def spread_of(generator: Generator, z_dim: int, c: torch.Tensor | None = None, seed: int = 0) -> Spread:
    """Measure the ws of 4,096 random z, of one class where labels `[1, c_dim]` are given."""
    random = torch.Generator().manual_seed(seed)
    chunks = []
    for _ in range(RANDOM_LATENTS // CHUNK):
        z = torch.randn(CHUNK, z_dim, generator=random).to(generator.device)
        chunks.append(generator.mapping(z, None if c is None else c.expand(CHUNK, -1)))
    ws = torch.cat(chunks).float()
    mean = ws.mean(dim=0, keepdim=True)
    return Spread(mean, max(float((ws - mean).square().mean().sqrt()), LEAST_SPREAD))


class Inversion:
    """A search that goes step by step; it can be left at any step, and its best code is kept.

    `start` is a code to begin at, such as an encoder's (the hybrid way: Zhu et al. 2016), else the mean of w. `encoder`
    maps pictures to ws and serves `domain_weight`.
    """

    def __init__(
        self,
        generator: Generator,
        wanted: Wanted,
        distance: nn.Module | None,
        options: InversionOptions,
        spread: Spread,
        *,
        z_dim: int,
        labels: torch.Tensor | None = None,
        start: LatentCode | None = None,
        encoder: Callable[[torch.Tensor], torch.Tensor] | None = None,
    ) -> None:
        """Lay out the variables; raises InversionError where the model has no such space."""
        self.generator, self.wanted, self.options, self.spread = generator, wanted, options, spread
        self._z_dim, self._labels, self._encoder = z_dim, labels, encoder
        self._count = len(wanted.picture)
        self._likeness = wanted.likeness(None if distance is None else self._quick(distance))
        self._random = torch.Generator().manual_seed(options.seed)
        self._check()
        self._steps_of_styles = dict(generator.style_steps()) if options.space is Space.STYLE else {}
        self._begin(start)

    @property
    def has_w(self) -> bool:
        """Whether the model has a mapping network."""
        return self.generator.w_avg is not None

    def steps(self) -> Iterator[InversionStep]:
        """Search from the start to the end for one picture; every step also says what is best so far."""
        if self._count != 1:
            raise InversionError("Several pictures are searched for in rounds.")
        for (step,) in self.rounds():
            yield step

    def rounds(self) -> Iterator[tuple[InversionStep, ...]]:
        """Search for all pictures at once, each as if it were alone; every round has a step of each of them."""
        options = self.options
        if options.starts > 1:
            self._choose_start()
        optimizer = self._optimizer()
        best: tuple[InversionStep, ...] = ()
        for number in range(1, options.steps + 1):
            for group in optimizer.param_groups:
                group["lr"] = group["step"] * options.lr * rate_share(number - 1, options)
            code = self._code(self._latent_noise(number - 1))
            picture = self.generator.guided(code)
            losses, difference = self._losses(code, picture)
            total = torch.stack(list(losses.values())).sum()
            optimizer.zero_grad(set_to_none=True)
            total.backward()  # type: ignore[no-untyped-call]
            best = self._kept(number, best, losses, code, picture, difference)
            yield best
            optimizer.step()
            self._tidy()

    def _quick(self, distance: nn.Module) -> nn.Module:
        assert isinstance(distance, PerceptualDistance)
        fast = self.options.precision is Precision.FAST
        return quick_distance(distance, fast_dtype(self.generator.device) if fast else torch.float32)

    def _check(self) -> None:
        space = self.options.space
        if not self.has_w and space is not Space.Z:
            raise InversionError(f"This model has no {space.value} space; search in its z.")
        if space is Space.STYLE and not self.generator.style_steps():
            raise InversionError("This model has no style channels; search in w+ or w.")
        if not self.options.search_latent and not (self.options.search_noise and self.generator.noise_resolutions):
            raise InversionError("This model has no noise; search for its latent.")

    def _begin(self, start: LatentCode | None) -> None:
        """Lay out the variables: latents in standard deviations from the start, offsets of styles, and noises."""
        options, device, count = self.options, self.generator.device, self._count
        rows = {Space.W: 1, Space.Z: 1}.get(options.space, self.spread.mean.shape[1])
        searches_z = options.space is Space.Z
        if searches_z and self.has_w:
            self._from = torch.zeros(1, 1, self._z_dim, device=device)
        elif start is not None and start.ws.shape[1] >= rows:
            self._from = start.ws.detach().float().mean(dim=1, keepdim=True) if rows == 1 else start.ws.detach().float()
        else:
            self._from = self.spread.mean[:, :rows].to(device).clone()
        self._unit = 1.0 if searches_z else self.spread.deviation
        self._from = self._from.expand(count, -1, -1)
        self._moved = torch.zeros_like(self._from, memory_format=torch.contiguous_format)
        if searches_z and start is None:  # at the very middle of z nothing says where to go
            self._moved += torch.randn(self._from[:1].shape, generator=self._random).to(device) * 0.5
        self._moved.requires_grad_(options.space is not Space.STYLE and options.search_latent)
        self._offsets = {
            name: torch.zeros(count, len(step), device=device, requires_grad=True)
            for name, step in self._steps_of_styles.items()
        }
        self._held = {} if start is None else dict(start.noises)  # what is not searched for stays as it was
        self._noises: dict[int, torch.Tensor] = {}
        if options.search_noise:
            for index, side in enumerate(self.generator.noise_resolutions):
                given = None if start is None else start.noises.get(index)
                noise = torch.randn(1, 1, side, side, generator=self._random) if given is None else given
                self._noises[index] = (
                    noise.detach().to(device).repeat(count // len(noise), 1, 1, 1).requires_grad_(True)
                )

    def _optimizer(self) -> torch.optim.Optimizer:
        latents = [self._moved, *self._offsets.values()]
        free = [each for each in latents if each.requires_grad]
        groups: list[dict[str, object]] = [{"params": free, "step": 1.0}] if free else []
        if self._noises:
            groups.append({"params": list(self._noises.values()), "step": 1.0})
        return torch.optim.Adam(groups, lr=self.options.lr, betas=(0.9, self.options.memory))

    def _code(self, latent_noise: torch.Tensor | None = None) -> LatentCode:
        at = self._from + self._moved * self._unit
        if self.options.space is Space.Z and self.has_w:
            labels = None if self._labels is None else self._labels.expand(self._count, -1)
            ws = self.generator.mapping(at[:, 0], labels)
        else:
            ws = at if latent_noise is None else at + latent_noise
            ws = ws.expand(-1, self.spread.mean.shape[1], -1)
        styles = {name: moved * self._steps_of_styles[name] for name, moved in self._offsets.items()}
        return LatentCode(ws, styles, {**self._held, **self._noises})

    def _latent_noise(self, done: int) -> torch.Tensor | None:
        options = self.options
        left = max(0.0, 1.0 - done / max(options.steps * options.noise_until, 1.0))
        if options.space not in (Space.W, Space.W_PLUS) or not options.latent_noise or not left:
            return None
        strength = self.spread.length * options.latent_noise * left**2
        return torch.randn(self._from[:1].shape, generator=self._random).to(self._from) * strength

    def _losses(self, code: LatentCode, picture: torch.Tensor) -> tuple[dict[str, torch.Tensor], Difference]:
        """Return the losses `[N]` by name, and what the first two of them come from."""
        options = self.options
        seen = picture if self.wanted.degrade is None else self.wanted.degrade(picture)
        if seen.shape[1:] != self.wanted.picture.shape[1:]:
            drawn, wanted = (" x ".join(map(str, each.shape[1:])) for each in (seen, self.wanted.picture))
            raise InversionError(f"The model draws {drawn}, but the wanted picture is {wanted}; crop it to that size.")
        difference = self._likeness(seen)
        losses = {
            "perceptual": difference.perceptual * options.perceptual_weight,
            "pixel": difference.pixel * options.pixel_weight,
        }
        if self._noises and options.correlation_weight:
            correlations = torch.stack([noise_correlation(noise) for noise in self._noises.values()])
            losses["noise"] = correlations.sum(dim=0) * options.correlation_weight
        if options.mean_weight and self.has_w:
            away = (code.ws - self.spread.mean) / self.spread.deviation
            losses["mean"] = away.square().mean(dim=(1, 2)) * options.mean_weight
        if options.space is Space.Z:
            at = self._from + self._moved
            losses["prior"] = (at.square().mean(dim=(1, 2)) - 1.0).square() * 0.1
        if options.domain_weight and self._encoder is not None:
            apart = (code.ws - self._encoder(picture)) / self.spread.deviation
            losses["domain"] = apart.square().mean(dim=(1, 2)) * options.domain_weight
        return losses, difference

    def _kept(
        self,
        number: int,
        before: tuple[InversionStep, ...],
        losses: Mapping[str, torch.Tensor],
        code: LatentCode,
        picture: torch.Tensor,
        difference: Difference,
    ) -> tuple[InversionStep, ...]:
        """Return the step of every picture, with its best until now."""
        options, drawn, steps = self.options, picture.detach(), []
        values = {name: loss.detach().tolist() for name, loss in losses.items()}
        perceptual, pixel = (each.detach().tolist() for each in (difference.perceptual, difference.pixel))
        for i in range(self._count):
            own = {name: numbers[i] for name, numbers in values.items()}
            step = InversionStep(
                number, options.steps, own, drawn[i : i + 1], code, drawn[i : i + 1], perceptual[i], pixel[i]
            )
            if not math.isfinite(score_of(step, options)):
                raise InversionError("The search left all bounds; choose a smaller learning rate.")
            if before and score_of(before[i], options) <= score_of(step, options):
                steps.append(replace(before[i], number=number, losses=own, picture=step.picture))
            else:
                steps.append(replace(step, best=code.row(i)))
        return tuple(steps)

    @torch.no_grad()
    def _tidy(self) -> None:
        """Keep noises at zero mean and unit variance."""
        for noise in self._noises.values():
            noise -= noise.mean(dim=(1, 2, 3), keepdim=True)
            noise *= noise.square().mean(dim=(1, 2, 3), keepdim=True).clamp_min(LEAST_SPREAD).rsqrt()

    @torch.no_grad()
    def _choose_start(self) -> None:
        """Begin at the best of several random places, the mean among them."""
        options = self.options
        places, scores = [self._moved.detach().clone()], []
        scale = 1.0 if options.space is Space.Z else 0.7
        for _ in range(options.starts - 1):
            random = torch.randn(1, 1, self._moved.shape[2], generator=self._random).to(self._moved) * scale
            places.append(random.expand_as(self._moved).clone())
        for place in places:
            self._moved.copy_(place)
            picture = self.generator.guided(self._code())
            found = self._likeness(picture if self.wanted.degrade is None else self.wanted.degrade(picture))
            scores.append(found.perceptual * options.perceptual_weight + found.pixel * options.pixel_weight)
        for i, best in enumerate(torch.stack(scores).argmin(dim=0).tolist()):
            self._moved[i] = places[best][i]


def score_of(step: InversionStep, options: InversionOptions) -> float:
    """Return what is least at the best step."""
    return step.best_perceptual * options.perceptual_weight + step.best_pixel * options.pixel_weight


def rate_share(done: int, options: InversionOptions) -> float:
    """Return the share of the learning rate after `done` steps: a linear rise, a plateau, a cosine fall."""
    share = done / max(options.steps, 1)
    fall = min(1.0, (1.0 - share) / options.ramp_down) if options.ramp_down > 0 else 1.0
    rise = min(1.0, (share + 1.0 / max(options.steps, 1)) / options.ramp_up) if options.ramp_up > 0 else 1.0
    return (0.5 - 0.5 * math.cos(fall * math.pi)) * rise
