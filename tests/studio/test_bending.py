"""Edits of units and style channels in the document, one undo step each."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ganstudio.core.document import Bend, BendUnits, ShiftStyle
from ganstudio.studio.bending import (
    add_bend,
    add_shift,
    bends_of,
    edit_in_words,
    move_edit,
    remove_edit,
    remove_edits,
    set_amount,
    set_on,
    shifts_of,
    units_in_words,
    units_of,
)
from tests.studio.conftest import Running


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("", ()), ("all", ()), (" 3 ", (3,)), ("3, 8-10", (3, 8, 9, 10)), ("8–9,3,8", (3, 8, 9)),
        ("15", (15,)), ("16", None), ("4-2", None), ("a", None), ("1,,2", None), ("-1", None),
    ],
)  # fmt: skip
def test_units_are_read_as_people_write_them(text: str, units: tuple[int, ...] | None) -> None:
    assert units_of(text, 16) == units
    if units:
        assert units_of(units_in_words(units), 16) == units


def test_edits_in_words() -> None:
    assert edit_in_words(BendUnits("b16", (3, 4, 5), Bend.ROTATE, 20.0)) == "Rotate · b16 · #3–5"
    assert edit_in_words(BendUnits("b16", (7,))) == "Ablate · b16 · #7"
    assert edit_in_words(BendUnits("b16", (), Bend.FLIP_X)) == "Flip left and right · b16 · all units"
    assert edit_in_words(ShiftStyle("b8.conv0", 12, 1.0)) == "b8 · conv0 #12"


def test_every_change_of_the_list_is_one_step(run: Callable[..., Running], styled_model: Path) -> None:
    session = run(styled_model).session
    states = [session.document.edits]

    def changed() -> None:
        assert session.document.edits != states[-1]
        states.append(session.document.edits)

    add_bend(session, "b8", (1, 2), Bend.ROTATE)
    changed()
    add_bend(session, "b16", (), Bend.INVERT)
    changed()
    add_shift(session, "b16.conv1", 3)
    changed()
    for amount in (1.0, 2.0, 2.5):
        set_amount(session, 2, amount, "drag")
    session.end_gesture()
    changed()
    set_on(session, 0, on=False)
    changed()
    move_edit(session, 0, 1)
    changed()
    assert bends_of(session.document) == {
        0: BendUnits("b16", (), Bend.INVERT), 1: BendUnits("b8", (1, 2), Bend.ROTATE, 20.0, on=False),
    }  # fmt: skip
    assert shifts_of(session.document) == {2: ShiftStyle("b16.conv1", 3, 2.5)}
    add_shift(session, "b16.conv1", 3)
    assert session.document.edits == states[-1]
    remove_edit(session, 0)
    changed()
    remove_edits(session, BendUnits)
    changed()
    assert session.document.edits == (ShiftStyle("b16.conv1", 3, 2.5),)
    for state in reversed(states[:-1]):
        session.undo()
        assert session.document.edits == state
    assert not session.can_undo


def test_only_what_follows_a_bend_runs_again(run: Callable[..., Running], styled_model: Path) -> None:
    running = run(styled_model)
    session = running.session
    add_bend(session, "b16", (0, 3), Bend.SCALE)
    assert running.settle().stages_run == ("b16", "b32")
    set_amount(session, 0, 3.0)
    assert running.settle().stages_run == ("b16", "b32")
    add_shift(session, "b32.torgb", 1)
    assert running.settle().stages_run == ()
    set_amount(session, 1, -4.0)
    assert running.settle().stages_run == ("b32",)
    set_on(session, 1, on=False)
    assert running.settle().stages_run == ("b32",)
