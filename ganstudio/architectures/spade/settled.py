"""The generator as it draws: what does not depend on the picture is worked out once."""

import copy

import torch
import torch.nn.functional as F
from torch import nn

from ganstudio.architectures.spade.networks import (
    SLOPE,
    Block,
    Ends,
    GeneratorNetwork,
    Spade,
    enlarged,
    resized_planes,
)
from ganstudio.layers.spectral import SpectralConv2d


class SettledBlock(nn.Module):
    """A residual block without spectral norm and statistics, whose gains and offsets come in one tensor.

    With batch norm y = (x - μ) / s · (1 + γ) + β is x · g + o with g = (1 + γ) / s and o = β - μ g, so that g and o
    come from convolutions of the map alone.
    """

    def __init__(self, block: Block) -> None:
        """Take the weights of a block that does not learn."""
        super().__init__()
        norms = [block.norm_0, block.norm_1, *([block.norm_s] if block.learned else [])]
        self.widths = [norm.mlp_gamma.out_channels for norm in norms]
        self.by_instance = isinstance(block.norm_0.param_free_norm, nn.InstanceNorm2d)
        self.shared = _side_by_side([norm.mlp_shared[0] for norm in norms])
        self.modulations = nn.ModuleList(_modulation(norm) for norm in norms)
        self.conv_0, self.conv_1 = _plain(block.conv_0), _plain(block.conv_1)
        self.conv_s = _plain(block.conv_s) if block.learned else None

    def modulation(self, planes: torch.Tensor) -> torch.Tensor:
        """Return gains and offsets of all normalisations `[N, 2 ΣC, h, w]` for planes `[N, P, h, w]`."""
        hidden = F.relu(self.shared(planes)).chunk(len(self.modulations), dim=1)
        return torch.cat([layer(each) for layer, each in zip(self.modulations, hidden, strict=True)], dim=1)

    def forward(self, x: torch.Tensor, modulation: torch.Tensor) -> torch.Tensor:
        """Return `[N, n_out, h, w]` for x `[N, n_in, h, w]`."""
        parts = torch.split(modulation, [width for width in self.widths for _ in range(2)], dim=1)
        shortcut = x if self.conv_s is None else self.conv_s(self._normalised(x, parts[4], parts[5]))
        y = self.conv_0(F.leaky_relu(self._normalised(x, parts[0], parts[1]), SLOPE))
        result: torch.Tensor = shortcut + self.conv_1(F.leaky_relu(self._normalised(y, parts[2], parts[3]), SLOPE))
        return result

    def _normalised(self, x: torch.Tensor, gain: torch.Tensor, offset: torch.Tensor) -> torch.Tensor:
        return torch.addcmul(offset, F.instance_norm(x) if self.by_instance else x, gain)


class SettledNetwork(Ends):
    """Draws what a `GeneratorNetwork` in evaluation mode draws, in fewer steps."""

    def __init__(self, network: GeneratorNetwork) -> None:
        """Take the weights over."""
        super().__init__(network.config)
        self.fc, self.conv_img = copy.deepcopy(network.fc), copy.deepcopy(network.conv_img)
        self.blocks = nn.ModuleList(SettledBlock(network.block(plan)) for plan in self.plans)

    def modulation(self, number: int, planes: torch.Tensor) -> torch.Tensor:
        """Return the gains and offsets of block `number` for planes `[N, P, h, w]` of its size."""
        return self._block(number).modulation(planes)

    def step(self, number: int, x: torch.Tensor, modulation: torch.Tensor) -> torch.Tensor:
        """Return what block `number` makes of what came before, which is enlarged first where that is due."""
        before = self.plans[number - 1].scale if number else 1
        result: torch.Tensor = self._block(number)(enlarged(x, self.plans[number], before), modulation)
        return result

    def forward(self, planes: torch.Tensor, z: torch.Tensor | None = None) -> torch.Tensor:
        """Return pictures `[N, C, H, W]` in [-1, 1]."""
        x = self.first(planes, z)
        for number, plan in enumerate(self.plans):
            seen = resized_planes(planes, self.config.size_of(plan))
            x = self.step(number, x, self.modulation(number, seen))
        return self.colours(x)

    def _block(self, number: int) -> SettledBlock:
        block = self.blocks[number]
        assert isinstance(block, SettledBlock)
        return block


def _plain(layer: nn.Module) -> nn.Conv2d:
    settled = layer.settled() if isinstance(layer, SpectralConv2d) else copy.deepcopy(layer)
    assert isinstance(settled, nn.Conv2d)
    return settled


def _side_by_side(layers: list[nn.Module]) -> nn.Conv2d:
    """Return one convolution that leaves the outputs of several of the same input side by side."""
    convolutions = [_plain(layer) for layer in layers]
    weights, biases = zip(*((layer.weight, layer.bias) for layer in convolutions), strict=True)
    return _holding(torch.cat(weights), torch.cat(biases))


def _modulation(norm: Spade) -> nn.Conv2d:
    """Return the convolution that gives gains and offsets of a normalisation `[N, 2C, h, w]`."""
    gamma, beta, statistics = norm.mlp_gamma, norm.mlp_beta, norm.param_free_norm
    assert gamma.bias is not None
    assert beta.bias is not None
    gain, gain_bias = gamma.weight, gamma.bias + 1.0
    offset, offset_bias = beta.weight, beta.bias
    if isinstance(statistics, nn.BatchNorm2d):
        assert statistics.running_mean is not None
        assert statistics.running_var is not None
        scale = (statistics.running_var + statistics.eps).rsqrt()
        gain, gain_bias = gain * scale[:, None, None, None], gain_bias * scale
        offset = offset - gain * statistics.running_mean[:, None, None, None]
        offset_bias = offset_bias - gain_bias * statistics.running_mean
    return _holding(torch.cat([gain, offset]), torch.cat([gain_bias, offset_bias]))


def _holding(weight: torch.Tensor, bias: torch.Tensor) -> nn.Conv2d:
    n_out, n_in, kernel, _ = weight.shape
    with torch.device("meta"):
        layer = nn.Conv2d(n_in, n_out, kernel, padding=kernel // 2)
    layer.weight = nn.Parameter(weight.detach().clone(), requires_grad=False)
    layer.bias = nn.Parameter(bias.detach().clone(), requires_grad=False)
    return layer
