"""Networks that are given pictures: they encode, enlarge or segment them, and draw nothing by themselves."""

from abc import ABC, abstractmethod
from collections.abc import Iterator

import torch

from ganstudio.core.device import Precision
from ganstudio.core.map_classes import MapClasses


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
        """Return what the network makes of pictures `[N, C, H, W]` in [-1, 1]: larger ones, codes or logits."""

    @property
    def device(self) -> torch.device:
        """The device that the weights are on."""
        return next(self.network.parameters()).device


class SegmentingPictures(PictureNetwork):
    """A network that answers a picture with logits `[N, classes, H, W]` of its pixels' classes."""

    classes: MapClasses
    channels: int


class EnlargingPictures(PictureNetwork):
    """A network that makes pictures `scale` times as wide and high, block by block."""

    scale: int
    channels: int

    @abstractmethod
    def walk(self, pictures: torch.Tensor) -> Iterator[torch.Tensor]:
        """Yield what each block leaves of pictures `[N, C, H, W]` in [-1, 1], and the larger ones in the end."""

    @property
    @abstractmethod
    def needed_multiple(self) -> int:
        """Places whose coordinates are multiples of this are treated alike."""

    def answer(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return float32 pictures `[N, C, scale · H, scale · W]`, nominally in [-1, 1]."""
        larger = pictures
        for left in self.walk(pictures):
            larger = left
        return larger
