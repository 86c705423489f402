"""Maps of classes found in pictures by the shipped segmenter, or by another one."""

from pathlib import Path

import torch

from ganstudio.checkpoints.fingerprint import fingerprint
from ganstudio.checkpoints.networks import WrongKindError, open_picture_network
from ganstudio.checkpoints.shipped import locate, shipped_segmenter
from ganstudio.core.device import Precision
from ganstudio.core.errors import WrongInputError
from ganstudio.core.inputs import Ability
from ganstudio.core.map_classes import MapClasses
from ganstudio.core.picture_network import SegmentingPictures

COLOURED = 3


class Segmentation:
    """Finds the class of every pixel; `digest` tells one segmenter from another."""

    def __init__(self, network: SegmentingPictures, digest: str) -> None:
        """Use a network that is ready to run."""
        self._network, self.digest = network, digest

    @property
    def classes(self) -> MapClasses:
        """What the indices in its maps mean."""
        return self._network.classes

    def logits(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return logits `[N, classes, H, W]` of pictures `[N, C, H, W]` in [-1, 1], differentiably.

        Grey and transparency may vary.
        """
        if pictures.ndim != 4 or pictures.shape[1] < 1:
            raise WrongInputError(f"Pictures of the shape {tuple(pictures.shape)} are not [N, C, H, W].")
        wanted = self._network.channels
        shown = pictures[:, :COLOURED] if pictures.shape[1] >= COLOURED else pictures[:, :1]
        if shown.shape[1] != wanted:
            shown = shown.mean(dim=1, keepdim=True).expand(-1, wanted, -1, -1)
        return self._network.answer(shown.to(self._network.device))

    @torch.no_grad()
    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return class indices int64 `[N, H, W]` of pictures `[N, C, H, W]` in [-1, 1] of any size."""
        return self.logits(pictures).argmax(dim=1)


def open_segmenter(
    path: str | Path | None = None,
    device: torch.device | None = None,
    precision: Precision = Precision.EXACT,
) -> Segmentation:
    """Open a segmenter, the shipped one of faces where no file is named; raises WrongKindError."""
    file = shipped_segmenter() if path is None else locate(path)
    network, _ = open_picture_network(file, Ability.SEGMENTING, device or torch.device("cpu"), precision)
    if not isinstance(network, SegmentingPictures):
        raise WrongKindError(f"{file} finds no classes in pictures; choose a segmenter.")
    return Segmentation(network, fingerprint(file))
