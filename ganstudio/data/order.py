"""In which order pictures are shown: a pure function of the seed and the place in the run."""

import hashlib

import numpy as np

from ganstudio.core.store import Array


def shuffled(seed: int, epoch: int, count: int) -> Array:
    """Return the order of an epoch as int64 `[count]`."""
    digest = hashlib.blake2b(f"{seed}/{epoch}/order".encode(), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "little"))).permutation(count)


class SampleOrder:
    """Every picture once in each epoch, each epoch in an order of its own; an endless set is simply counted up."""

    def __init__(self, seed: int, count: int, endless: bool = False) -> None:
        """Remember what the order depends on."""
        self.seed, self.count, self.endless = seed, count, endless
        self._epochs: dict[int, Array] = {}

    def numbers(self, positions: Array) -> Array:
        """Return the picture at each position (int64, 0 is the first picture of the run)."""
        if self.endless:
            return positions
        epochs = positions // self.count
        numbers = np.empty_like(positions)
        for epoch in np.unique(epochs):
            rows = epochs == epoch
            numbers[rows] = self._epoch(int(epoch))[positions[rows] - epoch * self.count]
        return numbers

    def _epoch(self, epoch: int) -> Array:
        if epoch not in self._epochs:
            while len(self._epochs) > 3:
                del self._epochs[next(iter(self._epochs))]
            self._epochs[epoch] = shuffled(self.seed, epoch, self.count)
        return self._epochs[epoch]
