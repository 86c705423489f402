"""Pictures compared by what networks make of them on the way."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F

from ganstudio.layers.perceptual import PerceptualDistance

LAYER_WEIGHTS = (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1.0)
"""How much each of five layers of VGG counts, from the pixels up (Wang et al. 2018, pix2pixHD's code)."""


def matched_features(
    drawn: Sequence[Sequence[torch.Tensor]], real: Sequence[Sequence[torch.Tensor]]
) -> torch.Tensor:
    """Return the L1 distance of discriminators' features, summed over layers, the mean over scales (ibid., eq. 4).

    The last features of a scale are its logits and are left out; real ones are constants.
    """
    scales = [
        torch.stack([F.l1_loss(a, b.detach()) for a, b in zip(ours[:-1], theirs[:-1], strict=True)]).sum()
        for ours, theirs in zip(drawn, real, strict=True)
    ]
    return torch.stack(scales).mean()


def content_distance(network: PerceptualDistance, drawn: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
    """Return the weighted L1 distance of VGG's features of pictures `[N, C, H, W]` in [-1, 1]; real ones are constants.

    Johnson et al. 2016, with five layers as in pix2pixHD.
    """
    with torch.no_grad():
        wanted = network.raw_features(real)
    found = network.raw_features(drawn)
    terms = [w * F.l1_loss(a, b) for w, a, b in zip(LAYER_WEIGHTS, found, wanted, strict=True)]
    return torch.stack(terms).sum()
