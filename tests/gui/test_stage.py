"""What stands around the picture: hints that fit, and problems that end."""

from collections.abc import Callable

import pytest
from PyQt6.QtWidgets import QApplication

from ganstudio.core.frame import Problem
from ganstudio.core.progress import JobState, JobStatus, Progress
from tests.gui.conftest import Running

Start = Callable[..., Running]


@pytest.mark.parametrize("width", [1024, 1280, 1920])
def test_the_hint_is_whole_or_absent(start: Start, width: int) -> None:
    window = (running := start()).window
    window.resize(width, 800)
    QApplication.processEvents()
    running.settle()
    hint = window.stage.bar.hint
    assert hint.fontMetrics().horizontalAdvance(hint.text()) <= hint.width()
    assert hint.text() or width < 1280


def test_a_problem_is_over_when_the_same_is_done_well(start: Start) -> None:
    session, banner = (running := start()).session, running.window.stage.banner
    session.receive(Problem("The film cannot be written; free some space.", action="Export"))
    session.receive(JobStatus(4, "Opening seed.png", JobState.DONE, Progress(1, 1)))
    session.receive(JobStatus(5, "Export walk.mp4", JobState.CANCELLED, Progress(1, 4)))
    assert banner.isVisible()
    session.receive(JobStatus(6, "Export walk.mp4", JobState.DONE, Progress(4, 4)))
    assert not banner.isVisible()
    session.receive(Problem("Something else went wrong."))
    session.receive(JobStatus(7, "Export walk.mp4", JobState.DONE, Progress(4, 4)))
    assert banner.isVisible()
