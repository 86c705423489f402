"""Training DCGAN (Radford et al. 2016, arXiv 1511.06434)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import nn

from ganstudio.architectures.dcgan.networks import (
    DCGANConfig,
    DCGANDiscriminatorConfig,
    Discriminator,
    GeneratorNetwork,
    Output,
)
from ganstudio.core.errors import StudioError
from ganstudio.core.recipe import (
    Averaging,
    Batch,
    DataFacts,
    Exercise,
    Losses,
    PairRecipe,
    Phase,
    RecipeCard,
    Subject,
)
from ganstudio.losses.adversarial import GAMES, Game, smoothed_real

G, D = "generator", "discriminator"
RAMP_UP = 0.05  # the average's half-life is at most this share of images_seen


@dataclass(frozen=True)
class DCGANOptions:
    """What decides a training run of DCGAN beside its data."""

    batch: int = 128
    z_dim: int = 100
    generator_width: int = 128
    """Channels of the generator's last hidden layer; each earlier one has twice as many."""
    discriminator_width: int = 64
    """Channels of the discriminator's first layer; each later one has twice as many."""
    output: Output = Output.TANH
    """The last activation: tanh as in the paper, sigmoid for data that were scaled to [0, 1]."""
    game: Game = Game.NON_SATURATING
    generator_lr: float = 0.0002
    discriminator_lr: float = 0.0002
    beta1: float = 0.5
    beta2: float = 0.999
    label_smoothing: float = 0.0
    """How far the label of real pictures lies below 1; 0 in the paper."""
    ema_half_life: float = 0.0
    """Images after which an old weight counts half in the generator's average, fewer in the beginning; 0 as in the
    paper: no average."""


PRESETS: Mapping[str, DCGANOptions] = MappingProxyType(
    {
        "paper": DCGANOptions(),
        "small": DCGANOptions(batch=64, generator_width=64, ema_half_life=5_000),
        # A small judge and many small steps, for an hour of one shared core; narrow layers bear a higher rate.
        "avatars": DCGANOptions(
            batch=16, generator_width=48, discriminator_width=32, generator_lr=0.0006, ema_half_life=10_000
        ),
        "minimax": DCGANOptions(game=Game.MINIMAX),
        "tiny": DCGANOptions(batch=4, z_dim=8, generator_width=4, discriminator_width=3),
        "tiny-sigmoid": DCGANOptions(
            batch=4, z_dim=8, generator_width=4, discriminator_width=3, output=Output.SIGMOID, game=Game.MINIMAX,
            label_smoothing=0.1, ema_half_life=100,
        ),
    }
)  # fmt: skip

EXERCISES: Mapping[str, Exercise[DCGANOptions]] = MappingProxyType(
    {"convolutions": Exercise(Subject.DIGITS, DCGANOptions(batch=64, generator_width=48, discriminator_width=24))}
)


class UnsuitableDataError(StudioError):
    """Data that a DCGAN of these options cannot learn."""


def network_configs(options: DCGANOptions, facts: DataFacts) -> tuple[DCGANConfig, DCGANDiscriminatorConfig]:
    """Return what both networks look like for these data; raises UnsuitableDataError."""
    layers = facts.resolution.bit_length() - 3
    if layers < 1 or facts.resolution != 4 << layers:
        raise UnsuitableDataError(
            f"DCGAN needs pictures with a side of 8, 16, 32, ... pixels, not {facts.resolution}; "
            "choose another resolution for the data."
        )
    widths = [1 << i for i in range(layers)]
    return (
        DCGANConfig(
            z_dim=options.z_dim,
            img_channels=facts.img_channels,
            channels=tuple(options.generator_width * width for width in reversed(widths)),
            output=options.output,
        ),
        DCGANDiscriminatorConfig(
            img_channels=facts.img_channels,
            channels=tuple(options.discriminator_width * width for width in widths),
        ),
    )


class DCGANRecipe(PairRecipe):
    """The discriminator, then the generator, each with Adam; every batch is normalised by itself."""

    def __init__(self, options: DCGANOptions, facts: DataFacts) -> None:
        """Build networks with random weights and their optimizers."""
        self.options = options
        self._config, self._judge_config = network_configs(options, facts)
        self.generator, self.discriminator = GeneratorNetwork(self._config), Discriminator(self._judge_config)
        self.game = GAMES[options.game]
        betas = (options.beta1, options.beta2)
        self._optimizers = {
            G: torch.optim.Adam(self.generator.parameters(), options.generator_lr, betas),
            D: torch.optim.Adam(self.discriminator.parameters(), options.discriminator_lr, betas),
        }

    def phases(self) -> tuple[Phase, ...]:
        """Return the two sides of the game."""
        return (
            Phase("Dmain", (D,), D, self.judge_losses),
            Phase("Gmain", (G,), G, self.generator_losses),
        )

    def averaging(self) -> Mapping[str, Averaging]:
        """Return the generator's average, which is the generator itself where the half-life is 0."""
        return {G: Averaging(G, self.options.ema_half_life, RAMP_UP)}

    @property
    def z_dim(self) -> int:
        """The length of z."""
        return self.options.z_dim

    def sample(
        self, generator: nn.Module, z: torch.Tensor, labels: torch.Tensor | None, images_seen: int
    ) -> torch.Tensor:
        """Draw pictures with the statistics of past batches."""
        pictures: torch.Tensor = generator(z[:, :, None, None])
        return pictures

    def judge_losses(self, batch: Batch, images_seen: int) -> Losses:
        """The discriminator's loss; real and generated pictures are normalised apart."""
        with torch.no_grad():
            drawn = self._draw(batch)
        real, fake = self.discriminator(batch.images), self.discriminator(drawn)
        losses = {
            "real": smoothed_real(self.game, real, self.options.label_smoothing).mean(),
            "fake": self.game.fake(fake).mean(),
        }
        return Losses(losses, {"logits_real": real.detach(), "logits_fake": fake.detach()})

    def generator_losses(self, batch: Batch, images_seen: int) -> Losses:
        """The generator's loss."""
        logits = self.discriminator(self._draw(batch))
        return Losses({"loss": self.game.generator(logits).mean()}, {"logits_fake": logits.detach()})

    def _draw(self, batch: Batch) -> torch.Tensor:
        pictures: torch.Tensor = self.generator(batch.draws.normal("z", self.z_dim, 1, 1))
        return pictures


recipe_card = RecipeCard(DCGANOptions, PRESETS, DCGANRecipe, batch_statistics=True, exercises=EXERCISES)
