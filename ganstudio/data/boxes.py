"""A table of boxes drawn by hand: what to cut out of which picture."""

from collections.abc import Collection, Mapping
from pathlib import Path

from ganstudio.core.errors import StudioError
from ganstudio.data.decoding import Box
from ganstudio.data.labels import plain_name, table_rows, text_of

COLUMNS = 5


class BoxesError(StudioError):
    """A table of boxes cannot be read or does not fit the pictures."""


def read_boxes(path: Path, names: Collection[str]) -> Mapping[str, Box]:
    """Return the boxes of a CSV table of file, left, top, right and bottom; raises BoxesError or LabelsError.

    A first row of titles is left aside; pictures without a box are taken whole.
    """
    boxes: dict[str, Box] = {}
    for line, row in enumerate(table_rows(text_of(path)), start=1):
        if not row or (line == 1 and len(row) >= COLUMNS and not any(_is_number(cell) for cell in row[1:COLUMNS])):
            continue
        name = plain_name(row[0])
        if len(row) < COLUMNS or not all(_is_number(cell) for cell in row[1:COLUMNS]):
            raise BoxesError(f"Line {line} of {path} is no box; write file,left,top,right,bottom in pixels.")
        if name not in names:
            raise BoxesError(f"{path} has a box for {name}, which is not among the pictures; check its name.")
        left, top, right, bottom = (round(float(cell)) for cell in row[1:COLUMNS])
        if left >= right or top >= bottom:
            raise BoxesError(f"The box of {name} in {path} is empty; give left, top, right and bottom in pixels.")
        boxes[name] = (left, top, right, bottom)
    if not boxes:
        raise BoxesError(f"{path} holds no boxes; write file,left,top,right,bottom in each line.")
    return boxes


def _is_number(cell: str) -> bool:
    try:
        return abs(float(cell)) < 1e9
    except ValueError:
        return False
