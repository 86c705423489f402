"""Where a transformation's random numbers come from: draws by name, or one percentile of every distribution."""

from abc import ABC, abstractmethod
from typing import Protocol

import torch


class NamedDraws(Protocol):
    """Random rows by name, one per sample."""

    def normal(self, name: str, *shape: int) -> torch.Tensor:
        """Draw N(0, 1) `[N, *shape]`."""
        ...

    def uniform(self, name: str, *shape: int) -> torch.Tensor:
        """Draw U(0, 1) `[N, *shape]`."""
        ...


class Chances(ABC):
    """The random numbers of one pass over `[N, C, H, W]` pictures."""

    @abstractmethod
    def happens(self, name: str, probability: torch.Tensor) -> torch.Tensor:
        """Tell for each sample `[N]` whether a transformation is applied."""

    @abstractmethod
    def happens_again(self, name: str, probability: torch.Tensor) -> torch.Tensor:
        """Tell the same of a second application."""

    @abstractmethod
    def uniform(self, name: str, *shape: int) -> torch.Tensor:
        """Draw U(0, 1) `[N, *shape]`."""

    @abstractmethod
    def normal(self, name: str, *shape: int) -> torch.Tensor:
        """Draw N(0, 1) `[N, *shape]`."""

    @abstractmethod
    def amplitude(self, name: str) -> torch.Tensor:
        """Draw |N(0, 1)| `[N]`."""

    @abstractmethod
    def grain(self, *shape: int) -> torch.Tensor:
        """Draw N(0, 1) for every pixel `[N, *shape]`."""


class RandomChances(Chances):
    """Named draws; `prefix` keeps one pass apart from another of the same step."""

    def __init__(self, draws: NamedDraws, prefix: str, dtype: torch.dtype = torch.float32) -> None:
        """Draw numbers of `dtype` from `draws` under names that begin with `prefix`."""
        self.draws, self.prefix, self.dtype = draws, prefix, dtype

    def happens(self, name: str, probability: torch.Tensor) -> torch.Tensor:
        """Compare a uniform number with the probability."""
        return self.draws.uniform(f"{self.prefix}/{name}?").to(probability.device) < probability

    def happens_again(self, name: str, probability: torch.Tensor) -> torch.Tensor:
        """Draw once more."""
        return self.happens(f"{name} again", probability)

    def uniform(self, name: str, *shape: int) -> torch.Tensor:
        """Draw by name."""
        return self.draws.uniform(f"{self.prefix}/{name}", *shape).to(self.dtype)

    def normal(self, name: str, *shape: int) -> torch.Tensor:
        """Draw by name."""
        return self.draws.normal(f"{self.prefix}/{name}", *shape).to(self.dtype)

    def amplitude(self, name: str) -> torch.Tensor:
        """Draw by name, without the sign."""
        return self.normal(name).abs()

    def grain(self, *shape: int) -> torch.Tensor:
        """Draw by name."""
        return self.normal("grain", *shape)


class PercentileChances(Chances):
    """Every transformation at the same percentile of its distribution, for comparisons and for showing.

    As in the published code the Gaussian percentile is erfinv(2p - 1), without the factor √2, amplitudes are
    erfinv(p), and nothing happens a second time. Pixel noise is given.
    """

    def __init__(self, percentile: float, grain: torch.Tensor) -> None:
        """Stand at `percentile` in (0, 1) for as many samples as `grain` `[N, C, H, W]` has."""
        self.value = torch.full((), percentile, dtype=grain.dtype, device=grain.device)
        self.noise = grain

    def happens(self, name: str, probability: torch.Tensor) -> torch.Tensor:
        """Always."""
        return torch.ones(len(self.noise), dtype=torch.bool, device=self.noise.device)

    def happens_again(self, name: str, probability: torch.Tensor) -> torch.Tensor:
        """Never."""
        return torch.zeros(len(self.noise), dtype=torch.bool, device=self.noise.device)

    def uniform(self, name: str, *shape: int) -> torch.Tensor:
        """Return the percentile."""
        return self.value.expand(len(self.noise), *shape)

    def normal(self, name: str, *shape: int) -> torch.Tensor:
        """Return erfinv(2p - 1)."""
        return torch.erfinv(2.0 * self.value - 1.0).expand(len(self.noise), *shape)

    def amplitude(self, name: str) -> torch.Tensor:
        """Return erfinv(p)."""
        return torch.erfinv(self.value).expand(len(self.noise))

    def grain(self, *shape: int) -> torch.Tensor:
        """Return the given noise."""
        return self.noise
