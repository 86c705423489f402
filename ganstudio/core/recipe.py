"""What training an architecture means: networks, phases, and what is kept beside them."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

import torch

from ganstudio.core.errors import WrongInputError
from ganstudio.core.generator import Generator
from ganstudio.core.map_classes import MapClasses

O = TypeVar("O")  # noqa: E741 - options
Scalars = Mapping[str, torch.Tensor]


@dataclass(frozen=True, slots=True)
class DataFacts:
    """What a recipe must know of the data before its networks are built."""

    resolution: int
    img_channels: int
    c_dim: int
    count: int
    map_classes: MapClasses | None = None


@dataclass(frozen=True, slots=True)
class Draws:
    """Random numbers that depend on the run's seed, the step and a sample's place in the global batch alone.

    They are the same however the batch is split over processes and accumulation: all `total` rows of the global batch
    are drawn, and `first`, `first + stride`, ... are ours. Such a split keeps strided minibatch groups whole.
    """

    seed: int
    step: int
    total: int
    first: int = 0
    stride: int = 1
    scope: str = ""  # the phase, so that phases draw different numbers
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    @property
    def count(self) -> int:
        """The number of rows that are ours."""
        return len(range(self.first, self.total, self.stride))

    def generator(self, name: str) -> torch.Generator:
        """Return a CPU generator for one purpose; its draws must not depend on the rows that are ours."""
        text = f"{self.seed}/{self.step}/{self.scope}/{name}"
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        return torch.Generator().manual_seed(int.from_bytes(digest, "little") >> 1)

    def normal(self, name: str, *shape: int) -> torch.Tensor:
        """Draw N(0, 1) for our rows `[count, *shape]`."""
        return self._ours(torch.randn(self.total, *shape, generator=self.generator(name)))

    def uniform(self, name: str, *shape: int) -> torch.Tensor:
        """Draw U(0, 1) for our rows `[count, *shape]`."""
        return self._ours(torch.rand(self.total, *shape, generator=self.generator(name)))

    def integers(self, name: str, low: int, high: int, *shape: int) -> torch.Tensor:
        """Draw whole numbers in [low, high) for our rows `[count, *shape]`."""
        return self._ours(torch.randint(low, high, (self.total, *shape), generator=self.generator(name)))

    def _ours(self, rows: torch.Tensor) -> torch.Tensor:
        return rows[self.first :: self.stride].to(self.device)


def alone(value: torch.Tensor) -> torch.Tensor:
    """The mean over processes where there is only one."""
    return value


@dataclass(frozen=True, slots=True)
class Batch:
    """Real pictures `[N, C, R, R]` in [-1, 1], one-hot labels `[N, c_dim]` or None, and the step's random numbers.

    `mean_over_processes` averages a tensor over all processes and can be differentiated; losses that hold a
    statistic of the whole batch use it, so that many processes equal one. `latents` `[N, dim]` are what a generator
    drew the pictures from, where one did. `maps` and `instances` int64 `[N, R, R]` are the pictures' class indices and
    numbers of objects, where the data have them.
    """

    images: torch.Tensor
    labels: torch.Tensor | None
    draws: Draws
    mean_over_processes: Callable[[torch.Tensor], torch.Tensor] = alone
    latents: torch.Tensor | None = None
    maps: torch.Tensor | None = None
    instances: torch.Tensor | None = None


@dataclass(frozen=True, slots=True)
class Losses:
    """Scalars whose sum is minimised (each the mean over the batch), and tensors that are only looked at."""

    minimised: Scalars
    observed: Scalars = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Phase:
    """One kind of update: the networks that it trains, with which optimizer, every how many steps, and its losses."""

    name: str
    trains: tuple[str, ...]
    optimizer: str
    losses: Callable[[Batch, int], Losses]  # of a batch and images_seen
    interval: int = 1


@dataclass(frozen=True, slots=True)
class Averaging:
    """An exponential moving average of a network's weights: half-life in images, shorter at the start.

    The half-life is at most `ramp_up` times images_seen where `ramp_up` is given (Karras et al. 2020, ADA code).
    """

    network: str
    half_life: float
    ramp_up: float | None = None


class Recipe(ABC):
    """A training run of one architecture, without its loop.

    All state that must survive a crash lies in the networks (as parameters or buffers) and the optimizers.
    """

    @abstractmethod
    def networks(self) -> Mapping[str, torch.nn.Module]:
        """Return every module with state, by name; `generator` and, where there is one, `discriminator` among them."""

    @abstractmethod
    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        """Return the optimizers by the names that phases use."""

    @abstractmethod
    def phases(self) -> tuple[Phase, ...]:
        """Return the phases of a step in the order in which they run."""

    @abstractmethod
    def averaging(self) -> Mapping[str, Averaging]:
        """Return the averages to keep, by name; `generator` is what samples, snapshots and the final model use."""

    @abstractmethod
    def config(self) -> object:
        """Return the generator's config, as its architecture's card knows it."""

    def discriminator_config(self) -> object | None:
        """Return the discriminator's config, where there is one that the card knows."""
        return None

    @abstractmethod
    def sample(
        self, generator: torch.nn.Module, z: torch.Tensor, labels: torch.Tensor | None, images_seen: int
    ) -> torch.Tensor:
        """Draw pictures `[N, C, R, R]` in [-1, 1] with a (usually averaged) generator for z `[N, z_dim]`."""

    @property
    @abstractmethod
    def z_dim(self) -> int:
        """The length of z."""

    def batch(self, images_seen: int) -> int | None:
        """Return the size of the next step's global batch where it is another multiple of the options' `batch`."""
        return None

    def update(self, images_seen: int, observed: Mapping[str, float]) -> None:  # noqa: B027 - nothing adapts by default
        """Adapt state after a step from the means of what its phases observed, over all processes."""

    @property
    def held_out_interval(self) -> int:
        """Every how many steps `update` needs the logits of held-out pictures; 0: it does without."""
        return 0

    def judge_held_out(self, batch: Batch, images_seen: int) -> Mapping[str, torch.Tensor]:
        """Return the discriminator's logits of held-out pictures without a trace in any state; nothing by default."""
        return {}

    def provenance(self) -> Mapping[str, object]:
        """Return what a model's file must say of its origin beside its data, such as what it was made for."""
        return {}

    def pin(self, batch: Batch) -> None:  # noqa: B027 - what draws from latents alone needs no pairs
        """Be given the pairs that `sample` shows, held-out ones where there are any; they are no part of the state."""

    def read_outs(self) -> Mapping[str, float]:
        """Return numbers worth plotting beside the losses, such as the augmentation probability."""
        return {}

    def as_judged(self, images: torch.Tensor, draws: Draws) -> torch.Tensor | None:
        """Return pictures `[N, C, R, R]` in [-1, 1] as the discriminator is shown them now; None where unchanged."""
        return None


class PairRecipe(Recipe):
    """A generator against a discriminator, each with an optimizer of its own."""

    generator: torch.nn.Module
    discriminator: torch.nn.Module
    _config: object
    _judge_config: object
    _optimizers: Mapping[str, torch.optim.Optimizer]

    def networks(self) -> Mapping[str, torch.nn.Module]:
        """Return both networks."""
        return {"generator": self.generator, "discriminator": self.discriminator}

    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        """Return one optimizer per network, by the network's name."""
        return self._optimizers

    def config(self) -> object:
        """Return the generator's config."""
        return self._config

    def discriminator_config(self) -> object:
        """Return the discriminator's config."""
        return self._judge_config


def as_it_is(options: Any, _resolution: int) -> Any:
    """The options of a run that does not grow."""
    return options


@dataclass(frozen=True, slots=True)
class Teacher:
    """A trained generator that a recipe needs and leaves as it is, with its name and its file's digest."""

    name: str
    digest: str
    generator: Generator
    z_dim: int
    c_dim: int
    resolution: int
    img_channels: int


def no_teachers(_options: Any) -> Mapping[str, str]:
    """What recipes need that learn from their data alone."""
    return {}


class Subject(StrEnum):
    """What small networks learn while one watches."""

    POINTS = "points"  # of a plane: pictures of one pixel with two colours
    DIGITS = "digits"  # grey pictures of 8 x 8 pixels


@dataclass(frozen=True)
class Exercise(Generic[O]):
    """A pair of networks small enough to be watched: what they learn, and their options.

    The options have `z_dim`, `game`, `generator_lr` and `discriminator_lr`, which whoever watches changes.
    """

    subject: Subject
    options: O


@dataclass(frozen=True)
class RecipeCard(Generic[O]):
    """How an architecture is trained: an options dataclass (it has `batch`), the paper's presets, and the recipe.

    `grown` returns the options of the same run at its full resolution from the start, to measure what it takes.
    `teachers` names the models that a recipe needs (shipped ones or paths, by what they are needed for); they are
    opened for `taught`, which then builds the recipe in place of `build`. A recipe that learns from pictures with
    label maps says `needs_maps`. `usual` is the preset that forms begin with (the first one where empty), and they
    begin with the recipe of the greatest `standing`. `sized` are presets for models of up to so many pixels.
    `exercises` are what it teaches in small, by name.
    """

    options: type[O]
    presets: Mapping[str, O]
    build: Callable[[O, DataFacts], Recipe]
    batch_statistics: bool = False  # normalises over the batch, so that many processes differ from one
    grown: Callable[[O, int], O] = as_it_is
    teachers: Callable[[O], Mapping[str, str]] = no_teachers
    taught: Callable[[O, DataFacts, Mapping[str, Teacher]], Recipe] | None = None
    needs_maps: bool = False
    usual: str = ""
    sized: Mapping[int, str] = field(default_factory=dict)
    standing: int = 0
    exercises: Mapping[str, Exercise[O]] = field(default_factory=dict)

    def preset_for(self, resolution: int) -> str:
        """Return the preset that suits a model of so many pixels, the usual one where none is made for its size."""
        fitting = (name for side, name in sorted(self.sized.items()) if resolution <= side)
        return next(fitting, self.usual)

    def recipe(self, options: O, facts: DataFacts, opened: Callable[[str], Teacher]) -> Recipe:
        """Build the recipe with the models that it needs, each as `opened` by its name or path.

        Raises WrongInputError where it needs label maps and the data have none.
        """
        if self.needs_maps and facts.map_classes is None:
            raise WrongInputError(
                "This architecture learns from pictures with label maps, and these data have none; give it a folder or "
                "zip with images/, labels/ and classes.json."
            )
        if self.taught is None:
            return self.build(options, facts)
        return self.taught(options, facts, {use: opened(name) for use, name in self.teachers(options).items()})


AnyRecipeCard = RecipeCard[Any]
