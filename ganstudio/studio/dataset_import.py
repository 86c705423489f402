"""Data sets from the command line: prepared from pictures or a video, checked, or drawn by a shipped model."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import tyro

from ganstudio.core.errors import WrongInputError
from ganstudio.core.progress import Progress
from ganstudio.data.archive import ArchiveWriter
from ganstudio.data.decoding import WHITE, Box, Fit
from ganstudio.data.duplicates import NEAR
from ganstudio.data.import_images import REPORT, ImportOptions, ImportTargetError, import_images, picture_name, png
from ganstudio.data.labels import JSON_NAME, LabelSource


@dataclass(frozen=True)
class PrepareData:
    """Cut and resize pictures or the frames of a video once, for training; goes on where it was stopped."""

    source: tyro.conf.Positional[Path]
    """A folder or zip archive of pictures, or a video."""
    out: Path
    """The prepared data: a zip archive where the name ends in .zip, else a new folder."""
    resolution: int
    """Side of the prepared pictures in pixels."""
    fit: Fit = Fit.CROP
    """How pictures become square: crop cuts out the middle, pad adds bars."""
    box: Box | None = None
    """Cut this out of each picture first: left, top, right and bottom in pixels."""
    box_file: Path | None = None
    """A CSV table of boxes drawn by hand, a line for each picture: file,left,top,right,bottom."""
    background: tuple[int, int, int] = WHITE
    """Colour behind transparent pictures and of bars: red, green and blue from 0 to 255."""
    grey: bool = False
    """Keep brightness alone."""
    mirrored: bool = False
    """Add a mirrored copy of each picture."""
    every: int = 1
    """Of a video take each so-manieth frame."""
    labels: LabelSource = LabelSource.NONE
    """Classes: none, folders (the first folder of each path) or file (dataset.json or labels.csv in the source)."""
    label_file: Path | None = None
    """A JSON or CSV file of labels that lies elsewhere."""
    drop_duplicates: bool = False
    """Leave near-duplicates out rather than only list them."""
    duplicate_distance: int = NEAR
    """Pictures that differ in at most so many of 128 bits count as near-duplicates; 0 to 7."""


@dataclass(frozen=True)
class CheckData:
    """Decode every picture of a folder or archive and name those that cannot be used."""

    source: tyro.conf.Positional[Path]
    """A folder or zip archive of pictures."""


@dataclass(frozen=True)
class DrawFaces:
    """Draw a data set of faces with the shipped DCGAN: `faces-64`, the same for the same options."""

    out: Path
    """The zip archive to write."""
    count: int = 50_000
    """How many pictures."""
    seed: int = 0
    scale: float = 0.8
    """The latents' standard deviation; smaller values give cleaner and more alike faces."""
    least_face: float = 0.7
    """Leave out pictures that the face detector thinks less likely to be a face than this; 0: keep them."""
    darkest: float = 50.0
    """Leave out pictures whose mean brightness (0 to 255) is below this."""
    model: str = "faces-dcgan"
    """The model that draws."""


DataCommand = (
    Annotated[PrepareData, tyro.conf.subcommand("prepare")]
    | Annotated[CheckData, tyro.conf.subcommand("check")]
    | Annotated[DrawFaces, tyro.conf.subcommand("faces-64")]
)


def run_data_command(options: PrepareData | CheckData | DrawFaces) -> Iterator[Progress]:
    """Do what the options say; names of files that are no text come with question marks."""
    if isinstance(options, PrepareData):
        job = prepare(options)
    else:
        job = check(options) if isinstance(options, CheckData) else draw_faces(options)
    for step in job:
        yield replace(step, label=step.label.encode("utf-8", "replace").decode())


def prepare(options: PrepareData) -> Iterator[Progress]:
    """Import pictures; the last line says what came of it."""
    last = Progress(0, 0)
    for last in import_images(import_options(options)):
        yield last
    report = report_of(options.out)
    notes = [f"{last.label}."]
    if report["broken"]:
        notes.append(f"{counted(report['broken'])} could not be used, such as {' ('.join(report['broken'][0])}).")
    if report["duplicates"]:
        notes.append(f"Near-duplicates: {counted(report['duplicates'])}; report.txt names them.")
    yield Progress(last.done, last.total, " ".join(notes))


def counted(files: list[list[str]]) -> str:
    """Say how many files a list has."""
    return "1 file" if len(files) == 1 else f"{len(files)} files"


def import_options(options: PrepareData) -> ImportOptions:
    """Return the same options as the import knows them."""
    return ImportOptions(
        source=options.source,
        target=options.out,
        resolution=options.resolution,
        grey=options.grey,
        fit=options.fit,
        box=options.box,
        box_file=options.box_file,
        background=options.background,
        mirrored=options.mirrored,
        every=options.every,
        labels=options.labels,
        label_file=options.label_file,
        drop_duplicates=options.drop_duplicates,
        duplicate_distance=options.duplicate_distance,
    )


def report_of(target: Path) -> dict[str, list[list[str]]]:
    """Return the report of a finished import."""
    if target.suffix.lower() == ".zip":
        with zipfile.ZipFile(target) as archive:
            text = archive.read(REPORT)
    else:
        text = (target / REPORT).read_bytes()
    report: dict[str, list[list[str]]] = json.loads(text)
    return report


def check(options: CheckData) -> Iterator[Progress]:
    """Decode everything; broken files are the last line's content."""
    from ganstudio.data.images import open_pictures

    pictures = open_pictures(options.source)
    broken: list[str] = []
    done = Progress(0, len(pictures))
    for found in pictures.check():
        if isinstance(found, Progress):
            done = found
            yield found
        else:
            broken.append(f"{found[0]}: {found[1]}")
    every = done.total + len(pictures.files.refused)
    summary = f"{every - len(broken)} of {every} pictures can be used."
    yield Progress(done.done, done.total, "\n".join([summary, *broken]))


def draw_faces(options: DrawFaces) -> Iterator[Progress]:
    """Write an archive of PNG files, whole or not at all."""
    from ganstudio.data.generated import BLOCK, GeneratedOptions, GeneratedPictures
    from ganstudio.studio.model_drawer import ModelDrawer

    target = options.out.expanduser().absolute()
    if target.suffix.lower() != ".zip" or target.exists():
        raise ImportTargetError(f"{target} exists already or is no name that ends in .zip; choose another one.")
    if options.count < 1:
        raise WrongInputError(f"{options.count} pictures cannot be drawn; give 1 or more.")
    yield Progress(0, options.count, f"opening {options.model}")
    drawer = ModelDrawer(options.model)
    choice = GeneratedOptions(
        options.seed, drawer.resolution, options.scale, options.darkest, least_face=options.least_face
    )
    reader = GeneratedPictures(drawer, choice, options.count).reader()
    with ArchiveWriter(target) as archive:
        for begin in range(0, options.count, BLOCK):
            numbers = range(begin, min(begin + BLOCK, options.count))
            for number, pixels in zip(numbers, reader.read(numbers).pixels, strict=True):
                archive.add(picture_name(number), png(pixels))
            yield Progress(numbers.stop, options.count, f"picture {numbers.stop}")
        notes = {"labels": None, "drawn by": drawer.name, "seed": options.seed, "scale": options.scale}
        limits = {"darkest": options.darkest, "least_face": options.least_face}
        archive.add(JSON_NAME, json.dumps({**notes, **limits}).encode())
    yield Progress(options.count, options.count, f"{options.count} pictures are in {target}")
