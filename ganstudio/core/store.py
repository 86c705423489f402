"""Arrays kept once each and named by their content."""

import hashlib
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt

from ganstudio.core.errors import WrongInputError

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class ArrayRef:
    """The name of an array in a store; equal references mean equal content."""

    digest: str
    shape: tuple[int, ...]
    dtype: str


class Store:
    """Content-addressed arrays; what is put in is copied and becomes read-only."""

    def __init__(self) -> None:
        """Start empty."""
        self._arrays: dict[str, Array] = {}

    def put(self, array: Array) -> ArrayRef:
        """Keep a copy of `array` and return its name."""
        kept = np.array(array, copy=True, order="C")
        header = f"{kept.dtype.str}{kept.shape}".encode()
        digest = hashlib.blake2b(header + kept.tobytes(), digest_size=16).hexdigest()
        if digest not in self._arrays:
            kept.setflags(write=False)
            self._arrays[digest] = kept
        return ArrayRef(digest, kept.shape, kept.dtype.str)

    def get(self, ref: ArrayRef) -> Array:
        """Return the read-only array that `ref` names."""
        try:
            return self._arrays[ref.digest]
        except KeyError:
            raise WrongInputError(
                f"The array {ref.digest[:8]} of shape {ref.shape} is not in this project's store; "
                "open the project file that it belongs to."
            ) from None


def is_picture(ref: ArrayRef | None) -> TypeGuard[ArrayRef]:
    """Whether an array is a picture uint8 `[h, w, 3]`."""
    return ref is not None and len(ref.shape) == 3 and ref.shape[2] == 3 and ref.dtype == "|u1"


def is_mask(ref: ArrayRef | None) -> TypeGuard[ArrayRef]:
    """Whether an array is a mask uint8 `[h, w]`."""
    return ref is not None and len(ref.shape) == 2 and ref.dtype == "|u1"
