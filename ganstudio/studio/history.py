"""Undo and redo over whole projects; going back and editing leaves the other future where it is."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ganstudio.core.project import Project

STEPS_KEPT = 500
NODES_KEPT = 1000
BEGINNING = "Beginning"


@dataclass(frozen=True, slots=True)
class Node:
    """A project as it was after a change, and the words for the change that led here from `parent`.

    `origin` is the document that was in sight when the change began; `when` is in Unix seconds.
    """

    number: int
    parent: int | None
    label: str
    project: Project
    origin: int = 0
    when: float = 0.0


@dataclass(frozen=True, slots=True)
class Tree:
    """Every kept step, parents before children, the one in sight, and for each fork the way last gone (from, to)."""

    nodes: tuple[Node, ...]
    current: int
    active: int = 0
    forks: tuple[tuple[int, int], ...] = ()


class History:
    """Frozen projects in a tree; equal parts are shared, so steps are small."""

    def __init__(self, project: Project) -> None:
        """Start from a project."""
        self._nodes = {0: Node(0, None, BEGINNING, project, when=time.time())}
        self._children: dict[int, list[int]] = {0: []}
        self._forward: dict[int, int] = {}  # from each node the child that was left last
        self._root = self._current = self._last = 0
        self._active = project.active
        self._gesture: str | None = None

    @property
    def project(self) -> Project:
        """The project as it is now, with the document in sight that was looked at last."""
        project = self._nodes[self._current].project
        return project if project.active == self._active else replace(project, active=self._active)

    def begin_from(self, project: Project) -> None:
        """Let the present step be this project instead: where everything begins is no step."""
        self._nodes[self._current] = replace(self._nodes[self._current], project=project)
        self._active = project.active

    def look_at(self, active: int) -> Project:
        """Bring another document in sight, which is no step."""
        self._gesture = None
        self._active = min(max(active, 0), len(self.project.documents) - 1)
        return self.project

    def record(self, label: str, project: Project, gesture: str | None = None) -> None:
        """Make `project` the current one; changes of one gesture become one step."""
        if project == self.project:
            return
        if gesture is None or gesture != self._gesture:
            self._last += 1
            self._attach(Node(self._last, self._current, label, project, self._active, time.time()))
            self._prune()
        else:
            self._nodes[self._current] = replace(self._nodes[self._current], project=project)
            self._active = project.active
        self._gesture = gesture
        node = self._nodes[self._current]
        if node.parent is not None and project == replace(self._nodes[node.parent].project, active=node.origin):
            self._detach(node)  # the gesture came back to where it began

    def end_gesture(self) -> None:
        """Let the next change begin a step of its own."""
        self._gesture = None

    def undo(self) -> Project:
        """Go one step back, if there is one, and look at the document that it changed."""
        node = self._nodes[self._current]
        self._gesture = None
        if node.parent is not None:
            self._current, self._active = node.parent, node.origin
        return self.project

    def redo(self) -> Project:
        """Go one step forward again along the branch that was left last, if there is one."""
        following = self._following()
        return self.project if following is None else self.go(following)

    def go(self, number: int) -> Project:
        """Go to any step; redo then leads along the way to it and on."""
        self._gesture = None
        if number in self._nodes:
            self._current, self._active = number, self._nodes[number].project.active
            for below in self._upwards(number):
                if below.parent is not None:
                    self._forward[below.parent] = below.number
        return self.project

    @property
    def undo_label(self) -> str | None:
        """What undo would take back; None where there is nothing."""
        node = self._nodes[self._current]
        return node.label if node.parent is not None else None

    @property
    def redo_label(self) -> str | None:
        """What redo would bring back; None where there is nothing."""
        following = self._following()
        return self._nodes[following].label if following is not None else None

    @property
    def current(self) -> int:
        """The number of the present step."""
        return self._current

    @property
    def tree(self) -> Tree:
        """Everything, as frozen data for files and for the eye."""
        forks = tuple((a, b) for a, b in self._forward.items() if len(self._children[a]) > 1)
        return Tree(tuple(self._nodes.values()), self._current, self._active, forks)

    def load(self, tree: Tree) -> None:
        """Take over a whole tree instead of what was here."""
        self._nodes = {node.number: node for node in tree.nodes}
        self._children = {number: [] for number in self._nodes}
        self._forward = {}
        for node in tree.nodes:
            if node.parent is not None:
                self._children[node.parent].append(node.number)
                self._forward[node.parent] = node.number
        self._forward.update(tree.forks)
        self._root, self._last = tree.nodes[0].number, max(self._nodes)
        self._current, self._gesture = tree.current, None
        self._active = 0
        self.look_at(tree.active)

    def __len__(self) -> int:
        """Count the steps that can be undone."""
        return sum(1 for _ in self._upwards(self._current)) - 1

    def _following(self) -> int | None:
        return self._forward.get(self._current)

    def _upwards(self, number: int) -> Iterator[Node]:
        above: int | None = number
        while above is not None:
            node = self._nodes[above]
            yield node
            above = node.parent

    def _attach(self, node: Node) -> None:
        assert node.parent is not None
        self._nodes[node.number] = node
        self._children[node.number] = []
        self._children[node.parent].append(node.number)
        self._forward[node.parent] = node.number
        self._current, self._active = node.number, node.project.active

    def _detach(self, node: Node) -> None:
        assert node.parent is not None
        self._remove(node.number)
        self._current, self._active, self._gesture = node.parent, node.origin, None

    def _prune(self) -> None:
        """Let the oldest steps go: first ends of other branches, then the beginning of this one."""
        while len(self._nodes) > NODES_KEPT:
            kept = {node.number for node in self._upwards(self._current)}
            end = next((n for n in self._nodes if n not in kept and not self._children[n]), None)
            if end is None:
                break
            self._remove(end)
        while len(self) > STEPS_KEPT:
            self._shorten()

    def _shorten(self) -> None:
        """Let the first step go, with the branches that only it leads to."""
        line = [node.number for node in self._upwards(self._current)]
        old, new = self._root, line[-2]
        doomed = [child for child in self._children[old] if child != new]
        while doomed:
            number = doomed.pop()
            doomed.extend(self._children[number])
            self._forget(number)
        self._forget(old)
        self._nodes[new] = replace(self._nodes[new], parent=None)
        self._root = new

    def _remove(self, number: int) -> None:
        parent = self._nodes[number].parent
        assert parent is not None
        siblings = self._children[parent]
        siblings.remove(number)
        if self._forward.get(parent) == number:
            del self._forward[parent]
            if siblings:
                self._forward[parent] = siblings[-1]
        self._forget(number)

    def _forget(self, number: int) -> None:
        del self._nodes[number], self._children[number]
        self._forward.pop(number, None)
