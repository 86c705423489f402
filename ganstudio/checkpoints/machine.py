"""The data-only pickle machine: every instruction of protocols 0 to 5, and not one that acts.

Names stay text, calls become records, and what they mean is asked of a `Meaning` that can build plain values
and tensors and nothing else. The machine never imports, looks up or calls what a file names.
"""

import mmap
import struct
from typing import Protocol, TypeAlias

from ganstudio.checkpoints.budget import LONGEST_LINE, Budget
from ganstudio.checkpoints.refusals import BrokenStreamError
from ganstudio.checkpoints.source import Source
from ganstudio.core.foreign import ForeignName, ForeignValue

Pairs: TypeAlias = list[tuple[ForeignValue, ForeignValue]]


class Meaning(Protocol):
    """What the machine asks of an interpreter."""

    def name(self, module: str, name: str) -> ForeignName: ...
    def call(self, callee: ForeignValue, args: ForeignValue) -> ForeignValue: ...
    def construct(self, callee: ForeignValue, args: ForeignValue, options: ForeignValue) -> ForeignValue: ...
    def build(self, target: ForeignValue, state: ForeignValue) -> None: ...
    def persistent(self, key: ForeignValue) -> ForeignValue: ...
    def append(self, target: ForeignValue, items: list[ForeignValue]) -> None: ...
    def put(self, target: ForeignValue, pairs: Pairs) -> None: ...
    def add(self, target: ForeignValue, items: list[ForeignValue]) -> None: ...
    def text(self, raw: bytes) -> str | bytes: ...


class Machine:
    """One pickle stream in `source` between two positions."""

    def __init__(self, source: Source, start: int, stop: int, meaning: Meaning, budget: Budget) -> None:
        self.source = source
        self.data: mmap.mmap | bytes = source.data
        self.position = start
        self.end = stop
        self.meaning = meaning
        self.budget = budget
        self.stack: list[ForeignValue] = []
        self.below: list[list[ForeignValue]] = []
        self.memo: dict[int, ForeignValue] = {}

    def take(self, length: int) -> int:
        """Step over `length` bytes, checked against the end first, and return where they start."""
        start = self.position
        if length < 0 or length > self.end - start:
            raise BrokenStreamError("it ends in the middle" if length >= 0 else "it announces a negative length")
        self.position = start + length
        return start

    def number(self, layout: struct.Struct) -> int:
        """Read one integer of a fixed layout."""
        value: int = layout.unpack_from(self.data, self.take(layout.size))[0]
        return value

    def line(self) -> bytes:
        """Read up to the next newline."""
        found = self.data.find(b"\n", self.position, min(self.end, self.position + LONGEST_LINE))
        if found < 0:
            raise BrokenStreamError("a line of text does not end")
        start, self.position = self.position, found + 1
        return self.data[start:found]

    def pop(self) -> ForeignValue:
        """Take the top value."""
        if not self.stack:
            raise BrokenStreamError("an instruction lacks its value")
        return self.stack.pop()

    def top(self) -> ForeignValue:
        """Look at the top value."""
        if not self.stack:
            raise BrokenStreamError("an instruction lacks its value")
        return self.stack[-1]

    def pop_marked(self) -> list[ForeignValue]:
        """Take everything above the last mark."""
        if not self.below:
            raise BrokenStreamError("an instruction lacks its mark")
        items = self.stack
        self.stack = self.below.pop()
        return items

    def push(self, value: ForeignValue) -> None:
        """Put a value on top."""
        self.stack.append(value)

    def remember(self, index: int) -> None:
        """Keep the top value under `index`."""
        if index < 0:
            raise BrokenStreamError("a memo index is negative")
        if index not in self.memo:
            self.budget.remember()
        self.memo[index] = self.top()

    def recall(self, index: int) -> None:
        """Put a kept value on top again."""
        if index not in self.memo:
            raise BrokenStreamError("it refers to a value that was never kept")
        self.stack.append(self.memo[index])
