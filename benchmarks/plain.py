"""The published formulation of StyleGAN2's networks, written plainly: the yardstick of the other benchmarks.

Every sample has its own modulated kernel and all samples run as one grouped convolution, in float32 and in torch's
default memory layout; resampling inserts zeros, pads and filters (Karras et al. 2020, section 2.2).
"""

import torch
import torch.nn.functional as F

from ganstudio.architectures.stylegan2.discriminator import Discriminator, DiscriminatorBlock
from ganstudio.architectures.stylegan2.networks import Noises, RGBLayer, StyleLayer, SynthesisNetwork, Wiring
from ganstudio.layers.equalized import EqualizedConv2d

ROOT2 = 2.0**0.5


def filtered(x: torch.Tensor, fir: torch.Tensor, up: int, padding: tuple[int, int], gain: float) -> torch.Tensor:
    """Insert zeros, pad and filter every channel of x `[N, C, H, W]`."""
    N, C, H, W = x.shape
    x = F.pad(x.reshape(N, C, H, 1, W, 1), (0, up - 1, 0, 0, 0, up - 1)).reshape(N, C, H * up, W * up)
    x = F.pad(x, (*padding, *padding))
    return F.conv2d(x, (fir * gain).flip(0, 1)[None, None].repeat(C, 1, 1, 1), groups=C)


def modulated(x: torch.Tensor, layer: StyleLayer | RGBLayer, w: torch.Tensor) -> torch.Tensor:
    """Grouped convolution with one modulated and demodulated kernel for every sample."""
    N, I, H, W = x.shape  # noqa: E741 - the paper's letter
    weight = layer.weight
    O, _, size, _ = weight.shape  # noqa: E741 - the paper's letter
    styles = layer.affine(w) if isinstance(layer, StyleLayer) else layer.affine(w) * layer.style_gain
    kernels = weight[None] * styles.reshape(N, 1, I, 1, 1)
    if isinstance(layer, StyleLayer):
        kernels = kernels * (kernels.square().sum(dim=(2, 3, 4)) + 1e-8).rsqrt().reshape(N, O, 1, 1, 1)
    x = x.reshape(1, N * I, H, W)
    if isinstance(layer, RGBLayer) or not layer.up:
        y = F.conv2d(x, kernels.reshape(N * O, I, size, size), padding=size // 2, groups=N)
        return y.reshape(N, O, *y.shape[2:])
    transposed = kernels.transpose(1, 2).reshape(N * I, O, size, size)
    y = F.conv_transpose2d(x, transposed, stride=2, groups=N)
    y = y.reshape(N, O, *y.shape[2:])
    return filtered(y, layer.resample_filter, 1, (1, 1), 4.0)


def style_layer(x: torch.Tensor, layer: StyleLayer, w: torch.Tensor, noise: torch.Tensor | None) -> torch.Tensor:
    """Convolution, noise, bias, leaky ReLU and gain, each on its own."""
    x = modulated(x, layer, w)
    x = x + (layer.noise_const if noise is None else noise) * layer.noise_strength
    x = x + layer.bias.reshape(1, -1, 1, 1)
    x = F.leaky_relu(x, 0.2) * ROOT2
    return x if layer.clamp is None else x.clamp(-layer.clamp, layer.clamp)


def synthesise(network: SynthesisNetwork, ws: torch.Tensor, noises: Noises | None = None) -> torch.Tensor:
    """Draw ws `[N, n_latent, w_dim]` with a network of output skips; with its constant noise where none is given."""
    x = network.blocks[0].const[None].repeat(len(ws), 1, 1, 1)
    picture: torch.Tensor | None = None
    for block, row in zip(network.blocks, network.first_rows, strict=True):
        assert block.wiring is Wiring.SKIP
        for i, layer in enumerate(block.style_layers):
            x = style_layer(x, layer, ws[:, row + i], None if noises is None else noises[row + i])
        if picture is not None:
            picture = filtered(picture, block.resample_filter, 2, (2, 1), 4.0)
        colours = modulated(x, block.torgb, ws[:, row + block.rows - 1]) + block.torgb.bias.reshape(1, -1, 1, 1)
        picture = colours if picture is None else picture + colours
    assert picture is not None
    return picture


def convolved(x: torch.Tensor, layer: EqualizedConv2d, gain: float = 1.0) -> torch.Tensor:
    """Filter and halve where the layer does so, convolve, then bias, activation and gain, each on its own."""
    weight = layer.weight * layer.weight_gain
    size = weight.shape[-1]
    if layer.down and size == 1:
        x = F.conv2d(filtered(x, layer.resample_filter, 1, (1, 1), 1.0)[:, :, ::2, ::2], weight)
    elif layer.down:
        x = F.conv2d(filtered(x, layer.resample_filter, 1, (2, 2), 1.0), weight, stride=2)
    else:
        x = F.conv2d(x, weight, padding=size // 2)
    if layer.bias is not None:
        x = x + layer.bias.reshape(1, -1, 1, 1)
    return layer.activation.function(x) * (layer.activation.gain * gain)


def judge(network: Discriminator, pictures: torch.Tensor) -> torch.Tensor:
    """Return logits `[N, 1]` of a network of residual blocks."""
    x: torch.Tensor | None = None
    for name in network.names:
        block = network.get_submodule(name)
        assert isinstance(block, DiscriminatorBlock)
        assert block.wiring is Wiring.RESIDUAL
        if x is None:
            x = convolved(pictures, block.fromrgb)
        shortcut = convolved(x, block.skip, ROOT2 / 2)
        x = shortcut + convolved(convolved(x, block.conv0), block.conv1, ROOT2 / 2)
    assert x is not None
    N, C, H, W = x.shape
    group = min(network.config.mbstd_group or N, N)
    y = x.reshape(group, -1, C, H, W)
    deviation = ((y - y.mean(dim=0)).square().mean(dim=0) + 1e-8).sqrt().mean(dim=(1, 2, 3))
    x = torch.cat([x, deviation.reshape(-1, 1, 1, 1).repeat(group, 1, H, W)], dim=1)
    logits: torch.Tensor = network.b4.out(network.b4.fc(convolved(x, network.b4.conv).flatten(1)))
    return logits
