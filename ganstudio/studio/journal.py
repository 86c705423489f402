"""Every edit on disk within moments: a file that grows by checked lines, written beside the main thread."""

import contextlib
import json
import os
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganstudio.core.errors import SaveError, StudioError
from ganstudio.core.files import write_file
from ganstudio.core.store import Array, Store
from ganstudio.studio.history import Tree
from ganstudio.studio.plain_form import BrokenValueError
from ganstudio.studio.recipe_file import MARK, packed_arrays, packed_json, unpack_arrays
from ganstudio.studio.tree_form import TreeReader, TreeWriter

FORMAT = 1
JOURNAL, PICTURE = "journal", "picture.png"
INTERVAL_S = 1.0
ROOM_BYTES = 2 << 20
"""How far a journal grows before it is written anew, at least; else four times its smallest size."""


class Journal:
    """Writes the newest history that was noted, at most once an interval; a failure is told once."""

    def __init__(
        self, folder: Path, store: Store, told: Callable[[StudioError], None], interval: float = INTERVAL_S
    ) -> None:
        """Begin with the first note; `told` is called on the writing thread."""
        self.folder, self.interval = folder, interval
        self._store, self._told = store, told
        self._wake = threading.Condition()
        self._newest: Tree | None = None
        self._picture: Array | None = None
        self._ending = self._clean = False
        self._after: list[Callable[[], None]] = []
        self._file: _Grown | None = None
        self._failed = False
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def note(self, tree: Tree, picture: Array | None = None) -> None:
        """Take down a history and the picture in sight, uint8 `[H, W, 3]`; takes no time."""
        with self._wake:
            self._newest = tree
            self._picture = self._picture if picture is None else picture
            self._wake.notify()

    def after_next_write(self, done: Callable[[], None]) -> None:
        """Call `done` on the writing thread once what is noted now is on the disk."""
        with self._wake:
            self._after.append(done)

    def end(self, clean: bool = True, wait: bool = True) -> None:
        """Write what is noted, and where all ended well a word about that."""
        with self._wake:
            self._ending, self._clean = True, clean
            self._wake.notify()
        if wait:
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._newest is not None or self._ending)
                tree, picture, ending = self._newest, self._picture, self._ending
                done, self._newest, self._picture = list(self._after), None, None
            if tree is not None and self._write(tree, picture):
                for each in done:
                    self._after.remove(each)
                    each()
            if ending:
                if self._clean and self._file is not None:
                    with contextlib.suppress(OSError):
                        self._file.add({"ended": time.time()})
                return
            with self._wake:
                self._wake.wait_for(lambda: self._ending, self.interval)

    def _write(self, tree: Tree, picture: Array | None) -> bool:
        try:
            if self._file is None or self._file.is_large:
                self._file = _Grown(self.folder / JOURNAL, self._store, tree)
            else:
                self._file.add_tree(tree)
            if picture is not None:
                from ganstudio.studio.pictures import save_png

                save_png(self.folder / PICTURE, picture)
        except (OSError, StudioError) as error:
            self._file = None  # written anew with the next note
            self._tell(error)
            return False
        self._failed = False
        return True

    def _tell(self, error: OSError | StudioError) -> None:
        if not self._failed:
            self._failed = True
            what = "Your edits are not safe from a crash just now"
            self._told(SaveError(f"{what}. {str(error).rstrip('.')}. Save the project on another disk."))


class _Grown:
    """A journal file: begun whole, then longer by a line for each change."""

    def __init__(self, path: Path, store: Store, tree: Tree) -> None:
        self._path, self._store = path, store
        self._writer = TreeWriter()
        head = _line({MARK: "journal", "format": FORMAT, "began": time.time()})
        data = head + _line(self._entry(tree))
        write_file(path, [data], len(data))
        self._size = self._smallest = len(data)

    @property
    def is_large(self) -> bool:
        """Whether it is time to write it anew."""
        return self._size > max(4 * self._smallest, self._smallest + ROOM_BYTES)

    def add_tree(self, tree: Tree) -> None:
        """Add what changed."""
        self.add(self._entry(tree))

    def add(self, entry: dict[str, Any]) -> None:
        """Add a line and wait until the disk has it."""
        data = _line(entry)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        self._size += len(data)

    def _entry(self, tree: Tree) -> dict[str, Any]:
        plain, refs = self._writer.changes(tree)
        return {**plain, "arrays": packed_arrays(refs, self._store), "when": time.time()}


def _line(entry: dict[str, Any]) -> bytes:
    text = packed_json(entry)
    return b"%08x %b\n" % (zlib.crc32(text), text)


@dataclass(frozen=True, slots=True)
class Found:
    """What a journal holds: the history, when it was last written (Unix seconds), and whether all ended well."""

    tree: Tree
    when: float
    ended: bool


def read_journal(path: Path, store: Store) -> Found | None:
    """Return what a journal holds up to its last whole line; None where that is nothing."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    lines = _whole_lines(data)
    head = next(lines, None)
    if head is None or head.get(MARK) != "journal" or head.get("format") != FORMAT:
        return None
    found: Found | None = None
    reader = TreeReader()
    for entry in lines:
        if found is not None and "ended" in entry:
            found = Found(found.tree, found.when, ended=True)
            continue
        try:
            unpack_arrays(entry.get("arrays"), store)
            reader.take(entry)
            found = Found(reader.tree(), float(entry.get("when", 0.0)), ended=False)
        except (BrokenValueError, TypeError, ValueError):
            break
    return found


def _whole_lines(data: bytes) -> Iterator[dict[str, Any]]:
    for line in data.splitlines(keepends=True):
        check, _, text = line.rstrip(b"\n").partition(b" ")
        if not line.endswith(b"\n") or check != b"%08x" % zlib.crc32(text):
            return
        try:
            entry = json.loads(text.decode("utf-8", "surrogatepass"))
        except (ValueError, RecursionError):
            return
        if not isinstance(entry, dict):
            return
        yield entry
