"""What else can be done with a slider along a direction."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFileDialog, QMenu, QWidget

from ganstudio.core.frame import ModelInfo
from ganstudio.studio.direction_files import SUFFIX
from ganstudio.studio.directions import moves_of
from ganstudio.studio.mixing import MEANING, layer_groups
from ganstudio.studio.session import Session

REACHES = (1.0, 2.0, 3.0, 5.0, 10.0)


def direction_menu(owner: QWidget, session: Session, place: int, rename: Callable[[int], None]) -> QMenu:
    """Name, layers, range, the way back, and where it is kept."""
    edit, directions, info = moves_of(session.document)[place], session.directions, session.model
    menu = QMenu(owner)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    _entry(menu, "Rename…", lambda: rename(place))
    count = len(info.layer_resolutions) if info is not None else 0
    if info is not None and count > 1:
        _add_layers(menu, session, place, info)
    ranges = _submenu(menu, "Range")
    for reach in REACHES:
        _entry(ranges, f"±{reach:g} σ", partial(directions.set_reach, place, reach), edit.reach == reach)
    _entry(menu, "Reset to 0", lambda: directions.reset(place))
    menu.addSeparator()
    _entry(menu, "Save for this model", lambda: directions.save(place))
    _entry(menu, "Export as a file…", lambda: _export(owner, session, place))
    if edit.name in {each.name for each in directions.saved}:
        _entry(menu, "Delete from the saved ones", lambda: directions.forget(edit.name))
    return menu


def rows_in_words(rows: tuple[int, ...], info: ModelInfo | None) -> str:
    """Say on which layers a direction acts."""
    if info is None or not rows or len(rows) >= len(info.layer_resolutions):
        return "all layers"
    for each in layer_groups(info.layer_resolutions):
        if each.rows == rows:
            return each.title
    first, last = rows[0] + 1, rows[-1] + 1
    if len(rows) != last - first + 1:
        return "layers " + ", ".join(str(row + 1) for row in rows)
    return f"layer {first}" if first == last else f"layers {first}–{last}"


def _add_layers(menu: QMenu, session: Session, place: int, info: ModelInfo) -> None:
    set_rows, held = session.directions.set_rows, moves_of(session.document)[place].layers
    every = tuple(range(len(info.layer_resolutions)))
    layers = _submenu(menu, "Layers")
    _entry(layers, "All layers", lambda: set_rows(place, ()), not held)
    for group in layer_groups(info.layer_resolutions):
        words = f"{group.title.capitalize()}: {MEANING[group.group]}"
        _entry(layers, words, partial(set_rows, place, group.rows), held == group.rows)
    layers.addSeparator()
    rows = held or every
    for title, ends in (("From", [range(row, rows[-1] + 1) for row in every if row <= rows[-1]]),
                        ("To", [range(rows[0], row + 1) for row in every if row >= rows[0]])):  # fmt: skip
        choices = _submenu(layers, title)
        for span in ends:
            row = span[0] if title == "From" else span[-1]
            words = f"Layer {row + 1}, {info.layer_resolutions[row]} px"
            wanted = tuple(span)
            _entry(choices, words, partial(set_rows, place, () if wanted == every else wanted), wanted == rows)


def _export(owner: QWidget, session: Session, place: int) -> None:
    direction = session.directions.direction_at(place)
    start = str(Path.home() / f"{direction.name or 'direction'}{SUFFIX}")
    chosen, _ = QFileDialog.getSaveFileName(owner.window(), "Export the direction", start, f"Directions (*{SUFFIX})")
    if chosen:
        session.directions.export((direction,), Path(chosen))


def _submenu(menu: QMenu, title: str) -> QMenu:
    found = menu.addMenu(title)
    assert found is not None
    return found


def _entry(menu: QMenu, words: str, run: Callable[[], None], held: bool | None = None) -> None:
    action = menu.addAction(words)
    if action is not None:
        action.triggered.connect(lambda _checked: run())
        if held is not None:
            action.setCheckable(True)
            action.setChecked(held)
