"""Dropping files anywhere on the window."""

from pathlib import Path

from PyQt6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt
from PyQt6.QtGui import QColor, QDragLeaveEvent, QDropEvent, QFont, QPainter, QPaintEvent, QPalette, QPen
from PyQt6.QtWidgets import QWidget

from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.theme.tokens import RADIUS
from ganstudio.studio.opening import open_files, opener_of
from ganstudio.studio.session import Session


def dropped_files(data: QMimeData | None) -> tuple[Path, ...]:
    """The local files of a drag, none where it carries something else."""
    if data is None or not data.hasUrls():
        return ()
    return tuple(Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile())


class DropVeil(QWidget):
    """Covers the window while files hover over it, and says what dropping them does."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._words = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def invite(self, words: str, host: QWidget) -> None:
        """Come up over the window."""
        self._words = words
        self.setGeometry(host.rect())
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw a frame and the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(ink(QPalette.ColorRole.Window))
        veil.setAlphaF(0.86)
        painter.fillRect(self.rect(), veil)
        painter.setPen(QPen(ink(QPalette.ColorRole.Highlight), 3, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(16, 16, -16, -16), RADIUS, RADIUS)
        font = QFont(self.font())
        font.setPixelSize(20)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(ink(QPalette.ColorRole.WindowText))
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self._words)


class FileDrops(QObject):
    """Takes the files that are dropped anywhere on a window where nothing nearer takes them."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._session: Session | None = None
        self.veil = DropVeil(window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def take_for(self, session: Session) -> None:
        """From now on open files in a session."""
        self._session = session

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Invite, and open what is dropped."""
        match event:
            case QDropEvent() if event.type() in (QEvent.Type.DragEnter, QEvent.Type.Drop):
                self.veil.hide()
                files = dropped_files(event.mimeData())
                if not files or self._session is None:
                    return False
                event.acceptProposedAction()
                if event.type() == QEvent.Type.Drop:
                    open_files(self._session, files)
                else:
                    others = f" and {len(files) - 1} more" if len(files) > 1 else ""
                    self.veil.invite(f"{opener_of(files[0]).invitation} “{files[0].name}”{others}", self._window)
                return True
            case QDragLeaveEvent():
                self.veil.hide()
        return False
