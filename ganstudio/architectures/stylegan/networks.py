"""StyleGAN's mapping and synthesis networks (Karras et al. 2019, arXiv 1812.04948)."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from ganstudio.layers.activation import LRELU
from ganstudio.layers.doubling import doubled
from ganstudio.layers.growing import blended, share_of_lower
from ganstudio.layers.he_scaled import LEAKY_GAIN, HeConv2d, HeLinear, Resampling
from ganstudio.layers.normalization import normalize_second_moment
from ganstudio.layers.resample import filter2d, fir_kernel

Noises = tuple[torch.Tensor | None, ...]


@dataclass(frozen=True)
class StyleGANConfig:
    """Hyper-parameters of the generator; `channels` has one entry per block, from 4 px up.

    The switches are the steps of the paper's table 1: the defaults are configuration E (and F, which differs in
    training alone); without styles, constant input, noise and blur it is A, a progressively grown plain generator.
    """

    z_dim: int = 512
    c_dim: int = 0
    w_dim: int = 512
    img_channels: int = 3
    channels: tuple[int, ...] = (512, 512, 512, 512, 256)
    mapping_layers: int = 8  # none: w is the normalised z, of the same length
    mapping_hidden: int | None = None  # width of the hidden layers; w_dim when None
    mapping_lr: float = 0.01
    w_avg_beta: float = 0.995
    blur_filter: tuple[float, ...] = (1.0, 2.0, 1.0)  # follows every doubling; none when empty
    use_styles: bool = True
    use_constant: bool = True  # else a dense layer makes the 4x4 start from the first w
    use_noise: bool = True
    instance_norm: bool = True
    pixel_norm: bool = False

    @property
    def resolution(self) -> int:
        """The side of the picture in pixels."""
        return 4 << (len(self.channels) - 1)

    @property
    def n_latent(self) -> int:
        """The rows of ws: two per block, one where only the start takes w."""
        return 2 * len(self.channels) if self.use_styles else 1


def channel_plan(resolution: int, base: int, most: int) -> tuple[int, ...]:
    """Return min(base / stage, most) where stages double from 2 at 4 px on, for 4, 8, ..., `resolution`."""
    return tuple(min(base // (2 << i), most) for i in range(int(math.log2(resolution)) - 1))


class MappingNetwork(nn.Module):
    """z `[N, z_dim]` and labels `[N, c_dim]` to w `[N, w_dim]`, with a running mean of w."""

    w_avg: torch.Tensor

    def __init__(self, config: StyleGANConfig) -> None:
        """Build the dense layers behind the normalised z, to which a linear map of the label is appended."""
        super().__init__()
        self.layers, self.beta = config.mapping_layers, config.w_avg_beta
        if config.c_dim:
            self.label = nn.Linear(config.c_dim, config.z_dim, bias=False)
            nn.init.normal_(self.label.weight)
        n_in = config.z_dim * (2 if config.c_dim else 1)
        if not self.layers and n_in != config.w_dim:
            raise ValueError(f"without a mapping network w has {n_in} values, not {config.w_dim}")
        middle = config.w_dim if config.mapping_hidden is None else config.mapping_hidden
        widths = [n_in, *[middle] * (self.layers - 1), config.w_dim]
        for i in range(self.layers):
            self.add_module(f"fc{i}", HeLinear(widths[i], widths[i + 1], lr=config.mapping_lr))
        self.register_buffer("w_avg", torch.zeros(config.w_dim))

    def forward(self, z: torch.Tensor, c: torch.Tensor | None, update_average: bool = False) -> torch.Tensor:
        """Return w; with `update_average` the running mean moves towards the batch's."""
        if hasattr(self, "label"):
            if c is None:
                raise ValueError("this network is class-conditional: it needs labels")
            z = torch.cat([z, self.label(c.to(self.label.weight.dtype))], dim=1)
        x = normalize_second_moment(z)
        for i in range(self.layers):
            x = LRELU.apply(self.get_submodule(f"fc{i}")(x))
        if update_average:
            self.move_average(x.detach().mean(dim=0))
        return x

    @torch.no_grad()
    def move_average(self, mean: torch.Tensor) -> None:
        """Move the running mean towards the mean w `[w_dim]` of a batch."""
        self.w_avg.copy_(torch.lerp(mean.to(self.w_avg), self.w_avg, self.beta))


def adaptive_instance_norm(x: torch.Tensor, styles: torch.Tensor | None, normalize: bool) -> torch.Tensor:
    """Return (1 + s) (x - μ(x)) / σ(x) + b for x `[N, C, H, W]` and styles (s, b) `[N, 2C]` (eq. 1, s from one on)."""
    dtype = x.dtype
    if normalize:
        x = F.instance_norm(x if dtype == torch.float64 else x.float(), eps=1e-8)
    if styles is not None:
        scale, bias = styles.to(x.dtype)[:, :, None, None].chunk(2, dim=1)
        x = torch.addcmul(bias, x, scale + 1.0)
    return x.to(dtype)


class Finish(nn.Module):
    """What follows every convolution (and the constant): noise, bias, activation, normalisation, style."""

    noise_const: torch.Tensor

    def __init__(self, config: StyleGANConfig, channels: int, resolution: int) -> None:
        """Build the layers for `[N, channels, resolution, resolution]`."""
        super().__init__()
        self.resolution, self.use_noise = resolution, config.use_noise
        self.instance_norm, self.pixel_norm = config.instance_norm, config.pixel_norm
        self.bias = nn.Parameter(torch.zeros(channels))
        self.affine = HeLinear(config.w_dim, 2 * channels, gain=1.0) if config.use_styles else None
        if config.use_noise:
            self.noise_strength = nn.Parameter(torch.zeros(channels))
            self.register_buffer("noise_const", torch.randn(resolution, resolution))

    def finish(self, x: torch.Tensor, w: torch.Tensor, noise: torch.Tensor | None) -> torch.Tensor:
        """Return AdaIN(lrelu(x + noise · strength + b), A w) for w `[N, w_dim]` and noise `[N or 1, 1, H, W]`."""
        offset = self.bias.reshape(1, -1, 1, 1)
        if noise is not None and self.use_noise:
            offset = offset + noise * self.noise_strength.reshape(1, -1, 1, 1)
        x = LRELU.apply(x + offset.to(x.dtype))
        if self.pixel_norm:
            x = normalize_second_moment(x)
        styles = None if self.affine is None else self.affine(w)
        return adaptive_instance_norm(x, styles, self.instance_norm)


class ConstantStart(Finish):
    """A learned 4x4 map."""

    def __init__(self, config: StyleGANConfig) -> None:
        """Start from ones, as the authors do."""
        super().__init__(config, config.channels[0], 4)
        self.const = nn.Parameter(torch.ones(config.channels[0], 4, 4))

    def forward(self, w: torch.Tensor, noise: torch.Tensor | None, dtype: torch.dtype) -> torch.Tensor:
        """Return `[N, C, 4, 4]` for w `[N, w_dim]`."""
        x = self.const.to(dtype).expand(len(w), *self.const.shape)
        return self.finish(x.contiguous(memory_format=torch.channels_last), w, noise)


class DenseStart(Finish):
    """A dense layer from w to the first 4x4 map, for the configurations without a constant."""

    def __init__(self, config: StyleGANConfig) -> None:
        """Build the dense layer; its gain is a quarter of the usual one."""
        super().__init__(config, config.channels[0], 4)
        self.dense = HeLinear(config.w_dim, 16 * config.channels[0], gain=LEAKY_GAIN / 4.0, bias=False)

    def forward(self, w: torch.Tensor, noise: torch.Tensor | None, dtype: torch.dtype) -> torch.Tensor:
        """Return `[N, C, 4, 4]` for w `[N, w_dim]`."""
        return self.finish(self.dense(w).reshape(len(w), -1, 4, 4).to(dtype), w, noise)


class StyleLayer(Finish):
    """A convolution, blurred where it doubles the resolution."""

    blur: torch.Tensor | None

    def __init__(self, config: StyleGANConfig, n_in: int, n_out: int, resolution: int, *, up: bool = False) -> None:
        """Build the layer whose output is `[N, n_out, resolution, resolution]`."""
        super().__init__(config, n_out, resolution)
        resampling = Resampling.DOUBLE if up else Resampling.NONE
        self.conv = HeConv2d(n_in, n_out, 3, bias=False, resampling=resampling)
        kernel = fir_kernel(config.blur_filter) if up and config.blur_filter else None
        self.register_buffer("blur", kernel, persistent=False)

    def forward(self, x: torch.Tensor, w: torch.Tensor, noise: torch.Tensor | None) -> torch.Tensor:
        """Return the finished convolution of x for w `[N, w_dim]`."""
        x = self.conv(x)
        if self.blur is not None:
            x = filter2d(x, self.blur, (self.blur.shape[-1] // 2, (self.blur.shape[-1] - 1) // 2))
        return self.finish(x, w, noise)


class SynthesisBlock(nn.Module):
    """All layers of one resolution."""

    def __init__(self, config: StyleGANConfig, index: int) -> None:
        """Build block `index`, which works at 4 · 2^index pixels."""
        super().__init__()
        width, self.resolution = config.channels[index], 4 << index
        self.start: ConstantStart | DenseStart | None = None
        if index == 0:
            self.start = ConstantStart(config) if config.use_constant else DenseStart(config)
        else:
            self.conv0 = StyleLayer(config, config.channels[index - 1], width, self.resolution, up=True)
        self.conv1 = StyleLayer(config, width, width, self.resolution)
        self.torgb = HeConv2d(width, config.img_channels, 1, gain=1.0)

    @property
    def style_layers(self) -> tuple[Finish, Finish]:
        """The layers that take noise and a row of ws, in order."""
        return self.start or self.conv0, self.conv1

    def forward(self, x: torch.Tensor | None, ws: torch.Tensor, noises: Noises, dtype: torch.dtype) -> torch.Tensor:
        """Return the activation `[N, C, r, r]` for this block's rows of ws (the first one where there is only one)."""
        first, second = ws[:, 0], ws[:, -1]
        if self.start is not None:
            x = self.start(first, noises[0], dtype)
        else:
            assert x is not None
            x = self.conv0(x, first, noises[0])
        y: torch.Tensor = self.conv1(x, second, noises[1])
        return y

    def colours(self, x: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
        """Return the picture `[N, img_channels, r, r]` of an activation; `dtype` is that of the weights."""
        y: torch.Tensor = self.torgb(x.to(dtype))
        return y


class SynthesisNetwork(nn.Module):
    """ws `[N, n_latent, w_dim]` to pictures, at a level of detail that `lod` keeps."""

    lod: torch.Tensor

    def __init__(self, config: StyleGANConfig) -> None:
        """Build one block per resolution."""
        super().__init__()
        self.names = tuple(f"b{4 << i}" for i in range(len(config.channels)))
        for i, name in enumerate(self.names):
            self.add_module(name, SynthesisBlock(config, i))
        self.rows = tuple(slice(2 * i, 2 * i + 2) if config.use_styles else slice(0, 1) for i in range(len(self.names)))
        self.register_buffer("lod", torch.zeros(()))

    @property
    def blocks(self) -> tuple[SynthesisBlock, ...]:
        """The blocks from 4 px up."""
        found = (self.get_submodule(name) for name in self.names)
        return tuple(block for block in found if isinstance(block, SynthesisBlock))

    def forward(
        self,
        ws: torch.Tensor,
        noises: Noises,
        dtype: torch.dtype | None = None,
        lod: float | None = None,
        grown_only: bool = False,
    ) -> torch.Tensor:
        """Return pictures `[N, C, R, R]`, nominally in [-1, 1], for one noise per style layer.

        `lod` replaces the one that the network keeps; with `grown_only` pictures have the resolution that it says.
        """
        lod = float(self.lod) if lod is None else lod
        x: torch.Tensor | None = None
        picture: torch.Tensor | None = None
        for index, rows in enumerate(self.rows):
            if grown_only and self.is_beyond(index, lod):
                break
            grain = noises[2 * index : 2 * index + 2]
            x, picture = self.advance(index, x, picture, ws[:, rows], grain, lod, dtype or self.lod.dtype)
        assert picture is not None
        return picture

    def is_beyond(self, index: int, lod: float) -> bool:
        """Whether block `index` is not reached by a level of detail; the first block always is."""
        return index > 0 and lod >= len(self.names) - index

    def advance(
        self,
        index: int,
        x: torch.Tensor | None,
        picture: torch.Tensor | None,
        ws: torch.Tensor,
        noises: Noises,
        lod: float,
        dtype: torch.dtype,
        bend: Callable[[torch.Tensor], torch.Tensor] | None = None,
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Run block `index`, whose activation `bend` changes; the picture is there where the last one needs it."""
        level = len(self.names) - 1 - index
        if self.is_beyond(index, lod):
            assert x is not None
            assert picture is not None
            return x, doubled(picture)
        block = self.blocks[index]
        x = block(x, ws, noises, dtype)
        if bend is not None:
            x = bend(x)
        if level and not share_of_lower(lod, level - 1):
            return x, None
        colours = block.colours(x, self.lod.dtype)
        return x, colours if picture is None else blended(colours, doubled(picture), share_of_lower(lod, level))

    def constant_noises(self) -> Noises:
        """Return the noise that every layer keeps, `[1, 1, r, r]` each."""
        layers = (layer for block in self.blocks for layer in block.style_layers)
        return tuple(layer.noise_const[None, None] if layer.use_noise else None for layer in layers)


class GeneratorNetwork(nn.Module):
    """The mapping and the synthesis network."""

    def __init__(self, config: StyleGANConfig) -> None:
        """Build both networks."""
        super().__init__()
        self.config = config
        self.mapping = MappingNetwork(config)
        self.synthesis = SynthesisNetwork(config)

    def forward(self, z: torch.Tensor, c: torch.Tensor | None = None) -> torch.Tensor:
        """Return pictures for z `[N, z_dim]` with the constant noises."""
        ws = self.mapping(z, c)[:, None].expand(-1, self.config.n_latent, -1)
        pictures: torch.Tensor = self.synthesis(ws, self.synthesis.constant_noises())
        return pictures
