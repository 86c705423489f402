"""StyleGAN2's mapping and synthesis networks (Karras et al. 2020, arXiv 1912.04958)."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate

import torch
import torch.nn.functional as F
from torch import nn

from ganstudio.layers.activation import ACTIVATIONS, LINEAR, Activation
from ganstudio.layers.banded import Place, fresh
from ganstudio.layers.equalized import EqualizedConv2d, EqualizedLinear
from ganstudio.layers.finish import Finish
from ganstudio.layers.modulation import ModulatedConv2d
from ganstudio.layers.normalization import normalize_second_moment
from ganstudio.layers.resample import SMOOTH, fir_kernel, upsample2d
from ganstudio.layers.room import Rooms

ROOT_HALF = math.sqrt(0.5)
FEW_NUMBERS = 1 << 16  # to so many a 16-bit activation is coloured as quickly in full precision


class Wiring(StrEnum):
    """How blocks join: a plain chain, skip connections for the picture, or residual blocks."""

    ORIGINAL = "orig"
    SKIP = "skip"
    RESIDUAL = "resnet"


@dataclass(frozen=True)
class StyleGAN2Config:
    """Hyper-parameters of the generator; `channels` has one entry per block, from 4 px up."""

    z_dim: int = 512
    c_dim: int = 0
    w_dim: int = 512
    img_channels: int = 3
    channels: tuple[int, ...] = (512, 512, 512, 256, 128)
    architecture: Wiring = Wiring.SKIP
    mapping_layers: int = 8
    mapping_embed: int | None = None  # width of the label embedding; w_dim when None
    mapping_hidden: int | None = None  # width of the hidden layers; w_dim when None
    mapping_lr: float = 0.01
    w_avg_beta: float = 0.995
    conv_clamp: float | None = None
    use_noise: bool = True
    resample_filter: tuple[float, ...] = (1.0, 3.0, 3.0, 1.0)
    activation: str = "lrelu"
    mapping_activation: str = "lrelu"

    @property
    def resolution(self) -> int:
        """The side of the picture in pixels."""
        return 4 << (len(self.channels) - 1)

    @property
    def n_latent(self) -> int:
        """The rows of ws: one per convolution and one for the last RGB layer."""
        return 2 * len(self.channels)


def channel_plan(resolution: int, base: int, most: int) -> tuple[int, ...]:
    """Return min(base / r, most) for r = 4, 8, ..., `resolution`."""
    return tuple(min(base // (4 << i), most) for i in range(int(math.log2(resolution)) - 1))


class MappingNetwork(nn.Module):
    """z `[N, z_dim]` and labels `[N, c_dim]` to w `[N, w_dim]`, with a running mean of w."""

    w_avg: torch.Tensor

    def __init__(
        self,
        z_dim: int,
        c_dim: int,
        w_dim: int,
        layers: int,
        *,
        embed: int | None = None,
        hidden: int | None = None,
        lr: float = 0.01,
        w_avg_beta: float | None = 0.995,
        activation: Activation,
    ) -> None:
        """Build `layers` dense layers behind the normalised inputs."""
        super().__init__()
        self.z_dim, self.c_dim, self.layers, self.w_avg_beta = z_dim, c_dim, layers, w_avg_beta
        embed_dim = (w_dim if embed is None else embed) if c_dim else 0
        if c_dim:
            self.embed = EqualizedLinear(c_dim, embed_dim)
        middle = w_dim if hidden is None else hidden
        widths = [z_dim + embed_dim, *[middle] * (layers - 1), w_dim]
        for i in range(layers):
            self.add_module(f"fc{i}", EqualizedLinear(widths[i], widths[i + 1], activation, lr))
        if w_avg_beta is not None:
            self.register_buffer("w_avg", torch.zeros(w_dim))

    def forward(self, z: torch.Tensor | None, c: torch.Tensor | None, update_average: bool = False) -> torch.Tensor:
        """Return w; with `update_average` the running mean moves towards the batch's."""
        parts = [normalize_second_moment(z)] if z is not None and self.z_dim else []
        if self.c_dim:
            if c is None:
                raise ValueError("this network is class-conditional: it needs labels")
            parts.append(normalize_second_moment(self.embed(c.to(self.embed.weight.dtype))))
        x = torch.cat(parts, dim=1)
        for i in range(self.layers):
            x = self.get_submodule(f"fc{i}")(x)
        if update_average and self.w_avg_beta is not None:
            with torch.no_grad():
                self.w_avg.copy_(torch.lerp(x.mean(dim=0), self.w_avg, self.w_avg_beta))
        return x


class StyleLayer(ModulatedConv2d):
    """Modulated convolution, then noise, bias and activation."""

    noise_const: torch.Tensor
    resample_filter: torch.Tensor

    def __init__(self, config: StyleGAN2Config, n_in: int, n_out: int, resolution: int, *, up: bool = False) -> None:
        """Build the layer whose output is `[N, n_out, resolution, resolution]`."""
        super().__init__(n_in, n_out, 3, up=up)
        self.affine = EqualizedLinear(config.w_dim, n_in, bias_init=1.0)
        self.bias = nn.Parameter(torch.zeros(n_out))
        self.register_buffer("resample_filter", fir_kernel(config.resample_filter) if up else SMOOTH.clone())
        self.activation, self.clamp, self.resolution = ACTIVATIONS[config.activation], config.conv_clamp, resolution
        self.use_noise = config.use_noise
        if config.use_noise:
            self.noise_strength = nn.Parameter(torch.zeros(()))
            self.register_buffer("noise_const", torch.randn(resolution, resolution))

    def forward(
        self,
        x: torch.Tensor,
        w: torch.Tensor,
        noise: torch.Tensor | None = None,
        gain: float = 1.0,
        place: Place = fresh,
    ) -> torch.Tensor:
        """Return f(conv(x; A w) + noise · strength + b) · gain for w `[N, w_dim]` and noise `[N or 1, 1, H, W]`."""
        total = self.activation.gain * gain
        folded = total if self.activation.homogeneous else 1.0
        grain = noise * (self.noise_strength * folded) if noise is not None and self.use_noise else None
        limit = None if self.clamp is None else self.clamp * gain
        finish = Finish(self.activation, grain, self.bias * folded, total / folded, limit)
        return self.convolve(x, self.affine(w), self.resample_filter, folded, finish, place)


class RGBLayer(nn.Module):
    """A 1x1 modulated convolution to colours, without demodulation; colours are float32 at least."""

    def __init__(self, config: StyleGAN2Config, n_in: int) -> None:
        """Build the layer for `n_in` channels."""
        super().__init__()
        self.weight = nn.Parameter(torch.randn(config.img_channels, n_in, 1, 1))
        self.style_gain = 1.0 / math.sqrt(n_in)
        self.affine = EqualizedLinear(config.w_dim, n_in, bias_init=1.0)
        self.bias = nn.Parameter(torch.zeros(config.img_channels))
        self.clamp = config.conv_clamp

    def forward(self, x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
        """Return colours `[N, img_channels, H, W]` of x `[N, I, H, W]`."""
        N, _, H, W = x.shape
        styles = self.affine(w) * self.style_gain
        if x.dtype == w.dtype or x.numel() <= N * FEW_NUMBERS:
            kernels = self.weight.flatten(1) * styles[:, None]
            y = torch.baddbmm(self.bias[:, None], kernels, x.flatten(2).to(w.dtype)).view(N, -1, H, W)
        else:
            weight, styles = self.weight, styles[:, :, None, None]
            if N == 1:
                weight = weight * styles
            else:
                x = x * styles.to(x.dtype)
            y = F.conv2d(x, weight.to(x.dtype)).to(w.dtype) + self.bias.reshape(1, -1, 1, 1)
        return y if self.clamp is None else y.clamp(-self.clamp, self.clamp)


Noises = tuple[torch.Tensor | None, ...]


class SynthesisBlock(nn.Module):
    """All layers of one resolution."""

    resample_filter: torch.Tensor

    def __init__(self, config: StyleGAN2Config, index: int) -> None:
        """Build block `index`, which works at 4 · 2^index pixels."""
        super().__init__()
        self.resolution = 4 << index
        n_out = config.channels[index]
        self.first, self.last = index == 0, index == len(config.channels) - 1
        self.wiring = config.architecture
        self.register_buffer("resample_filter", fir_kernel(config.resample_filter))
        if self.first:
            self.const = nn.Parameter(torch.randn(n_out, 4, 4))
        else:
            n_in = config.channels[index - 1]
            self.conv0 = StyleLayer(config, n_in, n_out, self.resolution, up=True)
            if self.wiring is Wiring.RESIDUAL:
                self.skip = EqualizedConv2d(
                    n_in, n_out, 1, bias=False, up=True, resample_filter=self.resample_filter, activation=LINEAR
                )
        self.conv1 = StyleLayer(config, n_out, n_out, self.resolution)
        self.has_rgb = self.last or self.wiring is Wiring.SKIP
        if self.has_rgb:
            self.torgb = RGBLayer(config, n_out)

    @property
    def style_layers(self) -> tuple[StyleLayer, ...]:
        """The convolutions that take noise, in order."""
        return (self.conv1,) if self.first else (self.conv0, self.conv1)

    @property
    def rows(self) -> int:
        """The rows of ws that this block reads; the last one may be shared with the next block."""
        return len(self.style_layers) + int(self.has_rgb)

    def forward(
        self,
        x: torch.Tensor | None,
        picture: torch.Tensor | None,
        ws: torch.Tensor,
        noises: Noises,
        dtype: torch.dtype | None = None,
        bend: Callable[[torch.Tensor], torch.Tensor] | None = None,
        rooms: Rooms | None = None,
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Return the activation `[N, C, r, r]` and the picture so far for this block's `rows` of ws.

        `bend` changes the activation before it is coloured. With `rooms` the activation holds until the next call.
        """
        between, after = (fresh, fresh) if rooms is None else (rooms.between.take, rooms.after.take)
        if x is None:
            constant = self.const.to(dtype or self.const.dtype)
            start = constant.expand(ws.shape[0], *constant.shape).contiguous(memory_format=torch.channels_last)
            x = self.conv1(start, ws[:, 0], noises[0], place=after)
        elif self.wiring is Wiring.RESIDUAL:
            shortcut = self.skip(x, gain=ROOT_HALF)
            x = self.conv0(x, ws[:, 0], noises[0], place=between)
            x = shortcut + self.conv1(x, ws[:, 1], noises[1], gain=ROOT_HALF, place=after)
        else:
            x = self.conv0(x, ws[:, 0], noises[0], place=between)
            x = self.conv1(x, ws[:, 1], noises[1], place=after)
        if bend is not None:
            x = bend(x)
        if picture is not None:
            picture = upsample2d(picture, self.resample_filter)
        if self.has_rgb:
            colours = self.torgb(x, ws[:, self.rows - 1])
            picture = colours if picture is None else picture + colours
        return x, picture


class SynthesisNetwork(nn.Module):
    """ws `[N, n_latent, w_dim]` to pictures."""

    def __init__(self, config: StyleGAN2Config) -> None:
        """Build one block per entry of `config.channels`."""
        super().__init__()
        self.names = tuple(f"b{4 << i}" for i in range(len(config.channels)))
        for i, name in enumerate(self.names):
            self.add_module(name, SynthesisBlock(config, i))
        starts = accumulate((len(block.style_layers) for block in self.blocks[:-1]), initial=0)
        self.first_rows = tuple(starts)
        self.rooms = Rooms()

    @property
    def blocks(self) -> tuple[SynthesisBlock, ...]:
        """The blocks from 4 px up."""
        found = (self.get_submodule(name) for name in self.names)
        return tuple(block for block in found if isinstance(block, SynthesisBlock))

    def forward(self, ws: torch.Tensor, noises: Noises, dtype: torch.dtype | None = None) -> torch.Tensor:
        """Return pictures `[N, C, R, R]`, nominally in [-1, 1], for one noise per style layer."""
        if not self.rooms.enter():
            return self._drawn(ws, noises, dtype, None)
        try:
            return self._drawn(ws, noises, dtype, self.rooms)
        finally:
            self.rooms.leave()

    def _drawn(
        self, ws: torch.Tensor, noises: Noises, dtype: torch.dtype | None, rooms: Rooms | None
    ) -> torch.Tensor:
        x: torch.Tensor | None = None
        picture: torch.Tensor | None = None
        for block, row in zip(self.blocks, self.first_rows, strict=True):
            grain = noises[row : row + len(block.style_layers)]
            x, picture = block(x, picture, ws[:, row : row + block.rows], grain, dtype, rooms=rooms)
        assert picture is not None
        return picture

    def constant_noises(self) -> Noises:
        """Return the noise that every layer keeps, `[1, 1, r, r]` each."""
        layers = (layer for block in self.blocks for layer in block.style_layers)
        return tuple(layer.noise_const[None, None] if layer.use_noise else None for layer in layers)


class GeneratorNetwork(nn.Module):
    """The mapping and the synthesis network under their published names."""

    def __init__(self, config: StyleGAN2Config) -> None:
        """Build both networks."""
        super().__init__()
        self.config = config
        self.mapping = MappingNetwork(
            config.z_dim,
            config.c_dim,
            config.w_dim,
            config.mapping_layers,
            embed=config.mapping_embed,
            hidden=config.mapping_hidden,
            lr=config.mapping_lr,
            w_avg_beta=config.w_avg_beta,
            activation=ACTIVATIONS[config.mapping_activation],
        )
        self.synthesis = SynthesisNetwork(config)

    def forward(self, z: torch.Tensor, c: torch.Tensor | None = None) -> torch.Tensor:
        """Return pictures for z `[N, z_dim]` with the constant noises."""
        ws = self.mapping(z, c)[:, None].expand(-1, self.config.n_latent, -1)
        pictures: torch.Tensor = self.synthesis(ws, self.synthesis.constant_noises())
        return pictures
