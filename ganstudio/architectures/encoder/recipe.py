"""Training an encoder for a generator that stays as it is (Richardson et al. 2021; Tov et al. 2021)."""

from collections.abc import Mapping
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from ganstudio.architectures.encoder.networks import (
    HALVINGS,
    Design,
    EncoderConfig,
    EncoderNetwork,
    LatentDiscriminator,
    LatentDiscriminatorConfig,
)
from ganstudio.architectures.encoder.recipe_options import PRESETS, EncoderOptions, Perceptual
from ganstudio.core.document import NoiseSetting
from ganstudio.core.errors import StudioError
from ganstudio.core.generator import Generator
from ganstudio.core.latents import truncate
from ganstudio.core.recipe import Averaging, Batch, DataFacts, Draws, Losses, PairRecipe, Phase, RecipeCard, Teacher
from ganstudio.layers.augmentation.chances import RandomChances
from ganstudio.layers.augmentation.pipeline import AugmentationPipeline
from ganstudio.layers.augmentation.strengths import Strengths
from ganstudio.layers.perceptual import PerceptualDistance
from ganstudio.layers.quick_distance import quick_distance
from ganstudio.losses.adversarial import GAMES, Game
from ganstudio.losses.likeness import Likeness
from ganstudio.losses.penalties import input_gradients, zero_centred
from ganstudio.losses.perceptual import lpips_alex, lpips_vgg16

G, D, TEACHER = "generator", "discriminator", "generator"
LEAST_SIDE, LARGEST_SIDE = 32, 256
AVERAGED, AT_ONCE = 4096, 512
RAMP_UP = 0.05
SAMPLE_PSI = 0.7
AS_PHOTOS_DIFFER = Strengths(
    scale=1.0, rotate=1.0, xfrac=1.0, brightness=1.0, contrast=1.0, saturation=1.0, scale_std=0.15, rotate_max=0.06,
    xfrac_std=0.03, contrast_std=0.35, saturation_std=0.7,
)  # fmt: skip


class UnsuitableGeneratorError(StudioError):
    """The generator cannot be encoded for, or does not fit the data."""


def network_configs(
    options: EncoderOptions, facts: DataFacts, teacher: Teacher
) -> tuple[EncoderConfig, LatentDiscriminatorConfig]:
    """Return what both networks look like for a generator; raises UnsuitableGeneratorError."""
    average = teacher.generator.w_avg
    if average is None:
        raise UnsuitableGeneratorError(
            f"The model {teacher.name} has no W that pictures could be encoded into; choose a StyleGAN with "
            "--set generator=NAME."
        )
    if (facts.resolution, facts.img_channels) != (teacher.resolution, teacher.img_channels):
        raise UnsuitableGeneratorError(
            f"The pictures have {facts.resolution} px and {facts.img_channels} channels, but {teacher.name} draws "
            f"{teacher.resolution} px with {teacher.img_channels}; use --resolution {teacher.resolution}."
        )
    side = options.input_resolution or min(max(teacher.resolution, LEAST_SIDE), LARGEST_SIDE)
    if side < LEAST_SIDE or side & (side - 1) or len(options.widths) != HALVINGS or len(options.units) != HALVINGS:
        raise UnsuitableGeneratorError(
            f"An encoder looks at pictures with a side of 32, 64, 128, ... px and has four widths and units, not "
            f"{side} px, {len(options.widths)} and {len(options.units)}; change the options."
        )
    w_dim = len(average)
    rows = len(teacher.generator.layer_resolutions)
    config = EncoderConfig(
        design=options.design,
        mode=options.mode,
        img_channels=teacher.img_channels,
        resolution=side,
        widths=options.widths,
        units=options.units,
        n_latent=rows,
        w_dim=w_dim,
        style_width=options.style_width or w_dim,
        middle_from=EncoderConfig.middle_from if rows > EncoderConfig.fine_from else rows // 3,
        fine_from=EncoderConfig.fine_from if rows > EncoderConfig.fine_from else rows * 2 // 3,
    )
    return config, LatentDiscriminatorConfig(w_dim, options.discriminator_layers)


class EncoderRecipe(PairRecipe):
    """Real pictures must come back from the generator, known latents must be found, rows must look like mapped ones.

    Features of VGG, which cost as much as all the rest, are compared for real pictures alone.
    """

    generator: EncoderNetwork
    discriminator: LatentDiscriminator
    _config: EncoderConfig
    _judge_config: LatentDiscriminatorConfig

    def __init__(self, options: EncoderOptions, facts: DataFacts, teachers: Mapping[str, Teacher]) -> None:
        """Build networks with random weights and their optimizers around the generator."""
        self.options, self.teacher = options, teachers[TEACHER]
        self._config, self._judge_config = network_configs(options, facts, self.teacher)
        self.generator, self.discriminator = EncoderNetwork(self._config), LatentDiscriminator(self._judge_config)
        self.distance = _distance(options.perceptual) if options.perceptual_weight else None
        self._quick: tuple[torch.dtype, PerceptualDistance] | None = None
        self.augmentation = AugmentationPipeline(AS_PHOTOS_DIFFER, options.augment_p)
        self.game = GAMES[Game.NON_SATURATING]
        average = self.teacher.generator.w_avg
        assert average is not None
        self._average = average.detach().float().cpu().clone()
        self.variance = self._spread()
        self._optimizers = {
            G: torch.optim.Adam(self.generator.parameters(), options.lr, (options.beta1, options.beta2)),
            D: torch.optim.Adam(self.discriminator.parameters(), options.discriminator_lr, (0.0, 0.99)),
        }

    def networks(self) -> Mapping[str, nn.Module]:
        """Return the encoder, and the latent discriminator where there is one."""
        return super().networks() if self.options.adversarial_weight else {G: self.generator}

    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        """Return one optimizer per network."""
        return {name: self._optimizers[name] for name in self.networks()}

    def phases(self) -> tuple[Phase, ...]:
        """Return the encoder's phase, then those of the latent discriminator."""
        encode = Phase("Encode", (G,), G, self.encoder_losses)
        if not self.options.adversarial_weight:
            return (encode,)
        judge = Phase("Dmain", (D,), D, self.judge_losses)
        if not self.options.r1_gamma:
            return (encode, judge)
        return (encode, judge, Phase("Dreg", (D,), D, self.r1_losses, self.options.d_reg_interval))

    def averaging(self) -> Mapping[str, Averaging]:
        """Return the encoder's average, which is the encoder itself where the half-life is 0."""
        return {G: Averaging(G, self.options.ema_half_life, RAMP_UP)}

    @property
    def z_dim(self) -> int:
        """The length of the generator's z."""
        return self.teacher.z_dim

    def discriminator_config(self) -> object:
        """Return the latent discriminator's config, where there is one."""
        return self._judge_config if self.options.adversarial_weight else None

    def provenance(self) -> Mapping[str, object]:
        """Name the generator that the codes are for."""
        return {"encodes": {"name": Path(self.teacher.name).name, "digest": self.teacher.digest}}

    def rows(self, images_seen: int) -> int:
        """Return how many rows may be of their own after so many images (Tov et al. 2021, section 3.3)."""
        count = self._config.n_latent
        if self.options.design is Design.PSP:
            return count
        beyond = images_seen - self.options.rows_from
        return 1 if beyond < 0 else min(count, 2 + beyond // max(self.options.rows_every, 1))

    def sample(
        self, generator: nn.Module, z: torch.Tensor, labels: torch.Tensor | None, images_seen: int
    ) -> torch.Tensor:
        """Draw pictures of the first half of z, each followed by what its code gives."""
        assert isinstance(generator, EncoderNetwork)
        generator.eval()
        wanted = self._drawn(self._mapped(z[: (len(z) + 1) // 2], SAMPLE_PSI))
        found = self._drawn(generator.codes(self._shown(wanted), self.rows(images_seen)))
        return torch.stack([wanted, found], dim=1).flatten(0, 1)[: len(z)]

    def encoder_losses(self, batch: Batch, images_seen: int) -> Losses:
        """What comes back from the generator for real pictures and its own, and the distance to known latents."""
        self.generator.latent_avg.copy_(self._average)  # that of another generator may have been loaded
        options, known = self.options, self._known(batch)
        pictures, ws = self._given(batch, known)
        offsets = self.generator(self._shown(pictures), self.rows(images_seen)).float()
        codes = offsets + self.generator.latent_avg
        found = self._drawn(codes).float()
        errors = (found - pictures).square().mean(dim=(1, 2, 3))
        losses = {"pixel": errors.mean() * options.pixel_weight}
        observed = {"error": errors.detach()}
        if self.distance is not None:
            distances = self._distances(self.distance, found[known:], pictures[known:])
            losses["perceptual"] = distances.mean() * options.perceptual_weight
            observed["lpips"] = distances.detach()
        if known and options.latent_weight:
            missed = (codes[:known] - ws[:, None]).square().mean() / self.variance
            losses["latent"] = missed * (options.latent_weight * known / len(pictures))
        if options.offset_weight and options.design is Design.E4E:
            apart = torch.linalg.vector_norm(offsets[:, 1:] - offsets[:, :1] + 1e-12, dim=2).sum(dim=1)
            losses["offsets"] = apart.mean() * options.offset_weight
        if options.adversarial_weight:
            logits = self.discriminator(codes.flatten(0, 1))
            losses["adversarial"] = self.game.generator(logits).mean() * options.adversarial_weight
        return Losses(losses, observed)

    def judge_losses(self, batch: Batch, images_seen: int) -> Losses:
        """The latent discriminator's loss: rows of encoded pictures against as many mapped latents."""
        known = self._known(batch)
        with torch.no_grad():
            pictures, _ = self._given(batch, known)
            codes = self.generator(self._shown(pictures), self.rows(images_seen)).float() + self.generator.latent_avg
            mapped = self._real_rows(batch.draws)
        real, fake = self.discriminator(mapped), self.discriminator(codes.flatten(0, 1))
        losses = {"real": self.game.real(real).mean(), "fake": self.game.fake(fake).mean()}
        return Losses(losses, {"logits_real": real.detach(), "logits_fake": fake.detach()})

    def r1_losses(self, batch: Batch, images_seen: int) -> Losses:
        """The gradient penalty on mapped latents (Mescheder et al. 2018)."""
        rows = self._real_rows(batch.draws).requires_grad_(True)
        penalty = zero_centred(input_gradients(self.discriminator(rows), rows))
        return Losses({"r1": penalty.mean() * (self.options.r1_gamma / 2 * self.options.d_reg_interval)})

    def _known(self, batch: Batch) -> int:
        """Return how many pictures of a batch the generator draws itself; at least one stays real."""
        return min(round(len(batch.images) * self.options.generated_share), len(batch.images) - 1)

    @torch.no_grad()
    def _given(self, batch: Batch, known: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return pictures `[N, C, R, R]`, of which the generator drew the first, and w `[known, w_dim]` of these."""
        real = self.augmentation.to(batch.images.device)(batch.images, RandomChances(batch.draws, "augmented"))
        real = real.clamp(-1.0, 1.0).to(batch.images)
        if not known:
            return real, real.new_empty(0, self._config.w_dim)
        psi = 1.0 - batch.draws.uniform("psi", 1)[:known] * (1.0 - self.options.least_psi)
        ws = self._mapped(batch.draws.normal("z", self.z_dim)[:known], 1.0)
        ws = self._average.to(ws) + (ws - self._average.to(ws)) * psi[:, :, None]
        return torch.cat([self._drawn(ws).to(real), real[known:]]), ws[:, 0]

    def _distances(self, distance: PerceptualDistance, found: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        """Return LPIPS `[N]`; the processor lays out the kernels once for all steps."""
        kind = wanted.device.type
        if kind != "cpu":
            exact: torch.Tensor = distance.to(wanted.device)(found, wanted)
            return exact.float()
        dtype = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else torch.float32
        if self._quick is None or self._quick[0] is not dtype:
            self._quick = (dtype, quick_distance(distance, dtype))
        with torch.autocast(kind, enabled=False):
            return Likeness(self._quick[1], wanted.float())(found.float()).perceptual

    def _real_rows(self, draws: Draws) -> torch.Tensor:
        """Return mapped latents `[N · n_latent, w_dim]`."""
        z = draws.normal("mapped z", self._config.n_latent, self.z_dim)
        return self._mapped(z.flatten(0, 1), 1.0)[:, 0].detach().clone()

    @torch.no_grad()
    def _mapped(self, z: torch.Tensor, psi: float) -> torch.Tensor:
        generator = self._teaching(z.device)
        labels = F.one_hot(torch.arange(len(z), device=z.device) % self.teacher.c_dim) if self.teacher.c_dim else None
        with torch.autocast(z.device.type, enabled=False):
            ws = generator.mapping(z, None if labels is None else labels.float())
        return truncate(ws, self._average.to(ws), psi)

    def _drawn(self, ws: torch.Tensor) -> torch.Tensor:
        return self._teaching(ws.device).synthesis(ws, NoiseSetting())

    def _teaching(self, device: torch.device) -> Generator:
        generator = self.teacher.generator
        if generator.device != device:
            generator.prepare(device, generator.precision)
        return generator

    def _shown(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return pictures at the side that the encoder looks at."""
        side = self._config.resolution
        if pictures.shape[3] == side:
            return pictures
        return F.interpolate(pictures.float(), (side, side), mode="bilinear", antialias=True)

    @torch.no_grad()
    def _spread(self) -> float:
        """Return the mean variance of w over reproducible latents."""
        z = torch.randn(AVERAGED, self.z_dim, generator=torch.Generator().manual_seed(0))
        rows = torch.cat([self._mapped(part, 1.0)[:, 0] for part in torch.split(z, AT_ONCE)])
        return max(float((rows - rows.mean(dim=0)).square().mean()), 1e-8)


def _distance(perceptual: Perceptual) -> PerceptualDistance | None:
    if perceptual is Perceptual.NONE:
        return None
    return lpips_vgg16() if perceptual is Perceptual.VGG16 else lpips_alex()


def needed(options: EncoderOptions) -> Mapping[str, str]:
    """Return the generator that is encoded for."""
    return {TEACHER: options.generator}


def build_alone(options: EncoderOptions, _facts: DataFacts) -> EncoderRecipe:
    """Refuse to train without a generator."""
    raise UnsuitableGeneratorError(f"The generator {options.generator} must be opened before an encoder is trained.")


recipe_card = RecipeCard(
    EncoderOptions,
    PRESETS,
    build_alone,
    batch_statistics=True,
    teachers=needed,
    taught=EncoderRecipe,
    sized={128: "faces-64"},
)
