"""The pictures that runs leave in their folders, read beside the window; the last ones are kept."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from psygnal import Signal

from ganstudio.core.progress import JobStatus, Progress
from ganstudio.core.store import Array

if TYPE_CHECKING:
    from ganstudio.studio.session import Session

KEPT_BYTES = 256 << 20
LARGEST_PX = 2048


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file as uint8 `[H, W, 3]`; None where it cannot be read."""

    path: Path
    pixels: Array | None


class Sheets:
    """Lives on the main thread; asks for one picture at a time, the newest wish first."""

    arrived = Signal(Sheet)

    def __init__(self, session: "Session") -> None:
        """Hold nothing."""
        self._session = session
        self._kept: OrderedDict[Path, Sheet] = OrderedDict()
        self._wanted: list[Path] = []
        self._reading: int | None = None

    def get(self, path: Path) -> Sheet | None:
        """Return a picture, or ask for it: `arrived` tells when it is there."""
        sheet = self._kept.get(path)
        if sheet is not None:
            self._kept.move_to_end(path)
            return sheet
        self._wanted = [*(other for other in self._wanted[-8:] if other != path), path]
        self._go_on()
        return None

    def _go_on(self) -> None:
        if self._reading is None and self._wanted:
            path = self._wanted.pop()
            self._reading = self._session.add_beside("Reading pictures", lambda: read_sheet(path), self._take)

    def _take(self, status: JobStatus) -> None:
        sheet = status.progress.result
        if isinstance(sheet, Sheet):
            self._kept[sheet.path] = sheet
            while len(self._kept) > 1 and sum(_size(kept) for kept in self._kept.values()) > KEPT_BYTES:
                self._kept.popitem(last=False)
            self.arrived.emit(sheet)
        if status.is_over:
            self._reading = None
            self._go_on()


def _size(sheet: Sheet) -> int:
    return 0 if sheet.pixels is None else sheet.pixels.nbytes


def read_sheet(path: Path) -> Iterator[Progress]:
    """Read one picture, at most 2048 pixels wide and high."""
    from PIL import Image

    pixels: Array | None
    try:
        with Image.open(path) as opened:
            image = opened.convert("RGB")
    except (OSError, ValueError, SyntaxError):
        pixels = None
    else:
        image.thumbnail((LARGEST_PX, LARGEST_PX))
        pixels = np.asarray(image)
    yield Progress(1, 1, result=Sheet(path, pixels))
