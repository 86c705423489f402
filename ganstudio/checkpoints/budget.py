"""Limits on the work and memory that one file may ask for."""

from dataclasses import dataclass

from ganstudio.checkpoints.refusals import LimitError

LONGEST_TEXT = 64 << 20
LONGEST_NUMBER = 256
LONGEST_LINE = 1 << 20
DEEPEST_NESTING = 200
DEEPEST_STREAM = 3
MOST_MARKS = 10_000
LARGEST_KEY = 1 << 60
IN_MEMORY = 4096
"""Bytes up to which a byte string is copied; longer ones stay in the file."""

TEXT_IN_MEMORY = 1 << 20
"""The same for texts, among them the bytes that protocol 2 writes as text."""


@dataclass(slots=True)
class Budget:
    """What is left to one file, its nested streams included."""

    instructions: int = 6_000_000
    memo: int = 3_000_000
    decoded: int = 64 << 20

    def remember(self) -> None:
        """Pay for one memo entry."""
        self.memo -= 1
        if self.memo < 0:
            raise LimitError("it remembers more values than any model has")

    def copy(self, items: int) -> None:
        """Pay for values that are copied again."""
        self.instructions -= items
        if self.instructions < 0:
            raise LimitError("its description is longer than any model's")

    def decode(self, length: int) -> None:
        """Pay for bytes that are decoded into memory."""
        self.decoded -= length
        if self.decoded < 0:
            raise LimitError("it unpacks into far more data than it holds")
