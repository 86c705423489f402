"""Remembers the window: its place, its size, its docks and what is folded."""

import base64
import binascii

from PyQt6.QtCore import QByteArray
from PyQt6.QtWidgets import QMainWindow

from ganstudio.gui.body import Body
from ganstudio.gui.theme.appearance import Appearance
from ganstudio.studio.settings import Settings

GEOMETRY, SPLIT, HEIGHTS, FOLDED, HIDDEN, SEEN = "geometry", "split", "heights", "folded", "hidden", "seen"


class Keeper:
    """Writes into the settings' layout; what cannot be read there is passed over."""

    def __init__(self, settings: Settings) -> None:
        self._layout = settings.layout
        self._settings = settings

    def keep_layout(self, window: QMainWindow, body: Body) -> None:
        """Take down how things are."""
        docks = (body.left, body.right)
        self._layout[GEOMETRY] = _text(window.saveGeometry())
        self._layout[SPLIT] = _text(body.across.saveState())
        self._layout[HEIGHTS] = _text(body.upright.saveState())
        titles = [title for dock in docks for title in dock.titles()]
        seen = [title for title in self._layout.get(SEEN, "").split("\n") if title and title not in titles]
        elsewhere = [title for title in self._layout.get(FOLDED, "").split("\n") if title in seen]
        self._layout[FOLDED] = "\n".join([*elsewhere, *(title for dock in docks for title in dock.folded())])
        self._layout[SEEN] = "\n".join([*seen, *titles])
        hidden = [dock.objectName() for dock in docks if dock.isHidden()]
        self._layout[HIDDEN] = "\n".join(hidden if body.shelf.wanted else [*hidden, body.shelf.objectName()])

    def keep_keys(self, own: dict[str, str]) -> None:
        """Take down the shortcuts that a person chose."""
        self._settings.keys = own
        self._settings.save_soon()

    def keep_theme(self, appearance: Appearance) -> None:
        """Take down the theme."""
        self._settings.theme = appearance.choice

    def restore_geometry(self, window: QMainWindow) -> bool:
        """Put the window where it was; tell whether that was known."""
        state = _bytes(self._layout.get(GEOMETRY, ""))
        return state is not None and window.restoreGeometry(state)

    def restore_layout(self, body: Body) -> None:
        """Put the docks as they were."""
        for split, key in ((body.across, SPLIT), (body.upright, HEIGHTS)):
            state = _bytes(self._layout.get(key, ""))
            if state is not None:
                split.restoreState(state)
        self.restore_folds(body)
        hidden = self._layout.get(HIDDEN, "").split("\n")
        for dock in (body.left, body.right):
            dock.setHidden(dock.objectName() in hidden)
        body.shelf.wanted = body.shelf.objectName() not in hidden

    def forget_layout(self, body: Body) -> None:
        """Put everything where it was at the very first start."""
        for key in (SPLIT, HEIGHTS, FOLDED, HIDDEN):
            self._layout.pop(key, None)
        body.reset_layout()

    def restore_folds(self, body: Body) -> None:
        """Fold what was folded."""
        folded, seen = (self._layout.get(key, "").split("\n") for key in (FOLDED, SEEN))
        for dock in (body.left, body.right):
            now = [title for title in dock.folded() if title not in seen]  # new ones stay as the workspace has them
            dock.fold([*folded, *now])


def _text(state: QByteArray) -> str:
    return base64.b64encode(state.data()).decode("ascii")


def _bytes(text: str) -> QByteArray | None:
    try:
        return QByteArray(base64.b64decode(text, validate=True)) if text else None
    except (binascii.Error, ValueError):
        return None
