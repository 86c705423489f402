"""Pictures on disk and sheets of pictures."""

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.core.errors import SaveError
from ganstudio.core.files import write_file
from ganstudio.core.png import png_bytes

if TYPE_CHECKING:
    from ganstudio.core.store import Array

SHEET_LIMIT_PX = 8192


def prepare_folder(folder: Path) -> Path:
    """Make a folder where it is missing and make sure that files can be written into it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".{os.getpid()}.part"
        probe.touch()
        probe.unlink()
    except OSError as problem:
        reason = f"The folder {folder} cannot be written to ({problem.strerror}); choose another one."
        raise SaveError(reason) from problem
    return folder


def save_png(path: Path, pixels: "Array") -> None:
    """Write a uint8 picture `[H, W, C]` whole or not at all. Raises `SaveError`."""
    data = png_bytes(pixels)
    write_file(path, [data], len(data))


def sheet(pictures: "Array") -> "Array":
    """Lay uint8 pictures `[N, H, W, C]` out as one, nearly square, row by row; empty cells are mid-grey.

    Where the sheet would be wider or higher than 8192 pixels, every picture is thinned to each k-th pixel.
    """
    import numpy as np

    count, height, width, channels = pictures.shape
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    step = max(1, math.ceil(max(columns * width, rows * height) / SHEET_LIMIT_PX))
    small = pictures[:, ::step, ::step]
    _, height, width, _ = small.shape
    laid = np.full((rows * columns, height, width, channels), 128, dtype=np.uint8)
    laid[:count] = small
    grid = laid.reshape(rows, columns, height, width, channels).swapaxes(1, 2)
    return grid.reshape(rows * height, columns * width, channels)
