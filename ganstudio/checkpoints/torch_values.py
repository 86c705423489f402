"""Storages and tensors as PyTorch's pickles describe them."""

from collections.abc import Mapping
from typing import TypeAlias

import torch

from ganstudio.checkpoints.policy import STORAGES
from ganstudio.checkpoints.refusals import BrokenStreamError, LimitError, UnsupportedStreamError
from ganstudio.core.foreign import (
    ForeignName,
    ForeignStorage,
    ForeignTensor,
    ForeignValue,
    UnsoundTensorError,
    contiguous_stride,
)

MOST_ELEMENTS = 1 << 42
Arguments: TypeAlias = tuple[ForeignValue, ...]


def whole(value: ForeignValue, what: str) -> int:
    """A non-negative integer below any honest size."""
    if type(value) is not int:
        raise BrokenStreamError(f"{what} is not a whole number")
    if not 0 <= value < MOST_ELEMENTS:
        raise BrokenStreamError(f"{what} is {value if abs(value) < 1 << 64 else 'absurdly large'}, which is impossible")
    return value


def wholes(value: ForeignValue, what: str) -> tuple[int, ...]:
    """A tuple of non-negative integers."""
    if not isinstance(value, (tuple, list)) or len(value) > 16:
        raise BrokenStreamError(f"{what} is not a short tuple of whole numbers")
    return tuple(whole(item, what) for item in value)


def tensor_view(
    storage: ForeignStorage, dtype: torch.dtype, shape: tuple[int, ...], stride: tuple[int, ...], offset: int
) -> ForeignTensor:
    """A bounds-checked view."""
    try:
        return ForeignTensor(storage, dtype, shape, stride, offset)
    except UnsoundTensorError as error:
        raise BrokenStreamError(str(error)) from error


def storage_dtype(kind: ForeignValue) -> torch.dtype:
    """Number type of a storage class."""
    if (
        not isinstance(kind, ForeignName)
        or kind.module not in ("torch", "torch.storage", "torch.cuda")
        or kind.name not in STORAGES
    ):
        raise UnsupportedStreamError(f"it keeps numbers in a “{kind}”, which is not a known storage")
    return named_dtype(STORAGES[kind.name])


def named_dtype(name: str) -> torch.dtype:
    """Number type by torch's own word for it."""
    found = DTYPES.get(name)
    if found is None:
        raise UnsupportedStreamError(f"it holds numbers of the type “{name}”")
    return found


def rebuild(function: str, args: Arguments) -> ForeignValue:
    """Interpret one of `torch._utils`' rebuilding calls as data."""
    if function == "_rebuild_parameter":
        return _parameter(args, 3)
    if function == "_rebuild_parameter_with_state":
        return _parameter(args, 4)
    least, most = {"_rebuild_tensor": (4, 4), "_rebuild_tensor_v2": (6, 7)}.get(function, (7, 8))
    if not least <= len(args) <= most:
        raise BrokenStreamError("a tensor is described by the wrong number of values")
    storage = args[0]
    if not isinstance(storage, ForeignStorage):
        raise BrokenStreamError("a tensor has no storage")
    dtype = storage.dtype
    if function == "_rebuild_tensor_v3":
        kind = args[6]
        if not isinstance(kind, ForeignName) or kind.module != "torch":
            raise BrokenStreamError("a tensor has no number type")
        dtype = named_dtype(kind.name)
    shape, stride = wholes(args[2], "a tensor's shape"), wholes(args[3], "a tensor's stride")
    return tensor_view(storage, dtype, shape, stride, whole(args[1], "a tensor's offset"))


def _parameter(args: Arguments, most: int) -> ForeignValue:
    if not 2 <= len(args) <= most or not isinstance(args[0], ForeignTensor):
        raise BrokenStreamError("a parameter has no tensor")
    return args[0]


class StorageTable:
    """The storages of one torch.save stream by their keys."""

    def __init__(self) -> None:
        self.by_key: dict[str, ForeignStorage] = {}

    def declare(self, key: ForeignValue, kind: ForeignValue, count: ForeignValue) -> ForeignStorage:
        """The storage `key`; every mention must agree on its type and length."""
        if not isinstance(key, str) or len(key) > 256:
            raise BrokenStreamError("a storage's key is not a short text")
        dtype, length = storage_dtype(kind), whole(count, "a storage's length")
        known = self.by_key.get(key)
        if known is None:
            if len(self.by_key) >= 1_000_000:
                raise LimitError("it has more storages than any model")
            known = self.by_key[key] = ForeignStorage(dtype, length)
        elif known.dtype != dtype or known.count != length:
            raise BrokenStreamError(f"it describes the storage {key!r} in two ways")
        return known

    def identify(self, identity: ForeignValue, fields: int) -> tuple[ForeignStorage, ForeignValue]:
        """Read ('storage', class, key, location, length, ...): the storage and the last field."""
        if not isinstance(identity, tuple) or len(identity) != fields or identity[0] != "storage":
            raise BrokenStreamError("it refers to data by an identity that PyTorch does not write")
        return self.declare(identity[2], identity[1], identity[4]), identity[-1]


def view_of(storage: ForeignStorage, view: ForeignValue) -> ForeignStorage:
    """The part of a storage that a legacy file calls a view: (key, offset, length), or None for the whole."""
    if view is None:
        return storage
    if not isinstance(view, tuple) or len(view) != 3:
        raise BrokenStreamError("a view of a storage is unreadable")
    offset, length = whole(view[1], "a view's offset"), whole(view[2], "a view's length")
    if offset + length > storage.count:
        raise BrokenStreamError("a view reaches past the end of its storage")
    return PartOfStorage(storage, offset, length)


class PartOfStorage(ForeignStorage):
    """A slice of another storage whose place becomes known later."""

    __slots__ = ("first", "whole")

    def __init__(self, whole_storage: ForeignStorage, first: int, count: int) -> None:
        super().__init__(whole_storage.dtype, count)
        self.whole, self.first = whole_storage, first

    def settle(self) -> None:
        """Take over the place of the storage it is part of."""
        self.source = self.whole.source
        self.start = self.whole.start + self.first * self.dtype.itemsize


DTYPES: Mapping[str, torch.dtype] = {
    **{
        str(dtype).removeprefix("torch."): dtype
        for dtype in (
            torch.float16,
            torch.float32,
            torch.float64,
            torch.bfloat16,
            torch.int8,
            torch.int16,
            torch.int32,
            torch.int64,
            torch.uint8,
            torch.uint16,
            torch.uint32,
            torch.uint64,
            torch.bool,
            torch.complex64,
            torch.complex128,
            torch.float8_e4m3fn,
            torch.float8_e5m2,
        )
    },
    "half": torch.float16,
    "float": torch.float32,
    "double": torch.float64,
    "int": torch.int32,
    "long": torch.int64,
    "short": torch.int16,
}
__all__ = [
    "DTYPES",
    "PartOfStorage",
    "StorageTable",
    "contiguous_stride",
    "named_dtype",
    "rebuild",
    "tensor_view",
    "view_of",
    "whole",
    "wholes",
]
