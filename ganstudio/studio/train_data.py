"""The pictures that a run may learn from: what there is, a look at some of them, and preparing others."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganstudio.core.errors import StudioError
from ganstudio.core.progress import Progress
from ganstudio.core.store import Array

if TYPE_CHECKING:
    from ganstudio.studio.session import Session

MODEL = "model:"
PREVIEWED, ACROSS = 24, 6
SHEET_PX = 96
FEW = 1000


@dataclass(frozen=True, slots=True)
class DataPreview:
    """What a folder, an archive or a model has to offer: a sheet uint8 `[H, W, 3]`, or the reason why nothing."""

    data: str
    count: int = 0
    held_out: int = 0
    resolution: int = 0
    channels: int = 3
    classes: int = 0
    endless: bool = False
    refused: int = 0
    sheet: Array | None = None
    problem: str = ""

    def sentences(self) -> tuple[str, ...]:
        """Say it in plain words."""
        if self.problem:
            return (self.problem,)
        colours = "grey" if self.channels == 1 else "colour"
        what = "Endless fresh pictures" if self.endless else f"{self.count:,} {colours} pictures".replace(",", " ")
        said = [f"{what} of {self.resolution} × {self.resolution} px."]
        if self.classes:
            said.append(f"{self.classes} classes.")
        if self.held_out and not self.endless:
            said.append(f"{self.held_out} more are held out, to see what is learned by heart.")
        if self.refused:
            said.append(f"{self.refused} files cannot be used.")
        if not self.endless and self.count < FEW:
            said.append("So few are soon learned by heart: take a preset with augmentation, or start from a model.")
        return tuple(said)


def shipped_sources(session: "Session") -> tuple[tuple[str, str], ...]:
    """Return the data that come with the program: models to draw from, each with its title."""
    return tuple((f"{MODEL}{entry.name}", entry.title) for entry in session.library.shipped)


def preview(data: str, resolution: int = 0, labels: str = "none") -> Iterator[Progress]:
    """Look at some pictures of a folder, an archive or a model, evenly spread."""
    from ganstudio.studio.training_feed import open_data
    from ganstudio.training.options import TrainingOptions

    try:
        trained, kept = open_data(TrainingOptions("", data, resolution=resolution, labels=labels))
        facts = trained.facts
        numbers = np.linspace(0, min(facts.count, 1 << 20) - 1, min(PREVIEWED, facts.count)).astype(np.int64)
        if trained.endless:
            numbers = np.arange(PREVIEWED)
        pixels = trained.reader().read([int(number) for number in dict.fromkeys(numbers.tolist())]).pixels
    except (StudioError, OSError) as error:
        yield Progress(1, 1, result=DataPreview(data, problem=str(error)))
        return
    refused = len(getattr(getattr(trained, "files", None), "refused", ()))
    yield Progress(
        1,
        1,
        result=DataPreview(
            data, facts.count, len(kept) if kept is not None else 0, facts.resolution, facts.img_channels,
            facts.c_dim, trained.endless, refused, contact_sheet(pixels),
        ),
    )  # fmt: skip


def contact_sheet(pixels: Array, side: int = SHEET_PX, across: int = ACROSS) -> Array:
    """Return pictures uint8 `[N, C, R, R]` as rows of small ones `[H, W, 3]`."""
    from ganstudio.core.pixels import thumbnail

    small = []
    for picture in pixels:
        rows = picture.transpose(1, 2, 0)
        rows = np.repeat(rows, 3, axis=2) if rows.shape[2] == 1 else rows[:, :, :3]
        small.append(thumbnail(np.ascontiguousarray(rows), side))
    high, wide = small[0].shape[:2]
    lines = -(-len(small) // across)
    sheet = np.zeros((lines * high, min(across, len(small)) * wide, 3), dtype=np.uint8)
    for number, picture in enumerate(small):
        row, column = divmod(number, across)
        sheet[row * high : (row + 1) * high, column * wide : (column + 1) * wide] = picture
    return sheet


def is_data(path: Path) -> bool:
    """Tell whether a dropped thing may be pictures to learn from: a folder without a model, or a zip archive."""
    try:
        if path.is_dir():
            return not (path / "model.safetensors").is_file()
        return path.suffix.lower() == ".zip" and path.is_file()
    except OSError:
        return False


def prepared_name(source: Path, resolution: int) -> Path:
    """Return a name beside the source for what is prepared from it, which is not taken yet."""
    stem, number = f"{source.stem}-{resolution}", 2
    tried = source.with_name(f"{stem}.zip")
    while tried.exists():
        tried, number = source.with_name(f"{stem}-{number}.zip"), number + 1
    return tried
