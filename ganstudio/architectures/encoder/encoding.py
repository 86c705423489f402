"""An encoder as what turns pictures of the project's range into ws."""

import copy

import torch
import torch.nn.functional as F

from ganstudio.architectures.encoder.networks import EncoderConfig, EncoderNetwork
from ganstudio.core.device import Precision, fast_dtype
from ganstudio.core.picture_network import PictureNetwork


class Encoder(PictureNetwork):
    """Pictures `[N, C, H, W]` in [-1, 1] to ws `[N, n_latent, w_dim]` of the generator that it was trained for."""

    network: EncoderNetwork

    def __init__(self, config: EncoderConfig) -> None:
        """Build the network with random weights."""
        self.config = config
        self.network = EncoderNetwork(config).eval().requires_grad_(False)
        self.running = self.network

    def prepare(self, device: torch.device, precision: Precision) -> None:
        """Move to a device; the fast path runs a 16-bit copy."""
        super().prepare(device, precision)
        fast = precision is Precision.FAST
        self.running = copy.deepcopy(self.network).to(fast_dtype(device)) if fast else self.network

    def answer(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return float32 ws; pictures of another size are resized first."""
        side = self.config.resolution
        if pictures.shape[2:] != (side, side):
            pictures = F.interpolate(pictures.float(), (side, side), mode="bilinear", antialias=True)
        offsets: torch.Tensor = self.running(pictures.to(next(self.running.parameters())))
        return offsets.float() + self.network.latent_avg
