"""Training a segmenter: cross-entropy per pixel, in which rare classes weigh more."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
import torch.nn.functional as F
from torch import nn

from ganstudio.architectures.segmenter.networks import GROUPS, SegmenterConfig, SegmenterNetwork
from ganstudio.core.errors import StudioError
from ganstudio.core.recipe import Averaging, Batch, DataFacts, Losses, Phase, Recipe, RecipeCard

G = "generator"
RAMP_UP = 0.05
LEAST_SHARE = 1e-4  # of the pixels: a rarer class weighs no more than one of this share


class UnsuitablePicturesError(StudioError):
    """Pictures that a segmenter with these options cannot be trained on."""


@dataclass(frozen=True)
class SegmenterOptions:
    """What decides a training run beside its data."""

    batch: int = 16
    widths: tuple[int, ...] = (16, 32, 64, 128)
    """Channels from the finest level to the coarsest; each level halves the side."""
    lr: float = 0.002
    beta1: float = 0.9
    beta2: float = 0.99
    rarity: float = 0.5
    """A class weighs as its share of the pixels to minus this power: 0 is the plain mean over pixels."""
    jitter: float = 0.2
    """How much brightness, contrast and the channels' balance are changed by chance, as a share of the range."""
    ema_half_life: float = 1_000.0
    """Images after which an old weight counts half in the average."""


PRESETS: Mapping[str, SegmenterOptions] = MappingProxyType(
    {
        "small": SegmenterOptions(),
        "medium": SegmenterOptions(widths=(32, 64, 96, 160, 224), lr=0.001),
        "tiny": SegmenterOptions(batch=4, widths=(4, 8, 12), ema_half_life=50.0),
        "tiny-plain": SegmenterOptions(batch=4, widths=(8, 8), rarity=0.0, jitter=0.0, ema_half_life=0.0),
    }
)


def network_config(options: SegmenterOptions, facts: DataFacts) -> SegmenterConfig:
    """Return what the network looks like for these data; raises UnsuitablePicturesError."""
    assert facts.map_classes is not None, "the card needs maps"
    multiple = 1 << (len(options.widths) - 1)
    if facts.resolution % multiple or any(width % GROUPS for width in options.widths):
        raise UnsuitablePicturesError(
            f"{len(options.widths)} levels halve {facts.resolution} px {len(options.widths) - 1} times, and widths are "
            f"multiples of {GROUPS}, not {', '.join(map(str, options.widths))}; change --set widths or the resolution."
        )
    classes = facts.map_classes
    return SegmenterConfig(facts.resolution, facts.img_channels, options.widths, classes.names, classes.colours)


class SegmenterRecipe(Recipe):
    """Pixels of pictures must be told to be of the classes that stand in their maps."""

    def __init__(self, options: SegmenterOptions, facts: DataFacts) -> None:
        """Build the network with random weights and its optimizer."""
        self.options = options
        self._config = network_config(options, facts)
        self.generator = SegmenterNetwork(self._config)
        self._optimizer = torch.optim.Adam(self.generator.parameters(), options.lr, (options.beta1, options.beta2))
        self._pinned: Batch | None = None

    def networks(self) -> Mapping[str, nn.Module]:
        """Return the network."""
        return {G: self.generator}

    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        """Return the optimizer."""
        return {G: self._optimizer}

    def phases(self) -> tuple[Phase, ...]:
        """Return the one phase."""
        return (Phase("Segment", (G,), G, self.losses),)

    def averaging(self) -> Mapping[str, Averaging]:
        """Return the network's average, which is the network itself where the half-life is 0."""
        return {G: Averaging(G, self.options.ema_half_life, RAMP_UP)}

    def config(self) -> SegmenterConfig:
        """Return the network's config."""
        return self._config

    @property
    def z_dim(self) -> int:
        """One number that nothing is made of: samples are answers to pictures."""
        return 1

    def losses(self, batch: Batch, images_seen: int) -> Losses:
        """The weighted cross-entropy of the pixels; the share of right ones is only looked at."""
        assert batch.maps is not None, "the card needs maps"
        logits = self.generator(self._jittered(batch)).float()
        shares = torch.bincount(batch.maps.reshape(-1), minlength=logits.shape[1]).float() / batch.maps.numel()
        shares = batch.mean_over_processes(shares)
        weights = shares.clamp_min(LEAST_SHARE).pow(-self.options.rarity)
        each = F.cross_entropy(logits, batch.maps, reduction="none") * weights[batch.maps]
        right = (logits.detach().argmax(dim=1) == batch.maps).float().mean(dim=(1, 2))
        return Losses({"entropy": each.mean() / (shares * weights).sum()}, {"right": right})

    def pin(self, batch: Batch) -> None:
        """Keep the pairs that samples show."""
        self._pinned = batch

    def sample(
        self, generator: nn.Module, z: torch.Tensor, labels: torch.Tensor | None, images_seen: int
    ) -> torch.Tensor:
        """Show pictures, each followed by its map and by what the network finds, in the classes' colours."""
        generator.eval()
        config, count = self._config, len(z)
        if self._pinned is None or self._pinned.maps is None:
            nothing = z.new_zeros(count, config.img_channels, config.resolution, config.resolution)
            return self._painted(generator(nothing).argmax(dim=1))
        shown = -(-count // 3)
        pictures, maps = self._pinned.images[:shown], self._pinned.maps[:shown]
        found = generator(pictures).argmax(dim=1)
        rows = torch.stack([pictures, self._painted(maps), self._painted(found)], dim=1)
        return rows.flatten(0, 1)[:count]

    def _painted(self, maps: torch.Tensor) -> torch.Tensor:
        """Return maps `[N, R, R]` in colours `[N, C, R, R]` in [-1, 1]."""
        colours = torch.tensor(self._config.colours, device=maps.device).float() / 127.5 - 1.0
        painted = colours[maps].permute(0, 3, 1, 2)
        channels = self._config.img_channels
        return painted if channels == 3 else painted.mean(dim=1, keepdim=True).expand(-1, channels, -1, -1)

    def _jittered(self, batch: Batch) -> torch.Tensor:
        """Return the pictures with other contrast and brightness, and a little of both in each channel."""
        amount, channels = self.options.jitter, batch.images.shape[1]
        if not amount:
            return batch.images
        draws = batch.draws
        whole, single = draws.uniform("jitter", 2, 1, 1, 1) * 2.0 - 1.0, draws.uniform("cast", 2, channels, 1, 1) - 0.5
        scale, shift = (whole[:, i] + single[:, i] for i in range(2))
        pictures: torch.Tensor = batch.images * (1.0 + amount * scale) + amount * shift
        return pictures.clamp(-1.0, 1.0)


recipe_card = RecipeCard(SegmenterOptions, PRESETS, SegmenterRecipe, needs_maps=True)
