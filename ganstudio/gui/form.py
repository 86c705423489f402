"""A form for any options dataclass: a line for each field, with its explanation; what is rarely used is folded."""

import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent, QKeyEvent
from PyQt6.QtWidgets import QGridLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.theme.tokens import TARGET
from ganstudio.gui.widgets.buttons import TextButton, describe
from ganstudio.gui.widgets.choice import ChoiceRow, Option
from ganstudio.gui.widgets.labels import clear, label
from ganstudio.gui.widgets.menu_choice import MenuChoice
from ganstudio.studio.field_notes import FieldShape, in_words, shapes, text_of, value_of, words_for_zero

ON, OFF, NOTHING = "on", "off", ""
FIELD_PX = 132


class ValueField(QLineEdit):
    """Takes a typed value on Return or when left; marks what cannot be one. `zero` stands for 0 where it has words."""

    entered = pyqtSignal(object)

    def __init__(self, name: str, tip: str, hint: Any, zero: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hint, self._value, self._zero = hint, None, zero
        self.setPlaceholderText(zero)
        self.setFixedHeight(TARGET)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        describe(self, name, tip)
        self.returnPressed.connect(self._commit)

    def show_value(self, value: Any) -> None:
        """Show a value, unless the person is typing one just now."""
        self._value = value
        if not (self.hasFocus() and self.isModified()):
            self._write()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape gives the last value back."""
        if event is not None and event.key() == Qt.Key.Key_Escape and self.isModified():
            self._write()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Take what was typed."""
        super().focusOutEvent(event)
        self._commit()

    def _commit(self) -> None:
        if not self.isModified():
            return
        try:
            value = value_of(self.text().strip() or ("0" if self._zero else ""), self._hint)
        except ValueError:
            self._mark(True)
            return
        self.setModified(False)
        self._value = value
        self._write()
        self.entered.emit(value)

    def _write(self) -> None:
        self._mark(False)
        self.setText("" if self._zero and self._value == 0 else text_of(self._value))
        self.setCursorPosition(0)
        self.setModified(False)

    def _mark(self, invalid: bool) -> None:
        if bool(self.property("invalid")) != invalid:
            self.setProperty("invalid", invalid)
            style = self.style()
            if style is not None:
                style.polish(self)


class Form(QWidget):
    """Tells with `changed(name, value)` what a person changed."""

    changed = pyqtSignal(str, object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.fields: dict[str, QWidget] = {}
        self._captions: dict[str, QWidget] = {}
        self._show: dict[str, Callable[[Any], None]] = {}
        self._kind: type | None = None
        self._rare: list[Callable[[], None]] = []  # lines that nobody has wanted to see so far
        self._value: Callable[[str], Any] | None = None
        self._changed: Sequence[str] = ()
        self._often, self._rest = QGridLayout(), QGridLayout()
        self.more = TextButton("All options", "Show or hide what is rarely changed", "fold", IconName.RIGHT)
        self.more.clicked.connect(lambda: self.show_all(self._below.isHidden()))
        self._below = QWidget()
        self._below.setLayout(self._rest)
        self._below.hide()
        for grid in (self._often, self._rest):
            grid.setContentsMargins(0, 0, 0, 0)
            grid.setHorizontalSpacing(8)
            grid.setVerticalSpacing(6)
            grid.setColumnStretch(0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(self._often)
        column.addWidget(self.more)
        column.addWidget(self._below)

    def show_fields(
        self, kind: type, names: Sequence[str], notes: Mapping[str, str], often: Sequence[str], placeholder: str = ""
    ) -> None:
        """Have a line for each of these fields of a dataclass; where it is the same one, all stays."""
        if kind is self._kind:
            return
        self._kind = kind
        clear(self._often)
        clear(self._rest)
        self.fields, self._captions, self._show, self._value = {}, {}, {}, None
        found, hints = shapes(kind), typing.get_type_hints(kind)

        def line(grid: QGridLayout, name: str) -> Callable[[], None]:
            tip = notes.get(name, "") or in_words(name)
            return lambda: self._add(grid, name, self._field(name, found[name], hints[name], tip, placeholder), tip)

        for name in (n for n in often if n in names):
            line(self._often, name)()
        self._rare = [line(self._rest, name) for name in names if name not in often]
        self.more.setVisible(bool(self._rare))
        if not self._below.isHidden():
            self._add_rare()

    def _add(self, grid: QGridLayout, name: str, field: QWidget, tip: str) -> None:
        caption = label(in_words(name), "muted")
        caption.setMinimumWidth(40)
        caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        caption.setToolTip(tip)
        field.setFixedWidth(FIELD_PX)
        row = grid.rowCount()
        grid.addWidget(caption, row, 0)
        grid.addWidget(field, row, 1)
        self.fields[name], self._captions[name] = field, caption

    def _add_rare(self) -> None:
        rare, self._rare = self._rare, []
        for add in rare:
            add()
        if rare and self._value is not None:
            self.show_values(self._value, self._changed)

    def show_values(self, value: Callable[[str], Any], changed: Sequence[str] = ()) -> None:
        """Show the present values; names of what differs from the preset are bold."""
        self._value, self._changed = value, changed
        for name, show in self._show.items():
            show(value(name))
            caption = self._captions[name]
            tone = "strong" if name in changed else "muted"
            if caption.property("tone") != tone:
                caption.setProperty("tone", tone)
                style = caption.style()
                if style is not None:
                    style.polish(caption)

    def show_all(self, everything: bool) -> None:
        """Unfold or fold what is rarely used."""
        if everything:
            self._add_rare()
        self._below.setVisible(everything)
        self.more.draw(IconName.DOWN if everything else IconName.RIGHT)

    def _field(self, name: str, shape: FieldShape, hint: Any, tip: str, placeholder: str) -> QWidget:
        title = in_words(name)
        if shape.kind == "bool" and not shape.optional:
            row = ChoiceRow(title, (Option(ON, "On", tip), Option(OFF, "Off", tip)))
            row.setToolTip(tip)
            row.chosen.connect(lambda key: self.changed.emit(name, key == ON))
            self._show[name] = lambda value: row.show_choice(ON if value else OFF)
            return row
        if shape.kind == "choice":
            options = [Option(str(choice.value), str(choice.value).replace("_", " "), tip) for choice in shape.choices]
            if shape.optional:
                options.insert(0, Option(NOTHING, "none", tip))
            kinds = {str(choice.value): choice for choice in shape.choices}
            menu = MenuChoice(title, tip, options)
            menu.chosen.connect(lambda key: self.changed.emit(name, kinds.get(key)))
            self._show[name] = lambda value: menu.show_choice(str(getattr(value, "value", value) or NOTHING))
            return menu
        zero = words_for_zero(tip) if shape.kind in ("int", "float") and not shape.optional else ""
        field = ValueField(title, tip, hint, zero)
        field.setPlaceholderText("automatic" if shape.optional else zero or placeholder)
        field.entered.connect(lambda value: self.changed.emit(name, value))
        self._show[name] = field.show_value
        return field
