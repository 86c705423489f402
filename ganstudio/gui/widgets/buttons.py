"""Buttons with an icon that follows the theme."""

from PyQt6.QtCore import QEvent, QSize, Qt
from PyQt6.QtGui import QIcon, QPalette
from PyQt6.QtWidgets import QPushButton, QSizePolicy, QToolButton, QWidget

from ganstudio.gui.theme.icons import IconName, icon
from ganstudio.gui.theme.tokens import TARGET

NEW_COLOURS = (QEvent.Type.ApplicationPaletteChange, QEvent.Type.PaletteChange)


def describe(widget: QWidget, name: str, tip: str) -> None:
    """Give a control its accessible name and its tooltip in plain words."""
    widget.setAccessibleName(name)
    widget.setAccessibleDescription(tip)
    widget.setToolTip(tip)


class IconButton(QToolButton):
    """A quiet square button."""

    def __init__(self, drawing: IconName, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drawing, self._shown = drawing, QIcon()
        self.setProperty("kind", "quiet")
        self.setFixedSize(TARGET, TARGET)
        self.setIconSize(QSize(18, 18))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        describe(self, name, tip)
        self._redraw()

    def draw(self, drawing: IconName) -> None:
        """Show another icon."""
        if drawing is not self._drawing:
            self._drawing = drawing
            self._redraw()

    def changeEvent(self, event: QEvent | None) -> None:
        """Draw the icon again in the new theme's colour."""
        super().changeEvent(event)
        if event is not None and event.type() in NEW_COLOURS:
            self._redraw()

    def _redraw(self) -> None:
        drawn = icon(self._drawing)
        if drawn is not self._shown:
            self._shown = drawn
            self.setIcon(drawn)


class TextButton(QPushButton):
    """A button with words, and an icon where one helps."""

    def __init__(
        self, text: str, tip: str, kind: str = "", drawing: IconName | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(f" {text}" if drawing else text, parent)
        self._drawing, self._shown = drawing, QIcon()
        self._role = QPalette.ColorRole.HighlightedText if kind == "primary" else QPalette.ColorRole.WindowText
        if kind == "link":
            self._role = QPalette.ColorRole.Link
        self.setProperty("kind", kind)
        self.setAutoDefault(False)
        self.setMinimumHeight(TARGET)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        describe(self, text, tip)
        self._redraw()

    def draw(self, drawing: IconName) -> None:
        """Show another icon."""
        self._drawing = drawing
        self._redraw()

    def changeEvent(self, event: QEvent | None) -> None:
        """Draw the icon again in the new theme's colour."""
        super().changeEvent(event)
        if event is not None and event.type() in NEW_COLOURS:
            self._redraw()

    def _redraw(self) -> None:
        drawn = icon(self._drawing, self._role) if self._drawing is not None else self._shown
        if drawn is not self._shown:
            self._shown = drawn
            self.setIcon(drawn)
