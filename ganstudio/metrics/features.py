"""What pictures are compared by: the features of a classifier, named beside every number."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from ganstudio.core.blank import Blank
from ganstudio.core.errors import StudioError
from ganstudio.core.paths import ASSETS
from ganstudio.core.store import Array
from ganstudio.losses.perceptual import lpips_vgg16
from ganstudio.metrics.inception import InceptionNetwork

VGG_SIDE, INCEPTION_SIDE = 64, 299
INCEPTION_FILE = "pt_inception-2015-12-05-6726825d.pth"


class FeatureNetworkError(StudioError):
    """The weights of a feature network are missing or are not those of the network."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """Features `[N, D]` (float32) and, from networks that classify, class probabilities `[N, K]`."""

    features: torch.Tensor
    probabilities: torch.Tensor | None = None


class Extractor(ABC):
    """A feature network on a device; `title` stands beside its numbers, `key` tells its weights and scaling apart."""

    title: str
    key: str
    network: nn.Module

    def to(self, device: torch.device) -> "Extractor":
        """Move to a device."""
        self.network.to(device)
        return self

    @torch.no_grad()
    def extract(self, pixels: Array) -> Extracted:
        """Return the features of pictures uint8 `[N, 1 or 3, H, W]`."""
        pictures = torch.from_numpy(pixels).to(next(self.network.parameters()).device).float()
        return self._extract(pictures.expand(-1, 3, -1, -1))

    @abstractmethod
    def _extract(self, pictures: torch.Tensor) -> Extracted:
        """Return the features of pictures `[N, 3, H, W]` in [0, 255]."""


class Vgg16Features(Extractor):
    """relu5_3 averaged over space (512 values), LPIPS input scaling, 64 px by antialiased bicubic resizing."""

    def __init__(self, assets: Path = ASSETS) -> None:
        """Read the shipped weights; raises AssetError."""
        self.network = self._distance = lpips_vgg16(assets)
        self.title = "VGG16 relu5_3 (LPIPS scaling, 64 px)"
        self.key = f"vgg16 relu5_3 64 px {digest(self.network)}"

    def _extract(self, pictures: torch.Tensor) -> Extracted:
        scaled = resized_bicubic(pictures, VGG_SIDE) / 127.5 - 1.0
        return Extracted(self._distance.raw_features(scaled)[-1].mean(dim=(2, 3)))


class InceptionFeatures(Extractor):
    """The 2048 values after the last pooling of the Inception-v3 of 2015, at 299 px, and 1008 probabilities."""

    def __init__(self, weights: Mapping[str, torch.Tensor], sha256: str) -> None:
        """Take the weights by their well-known names; raises FeatureNetworkError where they are others."""
        with Blank():
            network = InceptionNetwork()
        kept = {name: tensor for name, tensor in weights.items() if not name.endswith("num_batches_tracked")}
        kept |= {name: torch.zeros((), dtype=torch.long) for name in network.state_dict() if "num_batches" in name}
        try:
            network.load_state_dict(kept, strict=True, assign=True)
        except RuntimeError as error:
            raise FeatureNetworkError(
                "The weights do not fit the Inception-v3 of the Fréchet distance (torchvision's differ); "
                f"supply {INCEPTION_FILE}."
            ) from error
        self.network = self._inception = network.float().eval().requires_grad_(False)
        self.title = f"Inception-v3 of 2015 (299 px, SHA-256 {sha256[:12]})"
        self.key = f"inception-v3 2015 {sha256}"

    def _extract(self, pictures: torch.Tensor) -> Extracted:
        features = self._inception((resized_bilinear(pictures, INCEPTION_SIDE) - 128.0) / 128.0)
        return Extracted(features, self._inception.probabilities(features))


def resized_bicubic(pictures: torch.Tensor, side: int) -> torch.Tensor:
    """Return pictures `[N, C, H, W]` in [0, 255] at side × side, bicubic with antialiasing, clamped."""
    if pictures.shape[2:] == (side, side):
        return pictures
    return F.interpolate(pictures, (side, side), mode="bicubic", antialias=True).clamp(0.0, 255.0)


def resized_bilinear(pictures: torch.Tensor, side: int) -> torch.Tensor:
    """Return pictures `[N, C, H, W]` at side × side as the graph of 2015 does: corner-anchored, no antialiasing."""
    rows, columns = (bilinear_weights(size, side).to(pictures) for size in pictures.shape[2:])
    return rows @ pictures @ columns.T


def bilinear_weights(size: int, side: int) -> torch.Tensor:
    """Return the weights `[side, size]` with which entry i is read at i · size / side."""
    places = torch.arange(side, dtype=torch.float64) * size / side
    first = places.floor().long()
    share = (places - first)[:, None]
    unit = torch.eye(size, dtype=torch.float64)
    return torch.lerp(unit[first], unit[(first + 1).clamp_max(size - 1)], share)


def digest(network: nn.Module) -> str:
    """Return a short digest of a network's weights."""
    hasher = hashlib.blake2b(digest_size=8)
    for tensor in network.state_dict().values():
        hasher.update(tensor.cpu().contiguous().numpy().data)
    return hasher.hexdigest()
