"""Training ProGAN: WGAN-GP with drift on networks that grow (Karras et al. 2018, arXiv 1710.10196)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import torch
import torch.nn.functional as F
from torch import nn

from ganstudio.architectures.progan.discriminator import Discriminator, ProGANDiscriminatorConfig
from ganstudio.architectures.progan.networks import GeneratorNetwork, ProGANConfig, channel_plan
from ganstudio.core.errors import StudioError
from ganstudio.core.recipe import Averaging, Batch, DataFacts, Losses, PairRecipe, Phase, RecipeCard
from ganstudio.layers.growing import Batches, Growth, at_lod, batch_at
from ganstudio.losses.adversarial import GAMES, Game
from ganstudio.losses.penalties import between, drift, input_gradients, one_centred

G, D = "generator", "discriminator"
LARGEST_RESOLUTION = 1 << 20


class UnsuitableOptionsError(StudioError):
    """Options that do not fit each other or the data."""


@dataclass(frozen=True)
class ProGANOptions:
    """What decides a training run of ProGAN beside its data."""

    batch: int = 16
    batch_up_to: Batches = ()
    """Other batches, each up to a resolution; multiples of `batch`, which is that of the full resolution."""
    z_dim: int = 512
    channels: tuple[int, ...] | None = None
    """Width per resolution from 4 px up; min(2 channel_base / r, channel_max) where not given."""
    channel_base: int = 8192
    channel_max: int = 512
    mbstd_group: int = 4
    """Pictures that share one minibatch statistic."""
    first_resolution: int = 4
    """The resolution to begin with; the data's own for a run without growth."""
    steady_images: float = 600_000
    """Images at every resolution before the next one is faded in."""
    fade_images: float = 600_000
    """Images in which a new resolution is faded in."""
    images: int | None = None
    """The length of the run: where given, both phases are scaled so that it has grown up after `growing_share`."""
    growing_share: float = 0.5
    n_critic: int = 1
    """Steps of the discriminator for one of the generator."""
    learning_rate: float = 0.001
    beta1: float = 0.0
    beta2: float = 0.99
    reset_optimizers: bool = True
    """Forget the optimizers' averages whenever layers come or go."""
    penalty_weight: float = 10.0
    drift_weight: float = 0.001
    label_weight: float = 1.0
    """Weight of the classification of labelled pictures."""
    ema_half_life: float = 10_000
    """Images after which an old weight counts half in the average."""
    ema_ramp_up: float | None = None
    """The half-life is at most this share of the images seen."""


ONE_GPU = ((16, 128), (32, 64), (64, 32), (128, 16), (256, 8))
"""What fits into 16 GB, as the authors' code has it."""
TINY = ProGANOptions(batch=4, z_dim=10, channels=(12, 10, 8, 6), mbstd_group=2, steady_images=2, fade_images=4)

SHORT = ProGANOptions(
    z_dim=128,
    channels=(96, 96, 64, 48),
    first_resolution=8,
    fade_images=400_000,
    growing_share=0.34,
    learning_rate=0.003,
    ema_half_life=5000,
    ema_ramp_up=0.05,
)
"""For a few thousand steps: Adam moves no weight further than steps · rate, and with 0.001 they stay near random."""

PRESETS: Mapping[str, ProGANOptions] = MappingProxyType(
    {
        "paper": ProGANOptions(),
        "paper-one-gpu": ProGANOptions(batch=4, batch_up_to=ONE_GPU),
        "auto-64": replace(SHORT, channels=(192, 192, 128, 64, 32), z_dim=256),
        "faces-32": SHORT,
        "tiny": TINY,
    }
)


def growth_of(options: ProGANOptions, resolution: int) -> Growth:
    """Return the schedule of a run on pictures of `resolution` pixels."""
    first = min(options.first_resolution, resolution)
    doublings = int(math.log2(resolution // first))
    scale = 1.0
    if options.images is not None and doublings:
        usual = doublings * (options.steady_images + options.fade_images)
        scale = options.growing_share * options.images / usual if usual else 0.0
    return Growth(first, resolution, options.steady_images * scale, options.fade_images * scale)


def check(options: ProGANOptions, facts: DataFacts) -> None:
    """Raise UnsuitableOptionsError where options do not fit the data or each other."""
    for name, side in (("pictures", facts.resolution), ("first_resolution", options.first_resolution)):
        if side < 4 or side & (side - 1):
            raise UnsuitableOptionsError(
                f"ProGAN works at 4, 8, 16, ... pixels, and {name} has {side}; choose another resolution."
            )
    blocks = int(math.log2(facts.resolution)) - 1
    if options.channels is not None and len(options.channels) < blocks:
        raise UnsuitableOptionsError(
            f"The option channels has {len(options.channels)} widths, but {facts.resolution} px need {blocks}; "
            "add some, or leave it out."
        )
    for size in (size for _, size in options.batch_up_to if size < 1 or size % options.batch):
        raise UnsuitableOptionsError(
            f"A batch of {size} in batch_up_to is no multiple of the batch of {options.batch}; change one of them."
        )
    if options.mbstd_group and options.batch % options.mbstd_group:
        raise UnsuitableOptionsError(
            f"A batch of {options.batch} cannot be split into groups of {options.mbstd_group} for the minibatch "
            "statistic; change batch or mbstd_group."
        )


class ProGANRecipe(PairRecipe):
    """A critic with a gradient penalty and drift; both networks grow on a schedule in images."""

    generator: GeneratorNetwork
    discriminator: Discriminator
    _config: ProGANConfig

    def __init__(self, options: ProGANOptions, facts: DataFacts) -> None:
        """Build networks with random weights and their optimizers; raises UnsuitableOptionsError."""
        check(options, facts)
        self.options, self.facts = options, facts
        self.growth = growth_of(options, facts.resolution)
        blocks = int(math.log2(facts.resolution)) - 1
        channels = options.channels or channel_plan(facts.resolution, options.channel_base, options.channel_max)
        self._config = ProGANConfig(options.z_dim, facts.c_dim, facts.img_channels, channels[:blocks])
        self._judge_config = ProGANDiscriminatorConfig(
            facts.c_dim, facts.img_channels, channels[:blocks], options.mbstd_group
        )
        self.generator, self.discriminator = GeneratorNetwork(self._config), Discriminator(self._judge_config)
        self._optimizers = {
            name: torch.optim.Adam(
                network.parameters(), options.learning_rate, (options.beta1, options.beta2), eps=1e-8
            )
            for name, network in self.networks().items()
        }
        self.game = GAMES[Game.WASSERSTEIN]

    def phases(self) -> tuple[Phase, ...]:
        """Return the critic's phase and the generator's."""
        return (
            Phase("D", (D,), D, self.critic_losses),
            Phase("G", (G,), G, self.generator_losses, self.options.n_critic),
        )

    def averaging(self) -> Mapping[str, Averaging]:
        """Return the generator's average."""
        return {G: Averaging(G, self.options.ema_half_life, self.options.ema_ramp_up)}

    def batch(self, images_seen: int) -> int:
        """Return the batch of the resolution that is trained."""
        return batch_at(self.growth.resolution(images_seen), self.options.batch, self.options.batch_up_to)

    @property
    def z_dim(self) -> int:
        """The length of z."""
        return self.options.z_dim

    def sample(
        self, generator: nn.Module, z: torch.Tensor, labels: torch.Tensor | None, images_seen: int
    ) -> torch.Tensor:
        """Draw pictures at full size, as far grown as after `images_seen` images."""
        pictures: torch.Tensor = generator(z, labels, lod=self.growth.lod(images_seen))
        return pictures

    def read_outs(self) -> Mapping[str, float]:
        """Return how far the networks have grown."""
        lod = float(self.generator.lod)
        return {"lod": lod, "resolution": float(self.facts.resolution >> math.floor(lod))}

    def critic_losses(self, batch: Batch, images_seen: int) -> Losses:
        """Return E[D(fake)] - E[D(real)] with the gradient penalty and the drift (Karras et al. 2018, appendix A.1)."""
        lod = self.grow(images_seen)
        real = at_lod(batch.images, lod)
        with torch.no_grad():
            fake = self._draw(batch, lod)
        judged_real, judged_fake = self.discriminator(real, lod), self.discriminator(fake, lod)
        scores_real, scores_fake = judged_real[:, 0], judged_fake[:, 0]
        mixed = between(real, fake, batch.draws.uniform("share"))
        gradients = input_gradients(self.discriminator(mixed, lod)[:, 0], mixed)
        minimised = {
            "real": self.game.real(scores_real).mean(),
            "fake": self.game.fake(scores_fake).mean(),
            "gradient penalty": self.options.penalty_weight * one_centred(gradients).mean(),
            "drift": self.options.drift_weight * drift(scores_real).mean(),
        }
        if batch.labels is not None and self.facts.c_dim:
            minimised["classes"] = self._classes(judged_real, batch) + self._classes(judged_fake, batch)
        observed = {"logits_real": scores_real.detach(), "logits_fake": scores_fake.detach()}
        return Losses(minimised, observed)

    @torch.no_grad()
    def judge_held_out(self, batch: Batch, images_seen: int) -> Mapping[str, torch.Tensor]:
        """Return the critic's scores at the present level of detail."""
        lod = self.grow(images_seen)
        return {"logits_held_out": self.discriminator(at_lod(batch.images, lod), lod)[:, 0]}

    def generator_losses(self, batch: Batch, images_seen: int) -> Losses:
        """Return -E[D(fake)]."""
        lod = self.grow(images_seen)
        judged = self.discriminator(self._draw(batch, lod), lod)
        minimised = {"fake": self.game.generator(judged[:, 0]).mean()}
        if batch.labels is not None and self.facts.c_dim:
            minimised["classes"] = self._classes(judged, batch)
        return Losses(minimised)

    def grow(self, images_seen: int) -> float:
        """Bring both networks to the level of detail that the schedule asks for, and return it."""
        lod = float(torch.tensor(self.growth.lod(images_seen)))  # rounded as the networks keep it
        before = float(self.generator.lod)
        if lod != before:
            if self.options.reset_optimizers and layers_in_use(lod) != layers_in_use(before):
                for optimizer in self._optimizers.values():
                    optimizer.state.clear()
            self.generator.lod.fill_(lod)
            self.discriminator.lod.fill_(lod)
        return lod

    def _draw(self, batch: Batch, lod: float) -> torch.Tensor:
        z = batch.draws.normal("z", self.z_dim)
        labels = batch.labels if self.facts.c_dim else None
        return self.generator.draw(z if labels is None else torch.cat([z, labels], dim=1), lod)

    def _classes(self, judged: torch.Tensor, batch: Batch) -> torch.Tensor:
        assert batch.labels is not None
        return self.options.label_weight * F.cross_entropy(judged[:, 1:], batch.labels)


def layers_in_use(lod: float) -> tuple[int, int]:
    """Return what changes when layers come or go: the newest resolution and the oldest whose colours are used."""
    return math.floor(lod), math.ceil(lod)


def grown_up(options: ProGANOptions, resolution: int) -> ProGANOptions:
    """Return the options of a run that begins at the full resolution of its pictures."""
    return replace(options, first_resolution=resolution or LARGEST_RESOLUTION)


recipe_card = RecipeCard(ProGANOptions, PRESETS, ProGANRecipe, grown=grown_up)
