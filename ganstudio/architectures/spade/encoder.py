"""SPADE's image encoder: from a picture to the distribution of its style (appendix A of the paper)."""

import torch
import torch.nn.functional as F
from torch import nn

from ganstudio.layers.half_precision import widened
from ganstudio.layers.spectral import PatchNorm, normalised_convolution

SLOPE = 0.2
LAST_SIDE = 4
MOST_TIMES = 8  # the widest layer, for one channel of the first


def encoder_side(layers: int) -> int:
    """Return the side of the pictures that an encoder of so many halving layers sees."""
    return LAST_SIDE << layers


class StyleEncoder(nn.Module):
    """Pictures `[N, C, H, W]` in [-1, 1] to mean and log variance `[N, z_dim]` of z; other sizes are resized first."""

    def __init__(self, img_channels: int, width: int, layers: int, z_dim: int, norm: PatchNorm) -> None:
        """Build one halving convolution a layer."""
        super().__init__()
        self.layers = layers
        self.side = encoder_side(layers)
        widths = [img_channels, *(width * min(1 << i, MOST_TIMES) for i in range(layers))]
        for i in range(layers):
            self.add_module(f"layer{i + 1}", normalised_convolution(norm, widths[i], widths[i + 1], 3, 2, 1))
        self.fc_mu = nn.Linear(widths[-1] * LAST_SIDE**2, z_dim)
        self.fc_var = nn.Linear(widths[-1] * LAST_SIDE**2, z_dim)

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return mean and log variance, in float32."""
        if pictures.shape[2:] != (self.side, self.side):
            pictures = F.interpolate(pictures, (self.side, self.side), mode="bilinear")
        x = pictures
        for i in range(self.layers):
            x = F.leaky_relu(self.get_submodule(f"layer{i + 1}")(x), SLOPE)
        flat = x.flatten(1)
        return widened(self.fc_mu(flat)), widened(self.fc_var(flat))


def drawn_style(mean: torch.Tensor, log_variance: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """Return z = μ + ε exp(½ log σ²) for ε ~ N(0, I), all `[N, z_dim]` (Kingma and Welling 2014, section 2.4)."""
    return mean + noise * torch.exp(0.5 * log_variance)
