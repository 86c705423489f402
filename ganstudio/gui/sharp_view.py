"""Shows the picture four times as fine while it stands still, and the plain one as soon as it moves."""

from PyQt6.QtCore import QObject, Qt, QTimer
from PyQt6.QtWidgets import QVBoxLayout

from ganstudio.core.frame import Frame
from ganstudio.core.project import Project
from ganstudio.gui.binding import Bindings
from ganstudio.gui.canvas.corner_mark import CornerMark
from ganstudio.gui.stage import Stage
from ganstudio.studio.enlargement import TIMES, TITLE
from ganstudio.studio.session import Session
from ganstudio.studio.sharpening import Larger, Sharpening

STILL_MS = 300


class SharpView(QObject):
    """Follows what the stage shows; listens to the session after those who show its frames."""

    def __init__(self, session: Session, stage: Stage) -> None:
        super().__init__(stage)
        self._session, self._stage = session, stage
        self.sharpening = Sharpening(session)
        self.mark = CornerMark()
        column = QVBoxLayout(stage.viewer)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft)
        self._still = QTimer(self)
        self._still.setSingleShot(True)
        self._still.setInterval(STILL_MS)
        self._still.timeout.connect(self._stands_still)
        self._button = stage.bar.sharp
        self._button.setChecked(session.settings.enlarge)
        self._button.toggled.connect(self._toggled)
        self.bindings = Bindings()
        self.bindings.on(session.frame_arrived, self._frame_arrived)
        self.bindings.on(session.project_changed, self._project_changed)
        self.bindings.on(self.sharpening.changed, self._show)
        self.bindings.on(self.sharpening.sharpened, self._sharpened)

    def release(self) -> None:
        """Listen no longer, and let the work end."""
        self._still.stop()
        self.sharpening.unload()
        self.bindings.release()

    def _toggled(self, wanted: bool) -> None:
        self._session.settings.enlarge = wanted
        self._session.settings.save_soon()
        if wanted:
            self._stands_still()
        else:
            self._moves()
            self.sharpening.unload()

    def _frame_arrived(self, frame: Frame) -> None:
        if self._stage.frame is not frame or not self._button.isChecked():
            return
        self._moves()
        if not frame.preview:
            self._still.start()

    def _project_changed(self, after: Project, before: Project) -> None:
        if after.document != before.document:
            self._moves()

    def _moves(self) -> None:
        self._still.stop()
        self.sharpening.forget()
        if self._stage.viewer.is_sharp:
            self._stage.viewer.show_sharp({})
        self._show()

    def _stands_still(self) -> None:
        frame = self._stage.frame
        if frame is not None and not frame.preview:
            self.sharpening.want(frame.pictures)

    def _sharpened(self, larger: Larger) -> None:
        self._stage.viewer.show_sharp(larger)

    def _show(self) -> None:
        frame, viewer, share = self._stage.frame, self._stage.viewer, self.sharpening.share
        words = self.sharpening.refusal
        if share is not None:
            words = f"{TIMES}× {TITLE}  ·  {share:.0%}"
        elif viewer.is_sharp and frame is not None:
            height, width = next(iter(frame.pictures.values())).shape[:2]
            words = f"{TIMES}× {TITLE}  ·  {width} × {height} → {TIMES * width} × {TIMES * height} px"
        self.mark.tell(words, share)
