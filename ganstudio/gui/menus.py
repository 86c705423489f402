"""The menus of the window: of the picture, and of the models at hand."""

from PyQt6.QtCore import QObject, QPoint, Qt
from PyQt6.QtWidgets import QMenu, QWidget

from ganstudio.gui.actions import CommandBook
from ganstudio.gui.commands import model_commands
from ganstudio.gui.theme.appearance import Appearance
from ganstudio.studio.session import Session

OF_PICTURE = ("copy", "save", "", "fit", "actual", "smooth", "sharp", "fullscreen")
KEEP = "keep"


class Menus(QObject):
    """Makes menus that wear the theme and are gone when they close."""

    def __init__(self, window: QWidget, book: CommandBook, appearance: Appearance) -> None:
        super().__init__(window)
        self._window, self._book, self._appearance = window, book, appearance

    def new(self) -> QMenu:
        """An empty menu."""
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._appearance.dress_once(menu)
        return menu

    def show_picture(self, place: QPoint) -> None:
        """What can be done with the picture."""
        menu = self.new()
        known = {command.id for command in self._book.all()}
        for command_id in (*((KEEP, "") if KEEP in known else ()), *OF_PICTURE):
            if command_id:
                menu.addAction(self._book.action(command_id))
            else:
                menu.addSeparator()
        menu.popup(place)

    def show_models(self, session: Session, below: QWidget) -> None:
        """The models that can be opened with a click."""
        menu = self.new()
        for command in model_commands(session):
            action = menu.addAction(command.name)
            if action is not None:
                action.triggered.connect(command.run)
        menu.addSeparator()
        menu.addAction(self._book.action("open"))
        menu.popup(below.mapToGlobal(below.rect().bottomLeft()))
