"""The menu of the track: what can be done with a keyframe, a segment or a time."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PyQt6.QtWidgets import QMenu, QWidget

from ganstudio.core.document import Document
from ganstudio.core.project import Easing
from ganstudio.gui.canvas.time_axis import clock_text
from ganstudio.latent.path import segment_count
from ganstudio.studio.path_editing import PathEditor

EASINGS = ((Easing.EVEN, "Even"), (Easing.IN, "Begin slowly"), (Easing.OUT, "End slowly"), (Easing.IN_OUT, "Both"))
LENGTHS_S = (0.5, 1.0, 2.0, 3.0, 5.0, 10.0)


@dataclass(frozen=True)
class PlaceOnPath:
    """A keyframe (-1 for none), the segment there, and the time in seconds."""

    keyframe: int
    segment: int
    seconds: float


@dataclass(frozen=True)
class KeyframeActs:
    """What the panel does with a keyframe."""

    use: Callable[[], None]
    rename: Callable[[], None]


def path_menu(
    parent: QWidget, editor: PathEditor, document: Document, place: PlaceOnPath, acts: KeyframeActs
) -> QMenu:
    """Build the menu of a place."""
    menu, timeline, index, at = QMenu(parent), editor.timeline, place.keyframe, place.segment
    if index >= 0:
        _entry(menu, "Make it my picture\tReturn", acts.use)
        _entry(menu, "Replace by my picture", lambda: editor.replace_latent(index, document))
        _entry(menu, "Rename…\tF2", acts.rename)
        _entry(menu, "Remove\tDel", partial(editor.remove, index))
    if 0 <= at < segment_count(timeline):
        easing = QMenu("Speed after this keyframe" if index >= 0 else "Speed of this segment", menu)
        for kind, words in EASINGS:
            _entry(easing, words, partial(editor.ease, at, kind), timeline.keyframes[at].easing is kind)
        length = QMenu("Length of the segment", menu)
        for seconds in LENGTHS_S:
            _entry(length, clock_text(seconds), partial(editor.set_seconds, at, seconds))
        menu.addMenu(easing)
        menu.addMenu(length)
    menu.addSeparator()
    _entry(menu, "Add my picture here", lambda: editor.add(document, place.seconds))
    if timeline.keyframes:
        _entry(menu, "Clear the path", editor.clear)
    return menu


def _entry(menu: QMenu, words: str, act: Callable[[], object], checked: bool | None = None) -> None:
    action = menu.addAction(words)
    if action is None:
        return
    action.triggered.connect(lambda _checked: act())
    if checked is not None:
        action.setCheckable(True)
        action.setChecked(checked)
