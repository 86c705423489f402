"""What stands on a board of weights."""

from dataclasses import dataclass, field

HEADING_PX, ROW_PX = 34, 24


@dataclass(frozen=True)
class BoardRow:
    """One row: its words, a second line below them, whether it stands for several, and its bracket."""

    name: str
    below: str = ""
    heading: bool = False
    bracket: str = ""

    @property
    def height(self) -> int:
        """Its height on the screen."""
        return HEADING_PX if self.heading else ROW_PX


@dataclass(frozen=True)
class BoardCell:
    """A weight, the weights that it is the mean of, and what the tooltip says."""

    value: float
    parts: tuple[float, ...] = ()
    on: bool = True
    tip: str = ""


@dataclass(frozen=True)
class BoardColumn:
    """One source."""

    name: str
    cells: tuple[BoardCell, ...] = field(default=())
