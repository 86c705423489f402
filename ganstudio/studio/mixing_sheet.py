"""The classic sheet of mixed styles: rows' latents with some layers of the columns'."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganstudio.core.device import Precision
from ganstudio.core.document import Document, LatentValue, StyleSource
from ganstudio.core.progress import Progress
from ganstudio.core.store import Array, Store
from ganstudio.engine.compute import Backend, JobFactory
from ganstudio.studio.pictures import SHEET_LIMIT_PX

Place = tuple[int, int]
HEAD = -1  # the place of a row or column that is the latent alone
GREY = 128
MOST = 32


@dataclass(frozen=True, slots=True)
class SheetHead:
    """A latent at the head of a row or column."""

    latent: LatentValue
    name: str


@dataclass(frozen=True, slots=True)
class MixingSheet:
    """Which latents meet in which layers; all else is the base document's."""

    base: Document
    latent: str  # the input that takes the rows' latents
    rows: tuple[SheetHead, ...]
    columns: tuple[SheetHead, ...]
    layers: tuple[int, ...]

    def document(self, row: int, column: int) -> Document:
        """The cause of one cell; -1 stands for the head of the row or column."""
        head = self.columns[column] if row == HEAD else self.rows[row]
        inputs = self.base.inputs.with_item(self.latent, head.latent)
        alone = dataclasses.replace(self.base, inputs=inputs, mixing=())
        if HEAD in (row, column):
            return alone
        source, count = self.columns[column], max(self.layers, default=-1) + 1
        weights = tuple(1.0 if layer in self.layers else 0.0 for layer in range(count))
        return dataclasses.replace(alone, mixing=(StyleSource(source.latent, weights, source.name),))

    def cells(self) -> dict[Place, Document]:
        """All places with their documents: heads first, then row by row."""
        heads = [(HEAD, column) for column in range(len(self.columns))]
        heads += [(row, HEAD) for row in range(len(self.rows))]
        body = [(row, column) for row in range(len(self.rows)) for column in range(len(self.columns))]
        return {place: self.document(*place) for place in (*heads, *body)}

    def words(self, row: int, column: int) -> str:
        """What a place shows, in words."""
        if row == HEAD:
            return f"{self.columns[column].name}, the head of its column"
        if column == HEAD:
            return f"{self.rows[row].name}, the head of its row"
        return f"{self.rows[row].name} with layers of {self.columns[column].name}"


def drawing(documents: Sequence[Document], store: Store, side: int | None) -> JobFactory:
    """Draw documents of one model together; each step's result is a tuple of (document, uint8 picture)."""

    def steps(backend: Backend) -> Iterator[Progress]:
        from ganstudio.core.pixels import thumbnail, to_pixels
        from ganstudio.engine.sheets import batch_of, draw_together

        model = backend.model(documents[0].model.digest)
        done = 0
        for drawn in draw_together(model.generator, documents, store, batch_of(model.info.resolution)):
            found: tuple[tuple[Document, Array], ...] = ()
            if drawn.pictures is not None:
                pixels = [each if side is None else thumbnail(each, side) for each in to_pixels(drawn.pictures)]
                found = tuple(zip((documents[place] for place in drawn.places), pixels, strict=True))
            done += len(found)
            yield Progress(done, len(documents), f"{done} of {len(documents)} pictures", found)

    return steps


def exactly(documents: Sequence[Document], _store: Store, side: int | None) -> JobFactory:
    """Draw documents one by one in full precision, whatever the window uses."""

    def steps(backend: Backend) -> Iterator[Progress]:
        from ganstudio.core.pixels import thumbnail
        from ganstudio.studio.exporting import ExportOptions, full_picture

        for done, document in enumerate(documents, start=1):
            picture = full_picture(backend, document, ExportOptions())
            found = ((document, picture if side is None else thumbnail(picture, side)),)
            yield Progress(done, len(documents), f"{done} of {len(documents)} pictures", found)

    return steps


def saving(sheet: MixingSheet, store: Store, path: Path, resolution: int) -> JobFactory:
    """Draw a whole sheet exactly, at full size, or as large as 8192 pixels hold, and write it as one PNG.

    Its recipe is that of the first cell beside the heads.
    """
    most = max(len(sheet.rows), len(sheet.columns)) + 1
    side = min(resolution, SHEET_LIMIT_PX // most)

    def steps(backend: Backend) -> Iterator[Progress]:
        from ganstudio.studio.exporting import ExportOptions, save

        cells = sheet.cells()
        pictures: dict[Document, Array] = {}
        documents = tuple(dict.fromkeys(cells.values()))
        is_exact = backend.model(sheet.base.model.digest).generator.precision is Precision.EXACT
        for progress in (drawing if is_exact else exactly)(documents, store, side)(backend):
            assert isinstance(progress.result, tuple)
            pictures.update(progress.result)
            yield dataclasses.replace(progress, total=progress.total + 1, result=None)
        laid = composed(sheet, {place: pictures[document] for place, document in cells.items()})
        save(path, laid, sheet.document(0, 0), store, ExportOptions())
        yield Progress(len(pictures) + 1, len(pictures) + 1, str(path), path)

    return steps


def composed(sheet: MixingSheet, pictures: Mapping[Place, Array]) -> Array:
    """Lay the pictures of a sheet out as one `[H, W, 3]`, the heads above and to the left, on mid-grey."""
    height, width = next(iter(pictures.values())).shape[:2]
    gap = max(1, height // 64)
    rows, columns = len(sheet.rows) + 1, len(sheet.columns) + 1
    laid = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), GREY, dtype=np.uint8)
    for (row, column), picture in pictures.items():
        top, left = (row + 1) * (height + gap), (column + 1) * (width + gap)
        laid[top : top + height, left : left + width] = picture
    return laid
