"""One of many: a button that says which one holds, and a menu behind it."""

from collections.abc import Sequence

from PyQt6.QtCore import QPoint, Qt, pyqtSignal
from PyQt6.QtGui import QAction, QKeyEvent, QWheelEvent
from PyQt6.QtWidgets import QMenu, QSizePolicy, QWidget

from ganstudio.gui.widgets.buttons import TextButton, describe
from ganstudio.gui.widgets.choice import Option


class MenuChoice(TextButton):
    """Shows the present choice; a click opens the others, up and down step through them."""

    chosen = pyqtSignal(str)

    def __init__(self, name: str, tip: str, options: Sequence[Option] = (), parent: QWidget | None = None) -> None:
        super().__init__("", tip, parent=parent)
        self._name, self._tip = name, tip
        self._options: list[Option] = []
        self._key = ""
        self.menu_of_choices = QMenu(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._open)
        self.show_options(options)

    @property
    def key(self) -> str:
        """The present choice, empty where there is none."""
        return self._key

    def show_options(self, options: Sequence[Option]) -> None:
        """Offer other possibilities; the first one holds where the present one is gone."""
        self._options = list(options)
        self.menu_of_choices.clear()
        for option in options:
            action = QAction(option.word, self.menu_of_choices)
            action.setToolTip(option.tip)
            action.triggered.connect(lambda _checked, key=option.key: self._choose(key))
            self.menu_of_choices.addAction(action)
        keys = [option.key for option in options]
        self.show_choice(self._key if self._key in keys else next(iter(keys), ""))

    def show_choice(self, key: str) -> None:
        """Show which one holds, without telling anyone."""
        option = next((option for option in self._options if option.key == key), None)
        self._key = key if option is not None else ""
        word = option.word if option is not None else "–"
        self.setText(f"{word} ▾")
        describe(self, f"{self._name}: {word}", self._tip)

    def action(self, key: str) -> QAction:
        """The entry of a possibility."""
        return self.menu_of_choices.actions()[[option.key for option in self._options].index(key)]

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Step up and down."""
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key())) if event is not None else None
        if step is None:
            super().keyPressEvent(event)
        else:
            self._step(step)

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Step, while the button has the keyboard."""
        if event is not None and self.hasFocus() and event.angleDelta().y():
            self._step(-1 if event.angleDelta().y() > 0 else 1)
        elif event is not None:
            event.ignore()

    def _open(self) -> None:
        self.menu_of_choices.popup(self.mapToGlobal(QPoint(0, self.height())))

    def _step(self, step: int) -> None:
        keys = [option.key for option in self._options]
        if self._key in keys:
            following = keys[min(max(keys.index(self._key) + step, 0), len(keys) - 1)]
            if following != self._key:
                self._choose(following)

    def _choose(self, key: str) -> None:
        self.show_choice(key)
        self.chosen.emit(key)
