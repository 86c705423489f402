"""What follows the convolution of a style layer, so that it can be done while the result still lies in the cache."""

from dataclasses import dataclass

import torch

from ganstudio.layers.activation import LINEAR, Activation

ALL = slice(None)


@dataclass(frozen=True, slots=True)
class Finish:
    """clamp(f(x · scale + bias + grain) · gain) for an activation f, which is applied without its own gain."""

    activation: Activation = LINEAR
    grain: torch.Tensor | None = None  # `[N or 1, 1, H, W]`
    bias: torch.Tensor | None = None  # `[O]`
    gain: float = 1.0
    limit: float | None = None

    def __call__(self, x: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
        """Finish x `[N, O, H, W]`, in place where no gradients are recorded; scale is `[N, O]`."""
        pixels = x.permute(0, 2, 3, 1)
        y = self.scaled(pixels, scale[:, None, None], None if torch.is_grad_enabled() else pixels)
        return self.closed(y.permute(0, 3, 1, 2))

    def scaled(self, x: torch.Tensor, scale: torch.Tensor, out: torch.Tensor | None) -> torch.Tensor:
        """Return x · scale + bias in one pass, channels last; `out` may be x."""
        scale = scale.to(x.dtype)
        if self.bias is None:
            return torch.mul(x, scale, out=out)
        return torch.addcmul(self.bias.to(x.dtype), x, scale, out=out)

    def closed(self, x: torch.Tensor, samples: slice = ALL, rows: slice = ALL) -> torch.Tensor:
        """Do what follows `scaled` to some samples and rows, x `[n, O, h, W]`, in place without gradients."""
        learning = torch.is_grad_enabled()
        if self.grain is not None:
            grain = self.grain if len(self.grain) == 1 else self.grain[samples]
            grain = grain[:, :, rows].to(x.dtype)
            x = x + grain if learning else x.add_(grain)
        x = self.activation.apply(x)
        if self.gain != 1.0:
            x = x * self.gain if learning else x.mul_(self.gain)
        if self.limit is None:
            return x
        return x.clamp(-self.limit, self.limit) if learning else x.clamp_(-self.limit, self.limit)


NOTHING = Finish()
