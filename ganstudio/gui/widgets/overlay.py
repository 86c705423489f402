"""What floats over the window without being a window of its own."""

from PyQt6 import sip
from PyQt6.QtCore import QEvent, QObject, QPoint, QRect, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from ganstudio.gui.widgets.frame import Surface


class Overlay(QWidget):
    """Covers the window with a faint veil and holds one card; a click beside the card or Escape closes it."""

    closed = pyqtSignal()

    def __init__(self, host: QWidget, veil: int = 70) -> None:
        super().__init__(host)
        self._host = host
        self._veil = veil
        self._before: QWidget | None = None
        self.card = Surface("overlay", self)
        self.column = QVBoxLayout(self.card)
        self.column.setContentsMargins(16, 12, 16, 16)
        host.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Come up over everything and remember where the keyboard was."""
        for other in self._host.findChildren(Overlay):
            other.dismiss()
        self._before = self._host.focusWidget()
        self.setGeometry(self._host.rect())
        self.place()
        self.show()
        self.raise_()

    def dismiss(self) -> None:
        """Go, and give the keyboard back."""
        if self.isHidden():
            return
        self.hide()
        before, self._before = self._before, None
        if before is not None and not sip.isdeleted(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.closed.emit()

    def place(self) -> None:
        """Put the card where it belongs; in the upper middle unless a kind of overlay says otherwise."""
        size = self.card.sizeHint().boundedTo(self.size() * 0.9)
        self.card.resize(size)
        self.card.move(QPoint((self.width() - size.width()) // 2, max(24, self.height() // 8)))

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Follow the window's size."""
        if event is not None and event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._host.rect())
            self.place()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape closes."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """A click beside the card closes."""
        if event is not None and not self.card.geometry().contains(event.position().toPoint()):
            self.dismiss()

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002 (Qt's own name)
        """Keep the Tab key inside."""
        inside = [w for w in self.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisible()]
        if not inside:
            return False
        now = self._host.focusWidget()
        index = inside.index(now) if now in inside else -1
        inside[(index + (1 if next else -1)) % len(inside)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the veil."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(0, 0, 0, self._veil))


class Popover(Overlay):
    """A card beside the control that called it."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, veil=0)
        self._anchor = QRect()
        self.card.setFixedWidth(360)

    def open_at(self, control: QWidget) -> None:
        """Come up next to a control, inside the window."""
        corner = control.mapTo(self._host, QPoint(0, 0))
        self._anchor = QRect(corner, control.size())
        self.open()

    def place(self) -> None:
        """Left of the control where there is room, else below it."""
        width = 360
        height = self.card.heightForWidth(width)
        height = min(height if height > 0 else self.card.sizeHint().height(), self.height() - 32)
        x = self._anchor.left() - width - 8
        y = self._anchor.top()
        if x < 8:
            x, y = self._anchor.left(), self._anchor.bottom() + 6
        x = max(8, min(x, self.width() - width - 8))
        y = max(8, min(y, self.height() - height - 8))
        self.card.setGeometry(x, y, width, height)
