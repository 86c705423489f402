"""Training SPADE (Park et al. 2019, arXiv 1903.07291)."""

from collections.abc import Mapping

import torch
from torch import nn

from ganstudio.architectures.spade.discriminator import Discriminator, SpadeDiscriminatorConfig
from ganstudio.architectures.spade.encoder import LAST_SIDE, drawn_style
from ganstudio.architectures.spade.networks import GeneratorNetwork, SpadeConfig
from ganstudio.architectures.spade.recipe_options import PRESETS, SpadeOptions
from ganstudio.architectures.spade.semantics import planes_of
from ganstudio.core.errors import StudioError
from ganstudio.core.label_maps import packed_map
from ganstudio.core.recipe import Averaging, Batch, DataFacts, Losses, PairRecipe, Phase, RecipeCard
from ganstudio.layers.spectral import SpectralConv2d
from ganstudio.losses.adversarial import GAMES
from ganstudio.losses.divergence import kl_from_normal
from ganstudio.losses.features import content_distance, matched_features
from ganstudio.losses.perceptual import lpips_vgg16

G, D = "generator", "discriminator"
RAMP_UP = 0.05
INITIAL_GAIN = 0.02
LOGITS = ("logits_real", "logits_fake")


class UnsuitableDataError(StudioError):
    """Data that a SPADE of these options cannot learn."""


def network_configs(options: SpadeOptions, facts: DataFacts) -> tuple[SpadeConfig, SpadeDiscriminatorConfig]:
    """Return what the networks look like for these data; raises UnsuitableDataError."""
    classes, side = facts.map_classes, facts.resolution
    if classes is None:
        raise UnsuitableDataError("SPADE learns from pictures with label maps, and these data have none.")
    config = SpadeConfig(
        classes=classes.names,
        colours=classes.colours,
        edges=classes.instances,
        resolution=side,
        img_channels=facts.img_channels,
        width=options.generator_width,
        most_channels=options.most_channels,
        upsampling=options.upsampling,
        normalization=options.normalization,
        kernel=options.kernel,
        hidden=options.hidden,
        z_dim=options.z_dim,
        encoder_width=options.encoder_width,
        encoder_layers=(side // LAST_SIDE).bit_length() - 1 if options.z_dim else 0,
    )
    times = config.blocks[-1].scale
    if side % times or (options.z_dim and side & (side - 1)):
        fitting = "a power of two and a multiple" if options.z_dim else "a multiple"
        raise UnsuitableDataError(
            f"These options make the picture {times} times as large as it begins, so that its side must be "
            f"{fitting} of {times} px, not {side}; choose another --resolution, or --set upsampling=less."
        )
    judge = SpadeDiscriminatorConfig(
        config.planes, facts.img_channels, options.discriminator_width, options.discriminator_layers,
        options.discriminator_scales,
    )  # fmt: skip
    return config, judge


class SpadeRecipe(PairRecipe):
    """The generator with its encoder, then the discriminators, which judge the pictures that the former just drew."""

    generator: GeneratorNetwork
    discriminator: Discriminator
    _config: SpadeConfig

    def __init__(self, options: SpadeOptions, facts: DataFacts) -> None:
        """Build networks with random weights and their optimizers."""
        self.options = options
        self._config, self._judge_config = network_configs(options, facts)
        self.generator, self.discriminator = GeneratorNetwork(self._config), Discriminator(self._judge_config)
        for network in (self.generator, self.discriminator):
            initialise(network)
        self.features = lpips_vgg16() if options.content_weight else None
        if self.features is not None:
            self.features.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.game = GAMES[options.game]
        self._pinned: torch.Tensor | None = None
        self._first_map: Mapping[str, object] = {}
        self._just_drawn: dict[tuple[int, int], torch.Tensor] = {}
        betas = (options.beta1, options.beta2)
        self._optimizers = {
            G: torch.optim.Adam(self.generator.parameters(), options.generator_lr, betas, fused=True),
            D: torch.optim.Adam(self.discriminator.parameters(), options.discriminator_lr, betas, fused=True),
        }

    def phases(self) -> tuple[Phase, ...]:
        """Return the two sides of the game."""
        return (Phase("Gmain", (G,), G, self.generator_losses), Phase("Dmain", (D,), D, self.judge_losses))

    def averaging(self) -> Mapping[str, Averaging]:
        """Return the generator's average, which is the generator itself where the half-life is 0."""
        return {G: Averaging(G, self.options.ema_half_life, RAMP_UP)}

    @property
    def z_dim(self) -> int:
        """The length of a style."""
        return self.options.z_dim

    def pin(self, batch: Batch) -> None:
        """Keep the maps that samples show; the model will begin with the first one."""
        assert batch.maps is not None
        self._pinned = self._planes(batch)
        self._first_map = packed_map(batch.maps[0].cpu().numpy())

    def provenance(self) -> Mapping[str, object]:
        """Say which map a new document begins with."""
        return {"first_map": self._first_map} if self._first_map else {}

    def sample(
        self, generator: nn.Module, z: torch.Tensor, labels: torch.Tensor | None, images_seen: int
    ) -> torch.Tensor:
        """Draw the pinned maps, one after the other, each in the style of its row of z; class 0 where none is."""
        side, count = self._config.resolution, self._config.planes
        pinned = z.new_zeros(1, count, side, side) if self._pinned is None else self._pinned.to(z.device)
        planes = pinned[torch.arange(len(z), device=z.device) % len(pinned)]
        if self._pinned is None:
            planes[:, 0] = 1.0
        pictures: torch.Tensor = generator(planes, z if self.z_dim else None)
        return pictures

    def generator_losses(self, batch: Batch, images_seen: int) -> Losses:
        """The loss of the generator and the encoder."""
        options, planes, real = self.options, self._planes(batch), batch.images
        losses: dict[str, torch.Tensor] = {}
        drawn, divergence = self._drawn(batch, planes)
        self._just_drawn = {**self._just_drawn, self._place(batch): drawn.detach()}
        judged = self.discriminator(planes, drawn)
        logits = [scale[-1] for scale in judged]
        losses["adversarial"] = torch.stack([self.game.generator(each.float()).mean() for each in logits]).mean()
        if options.feature_weight:
            with torch.no_grad():
                wanted = self.discriminator(planes, real)
            losses["features"] = matched_features(judged, wanted) * options.feature_weight
        if self.features is not None:
            rows = max(1, round(len(real) * options.content_share))
            distance = content_distance(self.features.to(real.device), drawn[:rows], real[:rows])
            losses["content"] = distance * options.content_weight
        if divergence is not None:
            losses["kl"] = divergence.mean() * options.kl_weight
        return Losses(losses, {"logits_fake": _row(logits)})

    def judge_losses(self, batch: Batch, images_seen: int) -> Losses:
        """The discriminators' loss, of real and drawn pictures in one pass."""
        planes = self._planes(batch)
        drawn = self._just_drawn.pop(self._place(batch), None)
        if drawn is None:
            with torch.no_grad():
                drawn = self._drawn(batch, planes)[0]
        judged = self.discriminator(torch.cat([planes, planes]), torch.cat([batch.images, drawn]))
        pairs = [scale[-1].float().chunk(2) for scale in judged]
        losses = {
            "real": torch.stack([self.game.real(real).mean() for real, _ in pairs]).mean(),
            "fake": torch.stack([self.game.fake(fake).mean() for _, fake in pairs]).mean(),
        }
        return Losses(losses, {name: _row([pair[i] for pair in pairs]) for i, name in enumerate(LOGITS)})

    def _drawn(self, batch: Batch, planes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Draw the batch's maps in the styles of its pictures; also how far those styles are from random ones `[N]`."""
        if self.generator.encoder is None:
            return self.generator(planes), None
        mean, log_variance = self.generator.encoder(batch.images)
        style = drawn_style(mean, log_variance, batch.draws.normal("style", self.z_dim))
        return self.generator(planes, style), kl_from_normal(mean, log_variance)

    def _planes(self, batch: Batch) -> torch.Tensor:
        assert batch.maps is not None
        instances = batch.instances if self._config.edges else None
        planes = planes_of(batch.maps, len(self._config.classes), instances=instances)
        return planes.contiguous(memory_format=torch.channels_last)

    def _place(self, batch: Batch) -> tuple[int, int]:
        return batch.draws.step, batch.draws.first


def _row(logits: list[torch.Tensor]) -> torch.Tensor:
    """Return the logits of all patches and scales in one row."""
    return torch.cat([each.detach().float().flatten() for each in logits])


@torch.no_grad()
def initialise(network: nn.Module) -> None:
    """Draw small weights as the authors do: Glorot's, 0.02 times as large, and biases of zero."""
    for layer in network.modules():
        if isinstance(layer, SpectralConv2d):
            nn.init.xavier_normal_(layer.weight_orig, INITIAL_GAIN)
            layer.iterate()
        elif isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.xavier_normal_(layer.weight, INITIAL_GAIN)
        else:
            continue
        if layer.bias is not None:
            layer.bias.zero_()


recipe_card = RecipeCard(SpadeOptions, PRESETS, SpadeRecipe, batch_statistics=True, needs_maps=True, usual="faces-64")
