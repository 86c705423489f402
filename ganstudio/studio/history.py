"""Undo and redo over whole projects."""

from dataclasses import dataclass

from ganstudio.core.project import Project

STEPS_KEPT = 500


@dataclass(frozen=True, slots=True)
class Step:
    """A project as it was, and the words for the change that led away from it."""

    label: str
    project: Project


class History:
    """Frozen projects before and after the current one; equal parts are shared, so steps are small."""

    def __init__(self, project: Project) -> None:
        """Start from a project."""
        self.project = project
        self._undo: list[Step] = []
        self._redo: list[Step] = []
        self._gesture: str | None = None

    def record(self, label: str, project: Project, gesture: str | None = None) -> None:
        """Make `project` the current one; changes of one gesture become one step."""
        if project == self.project:
            return
        if gesture is None or gesture != self._gesture:
            self._undo.append(Step(label, self.project))
            del self._undo[:-STEPS_KEPT]
        self._gesture = gesture
        self._redo.clear()
        self.project = project
        if self._undo[-1].project == project:  # the gesture came back to where it began
            self._undo.pop()
            self._gesture = None

    def end_gesture(self) -> None:
        """Let the next change begin a step of its own."""
        self._gesture = None

    def undo(self) -> Project:
        """Go one step back, if there is one."""
        return self._move(self._undo, self._redo)

    def redo(self) -> Project:
        """Go one step forward again, if there is one."""
        return self._move(self._redo, self._undo)

    def _move(self, source: list[Step], target: list[Step]) -> Project:
        self._gesture = None
        if source:
            step = source.pop()
            target.append(Step(step.label, self.project))
            self.project = step.project
        return self.project

    @property
    def undo_label(self) -> str | None:
        """What undo would take back; None where there is nothing."""
        return self._undo[-1].label if self._undo else None

    @property
    def redo_label(self) -> str | None:
        """What redo would bring back; None where there is nothing."""
        return self._redo[-1].label if self._redo else None

    def __len__(self) -> int:
        """Count the steps that can be undone."""
        return len(self._undo)
