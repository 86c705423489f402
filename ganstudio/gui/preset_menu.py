"""The menu in a panel's heading: settings by name."""

from collections.abc import Callable, Sequence
from functools import partial

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QWidget

from ganstudio.gui.actions import Command
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.widgets.buttons import TextButton, describe
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.overlay import Popover
from ganstudio.studio.presets import LONGEST_NAME
from ganstudio.studio.session import Session


class NameCard(Popover):
    """Asks for a name."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._told: Callable[[str], None] | None = None
        self.field = QLineEdit()
        self.field.setMaxLength(LONGEST_NAME)
        self.field.setPlaceholderText("A name, such as “soft”")
        describe(self.field, "Name of the preset", "A preset of the same name is replaced")
        self.field.returnPressed.connect(self._save)
        self.save = TextButton("Save", "Keep these settings under the name", "primary")
        self.save.clicked.connect(self._save)
        self.title = label("", "strong", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(self.save)
        self.column.setSpacing(8)
        self.column.addWidget(self.title)
        self.column.addLayout(row)

    def ask(self, words: str, beside: QWidget, told: Callable[[str], None]) -> None:
        """Come up beside a control; `told` gets the name."""
        self._told = told
        self.title.setText(words)
        self.field.clear()
        self.open_at(beside)
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def _save(self) -> None:
        name, told = self.field.text().strip(), self._told
        if name and told is not None:
            self.dismiss()
            told(name)


class PresetMenu(QObject):
    """Opens from the dots in a heading; `new_menu` makes a menu that wears the theme."""

    def __init__(self, window: QWidget, session: Session, new_menu: Callable[[], QMenu]) -> None:
        super().__init__(window)
        self._session, self._new_menu = session, new_menu
        self.card = NameCard(window)

    def open_for(self, panel: Panel, button: QWidget) -> None:
        """Offer a panel's presets."""
        presets, names = self._session.presets, self._session.presets.names(panel.title)
        menu = self._new_menu()
        for name in names:
            _add(menu, name, partial(self._apply, panel, name))
        if names:
            menu.addSeparator()
        _add(menu, "Save these settings…", partial(self.ask_name, panel, button))
        _add(menu, "Back to the defaults", partial(self._reset, panel))
        if names:
            doomed = menu.addMenu("Delete")
            for name in names if doomed is not None else ():
                _add(doomed, name, partial(presets.remove, panel.title, name))
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def ask_name(self, panel: Panel, button: QWidget) -> None:
        """Ask for a name and keep the panel's settings under it."""
        words, presets = f"Save the settings of “{panel.title}” as", self._session.presets
        self.card.ask(
            words, button, lambda name: presets.keep(panel.title, name, panel.owns, panel.own_settings())
        )

    def _apply(self, panel: Panel, name: str) -> None:
        own = self._session.presets.apply(panel.title, name)
        if panel.at_first and own:
            panel.take_settings(own)

    def _reset(self, panel: Panel) -> None:
        if panel.owns:
            self._session.presets.reset(panel.title, panel.owns)
        if panel.at_first:
            panel.take_settings(panel.at_first)

    def offers(self, panels: Sequence[Panel]) -> Sequence[Command]:
        """Every preset of the panels that fit the model, for the palette."""
        session = self._session
        return [
            Command(
                f"preset.{panel.title}.{name}",
                f"Preset of {panel.title}: {name}",
                partial(self._apply, panel, name),
            )
            for panel in panels
            if (panel.owns or panel.at_first) and panel.fits(session.model)
            for name in session.presets.names(panel.title)
        ]


def _add(menu: QMenu | None, words: str, run: Callable[[], None]) -> None:
    action = menu.addAction(words.replace("&", "&&")) if menu is not None else None
    if action is not None:
        action.triggered.connect(lambda _checked: run())
