"""A history as plain JSON, whole or as what changed since it was written last."""

import math
from dataclasses import dataclass, field
from typing import Any

from ganstudio.core.document import Document, PaintedMap
from ganstudio.core.project import (
    DeletedDirection,
    DragMarks,
    HeldStyle,
    KeptLatent,
    Marks,
    PhotoInHand,
    Project,
    Timeline,
)
from ganstudio.core.store import ArrayRef
from ganstudio.studio.history import Node, Tree
from ganstudio.studio.plain_form import BrokenValueError, Plain, Pool, arrays_in, from_plain, to_plain

SHARED = (Document, KeptLatent, Timeline, PhotoInHand, PaintedMap, HeldStyle, Marks, DragMarks, DeletedDirection)


@dataclass
class TreeWriter:
    """Writes each step, each shared value and each array's name once."""

    pool: Pool = field(default_factory=lambda: Pool(*SHARED))
    nodes: dict[int, Node] = field(default_factory=dict)
    arrays: dict[str, ArrayRef] = field(default_factory=dict)

    def changes(self, tree: Tree) -> tuple[dict[str, Plain], list[ArrayRef]]:
        """Return what is new since the last call, and the arrays that it speaks of for the first time."""
        known = len(self.pool.plain)
        now = {node.number: node for node in tree.nodes}
        written = [to_plain(node, self.pool) for node in tree.nodes if self.nodes.get(node.number) is not node]
        plain = {
            "values": self.pool.plain[known:],
            "nodes": written,
            "gone": [number for number in self.nodes if number not in now],
            "current": tree.current,
            "active": tree.active,
            "forks": [list(fork) for fork in tree.forks],
        }
        self.nodes = now
        fresh = {
            digest: ref
            for value in self.pool.values_from(known)
            for digest, ref in arrays_in(value).items()
            if digest not in self.arrays
        }
        self.arrays |= fresh
        return plain, list(fresh.values())


@dataclass
class TreeReader:
    """Takes in what a writer wrote, in the same order."""

    pool: Pool = field(default_factory=lambda: Pool(*SHARED))
    nodes: dict[int, Node] = field(default_factory=dict)
    current: int = 0
    active: int = 0
    forks: tuple[tuple[int, int], ...] = ()

    def take(self, plain: dict[str, Any]) -> None:
        """Take over changes; raises BrokenValueError, and is of no use after that."""
        for i, value in enumerate(_list_in(plain, "values")):
            self.pool.read(value, f"values[{i}]")
        for number in from_plain(plain.get("gone"), tuple[int, ...], "gone"):
            self.nodes.pop(number, None)
        for i, entry in enumerate(_list_in(plain, "nodes")):
            node = from_plain(entry, Node, f"nodes[{i}]", self.pool)
            _check_project(node.project, f"nodes[{i}]")
            self.nodes[node.number] = node
        self.current = from_plain(plain.get("current"), int, "current")
        self.active = from_plain(plain.get("active"), int, "active")
        self.forks = from_plain(plain.get("forks"), tuple[tuple[int, int], ...], "forks")

    def tree(self) -> Tree:
        """Return the history; raises BrokenValueError where its steps do not hang together."""
        nodes = tuple(self.nodes[number] for number in sorted(self.nodes))
        if self.current not in self.nodes:
            raise BrokenValueError(f"current: there is no step {self.current}")
        for i, node in enumerate(nodes):
            above = self.nodes.get(node.parent) if node.parent is not None else None
            if (above is None) != (i == 0) or (above is not None and above.number >= node.number):
                raise BrokenValueError(f"nodes: step {node.number} does not follow from another one")
            if above is not None and not 0 <= node.origin < len(above.project.documents):
                raise BrokenValueError(f"nodes: step {node.number} changed a document that there was not")
        forks = tuple((a, b) for a, b in self.forks if b in self.nodes and self.nodes[b].parent == a)
        return Tree(nodes, self.current, self.active, forks)


def _list_in(plain: dict[str, Any], name: str) -> list[Plain]:
    found = plain.get(name)
    if not isinstance(found, list):
        raise BrokenValueError(f"{name}: a list is expected")
    return found


def _check_project(project: Project, place: str) -> None:
    if not 0 <= project.active < len(project.documents):
        raise BrokenValueError(f"{place}.project.active: there is no document {project.active}")
    if not all(math.isfinite(frame.seconds) and frame.seconds >= 0 for frame in project.timeline.keyframes):
        raise BrokenValueError(f"{place}.project.timeline: a keyframe has no time")
