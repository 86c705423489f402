"""How much pictures differ from pixel to pixel."""

import torch


class Deviation:
    """Gathers pictures and tells each pixel's standard deviation over them."""

    def __init__(self) -> None:
        """Start without pictures."""
        self.count = 0
        self._mean: torch.Tensor | None = None
        self._squares: torch.Tensor | None = None

    def add(self, pictures: torch.Tensor) -> None:
        """Take in pictures `[N, C, H, W]`; sums are kept as means and squared distances, which round little."""
        for picture in pictures.double():
            self.count += 1
            if self._mean is None or self._squares is None:
                self._mean, self._squares = picture.clone(), torch.zeros_like(picture)
                continue
            apart = picture - self._mean
            self._mean += apart / self.count
            self._squares += apart * (picture - self._mean)

    def value(self) -> torch.Tensor:
        """Return the standard deviation `[H, W]`, channels joined by their root mean square."""
        if self._squares is None:
            raise ValueError("no pictures were added")
        return (self._squares / self.count).mean(dim=0).sqrt()
