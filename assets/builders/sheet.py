"""The uncurated sheet beside every model."""

from pathlib import Path

import numpy as np
from PIL import Image

from ganstudio.core.pixels import to_pixels
from ganstudio.engine.model import Model
from ganstudio.studio.pictures import sheet

SEEDS = range(64)
LINE = 96


def write_sheet(model: Model, folder: Path, enlarged: int = 1) -> str:
    """Write the pictures of seeds 0 to 63, none chosen and none left out, and return the file's name.

    Pictures of a few pixels are `enlarged` and kept exactly; others become a JPEG with full colour resolution.
    """
    pictures = to_pixels(model.sample(SEEDS))
    if enlarged == 1:
        Image.fromarray(sheet(pictures)).save(folder / "sheet.jpg", quality=90, subsampling=0, optimize=True)
        return "sheet.jpg"
    framed = np.pad(pictures, ((0, 0), (0, 1), (0, 1), (0, 0)), constant_values=LINE)
    pixels = sheet(framed).repeat(enlarged, axis=0).repeat(enlarged, axis=1)
    Image.fromarray(pixels).save(folder / "sheet.png", optimize=True)
    return "sheet.png"
