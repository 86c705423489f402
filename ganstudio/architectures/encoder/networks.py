"""Encoders from a picture to the rows of ws: pSp (Richardson et al. 2021) and e4e (Tov et al. 2021)."""

import math
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate

import torch
import torch.nn.functional as F
from torch import nn

from ganstudio.layers.activation import LRELU
from ganstudio.layers.equalized import EqualizedLinear

SQUEEZE = 16  # channels per channel of a gate
HALVINGS = 4  # the body's stages


class Design(StrEnum):
    """How the rows come about."""

    E4E = "e4e"  # the first row, and what each other one differs by
    PSP = "psp"  # each row by itself


class Mode(StrEnum):
    """What the body's blocks are."""

    IR = "ir"
    IR_SE = "ir_se"  # with gates over the channels


@dataclass(frozen=True)
class EncoderConfig:
    """Hyper-parameters of an encoder; the defaults are those published for 256 px and 1024-px generators.

    `widths` and `units` are those of the body's four stages, each of which halves the picture; rows before
    `middle_from` look at the coarsest features, rows from `fine_from` on at the finest.
    """

    design: Design = Design.E4E
    mode: Mode = Mode.IR_SE
    img_channels: int = 3
    resolution: int = 256
    widths: tuple[int, ...] = (64, 128, 256, 512)
    units: tuple[int, ...] = (3, 4, 14, 3)
    n_latent: int = 18
    w_dim: int = 512
    style_width: int = 512
    middle_from: int = 3
    fine_from: int = 7


@dataclass(frozen=True)
class LatentDiscriminatorConfig:
    """Hyper-parameters of the network that tells mapped w from encoded ones."""

    w_dim: int = 512
    layers: int = 4


class Gate(nn.Module):
    """Squeeze and excitation: scales channels by what the whole picture shows (Hu et al. 2018)."""

    def __init__(self, width: int) -> None:
        """Build the bottleneck of `width` / 16 channels."""
        super().__init__()
        self.fc1 = nn.Conv2d(width, max(width // SQUEEZE, 1), 1, bias=False)
        self.fc2 = nn.Conv2d(max(width // SQUEEZE, 1), width, 1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x `[N, C, H, W]` with scaled channels."""
        gate: torch.Tensor = torch.sigmoid(self.fc2(F.relu(self.fc1(x.mean(dim=(2, 3), keepdim=True)))))
        return x * gate


class Bottleneck(nn.Module):
    """The residual block of face recognition networks (Deng et al. 2019), without or with a gate."""

    def __init__(self, n_in: int, width: int, stride: int, mode: Mode) -> None:
        """Build both branches under the published names."""
        super().__init__()
        layers: list[nn.Module] = [
            nn.BatchNorm2d(n_in),
            nn.Conv2d(n_in, width, 3, 1, 1, bias=False),
            nn.PReLU(width),
            nn.Conv2d(width, width, 3, stride, 1, bias=False),
            nn.BatchNorm2d(width),
        ]
        self.res_layer = nn.Sequential(*layers, *([Gate(width)] if mode is Mode.IR_SE else []))
        self.shortcut_layer: nn.Module
        if n_in == width:
            self.shortcut_layer = nn.MaxPool2d(1, stride)
        else:
            projection = nn.Conv2d(n_in, width, 1, stride, bias=False)
            self.shortcut_layer = nn.Sequential(projection, nn.BatchNorm2d(width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return `[N, width, H / stride, W / stride]`."""
        y: torch.Tensor = self.res_layer(x) + self.shortcut_layer(x)
        return y


class StyleBlock(nn.Module):
    """Features `[N, C, S, S]` to one row `[N, w_dim]` by halving them down to a pixel (map2style)."""

    def __init__(self, n_in: int, width: int, w_dim: int, side: int) -> None:
        """Build one convolution for each halving."""
        super().__init__()
        layers: list[nn.Module] = []
        for i in range(int(math.log2(side))):
            layers += [nn.Conv2d(n_in if i == 0 else width, width, 3, 2, 1), nn.LeakyReLU()]
        self.convs = nn.Sequential(*layers)
        self.linear = EqualizedLinear(width, w_dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the row."""
        row: torch.Tensor = self.linear(self.convs(x).flatten(1))
        return row


class EncoderNetwork(nn.Module):
    """Pictures `[N, C, R, R]` in [-1, 1] to how the rows of ws differ from the mean, `[N, n_latent, w_dim]`."""

    latent_avg: torch.Tensor

    def __init__(self, config: EncoderConfig) -> None:
        """Build the layers under the published names; `latent_avg` holds the mean rows."""
        super().__init__()
        self.config = config
        first = config.widths[0]
        convolution = nn.Conv2d(config.img_channels, first, 3, 1, 1, bias=False)
        self.input_layer = nn.Sequential(convolution, nn.BatchNorm2d(first), nn.PReLU(first))
        units: list[nn.Module] = []
        n_in = first
        for width, count in zip(config.widths, config.units, strict=True):
            for i in range(count):
                units.append(Bottleneck(n_in, width, 1 if i else 2, config.mode))
                n_in = width
        self.body = nn.ModuleList(units)
        coarsest = config.resolution >> HALVINGS
        sides = [coarsest << (i >= config.middle_from) + (i >= config.fine_from) for i in range(config.n_latent)]
        blocks = [StyleBlock(n_in, config.style_width, config.w_dim, side) for side in sides]
        self.styles = nn.ModuleList(blocks)
        self.latlayer1 = nn.Conv2d(config.widths[2], n_in, 1)
        self.latlayer2 = nn.Conv2d(config.widths[1], n_in, 1)
        self.register_buffer("latent_avg", torch.zeros(config.n_latent, config.w_dim))

    def pyramid(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return what the body's last three stages leave, the finest first."""
        x = self.input_layer(pictures)
        left: list[torch.Tensor] = []
        ends = set(accumulate(self.config.units))
        for number, unit in enumerate(self.body, start=1):
            x = unit(x)
            if number in ends:
                left.append(x)
        return left[1], left[2], left[3]

    def forward(self, pictures: torch.Tensor, rows: int | None = None) -> torch.Tensor:
        """Return the differences; of e4e's only the first `rows` differ from the first one (Tov et al. 2021, 3.3)."""
        config = self.config
        fine, middle, coarse = self.pyramid(pictures)
        middle = enlarged(coarse, middle, self.latlayer1)
        fine = enlarged(middle, fine, self.latlayer2)
        used = config.n_latent if rows is None or config.design is Design.PSP else max(1, min(rows, config.n_latent))
        found: list[torch.Tensor] = []
        for i, style in enumerate(self.styles):
            if i < used:
                found.append(style(coarse if i < config.middle_from else middle if i < config.fine_from else fine))
        if config.design is Design.PSP:
            return torch.stack(found, dim=1)
        offsets = [torch.zeros_like(found[0]), *found[1:], *[torch.zeros_like(found[0])] * (config.n_latent - used)]
        return found[0][:, None] + torch.stack(offsets, dim=1)

    def codes(self, pictures: torch.Tensor, rows: int | None = None) -> torch.Tensor:
        """Return ws `[N, n_latent, w_dim]`: the mean and how the pictures differ from it."""
        offsets: torch.Tensor = self(pictures, rows)
        return offsets.float() + self.latent_avg.float()


def enlarged(coarse: torch.Tensor, fine: torch.Tensor, lateral: nn.Module) -> torch.Tensor:
    """Return coarse features at the size of the fine ones, and those through their layer (Lin et al. 2017)."""
    return upsample_add(coarse, lateral(fine))


def upsample_add(coarse: torch.Tensor, fine: torch.Tensor) -> torch.Tensor:
    """Return fine features `[N, C, H, W]` plus the coarse ones, enlarged bilinearly with corners kept."""
    return F.interpolate(coarse, size=fine.shape[2:], mode="bilinear", align_corners=True) + fine


class LatentDiscriminator(nn.Module):
    """Rows w `[N, w_dim]` to logits `[N, 1]`: mapped or encoded (Nitzan et al. 2020)."""

    def __init__(self, config: LatentDiscriminatorConfig) -> None:
        """Build dense layers of the same width."""
        super().__init__()
        self.config = config
        hidden = [
            EqualizedLinear(config.w_dim, config.w_dim, activation=LRELU) for _ in range(config.layers - 1)
        ]
        self.layers = nn.Sequential(*hidden, EqualizedLinear(config.w_dim, 1))

    def forward(self, w: torch.Tensor) -> torch.Tensor:
        """Return logits; positive means mapped."""
        logits: torch.Tensor = self.layers(w)
        return logits
