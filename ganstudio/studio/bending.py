"""Edits of units and style channels: what can be chosen, and how the list of edits changes."""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ganstudio.core.document import Bend, BendUnits, Document, Edit, ShiftStyle
from ganstudio.studio.session import Session

EDITS = "edits"


@dataclass(frozen=True, slots=True)
class AmountRange:
    """The amounts that are offered for a bend, the first one, and what they count."""

    low: float
    high: float
    first: float
    rest: float
    step: float
    decimals: int
    unit: str


DEVIATIONS = "standard deviations of the stage"
BEND_AMOUNTS: Mapping[Bend, AmountRange] = {
    Bend.SCALE: AmountRange(-3.0, 5.0, 2.0, 1.0, 0.05, 2, "times"),
    Bend.ADD: AmountRange(-5.0, 5.0, 1.0, 0.0, 0.05, 2, DEVIATIONS),
    Bend.THRESHOLD: AmountRange(-2.0, 4.0, 0.5, 0.5, 0.05, 2, DEVIATIONS),
    Bend.CLIP: AmountRange(0.0, 4.0, 0.5, 0.5, 0.05, 2, DEVIATIONS),
    Bend.MOVE_X: AmountRange(-1.0, 1.0, 0.25, 0.0, 0.01, 2, "of the width"),
    Bend.MOVE_Y: AmountRange(-1.0, 1.0, 0.25, 0.0, 0.01, 2, "of the height"),
    Bend.ROTATE: AmountRange(-180.0, 180.0, 20.0, 0.0, 1.0, 0, "degrees"),
    Bend.ZOOM: AmountRange(0.25, 4.0, 1.5, 1.0, 0.05, 2, "times"),
}
"""Bends that are not here have no amount."""

BEND_TITLES: Mapping[Bend, str] = {
    Bend.ABLATE: "Ablate",
    Bend.SCALE: "Scale",
    Bend.ADD: "Add",
    Bend.INVERT: "Invert",
    Bend.THRESHOLD: "Threshold",
    Bend.CLIP: "Clip",
    Bend.MOVE_X: "Move right",
    Bend.MOVE_Y: "Move down",
    Bend.ROTATE: "Rotate",
    Bend.ZOOM: "Zoom",
    Bend.FLIP_X: "Flip left and right",
    Bend.FLIP_Y: "Flip up and down",
}
SHIFT_AMOUNTS = AmountRange(-20.0, 20.0, 0.0, 0.0, 0.1, 1, "standard deviations over random w")


def units_of(text: str, count: int) -> tuple[int, ...] | None:
    """Read units such as `3, 8-12` below `count`, nothing and `all` meaning all of them; None where it is neither."""
    words = text.strip().casefold()
    if words in ("", "all"):
        return ()
    units: set[int] = set()
    for part in words.split(","):
        found = re.fullmatch(r"\s*(\d+)\s*(?:[-–]\s*(\d+)\s*)?", part)
        if found is None:
            return None
        first, last = int(found[1]), int(found[2] or found[1])
        if not first <= last < count:
            return None
        units.update(range(first, last + 1))
    return tuple(sorted(units))


def units_in_words(units: tuple[int, ...]) -> str:
    """Write units as they can be read again: `all`, or numbers and ranges."""
    if not units:
        return "all"
    runs: list[list[int]] = []
    for unit in sorted(units):
        if runs and unit == runs[-1][-1] + 1:
            runs[-1].append(unit)
        else:
            runs.append([unit])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def edit_in_words(edit: BendUnits | ShiftStyle) -> str:
    """Name an edit in a few words."""
    if isinstance(edit, ShiftStyle):
        return f"{layer_in_words(edit.layer)} #{edit.channel}"
    units = f"#{units_in_words(edit.units)}" if edit.units else "all units"
    return f"{BEND_TITLES[edit.bend]} · {edit.stage} · {units}"


def layer_in_words(layer: str) -> str:
    """Name a layer such as `b8.conv0` as people read it."""
    return layer.replace(".", " · ")


def bends_of(document: Document) -> dict[int, BendUnits]:
    """The bends of a document by their places among its edits."""
    return {place: edit for place, edit in enumerate(document.edits) if isinstance(edit, BendUnits)}


def shifts_of(document: Document) -> dict[int, ShiftStyle]:
    """The shifts of style channels of a document by their places among its edits."""
    return {place: edit for place, edit in enumerate(document.edits) if isinstance(edit, ShiftStyle)}


def add_bend(session: Session, stage: str, units: tuple[int, ...], bend: Bend) -> None:
    """Bend units of a stage, by the amount that is offered first."""
    amounts = BEND_AMOUNTS.get(bend)
    edit = BendUnits(stage, units, bend, amounts.first if amounts is not None else 0.0)
    session.change(f"{BEND_TITLES[bend]} units", EDITS, (*session.document.edits, edit))


def add_shift(session: Session, layer: str, channel: int) -> None:
    """Have a slider for a style channel; there is one for each at most."""
    shifts = shifts_of(session.document).values()
    if not any((shift.layer, shift.channel) == (layer, channel) for shift in shifts):
        edit = ShiftStyle(layer, channel, SHIFT_AMOUNTS.first)
        session.change("Add a style channel", EDITS, (*session.document.edits, edit))


def set_amount(session: Session, place: int, amount: float, gesture: str | None = None) -> None:
    """Change the amount of the edit at a place."""
    _put(session, "Amount of an edit", place, amount=amount, gesture=gesture)


def set_on(session: Session, place: int, *, on: bool) -> None:
    """Turn the edit at a place on or off."""
    _put(session, "Turn an edit on" if on else "Turn an edit off", place, on=on)


def remove_edit(session: Session, place: int) -> None:
    """Take the edit at a place away."""
    edits = session.document.edits
    session.change("Remove an edit", EDITS, (*edits[:place], *edits[place + 1 :]))


def move_edit(session: Session, place: int, other: int) -> None:
    """Let two edits change places."""
    edits = list(session.document.edits)
    edits[place], edits[other] = edits[other], edits[place]
    session.change("Reorder edits", EDITS, tuple(edits))


def remove_edits(session: Session, kind: type[Edit]) -> None:
    """Take all edits of a kind away."""
    left = tuple(edit for edit in session.document.edits if not isinstance(edit, kind))
    session.change("Remove all edits", EDITS, left)


def _put(
    session: Session,
    label: str,
    place: int,
    *,
    amount: float | None = None,
    on: bool | None = None,
    gesture: str | None = None,
) -> None:
    edits = list(session.document.edits)
    edit = edits[place]
    changed: Edit = dataclasses.replace(edit, amount=edit.amount if amount is None else amount)
    edits[place] = dataclasses.replace(changed, on=edit.on if on is None else on)
    session.change(label, EDITS, tuple(edits), gesture)
