"""Memory for large activations that is used again instead of asked from the system for every picture.

The system clears each new page, which takes up to a third of the time of a layer with many pixels.
"""

import math
import threading

import torch

LEAST_BYTES, MOST_BYTES = 1 << 23, 1 << 28  # below, the allocator keeps pages; above, they are not kept for nothing


class Room:
    """Memory of one activation; who takes it again overwrites what was there."""

    def __init__(self) -> None:
        """Begin without memory."""
        self._bytes: torch.Tensor | None = None

    def take(self, shape: tuple[int, int, int, int], like: torch.Tensor) -> torch.Tensor:
        """Return memory for `[N, H, W, C]` numbers of the kind of `like`; of the usual kind where it does not pay."""
        wanted = math.prod(shape) * like.element_size()
        if like.device.type != "cpu" or not LEAST_BYTES <= wanted <= MOST_BYTES:
            return like.new_empty(shape)
        if self._bytes is None or len(self._bytes) < wanted:
            self._bytes = torch.empty(wanted, dtype=torch.uint8)
        return self._bytes[:wanted].view(like.dtype).view(shape)


class Rooms:
    """Two rooms for the activations of a chain of layers, each of which reads one and writes the other."""

    def __init__(self) -> None:
        """Begin without memory."""
        self.between, self.after = Room(), Room()
        self._taken = threading.Lock()

    def __reduce__(self) -> tuple[type["Rooms"], tuple[()]]:
        """Leave memory out of copies."""
        return Rooms, ()

    def enter(self) -> bool:
        """Tell whether the caller may use them until it leaves: no one else does and no gradients are recorded."""
        return not torch.is_grad_enabled() and self._taken.acquire(blocking=False)

    def leave(self) -> None:
        """Let others enter."""
        self._taken.release()
