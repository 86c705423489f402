"""Pictures on disk and sheets of pictures."""

import contextlib
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.core.errors import SaveError

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
    """Write a uint8 picture `[H, W, C]` whole or not at all."""
    from PIL import Image

    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as file:
            Image.fromarray(pixels).save(file, format="PNG")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as problem:
        with contextlib.suppress(OSError):
            draft.unlink()
        reason = f"{path} could not be written ({problem.strerror or problem})"
        raise SaveError(f"{reason}; choose another folder or free some space.") from problem


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
