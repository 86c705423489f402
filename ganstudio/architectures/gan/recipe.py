"""Training the perceptron GAN: the minimax game and its non-saturating form (Goodfellow et al. 2014, section 3)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import torch
from torch import nn

from ganstudio.architectures.gan.networks import (
    Discriminator,
    GANConfig,
    GANDiscriminatorConfig,
    GeneratorNetwork,
    Output,
)
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
from ganstudio.losses.adversarial import GAMES, Game

G, D = "generator", "discriminator"
RAMP_UP = 0.05  # the average's half-life is at most this share of images_seen


@dataclass(frozen=True)
class GANOptions:
    """What decides a training run of a perceptron GAN beside its data."""

    batch: int = 64
    z_dim: int = 100
    generator_widths: tuple[int, ...] = (256, 512, 512)
    """Units of the generator's hidden layers."""
    discriminator_widths: tuple[int, ...] = (512, 256)
    """Units of the discriminator's hidden layers."""
    output: Output = Output.TANH
    """The last activation: tanh, or the sigmoid for data that were scaled to [0, 1]."""
    dropout: float = 0.3
    """Share of the discriminator's hidden units that are left out in every step of its own."""
    game: Game = Game.NON_SATURATING
    """Minimax, or the form whose gradients do not vanish while the discriminator wins."""
    discriminator_steps: int = 1
    """Steps of the discriminator for one of the generator (k in the paper's algorithm 1)."""
    generator_lr: float = 0.0002
    discriminator_lr: float = 0.0002
    beta1: float = 0.5
    beta2: float = 0.999
    ema_half_life: float = 0.0
    """Images after which an old weight counts half in the generator's average, fewer in the beginning; 0 as in the
    paper: no average."""


TINY = GANOptions(batch=4, z_dim=6, generator_widths=(9, 8), discriminator_widths=(8, 7))

PRESETS: Mapping[str, GANOptions] = MappingProxyType(
    {
        # The judge learns faster than its opponent and nobody has momentum: otherwise all pictures run after the one
        # digit that the judge has forgotten.
        "digits": GANOptions(
            batch=128, z_dim=32, dropout=0.2, generator_lr=0.0002, discriminator_lr=0.0008, beta1=0.0,
            ema_half_life=10_000,
        ),
        "non-saturating": GANOptions(),
        "minimax": GANOptions(game=Game.MINIMAX),
        "tiny": TINY,
        "tiny-minimax": replace(TINY, game=Game.MINIMAX, dropout=0.0, output=Output.SIGMOID),
    }
)  # fmt: skip

EXERCISES: Mapping[str, Exercise[GANOptions]] = MappingProxyType(
    {
        "ring": Exercise(
            Subject.POINTS,
            GANOptions(batch=128, generator_widths=(64, 64), discriminator_widths=(64, 64), dropout=0.0),
        ),
        "digits": Exercise(
            Subject.DIGITS,
            GANOptions(batch=64, generator_widths=(128, 256), discriminator_widths=(256, 128), dropout=0.2, beta1=0.0),
        ),
    }
)


class GANRecipe(PairRecipe):
    """The discriminator's ascent and the generator's descent, each with Adam."""

    def __init__(self, options: GANOptions, facts: DataFacts) -> None:
        """Build networks with random weights and their optimizers."""
        self.options = options
        side, colours = facts.resolution, facts.img_channels
        self._config = GANConfig(options.z_dim, side, colours, options.generator_widths, options.output)
        self._judge_config = GANDiscriminatorConfig(side, colours, options.discriminator_widths, options.dropout)
        self.generator, self.discriminator = GeneratorNetwork(self._config), Discriminator(self._judge_config)
        self.game = GAMES[options.game]
        rates = {G: options.generator_lr, D: options.discriminator_lr}
        self._optimizers = {
            name: torch.optim.Adam(network.parameters(), rates[name], (options.beta1, options.beta2))
            for name, network in self.networks().items()
        }

    def phases(self) -> tuple[Phase, ...]:
        """Return the discriminator's phase and the generator's, which runs every k steps."""
        return (
            Phase("D", (D,), D, self.judge_losses),
            Phase("G", (G,), G, self.generator_losses, self.options.discriminator_steps),
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
        """Draw pictures."""
        pictures: torch.Tensor = generator(z)
        return pictures

    def judge_losses(self, batch: Batch, images_seen: int) -> Losses:
        """Return -log D(x) - log(1 - D(G(z))) in two parts (eq. 1)."""
        with torch.no_grad():
            drawn = self._draw(batch)
        real = self.discriminator(batch.images, self._kept(batch, "real"))
        fake = self.discriminator(drawn, self._kept(batch, "fake"))
        minimised = {"real": self.game.real(real).mean(), "fake": self.game.fake(fake).mean()}
        return Losses(minimised, {"logits_real": real.detach(), "logits_fake": fake.detach()})

    def generator_losses(self, batch: Batch, images_seen: int) -> Losses:
        """Return log(1 - D(G(z))), or -log D(G(z)) in the non-saturating form."""
        logits = self.discriminator(self._draw(batch))
        return Losses({"loss": self.game.generator(logits).mean()}, {"logits_fake": logits.detach()})

    @torch.no_grad()
    def judge_held_out(self, batch: Batch, images_seen: int) -> Mapping[str, torch.Tensor]:
        """Return logits with all hidden units."""
        return {"logits_held_out": self.discriminator(batch.images, None)}

    def _draw(self, batch: Batch) -> torch.Tensor:
        pictures: torch.Tensor = self.generator(batch.draws.normal("z", self.z_dim))
        return pictures

    def _kept(self, batch: Batch, name: str) -> list[torch.Tensor] | None:
        """Draw the masks of dropout: the same ones however the batch is split."""
        if not self.options.dropout:
            return None
        widths = enumerate(self.options.discriminator_widths)
        return [batch.draws.uniform(f"kept {name} {i}", width) >= self.options.dropout for i, width in widths]


recipe_card = RecipeCard(GANOptions, PRESETS, GANRecipe, exercises=EXERCISES)
