"""Pictures, frames, grids and films to files, as jobs: always in full precision, with the recipe inside."""

import dataclasses
import math
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from ganstudio.core.device import Precision
from ganstudio.core.document import Document, LatentPoint
from ganstudio.core.errors import SaveError, WrongInputError
from ganstudio.core.files import write_file
from ganstudio.core.progress import Progress
from ganstudio.core.project import PhotoInHand, Timeline
from ganstudio.core.store import Array, Store
from ganstudio.engine.compute import Backend
from ganstudio.latent.path import document_at, total_seconds
from ganstudio.studio.carried import recipe_path
from ganstudio.studio.enlargement import PictureEnlarging
from ganstudio.studio.mixing import latent_name
from ganstudio.studio.pictures import SHEET_LIMIT_PX, prepare_folder, sheet
from ganstudio.studio.playing import has_w
from ganstudio.studio.recipe_file import Enlargement, SplitRecipe, split_recipe
from ganstudio.studio.session import Session

MOST_FRAMES = 1_000_000
Named = tuple[str, Document]


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """How pictures and films are written: the longer side in pixels (the model's own where None), and how well.

    `quality` goes from 1 to 100; `bit_rate`, in bits a second, takes its place in films.
    """

    side: int | None = None
    quality: int = 90
    fps: float = 30.0
    bit_rate: int | None = None
    recipe: bool = True
    photo: bool = False  # the recipe of the picture in sight has the photo that is being edited as well
    enlarge: bool = False  # four times as wide and high by the shipped network, before `side` is looked at


class Drawing:
    """Draws the documents of one export: exactly, enlarged where that is asked for, and at the wanted size."""

    def __init__(self, backend: Backend, options: ExportOptions, total: int = 1) -> None:
        """Nothing is drawn or loaded yet."""
        self._backend, self._total = backend, total
        self._side = options.side
        self._enlarging = PictureEnlarging(backend.status().device) if options.enlarge else None

    def picture(self, document: Document, done: int = 0) -> Generator[Progress, None, Array]:
        """Return the picture of a document, number `done` of all, uint8 `[H, W, 3]`; yield while it is enlarged."""
        pixels = full_picture(self._backend, document, ExportOptions())
        if self._enlarging is not None:
            pixels = yield from self._enlarging.enlarged(pixels, done, self._total)
        return pixels if self._side is None else resized(pixels, self._side)

    @property
    def enlarged(self) -> Enlargement | None:
        """What made the pictures so far larger, for their recipes."""
        return None if self._enlarging is None else self._enlarging.used


def export_picture(session: Session, path: Path, options: ExportOptions, document: Document | None = None) -> int:
    """Write a document's picture, the one in sight where none is given; PNG, JPEG or WebP by the suffix."""
    wanted = session.seen if document is None else document
    photo = session.project.photo if options.photo else None

    def work(backend: Backend) -> Iterator[Progress]:
        yield Progress(0, 1)
        drawing = Drawing(backend, options)
        picture = yield from drawing.picture(wanted)
        save(path, picture, wanted, session.store, options, drawing.enlarged, photo)
        yield Progress(1, 1, f"Saved {path}.")

    return session.add_job(f"Save {path.name}", work)


def export_pictures(
    session: Session, folder: Path, suffix: str, documents: Sequence[Named], options: ExportOptions
) -> int:
    """Write one picture per document into a folder, by their names, never over one another or what is there."""

    def work(backend: Backend) -> Iterator[Progress]:
        taken = {path.stem.casefold() for path in prepare_folder(folder).iterdir()}
        drawing = Drawing(backend, options, len(documents))
        for done, (name, document) in enumerate(documents):
            stem = free_stem(name, taken)
            picture = yield from drawing.picture(document, done)
            save(folder / f"{stem}{suffix}", picture, document, session.store, options, drawing.enlarged)
            yield Progress(done + 1, len(documents), f"Saved {done + 1} pictures in {folder}.")

    return session.add_job(f"Export {len(documents)} pictures", work)


def export_grid(session: Session, path: Path, documents: Sequence[Document], options: ExportOptions) -> int:
    """Write pictures side by side as one; the recipe is the first one's."""

    def work(backend: Backend) -> Iterator[Progress]:
        drawn: list[Array] = []
        drawing = Drawing(backend, options, len(documents) + 1)
        room = SHEET_LIMIT_PX // math.ceil(len(documents) ** 0.5)
        for document in documents:
            picture = yield from drawing.picture(document, len(drawn))
            drawn.append(resized(picture, room) if options.enlarge and max(picture.shape) > room else picture)
            yield Progress(len(drawn), len(documents) + 1)
        save(path, sheet(np.stack(drawn)), documents[0], session.store, options, drawing.enlarged)
        yield Progress(len(drawn), len(drawn), f"Saved {path}.")

    return session.add_job(f"Grid {path.name}", work)


def export_frames(session: Session, folder: Path, suffix: str, options: ExportOptions) -> int:
    """Write the frames of the timeline's path as numbered pictures, into a folder that has none yet."""
    timeline, at = session.project.timeline, path_documents(session)
    count = frame_count(timeline, options.fps)
    digits = max(4, len(str(count - 1)))

    def work(backend: Backend) -> Iterator[Progress]:
        if any(prepare_folder(folder).glob("frame[0-9]*")):
            raise SaveError(f"The folder {folder} already holds frames, which would be mixed up; choose another one.")
        drawing = Drawing(backend, options, count)
        for number in range(count):
            document = at(number / options.fps)
            picture = yield from drawing.picture(document, number)
            path = folder / f"frame{number:0{digits}d}{suffix}"
            save(path, picture, document, session.store, options, drawing.enlarged)
            yield Progress(number + 1, count, f"Saved {number + 1} frames in {folder}.")

    return session.add_job(f"Export {count} frames", work)


def export_film(session: Session, path: Path, options: ExportOptions) -> int:
    """Write the timeline's path as MP4, WebM or GIF, frame by frame."""
    timeline, document, at = session.project.timeline, session.document, path_documents(session)
    count = frame_count(timeline, options.fps)
    fps = Fraction(options.fps).limit_denominator(1001)

    def work(backend: Backend) -> Iterator[Progress]:
        from ganstudio.studio.film import Film

        drawing = Drawing(backend, options, count)
        picture = yield from drawing.picture(at(0.0))
        size, made = (picture.shape[1], picture.shape[0]), drawing.enlarged
        recipe = split_recipe(document, session.store, timeline, enlarged=made) if options.recipe else None
        inside = None if recipe is None else recipe.inside
        with Film(path, size, fps, quality=options.quality, bit_rate=options.bit_rate, recipe=inside) as film:
            for number in range(count):
                if number:
                    picture = yield from drawing.picture(at(number / options.fps), number)
                film.add(picture)
                yield Progress(number + 1, count)
            film.finish()
        _save_beside(path, recipe)
        yield Progress(count, count, f"Saved {path}.")

    return session.add_job(f"Export {path.name}", work)


def path_documents(session: Session) -> Callable[[float], Document]:
    """What the path of the project, as it is now, shows at a time in seconds."""
    timeline, document, store, in_w = session.project.timeline, session.document, session.store, has_w(session)
    return lambda seconds: document_at(document, timeline, seconds, store, in_w)


def frame_count(timeline: Timeline, fps: float) -> int:
    """How many frames a path has; the last one of a closed path is not its first one again."""
    frames = total_seconds(timeline) * fps
    return min(max(1, round(frames) + (not timeline.closed)), MOST_FRAMES)


def seed_documents(session: Session, seeds: Sequence[int]) -> tuple[Named, ...]:
    """The document in sight with other seeds, by the names that `generate` gives their pictures."""
    name, document = latent_name(session.model), session.document
    if name is None:
        raise WrongInputError("This model draws without a latent, so it has no seeds; export its picture instead.")
    return tuple((f"seed{seed:04d}", _with_latent(document, name, LatentPoint.of_seed(seed))) for seed in seeds)


def full_picture(backend: Backend, document: Document, options: ExportOptions) -> Array:
    """Draw a document exactly, uint8 `[H, W, 3]`, at the wanted size."""
    from ganstudio.core.pixels import to_pixels

    pixels = to_pixels(backend.drawn(document, aside=True, precision=Precision.EXACT))[0]
    return pixels if options.side is None else resized(pixels, options.side)


def resized(pixels: Array, side: int) -> Array:
    """Make the longer side of a uint8 picture `[H, W, 3]` this many pixels (Lanczos)."""
    from PIL import Image

    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    if scale == 1.0:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    result: Array = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))
    return result


def save(
    path: Path,
    pixels: Array,
    document: Document,
    store: Store,
    options: ExportOptions,
    enlarged: Enlargement | None = None,
    photo: PhotoInHand | None = None,
) -> None:
    """Write a picture with its recipe, whole or not at all. Raises `SaveError`."""
    from ganstudio.studio.carried import picture_bytes

    recipe = split_recipe(document, store, enlarged=enlarged, photo=photo) if options.recipe else None
    inside = None if recipe is None else recipe.inside
    data = picture_bytes(pixels, path.suffix, inside, options.quality)
    write_file(path, [data], len(data))
    _save_beside(path, recipe)


def free_stem(name: str, taken: set[str]) -> str:
    """A file name for words: without what file systems refuse, and given to nobody else."""
    allowed = (letter if letter.isalnum() or letter in " -_.()" else "_" for letter in name)
    plain = "".join(allowed).strip(" .") or "picture"
    stem, number = plain, 2
    while stem.casefold() in taken:
        stem, number = f"{plain} ({number})", number + 1
    taken.add(stem.casefold())
    return stem


def _with_latent(document: Document, name: str, point: LatentPoint) -> Document:
    return dataclasses.replace(document, inputs=document.inputs.with_item(name, point))


def _save_beside(path: Path, recipe: SplitRecipe | None) -> None:
    if recipe is not None and recipe.beside is not None:
        write_file(recipe_path(path), [recipe.beside], len(recipe.beside))
