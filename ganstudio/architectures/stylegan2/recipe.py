"""Training StyleGAN2 (Karras et al. 2020, arXiv 1912.04958) with adaptive augmentation (arXiv 2006.06676)."""

import math
from collections.abc import Mapping
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import nn

from ganstudio.architectures.stylegan2.adaptation import (
    LOGITS_FAKE,
    LOGITS_HELD_OUT,
    LOGITS_REAL,
    SIGN_REAL,
    AdaptiveAugmentation,
)
from ganstudio.architectures.stylegan2.discriminator import Discriminator, StyleGAN2DiscriminatorConfig
from ganstudio.architectures.stylegan2.networks import GeneratorNetwork, Noises, StyleGAN2Config
from ganstudio.architectures.stylegan2.recipe_networks import UnsuitableOptionsError, colour_layers, network_configs
from ganstudio.architectures.stylegan2.recipe_options import PRESETS, Augment, Overfitting, StyleGAN2Options
from ganstudio.architectures.stylegan2.teaching import Teaching, latents_of
from ganstudio.core.recipe import Averaging, Batch, DataFacts, Draws, Losses, PairRecipe, Phase, RecipeCard
from ganstudio.layers.augmentation.chances import RandomChances
from ganstudio.layers.augmentation.pipeline import AugmentationPipeline
from ganstudio.layers.augmentation.strengths import Strengths
from ganstudio.losses.adversarial import GAMES
from ganstudio.losses.penalties import (
    consistency,
    input_gradients,
    moved_mean,
    path_lengths,
    path_penalty,
    zero_centred,
)
from ganstudio.losses.schedules import lazy_optimizer, r1_weight

EMA_IMAGES_PER_SAMPLE = 10_000 / 32
BCR = Strengths(xflip=1.0, xint=1.0)
G, D = "generator", "discriminator"


class PathMean(nn.Module):
    """The running mean a of path lengths."""

    mean: torch.Tensor

    def __init__(self) -> None:
        """Start at zero."""
        super().__init__()
        self.register_buffer("mean", torch.zeros(()))


class StyleGAN2Recipe(PairRecipe):
    """Logistic losses, R1 and path lengths, lazily; style mixing; augmentation; growing in steps."""

    generator: GeneratorNetwork
    discriminator: Discriminator
    _config: StyleGAN2Config
    _judge_config: StyleGAN2DiscriminatorConfig

    def __init__(self, options: StyleGAN2Options, facts: DataFacts) -> None:
        """Build networks with random weights and their optimizers."""
        self.options = options
        self._config, self._judge_config = network_configs(options, facts)
        self.generator, self.discriminator = GeneratorNetwork(self._config), Discriminator(self._judge_config)
        self.colour_layers = colour_layers(options, self._judge_config)
        self.augmentation = AdaptiveAugmentation(options)
        self.paths = PathMean()
        self.consistency = AugmentationPipeline(BCR, 1.0)
        self.game = GAMES[options.game]
        self._blocks_in_use = self.blocks(0)
        self.teaching = Teaching(facts.resolution) if options.taught_weight else None
        if not options.adversarial and self.teaching is None:
            raise UnsuitableOptionsError("Nothing is left to learn; set adversarial to true or taught_weight above 0.")
        self._optimizers = {
            G: self._adam([self.generator], options.generator_lr, self._g_interval),
            D: self._adam([self.discriminator, self.colour_layers], options.discriminator_lr, self._d_interval),
        }

    @property
    def _g_interval(self) -> int:
        return self.options.g_reg_interval if self.options.path_weight else 1

    @property
    def _d_interval(self) -> int:
        return 1 if self.options.r1_gamma == 0.0 else self.options.d_reg_interval

    def _adam(self, modules: list[nn.Module], lr: float, interval: int) -> torch.optim.Optimizer:
        betas = (self.options.beta1, self.options.beta2)
        if interval > 1:
            lr, betas = lazy_optimizer(lr, betas, interval)
        return torch.optim.Adam([p for module in modules for p in module.parameters()], lr, betas, eps=1e-8)

    def networks(self) -> Mapping[str, nn.Module]:
        """Return both networks and what is kept beside them."""
        kept: dict[str, nn.Module] = {**super().networks(), "path length": self.paths}
        if len(self.colour_layers):
            kept["colour layers"] = self.colour_layers
        if self.options.augment is not Augment.NONE:
            kept["augmentation"] = self.augmentation
        return kept | ({"consistency": self.consistency} if self.options.bcr_weight else {})

    def phases(self) -> tuple[Phase, ...]:
        """Return the published phases; a regulariser of every step shares the main loss's update."""
        judges = (D, "colour layers") if len(self.colour_layers) else (D,)
        g_lazy, d_lazy = self._g_interval > 1, self._d_interval > 1
        taught = (Phase("Gtaught", (G,), G, self.taught_losses),) if self.teaching is not None else ()
        if not self.options.adversarial:
            return taught
        phases = [Phase("Gmain", (G,), G, self.generator_losses)]
        if g_lazy:
            phases.append(Phase("Greg", (G,), G, self.path_losses, self._g_interval))
        elif self.options.path_weight:
            phases = [Phase("Gboth", (G,), G, self.generator_and_path_losses)]
        phases.append(Phase("Dboth" if self._r1_joins else "Dmain", judges, D, self.judge_losses))
        if d_lazy:
            phases.append(Phase("Dreg", judges, D, self.r1_losses, self._d_interval))
        return (*taught, *phases)

    def averaging(self) -> Mapping[str, Averaging]:
        """Return the generator's average."""
        half_life = self.options.ema_half_life
        if half_life is None:
            half_life = EMA_IMAGES_PER_SAMPLE * self.options.batch
        return {G: Averaging(G, half_life, self.options.ema_ramp_up)}

    @property
    def z_dim(self) -> int:
        """The length of z."""
        return self.options.z_dim

    def sample(
        self, generator: nn.Module, z: torch.Tensor, labels: torch.Tensor | None, images_seen: int
    ) -> torch.Tensor:
        """Draw pictures with constant noise; while the run grows they are enlarged without smoothing."""
        assert isinstance(generator, GeneratorNetwork)
        blocks = self.blocks(images_seen)
        ws = generator.mapping(z, labels)[:, None].expand(-1, 2 * blocks, -1)
        pictures = draw(generator, ws, generator.synthesis.constant_noises(), blocks)
        factor = self._config.resolution // pictures.shape[3]
        return pictures if factor == 1 else F.interpolate(pictures, scale_factor=factor, mode="nearest")

    def update(self, images_seen: int, observed: Mapping[str, float]) -> None:
        """Let the augmentation probability follow the discriminator."""
        self.augmentation.follow(observed)
        self._blocks_in_use = self.blocks(images_seen)

    def read_outs(self) -> Mapping[str, float]:
        """Return the augmentation probability, what it follows, and the mean path length."""
        shown = {"path_length": float(self.paths.mean)} if self.options.path_weight else {}
        if self.options.augment is not Augment.NONE:
            shown["augment_p"] = float(self.augmentation.pipeline.p)
        if self.options.augment is Augment.ADAPTIVE:
            shown[self.options.overfitting.value] = float(self.augmentation.measured)
        if self.options.grow_from is not None:
            shown["resolution"] = float(4 << (self._blocks_in_use - 1))
        return shown

    @torch.no_grad()
    def as_judged(self, images: torch.Tensor, draws: Draws) -> torch.Tensor | None:
        """Return pictures after augmentation with the present probability."""
        if self.options.augment is Augment.NONE:
            return None
        shown: torch.Tensor = self.augmentation.pipeline(images, RandomChances(draws, "shown"))
        return shown

    def blocks(self, images_seen: int) -> int:
        """Return how many blocks of both networks are in use after so many images."""
        full = len(self._config.channels)
        if self.options.grow_from is None:
            return full
        return min(full, int(math.log2(self.options.grow_from)) - 1 + images_seen // self.options.grow_images)

    def generator_losses(self, batch: Batch, images_seen: int) -> Losses:
        """The generator's main loss; raises UnsuitableOptionsError where the batch was split into parts of groups."""
        if len(batch.images) % self.options.mbstd_group:
            raise UnsuitableOptionsError(
                f"Each process and part of a batch has {len(batch.images)} pictures, which cannot be split into groups "
                f"of {self.options.mbstd_group} for the minibatch statistic; use fewer parts or a larger batch."
            )
        blocks = self.blocks(images_seen)
        ws = self._ws(batch, blocks, update_average=True)
        logits = self._judge(self._draw(batch.draws, ws, blocks), batch, blocks, "fake")
        return Losses({"loss": self.game.generator(logits).mean()}, {LOGITS_FAKE: logits.detach()})

    def taught_losses(self, batch: Batch, images_seen: int) -> Losses:
        """The distance to the pictures that a teacher drew from the same z."""
        assert self.teaching is not None
        blocks = self.blocks(images_seen)
        w = self._w(latents_of(batch, self.z_dim), batch.labels)
        self._follow(batch, w)
        pictures = self._draw(batch.draws, w[:, None].expand(-1, 2 * blocks, -1), blocks)
        distances = self.teaching.to(w.device)(pictures, self._reduced(batch.images, blocks))
        return Losses({"taught": distances.mean() * self.options.taught_weight}, {"distance": distances.detach()})

    def path_losses(self, batch: Batch, images_seen: int) -> Losses:
        """Path-length regularisation on the first rows of the global batch (Karras et al. 2020, eq. 4)."""
        draws, blocks = batch.draws, self.blocks(images_seen)
        chosen = max(math.ceil(draws.total / self.options.path_batch_shrink), draws.stride)
        rows = len(range(draws.first, chosen, draws.stride))
        ws = self._ws(batch, blocks, rows)
        pictures = self._draw(draws, ws, blocks)
        lengths = path_lengths(pictures, ws, draws.normal("direction", *pictures.shape[1:])[:rows])
        share = draws.stride / chosen  # a mean over all chosen rows, wherever they are computed
        mean = moved_mean(self.paths.mean, batch.mean_over_processes(lengths.sum() * share), self.options.path_decay)
        self.paths.mean.copy_(mean.detach())
        penalty = path_penalty(lengths, mean).sum() * share
        return Losses(
            {"path_length": penalty * (self.options.path_weight * self._g_interval)}, {"path": lengths.detach().mean()}
        )

    def generator_and_path_losses(self, batch: Batch, images_seen: int) -> Losses:
        """Both losses of the generator in one update."""
        return joined(self.generator_losses(batch, images_seen), self.path_losses(batch, images_seen))

    def judge_losses(self, batch: Batch, images_seen: int) -> Losses:
        """The discriminator's main loss, with R1 where that is not lazy."""
        blocks = self.blocks(images_seen)
        with torch.no_grad():
            drawn = self._draw(batch.draws, self._ws(batch, blocks), blocks)
        images = self._reduced(batch.images, blocks)
        fake, real = self._judge(drawn, batch, blocks, "fake"), self._judge(images, batch, blocks, "real")
        losses = {"fake": self.game.fake(fake).mean(), "real": self.game.real(real).mean()}
        if self.options.bcr_weight:
            for name, pictures, logits in (("fake", drawn, fake), ("real", images, real)):
                moved = self.consistency(pictures, RandomChances(batch.draws, f"consistent {name}"))
                change = consistency(logits, self._judge(moved, batch, blocks, name)).mean()
                losses[f"bcr_{name}"] = change * self.options.bcr_weight
        observed = {
            LOGITS_FAKE: fake.detach(),
            LOGITS_REAL: real.detach(),
            SIGN_REAL: real.detach().sign(),
        }
        main = Losses(losses, observed)
        return joined(main, self.r1_losses(batch, images_seen)) if self._r1_joins else main

    @property
    def _r1_joins(self) -> bool:
        return self._d_interval == 1 and self.options.r1_gamma != 0.0

    def r1_losses(self, batch: Batch, images_seen: int) -> Losses:
        """The gradient penalty on real pictures (Mescheder et al. 2018)."""
        blocks = self.blocks(images_seen)
        images = self._reduced(batch.images, blocks).detach().requires_grad_(True)
        gradients = input_gradients(self._judge(images, batch, blocks, "real"), images)
        gamma = self.options.r1_gamma
        if gamma is None:
            gamma = r1_weight(images.shape[3], self.options.batch)
        penalty = zero_centred(gradients)
        weight = gamma / 2 * self._d_interval
        return Losses({"r1": penalty.mean() * weight}, {"gradient": penalty.detach()})

    @property
    def held_out_interval(self) -> int:
        """As often as the probability is adjusted, where it follows r_v."""
        adaptive = self.options.augment is Augment.ADAPTIVE
        return self.options.ada_interval if adaptive and self.options.overfitting is Overfitting.R_V else 0

    @torch.no_grad()
    def judge_held_out(self, batch: Batch, images_seen: int) -> Mapping[str, torch.Tensor]:
        """Return the logits of held-out pictures, which `update` takes among what was observed for r_v."""
        blocks, group = self.blocks(images_seen), min(self.options.mbstd_group, len(batch.images))
        if spare := len(batch.images) % group:
            labels = None if batch.labels is None else batch.labels[:-spare]
            draws = replace(batch.draws, total=batch.draws.total - spare * batch.draws.stride)
            batch = replace(batch, images=batch.images[:-spare], labels=labels, draws=draws)
        return {LOGITS_HELD_OUT: self._judge(self._reduced(batch.images, blocks), batch, blocks, "held out")}

    def _ws(self, batch: Batch, blocks: int, rows: int | None = None, update_average: bool = False) -> torch.Tensor:
        """Draw ws `[rows, 2 · blocks, w_dim]`, some of them with two latents (Karras et al. 2019, section 3.1)."""
        draws, count = batch.draws, 2 * blocks
        labels = None if batch.labels is None else batch.labels[:rows]
        w = self._w(draws.normal("z", self.z_dim)[:rows], labels)
        if update_average:
            self._follow(batch, w)
        ws: torch.Tensor = w[:, None].expand(-1, count, -1)
        if not self.options.style_mixing:
            return ws
        other = self._w(draws.normal("other z", self.z_dim)[:rows], labels)
        mixed = draws.uniform("mixed")[:rows] < self.options.style_mixing
        crossover = draws.integers("crossover", 1, count)[:rows].masked_fill(~mixed, count)
        after = torch.arange(count, device=w.device) >= crossover[:, None]
        return torch.where(after[:, :, None], other[:, None], ws)

    @torch.no_grad()
    def _follow(self, batch: Batch, w: torch.Tensor) -> None:
        """Let the mean w follow a batch of w `[N, w_dim]`."""
        mean, w_avg = batch.mean_over_processes(w.detach().mean(dim=0)), self.generator.mapping.w_avg
        w_avg.copy_(mean.lerp(w_avg, self._config.w_avg_beta))

    def _w(self, z: torch.Tensor, labels: torch.Tensor | None) -> torch.Tensor:
        """Map z to w in full precision, which path lengths and the sums of colours inherit."""
        with torch.autocast(z.device.type, enabled=False):
            w: torch.Tensor = self.generator.mapping(z, labels)
        return w

    def _draw(self, draws: Draws, ws: torch.Tensor, blocks: int) -> torch.Tensor:
        layers = [layer for block in self.generator.synthesis.blocks[:blocks] for layer in block.style_layers]
        noises: Noises = tuple(
            draws.normal(f"noise {i}", 1, layer.resolution, layer.resolution)[: len(ws)] if layer.use_noise else None
            for i, layer in enumerate(layers)
        )
        return draw(self.generator, ws, noises, blocks)

    def _reduced(self, images: torch.Tensor, blocks: int) -> torch.Tensor:
        factor = images.shape[3] // (4 << (blocks - 1))
        return images if factor == 1 else F.avg_pool2d(images, factor)

    def _judge(self, images: torch.Tensor, batch: Batch, blocks: int, name: str) -> torch.Tensor:
        """Return logits `[N, 1]` of pictures after augmentation."""
        if self.options.augment is not Augment.NONE:
            images = self.augmentation.pipeline(images, RandomChances(batch.draws, name))
        network, full = self.discriminator, len(self._judge_config.channels)
        logits: torch.Tensor
        if blocks == full:
            logits = network(images, batch.labels)
            return logits
        names = network.names[full - blocks :]
        x = self.colour_layers[names[0]](images) if len(self.colour_layers) else None
        for block in names:
            x, images = network.get_submodule(block)(x, images)
        condition = network.mapping(None, batch.labels) if self._judge_config.c_dim else None
        logits = network.b4(x, images, condition)
        return logits


def draw(network: GeneratorNetwork, ws: torch.Tensor, noises: Noises, blocks: int) -> torch.Tensor:
    """Return the picture after so many blocks for ws `[N, 2 · blocks, w_dim]`."""
    synthesis = network.synthesis
    x: torch.Tensor | None = None
    picture: torch.Tensor | None = None
    for block, row in zip(synthesis.blocks[:blocks], synthesis.first_rows, strict=False):
        x, picture = block(x, picture, ws[:, row : row + block.rows], noises[row : row + len(block.style_layers)])
    assert picture is not None
    return picture


def joined(first: Losses, second: Losses) -> Losses:
    """Return the losses of two parts that share an update."""
    return Losses({**first.minimised, **second.minimised}, {**first.observed, **second.observed})


def grown_up(options: StyleGAN2Options, _resolution: int) -> StyleGAN2Options:
    """Return the options of a run that begins at the full resolution of its pictures."""
    return replace(options, grow_from=None)


recipe_card = RecipeCard(
    StyleGAN2Options, PRESETS, StyleGAN2Recipe, grown=grown_up, usual="auto-64-ada", standing=1
)
