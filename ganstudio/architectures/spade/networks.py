"""SPADE's generator (Park et al. 2019, arXiv 1903.07291)."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import torch
import torch.nn.functional as F
from torch import nn

from ganstudio.architectures.spade.encoder import StyleEncoder
from ganstudio.layers.doubling import doubled
from ganstudio.layers.half_precision import widened
from ganstudio.layers.spectral import SPECTRAL_INSTANCE, Normalization, PatchNorm, convolution

SLOPE = 0.2
FIRST_WIDTH = 16
"""Channels where the picture is smallest, for one of those where it is largest."""


class Upsampling(StrEnum):
    """How often the picture doubles from its smallest size on."""

    LESS = "less"  # 16 times in all, for small pictures
    NORMAL = "normal"  # 32 times
    MORE = "more"  # 64 times
    MOST = "most"  # 128 times, with one block more


@dataclass(frozen=True)
class SpadeConfig:
    """Hyper-parameters of the generator and the encoder beside it.

    `classes` are the names of the map's indices, `colours` what each is painted in. Planes of the map are one for each
    class, one for what is of no class where there may be such (`unknown`), and one for the outlines of objects
    (`edges`). `z_dim` is 0 where pictures come from the map alone; `encoder_layers` is 0 where there is no encoder.
    Blocks have `width` channels where the picture is largest, up to 16 times as many before, and never more than
    `most_channels`.
    """

    classes: tuple[str, ...]
    colours: tuple[tuple[int, int, int], ...] = ()
    unknown: bool = False
    edges: bool = False
    resolution: int = 256
    height: int = 0  # as high as wide where it is 0
    img_channels: int = 3
    width: int = 64
    most_channels: int = 1024
    upsampling: Upsampling = Upsampling.NORMAL
    normalization: Normalization = Normalization.BATCH
    kernel: int = 3
    hidden: int = 128
    spectral: bool = True
    z_dim: int = 0
    encoder_width: int = 64
    encoder_layers: int = 0
    encoder_norm: PatchNorm = SPECTRAL_INSTANCE

    @property
    def planes(self) -> int:
        """The planes that a map becomes."""
        return len(self.classes) + self.unknown + self.edges

    @property
    def blocks(self) -> tuple["BlockPlan", ...]:
        """The residual blocks in order."""
        return tuple(_block_plans(self))

    @property
    def first_size(self) -> tuple[int, int]:
        """The height and width of the smallest activation."""
        times = self.blocks[-1].scale
        return (self.height or self.resolution) // times, self.resolution // times

    def size_of(self, plan: "BlockPlan") -> tuple[int, int]:
        """The height and width of a block's activation."""
        height, width = self.first_size
        return height * plan.scale, width * plan.scale


@dataclass(frozen=True)
class BlockPlan:
    """A residual block: its published name, its channels, and how much larger than the first its pictures are."""

    name: str
    n_in: int
    n_out: int
    scale: int


def _block_plans(config: SpadeConfig) -> Iterator[BlockPlan]:
    def channels(times: float) -> int:
        return max(1, min(int(config.width * times), config.most_channels))

    first = channels(FIRST_WIDTH)
    scale = {Upsampling.LESS: 1, Upsampling.NORMAL: 2}.get(config.upsampling, 4)
    yield BlockPlan("head_0", first, first, 1)
    yield BlockPlan("G_middle_0", first, first, min(scale, 2))
    yield BlockPlan("G_middle_1", first, first, scale)
    times = float(FIRST_WIDTH)
    for number in range(5 if config.upsampling is Upsampling.MOST else 4):
        scale *= 2
        yield BlockPlan(f"up_{number}", channels(times), channels(times / 2), scale)
        times /= 2


class Spade(nn.Module):
    """Normalises activations and gives every pixel the gain and the offset that the map asks for there.

    y = norm(x) · (1 + γ(m)) + β(m), with γ and β from the map's planes m, resized to x, through a shared convolution
    (eq. 1 and figure 3 of the paper).
    """

    def __init__(self, config: SpadeConfig, channels: int) -> None:
        """Build the published layers."""
        super().__init__()
        padding = config.kernel // 2
        self.param_free_norm: nn.BatchNorm2d | nn.InstanceNorm2d
        if config.normalization is Normalization.BATCH:
            self.param_free_norm = nn.BatchNorm2d(channels, affine=False)
        else:
            self.param_free_norm = nn.InstanceNorm2d(channels, affine=False)
        shared = nn.Conv2d(config.planes, config.hidden, config.kernel, padding=padding)
        self.mlp_shared = nn.Sequential(shared, nn.ReLU())
        self.mlp_gamma = nn.Conv2d(config.hidden, channels, config.kernel, padding=padding)
        self.mlp_beta = nn.Conv2d(config.hidden, channels, config.kernel, padding=padding)

    def forward(self, x: torch.Tensor, planes: torch.Tensor) -> torch.Tensor:
        """Return y `[N, C, h, w]` for x `[N, C, h, w]` and planes `[N, P, H, W]` of any size."""
        shared = self.mlp_shared(resized_planes(planes, (x.shape[2], x.shape[3])))
        gain = F.conv2d(shared, self.mlp_gamma.weight, self._gain_bias(), padding=self.mlp_gamma.padding)
        return torch.addcmul(self.mlp_beta(shared), self.param_free_norm(x), gain)

    def _gain_bias(self) -> torch.Tensor:
        """The bias of 1 + γ."""
        assert self.mlp_gamma.bias is not None
        return self.mlp_gamma.bias + 1.0


def resized_planes(planes: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Return planes `[N, P, H, W]` in another size, each pixel as the nearest one above and to the left of it."""
    return planes if planes.shape[2:] == size else F.interpolate(planes, size=size, mode="nearest")


class Block(nn.Module):
    """A residual block whose normalisations see the map (figure 4 of the paper)."""

    def __init__(self, config: SpadeConfig, plan: BlockPlan) -> None:
        """Build both branches; the shortcut learns where the channels change."""
        super().__init__()
        between = min(plan.n_in, plan.n_out)
        self.learned = plan.n_in != plan.n_out
        self.conv_0 = convolution(plan.n_in, between, 3, padding=1, spectral=config.spectral)
        self.conv_1 = convolution(between, plan.n_out, 3, padding=1, spectral=config.spectral)
        self.norm_0, self.norm_1 = Spade(config, plan.n_in), Spade(config, between)
        if self.learned:
            self.conv_s = convolution(plan.n_in, plan.n_out, 1, bias=False, spectral=config.spectral)
            self.norm_s = Spade(config, plan.n_in)

    def forward(self, x: torch.Tensor, planes: torch.Tensor) -> torch.Tensor:
        """Return `[N, n_out, h, w]` for x `[N, n_in, h, w]` and the map's planes."""
        shortcut = self.conv_s(self.norm_s(x, planes)) if self.learned else x
        y = self.conv_0(F.leaky_relu(self.norm_0(x, planes), SLOPE))
        result: torch.Tensor = shortcut + self.conv_1(F.leaky_relu(self.norm_1(y, planes), SLOPE))
        return result


class Ends(nn.Module):
    """The first and the last layer around the blocks."""

    fc: nn.Linear | nn.Conv2d
    conv_img: nn.Conv2d

    def __init__(self, config: SpadeConfig) -> None:
        """Keep the hyper-parameters."""
        super().__init__()
        self.config, self.plans = config, config.blocks

    def first(self, planes: torch.Tensor, z: torch.Tensor | None) -> torch.Tensor:
        """Return the smallest activation `[N, C, h, w]`: from z, or from the map where there is none."""
        size = self.config.first_size
        x: torch.Tensor = self.fc(resized_planes(planes, size) if z is None else z)
        return x.reshape(len(x), self.plans[0].n_in, *size)

    def colours(self, x: torch.Tensor) -> torch.Tensor:
        """Turn the last block's activation into float32 pictures in [-1, 1]."""
        return torch.tanh(widened(self.conv_img(F.leaky_relu(x, SLOPE))))


class GeneratorNetwork(Ends):
    """Planes of a map `[N, P, H, W]` and z `[N, z_dim]` to pictures `[N, C, H, W]` in [-1, 1]."""

    def __init__(self, config: SpadeConfig) -> None:
        """Build the published layers under their names, and the encoder where there is one."""
        super().__init__(config)
        first, (height, width) = self.plans[0].n_in, config.first_size
        if config.z_dim:
            self.fc = nn.Linear(config.z_dim, first * height * width)
        else:
            self.fc = nn.Conv2d(config.planes, first, 3, padding=1)
        for plan in self.plans:
            self.add_module(plan.name, Block(config, plan))
        self.conv_img = nn.Conv2d(self.plans[-1].n_out, config.img_channels, 3, padding=1)
        self.encoder = None
        if config.encoder_layers:
            widths = (config.img_channels, config.encoder_width)
            self.encoder = StyleEncoder(*widths, config.encoder_layers, config.z_dim, config.encoder_norm)

    def block(self, plan: BlockPlan) -> Block:
        """Return the block of a plan."""
        block = self.get_submodule(plan.name)
        assert isinstance(block, Block)
        return block

    def forward(self, planes: torch.Tensor, z: torch.Tensor | None = None) -> torch.Tensor:
        """Return pictures."""
        x = self.first(planes, z)
        scale = 1
        for plan in self.plans:
            x = enlarged(x, plan, scale)
            scale = plan.scale
            x = self.block(plan)(x, planes)
        return self.colours(x)


def enlarged(x: torch.Tensor, plan: BlockPlan, scale: int) -> torch.Tensor:
    """Return x, which is `scale` times as large as the first activation, as large as a block takes it."""
    while scale < plan.scale:
        x, scale = doubled(x), scale * 2
    return x
