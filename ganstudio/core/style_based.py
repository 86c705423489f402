"""What the style-based generators share."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from ganstudio.core.device import Precision, fast_dtype
from ganstudio.core.document import NoiseSetting
from ganstudio.core.generator import Generator, LatentCode
from ganstudio.core.style_space import StyleSpread, affines_of, shifted_styles
from ganstudio.core.style_stages import NoisyLayer, StyleSizes, noise_of


class StyleBasedGenerator(Generator):
    """A mapping network to w and a synthesis network of blocks whose layers take styles and noise.

    `network` has both by their names; its synthesis takes ws, one noise per layer and a dtype.
    """

    def __init__(self, config: StyleSizes, network: nn.Module, layers: tuple[NoisyLayer, ...]) -> None:
        """Take over a network with all of its layers, in order."""
        self._sizes, self.layers = config, layers
        self.network = network.eval().requires_grad_(False)
        self.style_spread = StyleSpread(self, network.get_submodule("mapping"), config.z_dim, config.c_dim)

    @property
    def w_avg(self) -> torch.Tensor:
        """The mean w `[w_dim]`."""
        return self.network.get_buffer("mapping.w_avg")

    @property
    def noise_resolutions(self) -> tuple[int, ...]:
        """One resolution per layer; none where no layer has noise."""
        return tuple(layer.resolution for layer in self.layers) if any(x.use_noise for x in self.layers) else ()

    @property
    def dtype(self) -> torch.dtype:
        """The type that convolutions run in."""
        return fast_dtype(self.device) if self.precision is Precision.FAST else self.w_avg.dtype

    def mapping(self, z: torch.Tensor, c: torch.Tensor | None = None) -> torch.Tensor:
        """Map z `[N, z_dim]` and labels `[N, c_dim]` to ws `[N, n_latent, w_dim]` with equal rows."""
        network: Any = self.network.get_submodule("mapping")
        w: torch.Tensor = network(z.to(self.w_avg), c if c is None else c.to(self.w_avg))
        return w[:, None].expand(-1, self._sizes.n_latent, -1)

    def synthesis(self, ws: torch.Tensor, noise: NoiseSetting) -> torch.Tensor:
        """Draw ws `[N, n_latent, w_dim]` as pictures `[N, C, R, R]`."""
        return self._drawn(ws, self._noises(noise), self.dtype)

    def guided(self, code: LatentCode) -> torch.Tensor:
        """Draw pictures `[N, C, R, R]`, differentiable in ws, offsets of styles and noises; in float32 at least."""
        noises = tuple(code.noises.get(i, own) for i, own in enumerate(self._noises(NoiseSetting())))
        with shifted_styles(self._affines(), code.styles.items()):
            return self._drawn(code.ws, noises, self.w_avg.dtype)

    def style_steps(self) -> Mapping[str, torch.Tensor]:
        """Return the standard deviations `[C]` of the style channels of each layer over random w."""
        return {name: self.style_spread.of(name, affine).std for name, affine in self._affines().items()}

    def _affines(self) -> Mapping[str, nn.Module]:
        blocks = self.network.get_submodule("synthesis").named_children()
        return {f"{block}.{layer}": affine for block, inside in blocks for layer, affine in affines_of(inside).items()}

    def _noises(self, noise: NoiseSetting) -> tuple[torch.Tensor | None, ...]:
        return tuple(noise_of(layer, i, noise, self.device) for i, layer in enumerate(self.layers))

    def _drawn(self, ws: torch.Tensor, noises: tuple[torch.Tensor | None, ...], dtype: torch.dtype) -> torch.Tensor:
        network: Any = self.network.get_submodule("synthesis")
        pictures: torch.Tensor = network(ws.to(self.w_avg), noises, dtype)
        return pictures
