"""Statistics over a minibatch."""

import torch


def minibatch_stddev(x: torch.Tensor, group: int | None, channels: int = 1) -> torch.Tensor:
    """Append the mean standard deviation over groups of samples to x `[N, C, H, W]` as `channels` maps.

    Groups are strided: sample i meets i + N/G, i + 2N/G, ...; the variance is biased (Karras et al. 2018, section 3).
    """
    N, C, H, W = x.shape
    size = N if group is None else min(group, N)
    y = x.reshape(size, -1, channels, C // channels, H, W)
    deviation = (y.var(dim=0, unbiased=False) + 1e-8).sqrt()
    statistic = deviation.mean(dim=(2, 3, 4)).reshape(-1, channels, 1, 1)
    return torch.cat([x, statistic.repeat(size, 1, H, W)], dim=1)
