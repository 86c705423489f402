"""What follows the convolution of a style layer, so that it can be done while the result still lies in the cache."""

from dataclasses import dataclass

import torch

from ganstudio.layers.activation import LINEAR, Activation

ALL = slice(None)


@dataclass(frozen=True, slots=True)
class Finish:
    """clamp(f(x + grain + bias) · gain) for an activation f, which is applied without its own gain."""

    activation: Activation = LINEAR
    grain: torch.Tensor | None = None  # `[N or 1, 1, H, W]`
    bias: torch.Tensor | None = None  # `[O]`
    gain: float = 1.0
    limit: float | None = None

    def __call__(self, x: torch.Tensor, samples: slice = ALL, rows: slice = ALL) -> torch.Tensor:
        """Finish some samples and rows, x `[n, O, h, W]`, in place where no gradients are recorded."""
        learning = torch.is_grad_enabled()
        if self.grain is not None:
            grain = self.grain if len(self.grain) == 1 else self.grain[samples]
            grain = grain[:, :, rows].to(x.dtype)
            x = x + grain if learning else x.add_(grain)
        if self.bias is not None:
            bias = self.bias.to(x.dtype).reshape(1, -1, 1, 1)
            x = x + bias if learning else x.add_(bias)
        x = self.activation.apply(x)
        if self.gain != 1.0:
            x = x * self.gain if learning else x.mul_(self.gain)
        if self.limit is None:
            return x
        return x.clamp(-self.limit, self.limit) if learning else x.clamp_(-self.limit, self.limit)


NOTHING = Finish()
