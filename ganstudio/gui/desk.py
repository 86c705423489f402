"""What the session says, shown in the bars and on the stage."""

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from PyQt6.QtCore import QObject, QTimer

from ganstudio.core.device import machine_memory, process_memory
from ganstudio.core.frame import DRAWING, Activity, Frame, Problem
from ganstudio.gui.bars import ModelLine, StatusLine, TopBar
from ganstudio.gui.binding import Bindings
from ganstudio.gui.panels.device import short_title
from ganstudio.gui.read_out import ReadOut, memory_in_words
from ganstudio.gui.sharp_view import SharpView
from ganstudio.gui.stage import Stage
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.buttons import TextButton, describe
from ganstudio.studio.session import Session

REFRESH_MS = 1000
LEGIBLE_MS = 100


class Desk(QObject):
    """Keeps bars and stage in step with the session."""

    def __init__(
        self,
        session: Session,
        top: TopBar,
        line: ModelLine,
        stage: Stage,
        status: StatusLine,
        browse: Callable[[], None],
    ) -> None:
        super().__init__(stage)
        self._session = session
        self._top, self._line, self._stage, self._status = top, line, stage, status
        self._browse = browse
        self._failing = ""  # the action whose problem is in sight
        self._lasting = False  # whether that problem stays there
        self._numbers = ReadOut()
        self._refresh = QTimer(self)
        self._refresh.setInterval(REFRESH_MS)
        self._refresh.timeout.connect(self._show_numbers)
        self._refresh.start()
        self._legible = QTimer(self)  # numbers that change with every picture of a film cannot be read
        self._legible.setSingleShot(True)
        self._legible.setInterval(LEGIBLE_MS)
        self._legible.timeout.connect(self._show_numbers)
        status.jobs.cancelled.connect(session.cancel_job)
        status.jobs.paused.connect(lambda number, paused: session.pause_job(number, paused=paused))
        self.bindings = Bindings()
        self.bindings.on(session.frame_arrived, self._frame_arrived)
        self.bindings.on(session.failed, self._failed)
        self.bindings.on(session.succeeded, self._succeeded)
        self.bindings.on(session.model_changed, self._model_changed)
        self.bindings.on(session.device_changed, self._device_changed)
        self.bindings.on(session.activity_changed, self._show_activity)
        self.bindings.on(session.history_changed, self._show_history)
        self.bindings.on(session.jobs_changed, self._show_jobs)
        self.bindings.on(session.noted, self._note)
        self.sharp = SharpView(session, stage)  # after those that show the frames
        self._model_changed()
        self._show_history()
        self._show_jobs()
        self._show_numbers()

    def release(self) -> None:
        """Listen no longer."""
        self._refresh.stop()
        self._legible.stop()
        self.sharp.release()
        self.bindings.release()

    def _frame_arrived(self, frame: Frame) -> None:
        info = self._session.model
        if info is None or frame.document.model.digest != info.digest:
            return
        self._stage.show_frame(frame, info.resolution)
        self._succeeded(DRAWING)
        self._numbers.take(frame, perf_counter())
        if not self._legible.isActive():
            self._show_numbers()
            self._legible.start()

    def _failed(self, problem: Problem) -> None:
        self._failing, self._lasting = problem.action, problem.lasting
        self._stage.tell_problem(problem.sentence, problem.details)
        self._show_activity()

    def _succeeded(self, action: str) -> None:
        if action and action == self._failing:
            self._failing = ""
            self._stage.forget_problem()

    def _model_changed(self, *_told: object) -> None:
        self._show_line()
        self._show_activity()
        if self._session.model is not None and not self._lasting:
            self._stage.forget_problem()

    def _device_changed(self, *_told: object) -> None:
        self._show_line()
        self._show_numbers()

    def _show_line(self) -> None:
        ready = self._session.device
        now = next((c for c in ready.choices if c.id == ready.device), None) if ready is not None else None
        precision = ready.precision.value if ready is not None else ""
        self._line.show_model(self._session.model, f"{short_title(now)} {precision}" if now is not None else "")

    def _show_activity(self, *_told: object) -> None:
        words = activity_in_words(self._session.activity)
        self._status.note.setText(words)
        if self._stage.frame is not None and self._session.model is not None:
            return
        if words or self._session.model is not None:
            self._stage.tell(words or "Drawing the first picture…", "", busy=True)
        else:
            self._stage.tell(
                "No model is open",
                "Choose one from the library, drop a model file anywhere on the window, or browse for one.",
                busy=False,
                buttons=self._first_steps(),
            )

    def _first_steps(self) -> list[TextButton]:
        shipped = self._session.library.shipped
        buttons = []
        if shipped:
            entry = shipped[0]
            first = TextButton(f"Open {entry.title}", entry.summary, "primary", IconName.MODEL)
            first.clicked.connect(lambda: self._session.open_model(entry.name))
            buttons.append(first)
        browse = TextButton("Browse…", "Choose a model file on this machine (Ctrl+O)", "", IconName.FOLDER)
        browse.clicked.connect(self._browse)
        return [*buttons, browse]

    def _show_history(self, *_told: object) -> None:
        session = self._session
        self._top.undo.setEnabled(session.can_undo)
        self._top.redo.setEnabled(session.can_redo)
        undo = f"Undo “{session.undo_label}” (Ctrl+Z)" if session.can_undo else "Nothing to undo yet"
        redo = f"Redo “{session.redo_label}” (Ctrl+Shift+Z)" if session.can_redo else "Nothing to redo"
        describe(self._top.undo, "Undo", undo)
        describe(self._top.redo, "Redo", redo)

    def _note(self, words: str) -> None:
        self._status.note.setText(words)

    def _show_jobs(self, *_told: object) -> None:
        self._status.jobs.show_jobs(self._session.jobs)

    def _show_numbers(self) -> None:
        self._status.speed.setText(self._numbers.words(perf_counter()))
        self._status.memory.setText(memory_in_words(*self._memory()))

    def _memory(self) -> tuple[int, int]:
        ready = self._session.device
        if ready is None or ready.device == "cpu":
            return process_memory(), machine_memory()
        return ready.memory_used, ready.memory_total


def activity_in_words(activity: Activity) -> str:
    """What the computing does, as one reads it."""
    names = ", ".join(Path(name).name for name in activity.names)
    return f"{activity.words} {names}".strip() + "…" if activity.words else ""
