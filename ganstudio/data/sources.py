"""Where pictures lie: a folder or a zip archive, read in memory, in one fixed order."""

import os
import stat
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ganstudio.core.errors import StudioError
from ganstudio.data.decoding import SUFFIXES

LARGEST_FILE = 512 << 20
MOST_ENTRIES = 20_000_000
NOTES = frozenset({"dataset.json", "labels.csv", "attributes.json"})
CLASSES_NOTE = "classes.json"
PLAIN, ENCRYPTED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED), 0x1
ARCHIVE_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


class SourceError(StudioError):
    """A folder or archive of pictures is missing, cannot be read or holds none."""


class PictureGoneError(StudioError):
    """A picture that was there cannot be read any more."""


class DamagedEntryError(StudioError):
    """One file of an archive is damaged; the others may be whole."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: its size in bytes and, in an archive, the checksum that stands there."""

    name: str
    size: int
    checksum: int = 0


class PictureFiles(ABC):
    """Files by their names relative to a place, with `/` between parts, in alphabetical order.

    `refused` says why files were left aside; `notes` are label files beside the pictures.
    """

    def __init__(self, path: Path) -> None:
        """List what is there; raises SourceError."""
        self.path = path
        self.refused: dict[str, str] = {}
        self.notes: dict[str, Entry] = {}
        pictures: dict[str, Entry] = {}
        for entry in self._list():
            if entry.name in NOTES or is_list_of_classes(entry.name):
                self.notes[entry.name] = entry
            elif is_picture_name(entry.name):
                pictures[entry.name] = entry
        for name in [name for name, entry in pictures.items() if entry.size > LARGEST_FILE]:
            self.refused[name] = f"it is larger than {LARGEST_FILE >> 20} MB"
            del pictures[name]
        self.entries: Mapping[str, Entry] = dict(sorted(pictures.items()))
        if not pictures:
            raise SourceError(f"There are no pictures in {path}; it should hold files such as .png, .jpg or .webp.")

    @abstractmethod
    def _list(self) -> Iterator[Entry]:
        """Yield every file; what must not be read goes to `refused` instead."""

    @abstractmethod
    def read(self, name: str) -> bytes:
        """Return a file's bytes; raises PictureGoneError, or DamagedEntryError where only this one is damaged."""


def is_picture_name(name: str) -> bool:
    """Tell whether a name ends as pictures do and is not hidden."""
    parts = name.split("/")
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return not hidden and PurePosixPath(name).suffix.lower() in SUFFIXES


def is_list_of_classes(name: str) -> bool:
    """Tell whether a name is that of the classes of label maps, at the top or in a folder around everything."""
    folders, _, file = name.rpartition("/")
    return file == CLASSES_NOTE and "/" not in folders and not folders.startswith((".", "__MACOSX"))


class FolderFiles(PictureFiles):
    """A folder with all folders below it; links to folders are followed once."""

    def _list(self) -> Iterator[Entry]:
        seen: set[tuple[int, int]] = set()
        for folder, folders, files in os.walk(self.path, followlinks=True):
            status = Path(folder).stat()
            if (status.st_dev, status.st_ino) in seen:
                folders.clear()
                continue
            seen.add((status.st_dev, status.st_ino))
            folders.sort()
            for file in sorted(files):
                yield from self._entry(Path(folder) / file)

    def _entry(self, path: Path) -> Iterator[Entry]:
        name = path.relative_to(self.path).as_posix()
        try:
            status = path.stat()
        except OSError as problem:
            self.refused[name] = f"it cannot be read ({problem.strerror})"
            return
        if stat.S_ISREG(status.st_mode):
            yield Entry(name, status.st_size)

    def read(self, name: str) -> bytes:
        """Return a file's bytes; raises PictureGoneError."""
        try:
            with (self.path / name).open("rb") as file:
                return file.read(LARGEST_FILE + 1)
        except OSError as problem:
            raise gone(name, self.path, problem.strerror or "unreadable") from problem


class ZipFiles(PictureFiles):
    """A zip archive; nothing is ever unpacked to disk, so names cannot lead anywhere."""

    def __init__(self, path: Path) -> None:
        """Read the table of contents."""
        self._archive: zipfile.ZipFile | None = None
        super().__init__(path)

    def __getstate__(self) -> dict[str, object]:
        """Leave the open file behind when sent to another process."""
        return {**self.__dict__, "_archive": None}

    def _opened(self) -> zipfile.ZipFile:
        if self._archive is None:
            try:
                self._archive = zipfile.ZipFile(self.path)
            except OSError as problem:
                raise SourceError(f"{self.path} cannot be read ({problem.strerror}).") from problem
            except ARCHIVE_ERRORS as problem:
                raise SourceError(f"{self.path} is no whole zip archive; make or download it again.") from problem
        return self._archive

    def close(self) -> None:
        """Close the archive; reading opens it again."""
        if self._archive is not None:
            self._archive.close()
            self._archive = None

    def _list(self) -> Iterator[Entry]:
        infos = self._opened().infolist()
        if len(infos) > MOST_ENTRIES:
            raise SourceError(f"{self.path} has {len(infos)} entries, more than any set of pictures; split it.")
        seen: set[str] = set()
        for info in infos:
            if info.is_dir():
                continue
            reason = refusal(info, seen)
            seen.add(info.filename)
            if reason:
                self.refused[info.filename] = reason
            else:
                yield Entry(info.filename, info.file_size, info.CRC)

    def read(self, name: str) -> bytes:
        """Return an entry's bytes; raises PictureGoneError or DamagedEntryError."""
        try:
            with self._opened().open(name) as file:
                data = file.read(LARGEST_FILE + 1)
        except OSError as problem:
            raise gone(name, self.path, problem.strerror or "unreadable") from problem
        except KeyError as problem:
            raise gone(name, self.path, "no longer in it") from problem
        except ARCHIVE_ERRORS as problem:
            raise DamagedEntryError(f"{name} in {self.path} is damaged; make the archive again.") from problem
        if len(data) > LARGEST_FILE:
            raise DamagedEntryError(f"{name} in {self.path} unpacks to far more than a picture; remove it.")
        return data


def refusal(info: zipfile.ZipInfo, seen: set[str]) -> str | None:
    """Say why an entry of an archive is left aside, None where it is not."""
    name = info.filename
    parts = name.replace("\\", "/").split("/")
    if name in seen:
        return "its name occurs twice"
    if ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0] or any(ord(sign) < 32 for sign in name):
        return "its name leads outside the archive"
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        return "it is a link or a device"
    if info.flag_bits & ENCRYPTED:
        return "it is encrypted"
    if info.compress_type not in PLAIN:
        return "it is compressed in an unusual way"
    return None


def gone(name: str, place: Path, reason: str) -> PictureGoneError:
    """Compose the error for a picture that disappeared."""
    return PictureGoneError(f"{name} in {place} cannot be read any more ({reason}); put it back, then continue.")


def open_source(path: Path) -> PictureFiles:
    """Return the pictures of a folder or a zip archive; raises SourceError."""
    path = path.expanduser().absolute()
    if path.is_dir():
        return FolderFiles(path)
    if not path.exists():
        raise SourceError(f"There is no folder and no archive {path}; check its name.")
    return ZipFiles(path)
