"""Puts the chosen theme on the application: palette and font at once, the style sheet part by part."""

from collections import deque

from PyQt6 import sip
from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QColor, QFont, QPalette
from PyQt6.QtWidgets import QApplication, QWidget

from ganstudio.gui.theme.style_sheet import style_sheet
from ganstudio.gui.theme.tokens import DARK, LIGHT, TEXT_PX, Tones
from ganstudio.studio.launch import Theme

_ROLES: tuple[tuple[QPalette.ColorRole, str], ...] = (
    (QPalette.ColorRole.Window, "base"),
    (QPalette.ColorRole.AlternateBase, "raised"),
    (QPalette.ColorRole.Base, "field"),
    (QPalette.ColorRole.Button, "field"),
    (QPalette.ColorRole.Midlight, "line"),
    (QPalette.ColorRole.Mid, "line_strong"),
    (QPalette.ColorRole.WindowText, "text"),
    (QPalette.ColorRole.Text, "text"),
    (QPalette.ColorRole.ButtonText, "text"),
    (QPalette.ColorRole.PlaceholderText, "muted"),
    (QPalette.ColorRole.Highlight, "accent"),
    (QPalette.ColorRole.HighlightedText, "on_accent"),
    (QPalette.ColorRole.Link, "accent"),
    (QPalette.ColorRole.Light, "accent_soft"),
    (QPalette.ColorRole.BrightText, "danger"),
    (QPalette.ColorRole.Dark, "backdrop"),
    (QPalette.ColorRole.Shadow, "on_backdrop"),
    (QPalette.ColorRole.ToolTipBase, "field"),
    (QPalette.ColorRole.ToolTipText, "text"),
)


def palette_of(tones: Tones) -> QPalette:
    """The tones as a palette, so that widgets which paint themselves follow the theme by Qt's own events."""
    palette = QPalette()
    for role, name in _ROLES:
        palette.setColor(role, QColor(getattr(tones, name)))
    return palette


def ink(role: QPalette.ColorRole) -> QColor:
    """The application's present colour for a role."""
    return QApplication.palette().color(role)


def interface_font() -> QFont:
    """The system's font at 13 px, with figures of equal width."""
    font = QFont(QApplication.font())
    font.setPixelSize(TEXT_PX)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


class Appearance(QObject):
    """Follows the person's choice, or the system's while they made none.

    A style sheet for the whole application would block the event loop for as long as every widget takes to put it
    on, so each part of the window wears its own, and a change reaches them in turns of the loop.
    """

    changed = pyqtSignal(object)
    dressing = pyqtSignal(bool)

    def __init__(self, app: QApplication, choice: Theme) -> None:
        super().__init__()
        self._app = app
        self._choice = choice
        self._parts: list[QWidget] = []
        self._waiting: deque[QWidget] = deque()
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.timeout.connect(self._dress_next)
        app.setStyle("Fusion")
        app.setFont(interface_font())
        hints = app.styleHints()
        if hints is not None:
            hints.colorSchemeChanged.connect(self._system_changed)
        self._apply()

    @property
    def choice(self) -> Theme:
        """What the person asked for."""
        return self._choice

    @property
    def tones(self) -> Tones:
        """The tones in use."""
        if self._choice is Theme.SYSTEM:
            hints = self._app.styleHints()
            dark = hints is None or hints.colorScheme() != Qt.ColorScheme.Light
            return DARK if dark else LIGHT
        return DARK if self._choice is Theme.DARK else LIGHT

    @property
    def settled(self) -> bool:
        """Whether every part wears the tones in use."""
        return not self._waiting

    def dress(self, *parts: QWidget) -> None:
        """Let these parts of a window wear the theme, now and after every change."""
        self._parts = [part for part in self._parts if not sip.isdeleted(part)]
        self._parts.extend(parts)
        for part in parts:
            self.dress_once(part)

    def dress_once(self, part: QWidget) -> None:
        """Put the present theme on something that will be gone before it changes, such as a menu."""
        part.setStyleSheet(self._sheet)

    def choose(self, choice: Theme) -> None:
        """Switch the theme; the parts follow in the next turns of the event loop."""
        if choice is not self._choice:
            self._choice = choice
            self._apply()
            self.changed.emit(choice)

    def cycle(self) -> None:
        """System, then light, then dark, then system again."""
        order = list(Theme)
        self.choose(order[(order.index(self._choice) + 1) % len(order)])

    def _system_changed(self) -> None:
        if self._choice is Theme.SYSTEM:
            self._apply()

    def _apply(self) -> None:
        tones = self.tones
        self._sheet = style_sheet(tones)
        self._app.setPalette(palette_of(tones))
        self._waiting = deque(self._parts)
        if self._waiting:
            self.dressing.emit(True)
            self._turn.start(0)

    def _dress_next(self) -> None:
        part = self._waiting.popleft()
        if not sip.isdeleted(part):
            self.dress_once(part)
        if self._waiting:
            self._turn.start(0)
        else:
            self.dressing.emit(False)
