"""Networks that enlarge pictures: SRGAN's SRResNet (Ledig et al. 2017) and ESRGAN's RRDB network (Wang et al. 2018)."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import torch
import torch.nn.functional as F
from torch import nn

RESIDUAL_SHARE = 0.2  # Wang et al. 2018, section 3.1
DENSE_LAYERS = 5
LEAKY = 0.2
PLAIN_LEAKY = 0.1
OUTER = 9  # the kernel of SRResNet's first and last layers


class Design(StrEnum):
    """Which generator."""

    RRDB = "rrdb"  # residual in residual dense blocks (ESRGAN, Real-ESRGAN)
    SRRESNET = "srresnet"  # residual blocks with batch normalisation (SRGAN)
    PLAIN = "plain"  # residual blocks without, added to the enlarged picture (ESRGAN's authors' SRResNet)


@dataclass(frozen=True)
class SRGANConfig:
    """Hyper-parameters of the generator; `growth` is what each dense layer adds, in the RRDB design alone."""

    design: Design = Design.RRDB
    scale: int = 4
    width: int = 64
    blocks: int = 23
    growth: int = 32
    img_channels: int = 3


@dataclass(frozen=True)
class SRGANDiscriminatorConfig:
    """Hyper-parameters of the discriminator: widths of pairs of layers, then of the dense layer."""

    img_channels: int = 3
    channels: tuple[int, ...] = (64, 128, 256, 512)
    dense: int = 1024


class DenseBlock(nn.Module):
    """Five convolutions, each of which sees all before it (Wang et al. 2018, figure 4)."""

    def __init__(self, width: int, growth: int) -> None:
        """Build `conv1` to `conv5`."""
        super().__init__()
        for i in range(DENSE_LAYERS):
            n_out = width if i == DENSE_LAYERS - 1 else growth
            self.add_module(f"conv{i + 1}", nn.Conv2d(width + i * growth, n_out, 3, 1, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x `[N, C, H, W]` and a fifth of what the block makes of it."""
        seen = x
        for i in range(1, DENSE_LAYERS):
            seen = torch.cat([seen, F.leaky_relu(self.get_submodule(f"conv{i}")(seen), LEAKY)], dim=1)
        made: torch.Tensor = self.get_submodule(f"conv{DENSE_LAYERS}")(seen)
        return torch.add(x, made, alpha=RESIDUAL_SHARE)


class ResidualDenseBlock(nn.Module):
    """Three dense blocks with a shortcut around them."""

    def __init__(self, width: int, growth: int) -> None:
        """Build the blocks."""
        super().__init__()
        self.rdb1 = DenseBlock(width, growth)
        self.rdb2 = DenseBlock(width, growth)
        self.rdb3 = DenseBlock(width, growth)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x `[N, C, H, W]` and a fifth of what the blocks make of it."""
        made: torch.Tensor = self.rdb3(self.rdb2(self.rdb1(x)))
        return torch.add(x, made, alpha=RESIDUAL_SHARE)


class EnlargingNetwork(nn.Module, ABC):
    """Makes pictures larger, block by block."""

    config: SRGANConfig

    @abstractmethod
    def walk(self, x: torch.Tensor) -> Iterator[torch.Tensor]:
        """Yield what each block leaves of pictures `[N, C, H, W]` in [0, 1], and the enlarged pictures in the end."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the enlarged pictures."""
        for left in self.walk(x):
            x = left
        return x


class RRDBNetwork(EnlargingNetwork):
    """Pictures `[N, C, H, W]` in [0, 1] to pictures enlarged `scale` times: 4, or 2 and 1 by a smaller trunk."""

    def __init__(self, config: SRGANConfig) -> None:
        """Build the layers under the published names."""
        super().__init__()
        self.config = config
        self.shrink = 4 // config.scale
        width = config.width
        self.conv_first = nn.Conv2d(config.img_channels * self.shrink**2, width, 3, 1, 1)
        self.body = nn.Sequential(*(ResidualDenseBlock(width, config.growth) for _ in range(config.blocks)))
        self.conv_body = nn.Conv2d(width, width, 3, 1, 1)
        self.conv_up1 = nn.Conv2d(width, width, 3, 1, 1)
        self.conv_up2 = nn.Conv2d(width, width, 3, 1, 1)
        self.conv_hr = nn.Conv2d(width, width, 3, 1, 1)
        self.conv_last = nn.Conv2d(width, config.img_channels, 3, 1, 1)

    def walk(self, x: torch.Tensor) -> Iterator[torch.Tensor]:
        """Enlarge; H and W must be divisible by 4 / scale."""
        first = x = self.conv_first(F.pixel_unshuffle(x, self.shrink))
        for block in self.body:
            x = block(x)
            yield x
        x = first + self.conv_body(x)
        for layer in (self.conv_up1, self.conv_up2):
            x = F.leaky_relu(layer(F.interpolate(x, scale_factor=2, mode="nearest")), LEAKY)
            yield x
        yield self.conv_last(F.leaky_relu(self.conv_hr(x), LEAKY))


class NormalisedBlock(nn.Module):
    """SRResNet's residual block (Ledig et al. 2017, figure 4)."""

    def __init__(self, width: int) -> None:
        """Build the layers under the published names."""
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, 1, 1)
        self.bn1 = nn.BatchNorm2d(width)
        self.prelu = nn.PReLU()
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1)
        self.bn2 = nn.BatchNorm2d(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x `[N, C, H, W]` and what the block makes of it."""
        made: torch.Tensor = self.bn2(self.conv2(self.prelu(self.bn1(self.conv1(x)))))
        return x + made


class ShuffledDoubling(nn.Module):
    """Doubles the side by moving channels into the picture (Shi et al. 2016)."""

    def __init__(self, width: int) -> None:
        """Build the convolution that makes four channels of each."""
        super().__init__()
        self.conv = nn.Conv2d(width, width * 4, 3, 1, 1)
        self.prelu = nn.PReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return `[N, C, 2H, 2W]`."""
        y: torch.Tensor = self.prelu(F.pixel_shuffle(self.conv(x), 2))
        return y


class SRResNet(EnlargingNetwork):
    """SRGAN's generator: pictures `[N, C, H, W]` in [0, 1] to pictures enlarged 2, 4 or 8 times."""

    def __init__(self, config: SRGANConfig) -> None:
        """Build the layers under the published names: `block1` the first, the last `scale` blocks doubling."""
        super().__init__()
        self.config = config
        width = config.width
        self.block1 = nn.Sequential(nn.Conv2d(config.img_channels, width, OUTER, 1, OUTER // 2), nn.PReLU())
        for i in range(config.blocks):
            self.add_module(f"block{i + 2}", NormalisedBlock(width))
        end = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1), nn.BatchNorm2d(width))
        self.add_module(f"block{config.blocks + 2}", end)
        doublings: list[nn.Module] = [ShuffledDoubling(width) for _ in range(int(math.log2(config.scale)))]
        last = nn.Conv2d(width, config.img_channels, OUTER, 1, OUTER // 2)
        self.add_module(f"block{config.blocks + 3}", nn.Sequential(*doublings, last))

    def walk(self, x: torch.Tensor) -> Iterator[torch.Tensor]:
        """Enlarge."""
        first = y = self.block1(x)
        for i in range(self.config.blocks + 1):
            y = self.get_submodule(f"block{i + 2}")(y)
            yield y
        y = self.get_submodule(f"block{self.config.blocks + 3}")(first + y)
        yield (torch.tanh(y) + 1.0) / 2.0


class PlainBlock(nn.Module):
    """A residual block without normalisation."""

    def __init__(self, width: int) -> None:
        """Build both convolutions."""
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, 1, 1)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x `[N, C, H, W]` and what the block makes of it."""
        made: torch.Tensor = self.conv2(F.relu(self.conv1(x)))
        return x + made


class PlainResNet(EnlargingNetwork):
    """The residual network that ESRGAN's authors compare with: what it makes is added to the enlarged picture."""

    def __init__(self, config: SRGANConfig) -> None:
        """Build the layers under the published names."""
        super().__init__()
        self.config = config
        width = config.width
        self.conv_first = nn.Conv2d(config.img_channels, width, 3, 1, 1)
        self.body = nn.Sequential(*(PlainBlock(width) for _ in range(config.blocks)))
        self.doublings = int(math.log2(config.scale))
        for i in range(self.doublings):
            self.add_module(f"upconv{i + 1}", nn.Conv2d(width, width * 4, 3, 1, 1))
        self.conv_hr = nn.Conv2d(width, width, 3, 1, 1)
        self.conv_last = nn.Conv2d(width, config.img_channels, 3, 1, 1)

    def walk(self, x: torch.Tensor) -> Iterator[torch.Tensor]:
        """Enlarge pictures `[N, C, H, W]` in [0, 1]."""
        y = F.leaky_relu(self.conv_first(x), PLAIN_LEAKY)
        for block in self.body:
            y = block(y)
            yield y
        for i in range(self.doublings):
            y = F.leaky_relu(F.pixel_shuffle(self.get_submodule(f"upconv{i + 1}")(y), 2), PLAIN_LEAKY)
        made = self.conv_last(F.leaky_relu(self.conv_hr(y), PLAIN_LEAKY))
        yield made + F.interpolate(x, scale_factor=self.config.scale, mode="bilinear", align_corners=False)


class Discriminator(nn.Module):
    """Pictures `[N, C, H, W]` of any size in [0, 1] to logits `[N, 1]` (Ledig et al. 2017, figure 4)."""

    def __init__(self, config: SRGANDiscriminatorConfig) -> None:
        """Build the layers under the published names: each width twice, the second time at half the size."""
        super().__init__()
        self.config = config
        layers: list[nn.Module] = []
        n_in = config.img_channels
        for i, width in enumerate(width for width in config.channels for _ in range(2)):
            layers.append(nn.Conv2d(n_in, width, 3, 1 + i % 2, 1))
            if i:
                layers.append(nn.BatchNorm2d(width))
            layers.append(nn.LeakyReLU(LEAKY))
            n_in = width
        layers += [nn.AdaptiveAvgPool2d(1), nn.Conv2d(n_in, config.dense, 1), nn.LeakyReLU(LEAKY)]
        self.net = nn.Sequential(*layers, nn.Conv2d(config.dense, 1, 1))

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return logits; positive means real."""
        logits: torch.Tensor = self.net(pictures)
        return logits.flatten(1)


DESIGNS: Mapping[Design, Callable[[SRGANConfig], EnlargingNetwork]] = {
    Design.RRDB: RRDBNetwork,
    Design.SRRESNET: SRResNet,
    Design.PLAIN: PlainResNet,
}


def total_variation(pictures: torch.Tensor) -> torch.Tensor:
    """Return twice the mean squared difference of neighbouring pixels, down and across `[N, C, H, W]`."""
    down = (pictures[:, :, 1:] - pictures[:, :, :-1]).square().mean(dim=(1, 2, 3))
    across = (pictures[:, :, :, 1:] - pictures[:, :, :, :-1]).square().mean(dim=(1, 2, 3))
    return 2.0 * (down + across).mean()
