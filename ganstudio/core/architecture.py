"""The card that declares everything about one model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import torch

from ganstudio.core.foreign import Dialect
from ganstudio.core.frame import Paper
from ganstudio.core.generator import Generator
from ganstudio.core.inputs import Ability, Input, LabelMap, Latent
from ganstudio.core.picture_network import PictureNetwork
from ganstudio.core.recipe import AnyRecipeCard

C = TypeVar("C")
Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class DiscriminatorCard:
    """The other half of an adversarial pair: its config dataclass and how it is built."""

    config: type
    build: Callable[[Any], torch.nn.Module]


@dataclass(frozen=True)
class Architecture(Generic[C]):
    """One generative architecture; `presets` holds at least `tiny`, which the contract tests use."""

    id: str
    title: str
    paper: Paper
    config: type[C]
    presets: Mapping[str, C]
    inputs: Callable[[C], tuple[Input, ...]]
    abilities: Callable[[C], frozenset[Ability]]
    build: Callable[[C], Generator | PictureNetwork]
    recognise: Callable[[Shapes], C | None]  # hyper-parameters read back from the generator's tensor shapes
    unseen: frozenset[str] = frozenset()  # fields of the config that no tensor's shape shows
    dialects: tuple[Dialect, ...] = ()  # how others name and wrap the same tensors
    discriminator: DiscriminatorCard | None = None
    recipe: AnyRecipeCard | None = None

    @property
    def draws(self) -> bool:
        """Whether its models draw pictures from latents, rather than change or encode given ones."""
        return any(isinstance(item, Latent) for config in self.presets.values() for item in self.inputs(config))

    @property
    def paints(self) -> bool:
        """Whether its models draw pictures from label maps."""
        return any(isinstance(item, LabelMap) for config in self.presets.values() for item in self.inputs(config))

    def can(self, ability: Ability) -> bool:
        """Tell whether any of its models has an ability."""
        return any(ability in self.abilities(config) for config in self.presets.values())
