"""Training StyleGAN: growing, styles of two latents in one picture (Karras et al. 2019, arXiv 1812.04948)."""

import math
from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import nn

from ganstudio.architectures.stylegan.discriminator import Discriminator, StyleGANDiscriminatorConfig
from ganstudio.architectures.stylegan.networks import GeneratorNetwork, Noises, StyleGANConfig, channel_plan
from ganstudio.architectures.stylegan.recipe_options import PRESETS, StyleGANOptions
from ganstudio.core.errors import StudioError
from ganstudio.core.recipe import Averaging, Batch, DataFacts, Losses, PairRecipe, Phase, RecipeCard
from ganstudio.layers.growing import Growth, at_lod, batch_at
from ganstudio.losses.adversarial import GAMES, Game
from ganstudio.losses.penalties import between, drift, input_gradients, one_centred, zero_centred
from ganstudio.losses.schedules import lazy_share, r1_weight

G, D = "generator", "discriminator"
BLUR = (1.0, 2.0, 1.0)
LARGEST_RESOLUTION = 1 << 20


class UnsuitableOptionsError(StudioError):
    """Options of a StyleGAN run that do not fit each other or the data."""


def widths(options: StyleGANOptions, resolution: int) -> tuple[int, ...]:
    """Return the channels of every block for pictures of a resolution; raises UnsuitableOptionsError."""
    count = int(math.log2(max(resolution, 4))) - 1
    if resolution != 4 << (count - 1) or count < 2:
        raise UnsuitableOptionsError(
            f"StyleGAN is trained on pictures of 8, 16, 32, ... pixels, not {resolution}; choose such a resolution."
        )
    found = options.channels or channel_plan(resolution, options.channel_base, options.channel_max)
    if len(found) < count:
        raise UnsuitableOptionsError(
            f"The option channels gives {len(found)} widths where pictures of {resolution} px need {count}; "
            "add widths or leave the option out."
        )
    for size in (size for _, size in options.batch_up_to if size < 1 or size % options.batch):
        raise UnsuitableOptionsError(
            f"A batch of {size} in batch_up_to is no multiple of the batch of {options.batch}; change one of them."
        )
    if options.batch % min(options.mbstd_group, options.batch):
        raise UnsuitableOptionsError(
            f"The minibatch statistic needs groups of {options.mbstd_group} pictures, which do not divide a batch of "
            f"{options.batch}; change the batch or mbstd_group."
        )
    return found[:count]


def learned(network: nn.Module, first_resolution: int) -> list[nn.Parameter]:
    """Return the parameters that a run uses; colours of resolutions below its first one stay as they are."""
    sides = {f"b{4 << i}" for i in range(int(math.log2(first_resolution)) - 2)}
    unused = {f"{side}.{layer}" for side in sides for layer in ("torgb", "fromrgb")}
    named = ((name.removeprefix("synthesis.").rpartition(".")[0], p) for name, p in network.named_parameters())
    return [parameter for layer, parameter in named if layer not in unused]


class StyleGANRecipe(PairRecipe):
    """A critic and a generator that grow together."""

    generator: GeneratorNetwork
    discriminator: Discriminator
    _config: StyleGANConfig

    def __init__(self, options: StyleGANOptions, facts: DataFacts) -> None:
        """Build networks with random weights and their optimizers."""
        self.options, self.game = options, GAMES[options.game]
        channels, blur = widths(options, facts.resolution), BLUR if options.blur else ()
        w_dim = options.w_dim if options.mapping_layers else options.z_dim * (2 if facts.c_dim else 1)
        self._config = StyleGANConfig(
            z_dim=options.z_dim,
            c_dim=facts.c_dim,
            w_dim=w_dim,
            img_channels=facts.img_channels,
            channels=channels,
            mapping_layers=options.mapping_layers,
            mapping_lr=options.mapping_lr,
            blur_filter=blur,
            use_styles=options.use_styles,
            use_constant=options.use_constant,
            use_noise=options.use_noise,
            instance_norm=options.use_styles,
            pixel_norm=not options.use_styles,
        )
        self._judge_config = StyleGANDiscriminatorConfig(
            facts.c_dim, facts.img_channels, channels, mbstd_group=options.mbstd_group, blur_filter=blur
        )
        self.generator, self.discriminator = GeneratorNetwork(self._config), Discriminator(self._judge_config)
        if options.random_constant and options.use_constant:
            nn.init.normal_(self.generator.get_parameter("synthesis.b4.start.const"))
        self.growth = Growth(
            min(max(options.first_resolution, 4), facts.resolution),
            facts.resolution,
            options.steady_share * options.images,
            options.fade_share * options.images,
        )
        lazy = {G: 1.0, D: lazy_share(options.r1_interval) if self._is_lazy else 1.0}
        self._optimizers: dict[str, torch.optim.Optimizer] = {
            name: torch.optim.Adam(
                learned(module, self.growth.first),
                options.lr,
                (options.beta1 ** lazy[name], options.beta2 ** lazy[name]),
                eps=1e-8,
            )
            for name, module in self.networks().items()
        }
        self._shares = lazy
        self._adjust(0)

    def phases(self) -> tuple[Phase, ...]:
        """Return the discriminator's update, its penalty where that is lazy, then the generator's update."""
        phases = [Phase("D", (D,), D, self.judge_losses), Phase("G", (G,), G, self.generator_losses)]
        if self._is_lazy:
            phases.insert(1, Phase("R1", (D,), D, self.r1_losses, self.options.r1_interval))
        return tuple(phases)

    def averaging(self) -> Mapping[str, Averaging]:
        """Return the generator's average."""
        return {G: Averaging(G, self.options.ema_half_life, self.options.ema_ramp_up)}

    @property
    def z_dim(self) -> int:
        """The length of z."""
        return self._config.z_dim

    def sample(
        self, generator: nn.Module, z: torch.Tensor, labels: torch.Tensor | None, images_seen: int
    ) -> torch.Tensor:
        """Draw pictures with constant noise, enlarged in blocks while the run grows."""
        assert isinstance(generator, GeneratorNetwork)
        ws = generator.mapping(z, labels)[:, None].expand(-1, self._config.n_latent, -1)
        noises = generator.synthesis.constant_noises()
        pictures: torch.Tensor = generator.synthesis(ws, noises, lod=self.growth.lod(images_seen))
        return pictures

    def batch(self, images_seen: int) -> int:
        """Return the batch of the resolution that is trained."""
        return batch_at(self.growth.resolution(images_seen), self.options.batch, self.options.batch_up_to)

    def update(self, images_seen: int, observed: Mapping[str, float]) -> None:
        """Move on in the growing schedule; where a resolution begins or is reached, Adam forgets its moments."""
        before, now = self._lod, float(torch.tensor(self.growth.lod(images_seen)))  # rounded as the networks keep it
        if (math.floor(before), math.ceil(before)) != (math.floor(now), math.ceil(now)):
            for optimizer in self._optimizers.values():
                optimizer.state.clear()
        self._adjust(images_seen)

    def read_outs(self) -> Mapping[str, float]:
        """Return the level of detail and the resolution that is trained."""
        lod = self._lod
        return {"lod": lod, "resolution": float(self._config.resolution >> math.floor(lod))}

    def generator_losses(self, batch: Batch, images_seen: int) -> Losses:
        """The generator's loss; the mean w moves along."""
        lod = self.growth.lod(images_seen)
        logits = self.discriminator(self._draw(batch, lod, moves_average=True), batch.labels, lod)
        return Losses({"loss": self.game.generator(logits).mean()}, {"logits_fake": logits.detach()})

    def judge_losses(self, batch: Batch, images_seen: int) -> Losses:
        """The discriminator's loss with its gradient penalty, on pictures reduced to the present level of detail."""
        lod = self.growth.lod(images_seen)
        with torch.no_grad():
            drawn = self._draw(batch, lod)
        penalised = self._penalised and not self._is_lazy
        images = at_lod(batch.images, lod).detach().requires_grad_(penalised)
        fake = self.discriminator(drawn, batch.labels, lod)
        real = self.discriminator(images, batch.labels, lod)
        losses = {"fake": self.game.fake(fake).mean(), "real": self.game.real(real).mean()}
        if self.options.game is Game.WASSERSTEIN:
            mixed = between(images, drawn, batch.draws.uniform("share"))
            gradients = input_gradients(self.discriminator(mixed, batch.labels, lod), mixed)
            losses["penalty"] = one_centred(gradients).mean() * self.options.gp_weight
            losses["drift"] = drift(real).mean() * self.options.drift_weight
        elif penalised:
            losses["r1"] = self._r1(real, images)
        return Losses(losses, {"logits_fake": fake.detach(), "logits_real": real.detach()})

    @torch.no_grad()
    def judge_held_out(self, batch: Batch, images_seen: int) -> Mapping[str, torch.Tensor]:
        """Return logits at the present level of detail."""
        lod = self.growth.lod(images_seen)
        return {"logits_held_out": self.discriminator(at_lod(batch.images, lod), batch.labels, lod)}

    def r1_losses(self, batch: Batch, images_seen: int) -> Losses:
        """The gradient penalty alone, as strong as if it came in every step."""
        lod = self.growth.lod(images_seen)
        images = at_lod(batch.images, lod).detach().requires_grad_(True)
        penalty = self._r1(self.discriminator(images, batch.labels, lod), images)
        return Losses({"r1": penalty * self.options.r1_interval})

    def _r1(self, logits: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
        """Return γ/2 E ‖∇D‖² at real pictures (Mescheder et al. 2018)."""
        given, resolution = self.options.r1_gamma, images.shape[3]
        batch = batch_at(resolution, self.options.batch, self.options.batch_up_to)
        gamma = r1_weight(resolution, batch) if given is None else given
        return zero_centred(input_gradients(logits, images)).mean() * (gamma / 2.0)

    @property
    def _lod(self) -> float:
        """The level of detail that the networks keep."""
        return float(self.generator.synthesis.lod)

    @property
    def _penalised(self) -> bool:
        return self.options.game is not Game.WASSERSTEIN and self.options.r1_gamma != 0.0

    @property
    def _is_lazy(self) -> bool:
        return self._penalised and self.options.r1_interval > 1

    def _adjust(self, images_seen: int) -> None:
        """Set the level of detail of both networks and the learning rate of the resolution."""
        lod, resolution = self.growth.lod(images_seen), self.growth.resolution(images_seen)
        self.generator.synthesis.lod.fill_(lod)
        self.discriminator.lod.fill_(lod)
        rates = [rate for least, rate in sorted(self.options.lr_from) if least <= resolution]
        for name, optimizer in self._optimizers.items():
            for group in optimizer.param_groups:
                group["lr"] = (self.options.lr, *rates)[-1] * self._shares[name]

    def _draw(self, batch: Batch, lod: float, moves_average: bool = False) -> torch.Tensor:
        """Draw pictures at the resolution of a level of detail, every one with noise of its own."""
        synthesis = self.generator.synthesis
        noises: Noises = tuple(
            batch.draws.normal(f"noise {i}", 1, layer.resolution, layer.resolution)
            if layer.use_noise and not synthesis.is_beyond(i // 2, lod)
            else None
            for i, layer in enumerate(layer for block in synthesis.blocks for layer in block.style_layers)
        )
        pictures: torch.Tensor = synthesis(self._ws(batch, lod, moves_average), noises, lod=lod, grown_only=True)
        return pictures

    def _ws(self, batch: Batch, lod: float, moves_average: bool) -> torch.Tensor:
        """Map one latent per picture, and a second one for the rows after a random crossover (section 3.1)."""
        draws, mapping, count = batch.draws, self.generator.mapping, self._config.n_latent
        w = mapping(draws.normal("z", self.z_dim), batch.labels)
        if moves_average:
            mapping.move_average(batch.mean_over_processes(w.detach().mean(dim=0)))
        ws: torch.Tensor = w[:, None].expand(-1, count, -1)
        if not self.options.style_mixing or count == 1:
            return ws
        reached = count - 2 * math.floor(lod)
        second = mapping(draws.normal("second z", self.z_dim), batch.labels)[:, None]
        first_rows = draws.integers("crossover", 1, reached, 1)
        alone = draws.uniform("mixing", 1) >= self.options.style_mixing
        is_second = torch.arange(count, device=w.device) >= torch.where(alone, count, first_rows)
        return torch.where(is_second[:, :, None], second, ws)


def grown_up(options: StyleGANOptions, resolution: int) -> StyleGANOptions:
    """Return the options of a run that begins at the full resolution of its pictures."""
    return replace(options, first_resolution=resolution or LARGEST_RESOLUTION)


recipe_card = RecipeCard(StyleGANOptions, PRESETS, StyleGANRecipe, grown=grown_up)
