"""Label maps as the planes that SPADE's networks take."""

import torch

from ganstudio.core.label_maps import one_hot


def planes_of(
    maps: torch.Tensor, classes: int, *, unknown: bool = False, instances: torch.Tensor | None = None
) -> torch.Tensor:
    """Return float32 planes `[N, P, H, W]` of maps of class indices `[N, H, W]`.

    There is one for each class, one for indices beyond them where they may be unknown, and one for the outlines of
    objects where their numbers `[N, H, W]` are given.
    """
    known = maps.clamp_max(classes) if unknown else maps
    planes = [one_hot(known, classes + unknown)]
    if instances is not None:
        planes.append(outlines(instances)[:, None].float())
    return torch.cat(planes, dim=1) if len(planes) > 1 else planes[0]


def outlines(numbers: torch.Tensor) -> torch.Tensor:
    """Tell which pixels of `[N, H, W]` have another number above, below, on the left or on the right of them."""
    edges = torch.zeros_like(numbers, dtype=torch.bool)
    below = numbers[:, 1:] != numbers[:, :-1]
    beside = numbers[:, :, 1:] != numbers[:, :, :-1]
    edges[:, 1:] |= below
    edges[:, :-1] |= below
    edges[:, :, 1:] |= beside
    edges[:, :, :-1] |= beside
    return edges
