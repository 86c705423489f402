"""Numpy arrays and scalars as their pickles describe them: plain numbers only, never objects."""

import struct
from math import prod

import numpy as np
import torch

from ganstudio.checkpoints.refusals import BrokenStreamError, HostileStreamError
from ganstudio.checkpoints.source import MemorySource
from ganstudio.checkpoints.torch_values import Arguments, whole, wholes
from ganstudio.core.foreign import (
    ByteSource,
    ForeignBytes,
    ForeignName,
    ForeignObject,
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

    __slots__ = ("big_endian", "built", "code")

    def __init__(self, args: Arguments) -> None:
        code = args[0] if args else None
        if not isinstance(code, str) or len(args) > 3:
            raise BrokenStreamError("an array's number type is unreadable")
        self.code = code.lstrip("<>|=")
        self.big_endian = code.startswith(">")
        self.built = False
        if self.code.startswith("O"):
            raise HostileStreamError("it holds an array of objects, which can hide code")

    @property
    def readable(self) -> bool:
        """Whether it stands for plain numbers, not for texts, dates or records."""
        return self.code in CODES

    def build(self, state: ForeignValue) -> None:
        """Take the byte order from numpy's state tuple."""
        if self.built or not isinstance(state, tuple) or len(state) < 2:
            raise BrokenStreamError("an array's number type is unreadable")
        if self.readable and state[2:5] != (None, None, None):
            raise BrokenStreamError("an array's number type is unreadable")
        self.built = True
        self.big_endian = self.big_endian or state[1] == ">"

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
        """Become an array of `shape` over the bytes `raw`, whose length must fit; texts leave it empty."""
        if not isinstance(kind, NumberType):
            raise BrokenStreamError("an array has no number type")
        if not kind.readable:
            self.built = True
            return
        sizes = wholes(shape, "an array's shape")
        storage = storage_over(raw, kind)
        if prod(sizes) != storage.count:
            raise BrokenStreamError(f"an array of shape {list(sizes)} holds {storage.count} numbers")
        stride = tuple(reversed(contiguous_stride(tuple(reversed(sizes))))) if fortran else contiguous_stride(sizes)
        try:
            self.assign(storage, kind.dtype, sizes, stride, 0)
        except UnsoundTensorError as error:
            raise BrokenStreamError(str(error)) from error
        self.built = True


class SwappedSource:
    """Big-endian numbers of another source, turned round as they are read."""

    def __init__(self, source: ByteSource, start: int, width: int) -> None:
        self._source, self._start, self._width = source, start, width

    def read_into(self, start: int, target: memoryview) -> None:
        """Fill `target`, a whole count of numbers, from byte `start` on."""
        self._source.read_into(self._start + start, target)
        np.frombuffer(target, dtype=f"u{self._width}").byteswap(inplace=True)


def storage_over(raw: ForeignValue, kind: NumberType) -> ForeignStorage:
    """A storage over a byte string of the pickle."""
    if isinstance(raw, bytes):
        raw = ForeignBytes(MemorySource(raw), 0, len(raw))
    size = kind.dtype.itemsize
    if not isinstance(raw, ForeignBytes) or raw.length % size:
        raise BrokenStreamError("an array's numbers are not a whole number of bytes")
    width = size // 2 if kind.dtype.is_complex else size
    if kind.big_endian and width > 1:
        return ForeignStorage(kind.dtype, raw.length // size, SwappedSource(raw.source, raw.start, width), 0)
    return ForeignStorage(kind.dtype, raw.length // size, raw.source, raw.start)


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
    """A single number, as Python's own bool, int, float or complex; texts and dates stay a record."""
    if len(args) == 2 and isinstance(args[0], NumberType) and not args[0].readable:
        return ForeignObject(ForeignName("numpy.core.multiarray", "scalar"))
    if len(args) != 2 or not isinstance(args[0], NumberType) or not isinstance(args[1], bytes):
        raise BrokenStreamError("a number is unreadable")
    layout = CODES[args[0].code][1]
    if len(args[1]) != whole(args[0].dtype.itemsize, "a number's size"):
        raise BrokenStreamError("a number has the wrong length")
    parts = struct.unpack((">" if args[0].big_endian else "<") + layout, args[1])
    return parts[0] if len(parts) == 1 else complex(*parts)
