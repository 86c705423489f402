"""Puts the chosen theme on the application: palette, style sheet and font."""

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFont, QPalette
from PyQt6.QtWidgets import QApplication

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
    """Follows the person's choice, or the system's while they made none."""

    changed = pyqtSignal(object)

    def __init__(self, app: QApplication, choice: Theme) -> None:
        super().__init__()
        self._app = app
        self._choice = choice
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

    def choose(self, choice: Theme) -> None:
        """Switch the theme at once."""
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
        self._app.setPalette(palette_of(tones))
        self._app.setStyleSheet(style_sheet(tones))
