"""Preparing pictures once for training: cut, resized, numbered, with a report on what was wrong or double."""

import contextlib
import dataclasses
import hashlib
import io
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from ganstudio.core.errors import StudioError, WrongInputError
from ganstudio.core.files import write_file
from ganstudio.core.progress import Progress
from ganstudio.core.store import Array
from ganstudio.data.archive import ArchiveWriter, failed
from ganstudio.data.boxes import read_boxes
from ganstudio.data.decoding import WHITE, Box, BrokenPictureError, Fit, Shaping, open_picture, shaped
from ganstudio.data.duplicates import LARGEST_DISTANCE, NEAR, fingerprint, near_duplicates
from ganstudio.data.frames import frame_count, frames, is_video
from ganstudio.data.images import LARGEST_RESOLUTION, MIRRORED
from ganstudio.data.labels import CHANNELS, CLASS_NAMES, JSON_NAME, Labels, LabelSource, read_labels
from ganstudio.data.sources import DamagedEntryError, PictureFiles, SourceError, open_source

JOURNAL, REPORT, REPORT_TEXT = "import.jsonl", "report.json", "report.txt"
PER_FOLDER = 1000
SHOWN = 20


class ImportTargetError(StudioError):
    """The place for prepared pictures holds something else."""


@dataclass(frozen=True)
class ImportOptions:
    """What is prepared and how; the target is a zip archive where its name ends in .zip, else a folder."""

    source: Path
    target: Path
    resolution: int
    grey: bool = False
    fit: Fit = Fit.CROP
    box: Box | None = None
    box_file: Path | None = None  # a table of boxes, one for each picture, which go before `box`
    background: tuple[int, int, int] = WHITE
    mirrored: bool = False  # a mirrored copy of each picture beside it
    every: int = 1  # of a video, each so-manieth frame
    labels: LabelSource = LabelSource.NONE
    label_file: Path | None = None
    drop_duplicates: bool = False
    duplicate_distance: int = NEAR

    def shaping(self) -> Shaping:
        """Return what each picture is brought to; raises WrongInputError."""
        self._validate()
        return Shaping(self.resolution, self.grey, self.background, self.fit, self.box)

    def _validate(self) -> None:
        if not 1 <= self.resolution <= LARGEST_RESOLUTION:
            raise WrongInputError(f"The resolution {self.resolution} is out of bounds: 1 to {LARGEST_RESOLUTION}.")
        if self.box and not (self.box[0] < self.box[2] and self.box[1] < self.box[3]):
            raise WrongInputError(f"The box {self.box} is empty; give left, top, right and bottom in pixels.")
        if not all(0 <= level <= 255 for level in self.background):
            raise WrongInputError(f"The background {self.background} is no colour; give red, green, blue up to 255.")
        if not 0 <= self.duplicate_distance <= LARGEST_DISTANCE:
            raise WrongInputError(f"A distance of {self.duplicate_distance} is out of bounds: 0 to {LARGEST_DISTANCE}.")
        if self.every < 1:
            raise WrongInputError(f"Each {self.every}-th frame cannot be taken; give 1 or more.")
        video = is_video(self.source)
        if self.every != 1 and not video:
            raise WrongInputError(f"{self.source} is no video, of which each {self.every}-th frame could be taken.")
        if video and (self.labels is not LabelSource.NONE or self.label_file or self.box_file):
            raise WrongInputError("The frames of a video have no names for classes or boxes; leave those options out.")


@dataclass
class Report:
    """What came of an import: how many pictures were written, which files were broken, which pictures are double."""

    written: int = 0
    broken: list[tuple[str, str]] = field(default_factory=list)
    duplicates: list[tuple[str, str]] = field(default_factory=list)
    dropped: int = 0

    def text(self) -> str:
        """Return the report in plain words."""
        lines = [f"{self.written} pictures were prepared."]
        if self.broken:
            lines.append(f"\n{len(self.broken)} files could not be used:")
            lines += [f"  {name}: {reason}" for name, reason in self.broken]
        if self.duplicates:
            what = "were left out as near-duplicates" if self.dropped else "look nearly the same as earlier ones"
            lines.append(f"\n{len(self.duplicates)} pictures {what}:")
            lines += [f"  {later} and {earlier}" for earlier, later in self.duplicates]
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class _Item:
    """One picture of the source; `label` is its class, `box` what is cut out of this one."""

    number: int
    name: str
    open: Callable[[], Image.Image]
    label: int | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class _Done:
    """One line of the journal: what became of a picture of the source."""

    name: str
    number: int
    print: str = ""
    label: int | None = None
    broken: str = ""


def import_images(options: ImportOptions) -> Iterator[Progress]:
    """Prepare pictures; stopped at any moment, the same call goes on where it was.

    Only numbered files are written, below the target. Broken files are listed and left out.
    """
    shaping = options.shaping()
    target = options.target.expanduser().absolute()
    archive = target.suffix.lower() == ".zip"
    if archive and target.is_file():
        raise ImportTargetError(f"{target} exists already; remove it or choose another name.")
    if target.is_relative_to(options.source.expanduser().absolute()):
        raise ImportTargetError(f"{target} lies in {options.source} itself; choose a place outside of it.")
    work = target.with_name(f"{target.name}.unfinished") if archive else target
    source = _Source(options)
    journal = _Journal(work, _identity(options, source.fingerprint))
    yield Progress(0, source.count, f"preparing {options.source}")
    for item in source.items(frozenset(journal.done)):
        if item.number not in journal.done:
            journal.add(_prepare(item, shaping, work, options.mirrored))
        yield Progress(min(item.number + 1, source.count or item.number + 1), source.count, item.name)
    report = _finish(options, journal, source, work)
    if archive:
        yield from _pack(work, target)
    yield Progress(source.count, source.count, f"{report.written} pictures are in {target}")


class _Source:
    """Pictures of a folder, an archive or a video."""

    def __init__(self, options: ImportOptions) -> None:
        path = options.source.expanduser().absolute()
        self.refused: dict[str, str] = {}
        self.labels: Labels | None = None
        self._video: Path | None = path if is_video(path) else None
        self._every = options.every if self._video else 1
        self._box = options.box
        if self._video:
            self.count = -(-frame_count(path) // options.every)
            self.fingerprint = f"{path.name} {path.stat().st_size}"
            return
        files = open_source(path)
        self._files: PictureFiles = files
        self.refused = files.refused
        self.labels = read_labels(files, options.labels, options.label_file)
        self._boxes = read_boxes(options.box_file, files.entries.keys()) if options.box_file else {}
        self._background = options.background
        self._resolution = options.resolution
        self.count = len(files.entries)
        listed = "\n".join(f"{entry.name} {entry.size} {entry.checksum}" for entry in files.entries.values())
        hasher = hashlib.blake2b(listed.encode("utf-8", "surrogateescape"), digest_size=16)
        hasher.update(str(sorted(self._boxes.items())).encode("utf-8", "surrogateescape"))
        if self.labels:
            hasher.update(str(self.labels.classes).encode("utf-8", "surrogateescape") + self.labels.values.tobytes())
        self.fingerprint = hasher.hexdigest()

    def items(self, done: frozenset[int]) -> Iterator[_Item]:
        """Yield the pictures in order; those of a video that are done are not decoded again."""
        if self._video:
            numbers = frozenset(number * self._every for number in done)
            for number, picture in frames(self._video, self._every, numbers):
                yield _Item(number // self._every, f"frame {number}", _given(picture), box=self._box)
            return
        for number, name in enumerate(self._files.entries):
            label = None if self.labels is None else int(self.labels.values[number])
            box = self._boxes.get(name, self._box)
            wanted = None if box else self._resolution
            yield _Item(number, name, self._opener(name, wanted), label, box)

    def _opener(self, name: str, wanted: int | None) -> Callable[[], Image.Image]:
        return lambda: open_picture(self._files.read(name), name, self._background, wanted)


def _given(picture: Image.Image | None) -> Callable[[], Image.Image]:
    def result() -> Image.Image:
        assert picture is not None
        return picture

    return result


class _Journal:
    """An append-only list of what is done, so that an import can go on."""

    def __init__(self, folder: Path, identity: str) -> None:
        self.path = folder / JOURNAL
        self.done: dict[int, _Done] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if self.path.exists():
                self._resume(folder, identity)
            elif any(folder.iterdir()):
                raise ImportTargetError(f"The folder {folder} holds something else; choose an empty or a new one.")
            else:
                line = identity.encode() + b"\n"
                write_file(self.path, [line], len(line))
        except OSError as problem:
            raise failed(folder, problem) from problem

    def _resume(self, folder: Path, identity: str) -> None:
        head, *lines = self.path.read_bytes().split(b"\n")
        if head.decode("utf-8", "replace") != identity:
            raise ImportTargetError(
                f"{folder} holds an import with other options or of other pictures; choose another target or remove it."
            )
        whole = len(head) + 1
        for line in lines:
            try:
                entry = _Done(**json.loads(line))
            except (ValueError, TypeError):
                break
            whole += len(line) + 1
            if entry.broken or (folder / picture_name(entry.number)).is_file():
                self.done[entry.number] = entry
        with self.path.open("r+b") as file:
            file.truncate(min(whole, self.path.stat().st_size))

    def add(self, entry: _Done) -> None:
        """Write a line; raises SaveError."""
        try:
            with self.path.open("ab") as file:
                file.write(json.dumps(dataclasses.asdict(entry)).encode() + b"\n")
        except OSError as problem:
            raise failed(self.path, problem) from problem
        self.done[entry.number] = entry

    def discard(self) -> None:
        """Remove the list and its folder, which holds no picture; another try may have other options."""
        self.path.unlink()
        with contextlib.suppress(OSError):
            self.path.parent.rmdir()


def picture_name(number: int, suffix: str = "") -> str:
    """Return the name of a prepared picture."""
    return f"{number // PER_FOLDER:05d}/img{number:08d}{suffix}.png"


def _identity(options: ImportOptions, fingerprint_: str) -> str:
    chosen = {key: str(value) for key, value in dataclasses.asdict(options).items() if key not in ("source", "target")}
    return json.dumps({"import": 1, "source": fingerprint_, **chosen})


def _prepare(item: _Item, shaping: Shaping, folder: Path, mirrored: bool) -> _Done:
    try:
        pixels = shaped(item.open(), item.name, dataclasses.replace(shaping, box=item.box))
    except BrokenPictureError as problem:
        return _Done(item.name, item.number, broken=problem.reason)
    except DamagedEntryError:
        return _Done(item.name, item.number, broken="it is damaged inside the archive")
    copies = [("", pixels)] + ([(MIRRORED, pixels[:, :, ::-1])] if mirrored else [])
    for suffix, copy in copies[::-1]:  # the plain one last: it tells that both are there
        path = folder / picture_name(item.number, suffix)
        try:
            path.parent.mkdir(exist_ok=True)
        except OSError as problem:
            raise failed(path, problem) from problem
        data = png(copy)
        write_file(path, [data], len(data))
    return _Done(item.name, item.number, fingerprint(pixels).hex(), item.label)


def png(pixels: Array) -> bytes:
    """Return a picture uint8 `[C, R, R]` as the bytes of a PNG file."""
    memory = io.BytesIO()
    picture = Image.fromarray(pixels[0] if len(pixels) == 1 else np.ascontiguousarray(pixels.transpose(1, 2, 0)))
    picture.save(memory, "PNG")
    return memory.getvalue()


def _finish(options: ImportOptions, journal: _Journal, source: _Source, work: Path) -> Report:
    """Write labels and report; remove near-duplicates where that was asked for."""
    done = [journal.done[number] for number in sorted(journal.done)]
    whole = [entry for entry in done if not entry.broken]
    broken = [*source.refused.items(), *((entry.name, entry.broken) for entry in done if entry.broken)]
    if not whole:
        journal.discard()
        first = " (".join(broken[0])
        raise SourceError(f"None of the pictures in {options.source} can be used, the first one being {first}).")
    pairs = near_duplicates([bytes.fromhex(entry.print) for entry in whole], options.duplicate_distance)
    twins = {later for _, later in pairs} if options.drop_duplicates else set()
    kept = [entry for row, entry in enumerate(whole) if row not in twins]
    suffixes = ("", MIRRORED) if options.mirrored else ("",)
    for row in twins:
        for suffix in suffixes:
            (work / picture_name(whole[row].number, suffix)).unlink(missing_ok=True)
    named = [(whole[earlier].name, whole[later].name) for earlier, later in pairs]
    report = Report(len(kept) * len(suffixes), broken, named, len(twins))
    labels = [[picture_name(entry.number, suffix), entry.label] for entry in kept for suffix in suffixes]
    classes = list(source.labels.classes) if source.labels else None
    notes = {"labels": labels if classes else None, CLASS_NAMES: classes, CHANNELS: 1 if options.grey else 3}
    _write_text(work / JSON_NAME, json.dumps(notes))
    _write_text(work / REPORT, json.dumps(dataclasses.asdict(report), indent=1))
    _write_text(work / REPORT_TEXT, report.text())
    return report


def _write_text(path: Path, text: str) -> None:
    data = text.encode("utf-8", "surrogateescape")
    write_file(path, [data], len(data))


def _pack(work: Path, target: Path) -> Iterator[Progress]:
    """Put everything into one archive, then remove the folder it was prepared in."""
    names = [path.relative_to(work).as_posix() for path in sorted(work.glob("*/img*.png"))]
    with ArchiveWriter(target) as archive:
        for done, name in enumerate(names, start=1):
            archive.add(name, (work / name).read_bytes())
            yield Progress(done, len(names), f"packing {name}")
        for name in (JSON_NAME, REPORT, REPORT_TEXT):
            archive.add(name, (work / name).read_bytes(), compress=True)
    shutil.rmtree(work, ignore_errors=True)
