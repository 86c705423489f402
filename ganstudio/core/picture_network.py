"""Networks that are given pictures: they encode or enlarge them, and draw nothing by themselves."""

from abc import ABC, abstractmethod

import torch

from ganstudio.core.device import Precision


class PictureNetwork(ABC):
    """A network behind an architecture whose one input is a picture."""

    network: torch.nn.Module
    precision: Precision = Precision.EXACT

    def prepare(self, device: torch.device, precision: Precision) -> None:
        """Move to a device and choose the precision of all later calls; weights stay float32."""
        self.network.to(device)
        self.precision = precision

    @abstractmethod
    def answer(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return what the network makes of pictures `[N, C, H, W]` in [-1, 1]: larger ones, or codes."""

    @property
    def device(self) -> torch.device:
        """The device that the weights are on."""
        return next(self.network.parameters()).device
