"""Inert records: what the safe reader hands to an architecture that knows a foreign program's names.

Nothing here can run anything: a name stays two strings, a call stays a note of the call, a tensor is a
place in a file until somebody asks for its numbers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Protocol, TypeAlias

import torch

from ganstudio.core.errors import StudioError

ForeignValue: TypeAlias = object
"""A plain Python scalar, text, bytes or container, or one of the records below."""

OVERLAP_ALLOWANCE = 16 << 20
"""Bytes that a tensor may claim beyond what its storage holds (tensors expanded along a dimension)."""


class UnsoundTensorError(StudioError):
    """A tensor in a file points outside its own data, or claims to be larger than it."""


class ByteSource(Protocol):
    """Bytes of a file or of a piece of one."""

    def read_into(self, start: int, target: memoryview) -> None:
        """Fill `target` with the bytes from `start` on."""


@dataclass(frozen=True, slots=True)
class ForeignName:
    """The name of something in another program; never looked up."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(eq=False, slots=True)
class ForeignObject:
    """A call or construction that a file asked for and that was only written down."""

    callee: "ForeignName | ForeignObject"
    args: tuple[ForeignValue, ...] = ()
    options: Mapping[str, ForeignValue] = field(default_factory=dict)
    state: ForeignValue = None
    built: bool = False
    items: list[ForeignValue] = field(default_factory=list)

    def name(self) -> str:
        """The name of what was to be called, or of the innermost name in a chain of calls."""
        callee, wrapped = self.callee, ""
        while isinstance(callee, ForeignObject):
            callee, wrapped = callee.callee, wrapped + "()"
        return f"{callee}{wrapped}"


class ForeignDict(dict[ForeignValue, ForeignValue]):
    """A dictionary that was of a class of its own in the foreign program."""

    __slots__ = ("built", "kind")

    def __init__(self, kind: ForeignName) -> None:
        super().__init__()
        self.kind = kind
        self.built = False


@dataclass(eq=False, slots=True)
class ForeignBytes:
    """A long run of bytes, left where it is in the file."""

    source: ByteSource
    start: int
    length: int

    def read(self) -> bytes:
        """Copy the bytes into memory."""
        copy = bytearray(self.length)
        self.source.read_into(self.start, memoryview(copy))
        return bytes(copy)


@dataclass(eq=False, slots=True)
class ForeignText:
    """A very long text, left in the file as UTF-8."""

    source: ByteSource
    start: int
    length: int


@dataclass(eq=False, slots=True)
class ForeignStorage:
    """A flat run of numbers in a file; `source` and `start` may become known later."""

    dtype: torch.dtype
    count: int
    source: ByteSource | None = None
    start: int = 0

    @property
    def nbytes(self) -> int:
        """Length in bytes."""
        return self.count * self.dtype.itemsize


class ForeignTensor:
    """A strided view into a storage, checked against the storage's bounds before anything is read."""

    __slots__ = ("dtype", "offset", "shape", "storage", "stride")

    def __init__(
        self,
        storage: ForeignStorage,
        dtype: torch.dtype,
        shape: tuple[int, ...],
        stride: tuple[int, ...],
        offset: int = 0,
    ) -> None:
        self.assign(storage, dtype, shape, stride, offset)

    def assign(
        self,
        storage: ForeignStorage,
        dtype: torch.dtype,
        shape: tuple[int, ...],
        stride: tuple[int, ...],
        offset: int,
    ) -> None:
        """Set the view; `offset` and `stride` count elements of `dtype`. Raises `UnsoundTensorError`."""
        if len(shape) != len(stride) or len(shape) > 16 or min((offset, *shape, *stride), default=0) < 0:
            raise UnsoundTensorError(f"a tensor has the impossible shape {list(shape)} with strides {list(stride)}")
        count = prod(shape)
        last = offset + sum((size - 1) * step for size, step in zip(shape, stride, strict=True))
        if count and (last + 1) * dtype.itemsize > storage.nbytes:
            raise UnsoundTensorError(f"a tensor of shape {list(shape)} reaches past the end of its data")
        if count * dtype.itemsize > storage.nbytes + OVERLAP_ALLOWANCE:
            raise UnsoundTensorError(f"a tensor of shape {list(shape)} claims to be larger than its data")
        self.storage, self.dtype, self.shape, self.stride, self.offset = storage, dtype, shape, stride, offset

    @property
    def count(self) -> int:
        """Number of elements."""
        return prod(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes that the loaded tensor takes."""
        return self.count * self.dtype.itemsize

    def is_contiguous(self) -> bool:
        """Whether the elements lie in the file in row-major order without gaps."""
        return self.stride == contiguous_stride(self.shape) or self.count <= 1

    def reshaped(self, *shape: int) -> "ForeignTensor":
        """The same elements under another shape, for tensors stored without gaps."""
        if prod(shape) != self.count or not self.is_contiguous():
            raise UnsoundTensorError(f"a tensor of shape {list(self.shape)} cannot be read as {list(shape)}")
        return ForeignTensor(self.storage, self.dtype, shape, contiguous_stride(shape), self.offset)

    def load(self) -> torch.Tensor:
        """Copy the numbers out of the file: a contiguous CPU tensor of the stated shape and dtype."""
        if self.count == 0:
            return torch.empty(self.shape, dtype=self.dtype)
        reach = 1 + sum((size - 1) * step for size, step in zip(self.shape, self.stride, strict=True))
        span = torch.empty(reach, dtype=self.dtype)
        if self.storage.source is None:
            raise UnsoundTensorError("a tensor's data is missing from the file")
        target = memoryview(span.view(torch.uint8).numpy().data)
        self.storage.source.read_into(self.storage.start + self.offset * self.dtype.itemsize, target)
        if self.is_contiguous():
            return span.reshape(self.shape)
        return span.as_strided(self.shape, self.stride).clone(memory_format=torch.contiguous_format)


def contiguous_stride(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Row-major strides in elements."""
    strides, step = [], 1
    for size in reversed(shape):
        strides.append(step)
        step *= max(size, 1)
    return tuple(reversed(strides))


StateDict: TypeAlias = dict[str, ForeignTensor]
Weights: TypeAlias = dict[str, ForeignTensor | torch.Tensor]


@dataclass(frozen=True)
class Mismatch:
    """Why a file is not in a dialect: the second half of the sentence 'it is not X: ...'."""

    reason: str


@dataclass(frozen=True)
class Imported:
    """What a dialect made of a file: settings and weights under our own names, and what to tell the user."""

    what: str
    config: object
    generator: Weights
    discriminator_config: object = None
    discriminator: Weights | None = None
    discriminator_from: str = ""
    used: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Companion:
    """A part of a model that lies in a file of its own: what it is, that file's name, and how both become one."""

    title: str
    beside: Callable[[str], str | None]  # from the name of the model's file
    join: Callable[[Imported, ForeignValue], Imported | Mismatch]


@dataclass(frozen=True)
class Dialect:
    """One way in which some other program writes this architecture down."""

    name: str
    read: Callable[[ForeignValue], Imported | Mismatch]
    companion: Companion | None = None


def state_dict_in(value: ForeignValue) -> StateDict | None:
    """A flat dictionary of named tensors without `module.` prefixes; None where it is something else."""
    if not isinstance(value, dict) or not value:
        return None
    found: StateDict = {}
    for name, tensor in value.items():
        if not isinstance(name, str) or not isinstance(tensor, ForeignTensor):
            return None
        found[name.removeprefix("module.")] = tensor
    return found
