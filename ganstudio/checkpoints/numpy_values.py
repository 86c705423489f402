"""Numpy arrays and scalars as their pickles describe them: plain numbers only, never objects."""

import struct
from math import prod

import torch

from ganstudio.checkpoints.refusals import BrokenStreamError, HostileStreamError, UnsupportedStreamError
from ganstudio.checkpoints.source import MemorySource
from ganstudio.checkpoints.torch_values import Arguments, whole, wholes
from ganstudio.core.foreign import (
    ForeignBytes,
    ForeignStorage,
    ForeignTensor,
    ForeignValue,
    UnsoundTensorError,
    contiguous_stride,
)

CODES: dict[str, tuple[torch.dtype, str]] = {
    "b1": (torch.bool, "?"),
    "i1": (torch.int8, "b"),
    "u1": (torch.uint8, "B"),
    "i2": (torch.int16, "h"),
    "u2": (torch.uint16, "H"),
    "i4": (torch.int32, "i"),
    "u4": (torch.uint32, "I"),
    "i8": (torch.int64, "q"),
    "u8": (torch.uint64, "Q"),
    "f2": (torch.float16, "e"),
    "f4": (torch.float32, "f"),
    "f8": (torch.float64, "d"),
    "c8": (torch.complex64, "ff"),
    "c16": (torch.complex128, "dd"),
}


class NumberType:
    """A numpy dtype under construction: its code such as 'f4', then its byte order."""

    __slots__ = ("built", "code")

    def __init__(self, args: Arguments) -> None:
        code = args[0] if args else None
        if not isinstance(code, str) or len(args) > 3:
            raise BrokenStreamError("an array's number type is unreadable")
        self.code = code.lstrip("<|=")
        self.built = False
        if self.code.startswith("O"):
            raise HostileStreamError("it holds an array of objects, which can hide code")
        if self.code not in CODES:
            raise UnsupportedStreamError(f"it holds an array of the number type “{code[:20]}”")

    def build(self, state: ForeignValue) -> None:
        """Take the byte order from numpy's state tuple; only little-endian numbers are read."""
        if self.built or not isinstance(state, tuple) or len(state) < 2 or state[2:5] != (None, None, None):
            raise BrokenStreamError("an array's number type is unreadable")
        self.built = True
        if state[1] == ">" and self.dtype.itemsize > 1:
            raise UnsupportedStreamError("it holds big-endian numbers")

    @property
    def dtype(self) -> torch.dtype:
        """The same type in torch."""
        return CODES[self.code][0]


class ForeignArray(ForeignTensor):
    """A numpy array, empty until its state arrives."""

    __slots__ = ("built",)

    def __init__(self) -> None:
        super().__init__(ForeignStorage(torch.uint8, 0), torch.uint8, (0,), (1,))
        self.built = False

    def build(self, state: ForeignValue) -> None:
        """Take (version, shape, type, Fortran order, bytes), or the same without the version."""
        if self.built or not isinstance(state, tuple) or len(state) not in (4, 5):
            raise BrokenStreamError("an array is unreadable")
        shape, kind, fortran, raw = state[-4:]
        self.fill(shape, kind, fortran is True or fortran == 1, raw)

    def fill(self, shape: ForeignValue, kind: ForeignValue, fortran: bool, raw: ForeignValue) -> None:
        """Become an array of `shape` over the bytes `raw`, whose length must fit exactly."""
        if not isinstance(kind, NumberType):
            raise BrokenStreamError("an array has no number type")
        sizes = wholes(shape, "an array's shape")
        storage = storage_over(raw, kind.dtype)
        if prod(sizes) != storage.count:
            raise BrokenStreamError(f"an array of shape {list(sizes)} holds {storage.count} numbers")
        stride = tuple(reversed(contiguous_stride(tuple(reversed(sizes))))) if fortran else contiguous_stride(sizes)
        try:
            self.assign(storage, kind.dtype, sizes, stride, 0)
        except UnsoundTensorError as error:
            raise BrokenStreamError(str(error)) from error
        self.built = True


def storage_over(raw: ForeignValue, dtype: torch.dtype) -> ForeignStorage:
    """A storage over a byte string of the pickle."""
    if isinstance(raw, bytes):
        raw = ForeignBytes(MemorySource(raw), 0, len(raw))
    if not isinstance(raw, ForeignBytes) or raw.length % dtype.itemsize:
        raise BrokenStreamError("an array's numbers are not a whole number of bytes")
    return ForeignStorage(dtype, raw.length // dtype.itemsize, raw.source, raw.start)


def array_from_buffer(args: Arguments) -> ForeignArray:
    """Protocol 5's form: (bytes, type, shape, order)."""
    if len(args) != 4:
        raise BrokenStreamError("an array is unreadable")
    array = ForeignArray()
    array.fill(args[2], args[1], args[3] == "F", args[0])
    return array


def array_with_state(args: Arguments) -> ForeignArray:
    """dill's form: (function, its arguments, state, attributes)."""
    if len(args) not in (3, 4):
        raise BrokenStreamError("an array is unreadable")
    array = ForeignArray()
    array.build(args[2])
    return array


def scalar(args: Arguments) -> ForeignValue:
    """A single number, as Python's own bool, int, float or complex."""
    if len(args) != 2 or not isinstance(args[0], NumberType) or not isinstance(args[1], bytes):
        raise BrokenStreamError("a number is unreadable")
    layout = CODES[args[0].code][1]
    if len(args[1]) != whole(args[0].dtype.itemsize, "a number's size"):
        raise BrokenStreamError("a number has the wrong length")
    parts = struct.unpack("<" + layout, args[1])
    return parts[0] if len(parts) == 1 else complex(*parts)
