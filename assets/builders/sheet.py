"""The uncurated sheet beside every model."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ganstudio.core.pixels import to_pixels
from ganstudio.engine.model import Model
from ganstudio.studio.evaluation import classes_in_turn
from ganstudio.studio.pictures import sheet

SEEDS = range(64)
LINE = 96
CALM = 0.7
ROWS, COLUMNS = 2, 8
GROUPS = ((4, 8), (16, 32), (64, 4096))
"""Coarse, middle and fine layers, by the pixels that they act on."""


def write_sheet(model: Model, folder: Path, enlarged: int = 1) -> str:
    """Write the pictures of seeds 0 to 63, none chosen and none left out, and return the file's name.

    Classes take turns where there are any. Pictures of a few pixels are `enlarged` and kept exactly; others become a
    JPEG with full colour resolution.
    """
    pictures = to_pixels(model.sample(SEEDS, c=classes_in_turn(SEEDS, model.c_dim)))
    if enlarged == 1:
        Image.fromarray(sheet(pictures)).save(folder / "sheet.jpg", quality=90, subsampling=0, optimize=True)
        return "sheet.jpg"
    framed = np.pad(pictures, ((0, 0), (0, 1), (0, 1), (0, 0)), constant_values=LINE)
    pixels = sheet(framed).repeat(enlarged, axis=0).repeat(enlarged, axis=1)
    Image.fromarray(pixels).save(folder / "sheet.png", optimize=True)
    return "sheet.png"


def write_calm_sheet(model: Model, folder: Path) -> str:
    """Write the same seeds at psi = 0.7 and return the file's name."""
    pictures = to_pixels(model.sample(SEEDS, psi=CALM))
    Image.fromarray(sheet(pictures)).save(folder / "sheet-psi-0.7.jpg", quality=90, subsampling=0, optimize=True)
    return "sheet-psi-0.7.jpg"


def write_mixing_sheet(model: Model, folder: Path) -> str:
    """Write what the columns' coarse, then middle, then fine styles make of the rows' faces; return the file's name.

    The columns are seeds 0 to 7, the rows seeds 8 to 13, two for each group of layers; the corner stays empty.
    """
    ws = model.mapping(model.latents(range(COLUMNS + ROWS * len(GROUPS))))
    resolutions = np.array(model.info.layer_resolutions)
    lines = [torch.cat([torch.zeros_like(ws[:1]), ws[:COLUMNS]])]
    for row, (least, most) in enumerate(group for group in GROUPS for _ in range(ROWS)):
        own = ws[COLUMNS + row : COLUMNS + row + 1]
        taken = torch.from_numpy((resolutions >= least) & (resolutions <= most))[None, :, None]
        lines.append(torch.cat([own, torch.where(taken, ws[:COLUMNS], own)]))
    pictures = to_pixels(model.synthesis(torch.cat(lines)))
    pictures[0] = LINE
    side = pictures.shape[1]
    grid = pictures.reshape(len(lines), COLUMNS + 1, side, side, 3).swapaxes(1, 2)
    pixels = grid.reshape(len(lines) * side, (COLUMNS + 1) * side, 3)
    Image.fromarray(pixels).save(folder / "mixing.jpg", quality=90, subsampling=0, optimize=True)
    return "mixing.jpg"
