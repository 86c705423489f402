"""Training SRGAN (Ledig et al. 2017, arXiv 1609.04802) and ESRGAN (Wang et al. 2018, arXiv 1809.00219)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

import torch
import torch.nn.functional as F
from torch import nn

from ganstudio.architectures.srgan.networks import (
    DESIGNS,
    Design,
    Discriminator,
    EnlargingNetwork,
    SRGANConfig,
    SRGANDiscriminatorConfig,
    total_variation,
)
from ganstudio.core.errors import StudioError
from ganstudio.core.recipe import Averaging, Batch, DataFacts, Losses, PairRecipe, Phase, RecipeCard
from ganstudio.losses.adversarial import GAMES, Game
from ganstudio.losses.perceptual import lpips_vgg16

G, D = "generator", "discriminator"
RAMP_UP = 0.05
VGG_SCALE = 0.006  # what one over 12.75 squared makes of squared differences (Ledig et al. 2017, section 3.2)
LEAST_SIDE = 16  # of the pictures, for VGG


class Pixels(StrEnum):
    """How pixels are compared."""

    SQUARED = "squared"  # SRGAN
    ABSOLUTE = "absolute"  # ESRGAN


class UnsuitableDataError(StudioError):
    """Data that these options cannot learn to enlarge to."""


@dataclass(frozen=True)
class SRGANOptions:
    """What decides a training run beside its data: the large pictures, which are shrunk to be enlarged again."""

    batch: int = 16
    design: Design = Design.SRRESNET
    scale: int = 4
    """How many times as wide and high: 2 or 4 (also 8 for srresnet, 1 for rrdb)."""
    width: int = 64
    blocks: int = 16
    growth: int = 32
    """Channels that each dense layer adds, in rrdb alone."""
    discriminator_channels: tuple[int, ...] = (64, 128, 256, 512)
    discriminator_dense: int = 1024
    generator_lr: float = 0.0001
    discriminator_lr: float = 0.0001
    beta1: float = 0.9
    beta2: float = 0.999
    pretrain_images: int = 0
    """Images in which pixels alone are compared, before there is a discriminator."""
    pixels: Pixels = Pixels.SQUARED
    pixel_weight: float = 0.0
    """Weight of the difference of pixels after pretraining; 1 before."""
    content_weight: float = 1.0
    """Weight of the difference of VGG features (the shipped VGG-16 stands in for the papers' VGG-19)."""
    adversarial_weight: float = 0.001
    relativistic: bool = False
    """Judge how much more real real pictures are than enlarged ones (ESRGAN), not each by itself."""
    variation_weight: float = 0.0
    """Weight of total variation, 2e-8 in the paper's first version."""
    ema_half_life: float = 0.0
    """Images after which an old weight counts half in the average; no average where 0."""


SRGAN = SRGANOptions(pretrain_images=16_000_000)
ESRGAN = SRGANOptions(
    design=Design.RRDB, blocks=23, pretrain_images=16_000_000, pixels=Pixels.ABSOLUTE, pixel_weight=0.01,
    adversarial_weight=0.005, relativistic=True,
)  # fmt: skip
SMALL = SRGANOptions(
    width=32, blocks=6, discriminator_channels=(24, 48, 96), discriminator_dense=128, generator_lr=0.0004,
    discriminator_lr=0.0002, pretrain_images=20_000, ema_half_life=2_000,
)  # fmt: skip
TINY = SRGANOptions(
    batch=4, width=6, blocks=1, growth=3, discriminator_channels=(4, 6), discriminator_dense=8, variation_weight=1e-6,
    ema_half_life=100,
)  # fmt: skip

PRESETS: Mapping[str, SRGANOptions] = MappingProxyType(
    {
        "srgan": SRGAN,
        "srresnet": replace(SRGAN, content_weight=0.0, adversarial_weight=0.0, pixel_weight=1.0),
        "esrgan": ESRGAN,
        "small-64": SMALL,
        "tiny": TINY,
        "tiny-esrgan": replace(TINY, design=Design.RRDB, scale=2, relativistic=True, pixels=Pixels.ABSOLUTE,
                               pixel_weight=0.01),
        "tiny-plain": replace(TINY, design=Design.PLAIN, content_weight=0.0, adversarial_weight=0.0, pixel_weight=1.0),
    }
)  # fmt: skip


def network_configs(options: SRGANOptions, facts: DataFacts) -> tuple[SRGANConfig, SRGANDiscriminatorConfig]:
    """Return what both networks look like for these data; raises UnsuitableDataError."""
    known = {Design.RRDB: (1, 2, 4), Design.PLAIN: (2, 4), Design.SRRESNET: (2, 4, 8)}[options.design]
    least = LEAST_SIDE if options.content_weight else 4 * options.scale
    if options.scale not in known or facts.resolution % (4 * options.scale) or facts.resolution < least:
        raise UnsuitableDataError(
            f"Pictures of {facts.resolution} px cannot be learned to be made from ones {options.scale} times smaller "
            f"by {options.design.value}, which takes {', '.join(map(str, known))} times and sides of whole steps of "
            f"{4 * options.scale} px from {least} px on; change the scale or the resolution."
        )
    growth = options.growth if options.design is Design.RRDB else 0
    channels = facts.img_channels
    return (
        SRGANConfig(options.design, options.scale, options.width, options.blocks, growth, channels),
        SRGANDiscriminatorConfig(channels, options.discriminator_channels, options.discriminator_dense),
    )


class SRGANRecipe(PairRecipe):
    """Pixels alone at first, then content in VGG's features and a discriminator."""

    generator: EnlargingNetwork
    discriminator: Discriminator
    _config: SRGANConfig
    _judge_config: SRGANDiscriminatorConfig

    def __init__(self, options: SRGANOptions, facts: DataFacts) -> None:
        """Build networks with random weights and their optimizers."""
        self.options, self.facts = options, facts
        self._config, self._judge_config = network_configs(options, facts)
        self.generator, self.discriminator = DESIGNS[options.design](self._config), Discriminator(self._judge_config)
        self.features = lpips_vgg16() if options.content_weight else None
        self.game = GAMES[Game.NON_SATURATING]
        self._pretrains = False
        self._seen: torch.Tensor | None = None  # large pictures that samples are shown on
        betas = (options.beta1, options.beta2)
        self._optimizers = {
            G: torch.optim.Adam(self.generator.parameters(), options.generator_lr, betas),
            D: torch.optim.Adam(self.discriminator.parameters(), options.discriminator_lr, betas),
        }

    @property
    def _adversarial(self) -> bool:
        return self.options.adversarial_weight > 0

    def networks(self) -> Mapping[str, nn.Module]:
        """Return the generator, and the discriminator where there is one."""
        return super().networks() if self._adversarial else {G: self.generator}

    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        """Return one optimizer per network."""
        return {name: self._optimizers[name] for name in self.networks()}

    def discriminator_config(self) -> object:
        """Return the discriminator's config, where there is one."""
        return self._judge_config if self._adversarial else None

    def batch(self, images_seen: int) -> None:
        """Note whether the coming step still pretrains; batches are all of one size."""
        self._pretrains = images_seen < self.options.pretrain_images

    def phases(self) -> tuple[Phase, ...]:
        """Return the discriminator's phase, where it plays by now, and the generator's."""
        generator = Phase("Gmain", (G,), G, self.generator_losses)
        if not self._adversarial or self._pretrains:
            return (generator,)
        return (Phase("Dmain", (D,), D, self.judge_losses), generator)

    def averaging(self) -> Mapping[str, Averaging]:
        """Return the generator's average, which is the generator itself where the half-life is 0."""
        return {G: Averaging(G, self.options.ema_half_life, RAMP_UP)}

    @property
    def z_dim(self) -> int:
        """There is no z; samples begin with a picture of the data."""
        return 1

    def sample(
        self, generator: nn.Module, z: torch.Tensor, labels: torch.Tensor | None, images_seen: int
    ) -> torch.Tensor:
        """Draw pictures of the data, shrunk and then enlarged, in turn; plain ones before any were seen."""
        half = (len(z) + 1) // 2
        side = self.facts.resolution
        plain = torch.tanh(z[:half, :1, None, None]).expand(-1, self.facts.img_channels, side, side)
        wanted = plain if self._seen is None else self._seen[torch.arange(half) % len(self._seen)].to(z.device)
        small = self.shrunk(wanted)
        shown = F.interpolate(small, scale_factor=self.options.scale, mode="nearest")
        enlarged = generator.eval()((small + 1.0) / 2.0).float() * 2.0 - 1.0
        return torch.stack([shown, enlarged], dim=1).flatten(0, 1)[: len(z)]

    def shrunk(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return pictures `[N, C, R, R]` at the size that they are enlarged from, bicubically."""
        share = 1.0 / self.options.scale
        small = F.interpolate(pictures.float(), scale_factor=share, mode="bicubic", antialias=True)
        return small.clamp(-1.0, 1.0)

    def generator_losses(self, batch: Batch, images_seen: int) -> Losses:
        """The generator's losses; pictures are in [0, 1] here, as in the papers."""
        options = self.options
        wanted, drawn = self._pair(batch)
        self._seen = batch.images[:18].detach()
        difference = drawn - wanted
        pixel = difference.square().mean() if options.pixels is Pixels.SQUARED else difference.abs().mean()
        observed = {"psnr": -10.0 * torch.log10(difference.detach().square().mean(dim=(1, 2, 3)).clamp_min(1e-10))}
        if images_seen < options.pretrain_images:
            return Losses({"pixel": pixel}, observed)
        losses = {"pixel": pixel * options.pixel_weight} if options.pixel_weight else {}
        if self.features is not None:
            network = self.features.to(drawn.device)
            content = network.raw_features(drawn * 2.0 - 1.0)[-1] - network.raw_features(wanted * 2.0 - 1.0)[-1]
            losses["content"] = content.float().square().mean() * (VGG_SCALE * options.content_weight)
        if options.variation_weight:
            losses["variation"] = total_variation(drawn) * options.variation_weight
        if self._adversarial:
            logits = self.discriminator(drawn)
            loss = self.game.generator(logits)
            if options.relativistic:
                real = self.discriminator(wanted)
                fake_mean, real_mean = (batch.mean_over_processes(each.mean()) for each in (logits, real))
                loss = (self.game.real(logits - real_mean) + self.game.fake(real - fake_mean)) / 2.0
            losses["adversarial"] = loss.mean() * options.adversarial_weight
            observed["logits_fake"] = logits.detach()
        return Losses(losses, observed)

    def judge_losses(self, batch: Batch, images_seen: int) -> Losses:
        """The discriminator's loss; real and enlarged pictures are normalised apart."""
        with torch.no_grad():
            wanted, drawn = self._pair(batch)
        real, fake = self.discriminator(wanted), self.discriminator(drawn)
        observed = {"logits_real": real.detach(), "logits_fake": fake.detach()}
        if self.options.relativistic:
            real_mean, fake_mean = (batch.mean_over_processes(each.mean()) for each in (real, fake))
            real, fake = real - fake_mean, fake - real_mean
        return Losses({"real": self.game.real(real).mean(), "fake": self.game.fake(fake).mean()}, observed)

    def _pair(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the pictures that are wanted and those that the generator makes of the shrunk ones, in [0, 1]."""
        drawn: torch.Tensor = self.generator((self.shrunk(batch.images) + 1.0) / 2.0)
        return (batch.images + 1.0) / 2.0, drawn.float()


recipe_card = RecipeCard(SRGANOptions, PRESETS, SRGANRecipe, batch_statistics=True)
