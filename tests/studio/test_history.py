"""Undo and redo as a state machine against a plain tree."""

import random
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ganstudio.core.document import Document
from ganstudio.core.project import Project
from ganstudio.studio.history import NODES_KEPT, STEPS_KEPT, History


def at(psi: float, *others: float, active: int = 0) -> Project:
    return Project(tuple(Document(psi=each) for each in (psi, *others)), active)


@dataclass
class State:
    """One state of the model, the states that were made from it, and the one last left."""

    project: Project
    above: "State | None" = None
    below: "list[State]" = field(default_factory=list)
    ahead: "State | None" = None
    number: int = 0

    def depth(self) -> int:
        return 0 if self.above is None else self.above.depth() + 1


class Histories(RuleBasedStateMachine):
    """The model keeps every state with the ways between them."""

    def __init__(self) -> None:
        super().__init__()
        self.history = History(at(0.0))
        self.state = State(at(0.0))
        self.all = [self.state]
        self.gesture: str | None = None

    @rule(psi=st.integers(0, 5), gesture=st.sampled_from([None, "drag", "other"]))
    def change(self, psi: int, gesture: str | None) -> None:
        project = at(float(psi))
        self.history.record(f"psi {psi}", project, gesture)
        if project == self.state.project:
            return
        if gesture is None or gesture != self.gesture:
            new = State(project, self.state, number=self.history.current)
            self.state.below.append(new)
            self.state.ahead = new
            self.all.append(new)
            self.state, self.gesture = new, gesture
            return
        self.state.project = project
        above = self.state.above
        if above is not None and project == above.project:
            above.below.remove(self.state)
            above.ahead = above.below[-1] if above.below else None
            self.all.remove(self.state)
            self.state, self.gesture = above, None

    @rule()
    def end_gesture(self) -> None:
        self.history.end_gesture()
        self.gesture = None

    @rule()
    def undo(self) -> None:
        self.history.undo()
        self.state = self.state.above or self.state
        self.gesture = None

    @rule()
    def redo(self) -> None:
        self.history.redo()
        self.state = self.state.ahead or self.state
        self.gesture = None

    @rule(place=st.integers(0, 10**6))
    def go(self, place: int) -> None:
        self.state = self.all[place % len(self.all)]
        self.history.go(self.state.number)
        self.gesture = None
        below = self.state
        while below.above is not None:
            below.above.ahead = below
            below = below.above

    @rule()
    def through_a_file(self) -> None:
        loaded = History(at(9.0))
        loaded.load(self.history.tree)
        assert loaded.tree == self.history.tree
        self.history = loaded
        self.gesture = None

    @invariant()
    def agrees(self) -> None:
        assert self.history.project == self.state.project
        assert len(self.history) == self.state.depth()
        assert (self.history.undo_label is None) == (self.state.above is None)
        assert (self.history.redo_label is None) == (self.state.ahead is None)
        assert {node.number: node.project for node in self.history.tree.nodes} == {
            state.number: state.project for state in self.all
        }


TestHistories = Histories.TestCase


def test_hundreds_of_steps_come_back_and_the_oldest_are_let_go() -> None:
    history = History(Project())
    for i in range(STEPS_KEPT + 50):
        history.record(f"step {i}", at(float(i)))
    assert len(history) == STEPS_KEPT >= 200
    assert history.undo_label == f"step {STEPS_KEPT + 49}"
    for _ in range(STEPS_KEPT):
        history.undo()
    assert history.undo_label is None
    assert history.project.document.psi == 49.0
    for _ in range(STEPS_KEPT):
        history.redo()
    assert history.project.document.psi == float(STEPS_KEPT + 49)


def test_going_back_and_editing_keeps_the_other_future() -> None:
    history = History(at(0.0))
    history.record("one", at(1.0))
    history.record("two", at(2.0))
    other = history.current
    history.undo()
    history.record("three", at(3.0))
    history.undo()
    assert history.redo_label == "three"
    history.go(other)
    assert history.project == at(2.0)
    history.undo()
    assert history.redo_label == "two"


def test_many_branches_are_thinned_from_the_oldest_and_the_present_line_stays() -> None:
    history = History(at(0.0))
    history.record("line", at(1.0))
    for i in range(NODES_KEPT + 100):
        history.record(f"branch {i}", at(2.0 + i))
        history.undo()
    nodes = history.tree.nodes
    assert len(nodes) == NODES_KEPT
    assert [node.label for node in nodes[:3]] == ["Beginning", "line", "branch 102"]
    assert history.redo_label == f"branch {NODES_KEPT + 99}"


def test_the_oldest_steps_take_their_branches_along() -> None:
    history = History(at(0.0))
    history.record("branch", at(-1.0))
    history.undo()
    for i in range(STEPS_KEPT + 1):
        history.record(f"step {i}", at(1.0 + i))
    labels = [node.label for node in history.tree.nodes]
    assert labels == [f"step {i}" for i in range(STEPS_KEPT + 1)]
    assert history.tree.nodes[0].parent is None
    loaded = History(at(0.0))
    loaded.load(history.tree)
    assert loaded.tree == history.tree


def test_undo_and_redo_look_at_the_document_that_changes() -> None:
    history = History(at(0.0, 10.0))
    history.record("first", at(1.0, 10.0))
    history.look_at(1)
    history.record("second", at(1.0, 11.0, active=1))
    history.look_at(0)
    assert history.undo() == at(1.0, 10.0, active=1)
    assert history.undo() == at(0.0, 10.0, active=0)
    history.look_at(1)
    assert history.redo() == at(1.0, 10.0, active=0)
    assert history.redo() == at(1.0, 11.0, active=1)


def test_a_closed_document_comes_back_in_sight() -> None:
    history = History(at(0.0, 10.0))
    history.look_at(1)
    history.record("close", at(0.0))
    assert history.undo() == at(0.0, 10.0, active=1)


def test_looking_is_no_step_and_ends_a_gesture() -> None:
    history = History(at(0.0, 10.0))
    history.record("drag", at(1.0, 10.0), "drag")
    history.look_at(1)
    assert len(history) == 1
    history.record("drag", replace(history.project, documents=at(1.0, 12.0).documents), "drag")
    history.record("drag", replace(history.project, documents=at(1.0, 10.0).documents), "drag")
    assert (len(history), history.project.active) == (1, 1)
    history.look_at(7)
    assert history.project.active == 1


def test_a_thousand_random_edits_are_undone_and_redone() -> None:
    chance = random.Random(5)
    history = History(at(0.0, 10.0, 20.0))
    states = [history.project]
    for i in range(1000):
        history.look_at(chance.randrange(3))
        project = history.project
        document = replace(project.document, psi=chance.uniform(-1, 2), cutoff=i)
        history.record(f"edit {i}", project.with_document(document))
        states.append(history.project)
    for state in reversed(states[-STEPS_KEPT - 1 : -1]):
        assert history.undo().documents == state.documents
    assert history.undo_label is None
    for state in states[-STEPS_KEPT:]:
        assert history.redo() == state
    assert history.redo_label is None
