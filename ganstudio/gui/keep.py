"""Remembers the window: its place, its size, its docks and what is folded."""

import base64
import binascii

from PyQt6.QtCore import QByteArray
from PyQt6.QtWidgets import QMainWindow, QSplitter

from ganstudio.gui.dock import Dock
from ganstudio.gui.theme.appearance import Appearance
from ganstudio.studio.settings import Settings

GEOMETRY, SPLIT, FOLDED, HIDDEN = "geometry", "split", "folded", "hidden"


class Keeper:
    """Writes into the settings' layout; what cannot be read there is passed over."""

    def __init__(self, settings: Settings) -> None:
        self._layout = settings.layout
        self._settings = settings

    def keep_layout(self, window: QMainWindow, splitter: QSplitter, docks: tuple[Dock, ...]) -> None:
        """Take down how things are."""
        self._layout[GEOMETRY] = _text(window.saveGeometry())
        self._layout[SPLIT] = _text(splitter.saveState())
        self._layout[FOLDED] = "\n".join(title for dock in docks for title in dock.folded())
        self._layout[HIDDEN] = "\n".join(dock.objectName() for dock in docks if dock.isHidden())

    def keep_theme(self, appearance: Appearance) -> None:
        """Take down the theme."""
        self._settings.theme = appearance.choice

    def restore_geometry(self, window: QMainWindow) -> bool:
        """Put the window where it was; tell whether that was known."""
        state = _bytes(self._layout.get(GEOMETRY, ""))
        return state is not None and window.restoreGeometry(state)

    def restore_layout(self, splitter: QSplitter, docks: tuple[Dock, ...]) -> None:
        """Put the docks as they were."""
        state = _bytes(self._layout.get(SPLIT, ""))
        if state is not None:
            splitter.restoreState(state)
        folded = self._layout.get(FOLDED, "").split("\n")
        hidden = self._layout.get(HIDDEN, "").split("\n")
        for dock in docks:
            dock.fold(folded)
            dock.setHidden(dock.objectName() in hidden)


def _text(state: QByteArray) -> str:
    return base64.b64encode(state.data()).decode("ascii")


def _bytes(text: str) -> QByteArray | None:
    try:
        return QByteArray(base64.b64decode(text, validate=True)) if text else None
    except (binascii.Error, ValueError):
        return None
