"""Colours of curves that people with any kind of colour vision can tell apart, on light and on dark ground."""

from PyQt6.QtGui import QColor, QPalette

from ganstudio.gui.theme.appearance import ink

ON_LIGHT = ("#0b6e66", "#b35900", "#0060a8", "#9a3a76", "#6b6400", "#a8231c", "#3f3f8f", "#5a5a58")
ON_DARK = ("#63c9ba", "#f0a63c", "#6cb8f0", "#e093bf", "#e6dc5a", "#ff9a90", "#a9a9f5", "#c4c4c2")
KINDS = {"real": 2, "held_out": 1, "fake": 3}


def is_dark() -> bool:
    """Whether the theme in use is a dark one."""
    return ink(QPalette.ColorRole.Base).lightnessF() < 0.5


def curve_colour(number: int) -> QColor:
    """The colour of a plot's so-manieth curve."""
    palette = ON_DARK if is_dark() else ON_LIGHT
    return QColor(palette[number % len(palette)])
