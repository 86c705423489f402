"""Random sequences of sound instructions: every value meets every instruction, and none gets out of hand."""

import random

import pytest

from ganstudio.checkpoints.interpreter import Findings
from ganstudio.checkpoints.pickles import budget_for, read_plain
from ganstudio.checkpoints.policy import KNOWN
from ganstudio.checkpoints.refusals import StreamError
from ganstudio.checkpoints.source import MemorySource

NAMES = [f"c{name.module}\n{name.name}\n".encode() for name in sorted(KNOWN, key=str)]
NAMES += [b"ctorch.nn.modules.linear\nLinear\n", b"cargparse\nNamespace\n"]
VALUES = [
    b"N",
    b"\x88",
    b"\x89",
    b"K\x00",
    b"K\x02",
    b"J\xff\xff\xff\xff",
    b"G@\x00\x00\x00\x00\x00\x00\x00",
    b"X\x01\x00\x00\x00a",
    b"X\x02\x00\x00\x00f4",
    b"X\x06\x00\x00\x00latin1",
    b"X\x03\x00\x00\x00set",
    b"C\x04abcd",
    b"C\x01b",
    b"]",
    b"}",
    b")",
    b"\x8f",
    b"\x8a\x02\x00\x01",
    b"X\x07\x00\x00\x00storage",
    b"U\x01x",
]
ACTIONS = [
    b"(",
    b"t",
    b"l",
    b"d",
    b"\x85",
    b"\x86",
    b"\x87",
    b"a",
    b"e",
    b"s",
    b"u",
    b"\x90",
    b"\x91",
    b"R",
    b"R",
    b"R",
    b"\x81",
    b"\x92",
    b"o",
    b"b",
    b"b",
    b"0",
    b"1",
    b"2",
    b"\x94",
    b"h\x00",
    b"h\x01",
    b"h\x02",
    b"Q",
]


def stream(draw: random.Random) -> bytes:
    """Names, values and actions in any order, closed by tuples so that one value may be left."""
    parts = []
    for _ in range(draw.randint(2, 30)):
        parts.append(draw.choice(draw.choice((NAMES, VALUES, VALUES, ACTIONS, ACTIONS))))
        if draw.random() < 0.3:
            parts.append(draw.choice((b"\x85", b"\x86", b"\x87")) + draw.choice((b"R", b"b", b"\x81", b"")))
    return b"(" + b"".join(parts) + b"t."


def run(seed: int, count: int) -> int:
    """Read `count` random streams; how many were sound."""
    draw, sound = random.Random(seed), 0
    for _ in range(count):
        source = MemorySource(stream(draw))
        try:
            read_plain(source, Findings(budget_for(source)))
            sound += 1
        except StreamError:
            continue
    return sound


def test_random_streams_are_read_or_refused() -> None:
    assert 0 < run(1, 5000) < 5000


@pytest.mark.full
def test_many_random_streams_are_read_or_refused() -> None:
    assert run(2, 300_000) > 0
