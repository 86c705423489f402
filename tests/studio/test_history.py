"""Undo and redo as a state machine against a plain list."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ganstudio.core.document import Document
from ganstudio.core.project import Project
from ganstudio.studio.history import STEPS_KEPT, History


class Histories(RuleBasedStateMachine):
    """The model is the list of all states and a position in it."""

    def __init__(self) -> None:
        super().__init__()
        self.history = History(Project())
        self.states = [Project()]
        self.position = 0
        self.gesture: str | None = None

    @rule(psi=st.integers(0, 5), gesture=st.sampled_from([None, "drag", "other"]))
    def change(self, psi: int, gesture: str | None) -> None:
        project = Project((Document(psi=float(psi)),))
        self.history.record(f"psi {psi}", project, gesture)
        if project == self.states[self.position]:
            return
        same_gesture = gesture is not None and gesture == self.gesture
        del self.states[self.position + 1 :]
        if same_gesture and project == self.states[self.position - 1]:
            self.states.pop()
            self.position -= 1
            self.gesture = None
            return
        if same_gesture:
            self.states[self.position] = project
        else:
            self.states.append(project)
            self.position += 1
        self.gesture = gesture

    @rule()
    def end_gesture(self) -> None:
        self.history.end_gesture()
        self.gesture = None

    @rule()
    def undo(self) -> None:
        self.history.undo()
        self.position = max(self.position - 1, 0)
        self.gesture = None

    @rule()
    def redo(self) -> None:
        self.history.redo()
        self.position = min(self.position + 1, len(self.states) - 1)
        self.gesture = None

    @invariant()
    def agrees(self) -> None:
        assert self.history.project == self.states[self.position]
        assert len(self.history) == self.position
        assert (self.history.undo_label is None) == (self.position == 0)
        assert (self.history.redo_label is None) == (self.position == len(self.states) - 1)


TestHistories = Histories.TestCase


def test_hundreds_of_steps_come_back_and_the_oldest_are_let_go() -> None:
    history = History(Project())
    for i in range(STEPS_KEPT + 50):
        history.record(f"step {i}", Project((Document(psi=float(i)),)))
    assert len(history) == STEPS_KEPT >= 200
    assert history.undo_label == f"step {STEPS_KEPT + 49}"
    for _ in range(STEPS_KEPT):
        history.undo()
    assert history.undo_label is None
    assert history.project.document.psi == 49.0
    for _ in range(STEPS_KEPT):
        history.redo()
    assert history.project.document.psi == float(STEPS_KEPT + 49)
