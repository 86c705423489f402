"""SPADE's discriminators: patches judged at several scales (Park et al. 2019, after Wang et al. 2018)."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from ganstudio.layers.spectral import SPECTRAL_INSTANCE, PatchNorm, normalised_convolution

SLOPE = 0.2
KERNEL, PADDING = 4, 2
MOST_CHANNELS = 512


@dataclass(frozen=True)
class SpadeDiscriminatorConfig:
    """Hyper-parameters of the discriminators, which are of one kind; `planes` are those of the map beside a picture."""

    planes: int = 1
    img_channels: int = 3
    width: int = 64
    layers: int = 4
    scales: int = 2
    norm: PatchNorm = SPECTRAL_INSTANCE


class PatchDiscriminator(nn.Module):
    """A map's planes and a picture `[N, P + C, H, W]` to logits of patches, and what each layer before them leaves."""

    def __init__(self, config: SpadeDiscriminatorConfig) -> None:
        """Build the published layers; neither the first nor the last one is normalised."""
        super().__init__()
        self.layers = config.layers
        n_in, n_out = config.planes + config.img_channels, config.width
        self.add_module("model0", nn.Sequential(nn.Conv2d(n_in, n_out, KERNEL, 2, PADDING), nn.LeakyReLU(SLOPE)))
        for number in range(1, config.layers):
            n_in, n_out = n_out, min(2 * n_out, MOST_CHANNELS)
            stride = 1 if number == config.layers - 1 else 2
            judged = normalised_convolution(config.norm, n_in, n_out, KERNEL, stride, PADDING)
            self.add_module(f"model{number}", nn.Sequential(judged, nn.LeakyReLU(SLOPE)))
        self.add_module(f"model{config.layers}", nn.Sequential(nn.Conv2d(n_out, 1, KERNEL, 1, PADDING)))

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Return the features `[N, C, h, w]` of every layer; the last ones are the logits `[N, 1, h, w]`."""
        features = []
        for number in range(self.layers + 1):
            x = self.get_submodule(f"model{number}")(x)
            features.append(x)
        return features


class Discriminator(nn.Module):
    """Several patch discriminators, each of which sees the picture half as large as the one before."""

    def __init__(self, config: SpadeDiscriminatorConfig) -> None:
        """Build them under their published names."""
        super().__init__()
        self.config = config
        for number in range(config.scales):
            self.add_module(f"discriminator_{number}", PatchDiscriminator(config))

    def forward(self, planes: torch.Tensor, pictures: torch.Tensor) -> list[list[torch.Tensor]]:
        """Return the features of every scale for planes `[N, P, H, W]` and pictures `[N, C, H, W]` in [-1, 1]."""
        x = torch.cat([planes.to(pictures.dtype), pictures], dim=1)
        found = []
        for number in range(self.config.scales):
            if number:
                x = F.avg_pool2d(x, 3, 2, 1, count_include_pad=False)
            found.append(self.get_submodule(f"discriminator_{number}")(x))
        return found
