"""Lists of edits and menus of choices."""

import dataclasses

from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ganstudio.gui.widgets.choice import Option
from ganstudio.gui.widgets.edit_list import EditLine, EditList
from ganstudio.gui.widgets.menu_choice import MenuChoice
from ganstudio.gui.widgets.slider import SliderRange

LEFT = Qt.MouseButton.LeftButton
SPREAD = SliderRange(-2.0, 2.0, 0.0, 0.5, 1)
LINES = (
    EditLine(1, "Rotate · b16", on=True, amount=0.5, caption="degrees", spread=SPREAD),
    EditLine(4, "Invert · b8", on=False),
)


def test_rows_tell_the_place_in_the_document(qtbot: QtBot) -> None:
    edits = EditList("Bends", movable=True)
    qtbot.addWidget(edits)
    told: list[object] = []
    edits.turned.connect(lambda *args: told.append(args))
    edits.swapped.connect(lambda *args: told.append(args))
    edits.removed.connect(told.append)
    edits.weighed.connect(lambda place, amount, _gesture: told.append((place, amount)))
    edits.show_lines(LINES)
    edits.show()
    first, second = edits.rows
    assert (first.on.isChecked(), second.on.isChecked()) == (True, False)
    assert (first.up.isEnabled(), first.down.isEnabled(), second.down.isEnabled()) == (False, True, False)
    qtbot.mouseClick(second.on, LEFT)
    qtbot.mouseClick(second.up, LEFT)
    qtbot.mouseClick(first.away, LEFT)
    assert first.amount is not None
    qtbot.keyClick(first.amount.track, Qt.Key.Key_Right)
    assert told == [(4, True), (4, 1), 1, (1, 1.0)]


def test_a_row_lives_on_while_its_amount_changes(qtbot: QtBot) -> None:
    edits = EditList("Bends", movable=False)
    qtbot.addWidget(edits)
    edits.show_lines(LINES)
    first = edits.rows[0]
    edits.show_lines((dataclasses.replace(LINES[0], amount=1.5, on=False), LINES[1]))
    assert edits.rows[0] is first
    assert first.amount is not None
    assert first.amount.number.text() == "1.5"
    assert not first.on.isChecked()
    edits.show_lines(LINES[1:])
    assert edits.rows[0] is not first
    edits.show_lines(())
    assert edits.isHidden()


def test_a_menu_choice_steps_and_tells(qtbot: QtBot) -> None:
    menu = MenuChoice("Stage", "Where", [Option(key, key.upper(), "") for key in ("a", "b", "c")])
    qtbot.addWidget(menu)
    chosen: list[str] = []
    menu.chosen.connect(chosen.append)
    assert (menu.key, menu.text()) == ("a", "A ▾")
    menu.show()
    menu.setFocus()
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    menu.action("c").trigger()
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    assert chosen == ["b", "c"]
    assert menu.accessibleName() == "Stage: C"
    menu.show_options([Option("c", "See", ""), Option("d", "Dee", "")])
    assert (menu.key, menu.text()) == ("c", "See ▾")
    menu.show_options([Option("d", "Dee", "")])
    assert menu.key == "d"
    menu.show_options([])
    assert (menu.key, menu.text()) == ("", "– ▾")
    assert chosen == ["b", "c"]
