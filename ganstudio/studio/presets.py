"""Named settings of a panel: some fields of the document, kept in the user's folder."""

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from psygnal import Signal

from ganstudio.core.document import Document, FrozenMap, value_at
from ganstudio.core.errors import StudioError, WrongInputError
from ganstudio.core.frame import Problem
from ganstudio.studio.plain_form import BrokenValueError, Plain, arrays_in, from_plain, hints_of, to_plain
from ganstudio.studio.recipe_file import MARK, broken, packed_arrays, packed_json, read_json, unpack_arrays
from ganstudio.studio.settings import Keeping

if TYPE_CHECKING:
    from ganstudio.studio.session import Session

FORMAT = 1
FILE = "presets.json"
LONGEST_NAME = 60
KINDS_OF_EDIT = "edits."
NOTHING: Mapping[str, Plain] = MappingProxyType({})


class OtherModelError(StudioError):
    """A preset holds arrays of another model."""


class Presets:
    """Lives on the main thread; the file is read at the first question and written beside."""

    changed = Signal()

    def __init__(self, session: "Session") -> None:
        """Nothing is read yet."""
        self._session = session
        self._file = session.settings.folder / FILE
        self._panels: dict[str, dict[str, Plain]] | None = None
        self.keeping = Keeping()

    def names(self, panel: str) -> tuple[str, ...]:
        """The presets of a panel, in the order of the alphabet."""
        found = self._read().get(panel)
        return tuple(sorted(found, key=str.casefold)) if isinstance(found, dict) else ()

    def keep(self, panel: str, name: str, paths: Sequence[str], own: Mapping[str, Plain] = NOTHING) -> None:
        """Keep the fields that `paths` lead to, and what is the panel's `own`, under a name.

        The preset of that name before gives way. The path `edits.BendUnits` leads to the edits of that kind.
        """
        document = self._session.document
        values = {path: _field(document, path) for path in paths}
        refs = arrays_in(tuple(values.values())).values()
        entry = {
            "model": document.model.digest,
            "values": {path: to_plain(value) for path, value in values.items()},
            "arrays": packed_arrays(refs, self._session.store),
            "own": dict(own),
        }
        kept = self._newest().setdefault(panel, {})
        kept[name.strip()[:LONGEST_NAME]] = entry
        self._write()

    def remove(self, panel: str, name: str) -> None:
        """Forget a preset."""
        self._newest().get(panel, {}).pop(name, None)
        self._write()

    def apply(self, panel: str, name: str) -> dict[str, Plain]:
        """Set the fields of a preset in one step, and return what was the panel's own.

        What does not fit is told by the session's `failed`.
        """
        try:
            values = self._values(panel, name)
            self._session.change_many(f"Preset “{name}”", _whole(self._session.document, values))
        except StudioError as error:
            self._session.failed.emit(Problem(str(error)))
            return {}
        own = self._read()[panel][name].get("own")
        return own if isinstance(own, dict) else {}

    def reset(self, panel: str, paths: Sequence[str]) -> None:
        """Set a panel's fields to what they are for a model that was just opened."""
        info = self._session.model
        if info is not None:
            values = {path: _field(info.document, path) for path in paths}
            self._session.change_many(f"{panel} as at first", _whole(self._session.document, values))

    def _values(self, panel: str, name: str) -> dict[str, Any]:
        entry = self._read().get(panel, {}).get(name)
        place = f"The preset “{name}”"
        try:
            if not isinstance(entry, dict) or not isinstance(entry.get("values"), dict):
                raise BrokenValueError("it holds no values")
            values = {path: from_plain(each, type_at(path), path) for path, each in entry["values"].items()}
            if arrays_in(tuple(values.values())) and entry.get("model") != self._session.document.model.digest:
                raise OtherModelError(f"{place} holds latents of another model than this one. Open that model first.")
            unpack_arrays(entry.get("arrays"), self._session.store)
        except (BrokenValueError, WrongInputError) as error:
            raise broken(place, str(error)) from error
        return values

    def _read(self) -> dict[str, dict[str, Plain]]:
        if self._panels is None:
            self._panels = {}
            try:
                found = read_json(self._file.read_bytes(), "presets", FORMAT, FILE).get("panels")
                if isinstance(found, dict):
                    self._panels = {panel: kept for panel, kept in found.items() if isinstance(kept, dict)}
            except FileNotFoundError:
                pass
            except (OSError, StudioError) as error:
                with contextlib.suppress(OSError):
                    self._file.replace(self._file.with_suffix(".broken.json"))
                self._session.failed.emit(Problem(f"{error} The file was kept aside."))
        return self._panels

    def _newest(self) -> dict[str, dict[str, Plain]]:
        """What is known here, and what another window kept since."""
        panels = self._read()
        self.keeping.finish()
        with contextlib.suppress(OSError, StudioError):
            found = read_json(self._file.read_bytes(), "presets", FORMAT, FILE).get("panels")
            for panel, kept in found.items() if isinstance(found, dict) else ():
                if isinstance(kept, dict):
                    panels[panel] = {**kept, **panels.get(panel, {})}
        return panels

    def _write(self) -> None:
        top = {MARK: "presets", "format": FORMAT, "panels": self._panels}
        self.keeping.write_soon(self._file, json.dumps(json.loads(packed_json(top)), indent=1).encode())
        self.changed.emit()


def _field(document: Document, path: str) -> Any:
    if not path.startswith(KINDS_OF_EDIT):
        return value_at(document, path.split("."))
    return tuple(edit for edit in document.edits if type(edit).__name__ == path.removeprefix(KINDS_OF_EDIT))


def _whole(document: Document, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by paths to whole fields: edits of one kind stand behind those of the others, which stay."""
    whole = {path: value for path, value in values.items() if not path.startswith(KINDS_OF_EDIT)}
    edits = document.edits
    for path in values.keys() - whole.keys():
        kind = path.removeprefix(KINDS_OF_EDIT)
        new = tuple(edit for edit in values[path] if type(edit).__name__ == kind)
        edits = (*(edit for edit in edits if type(edit).__name__ != kind), *new)
    return whole if len(whole) == len(values) else {**whole, "edits": edits}


def type_at(path: str) -> Any:
    """Return the declared type of the document's field that a path leads to; raises WrongInputError."""
    kind: Any = Document
    path = "edits" if path.startswith(KINDS_OF_EDIT) else path
    for name in path.split("."):
        if getattr(kind, "__origin__", None) is FrozenMap:
            (kind,) = kind.__args__
            continue
        fields = hints_of(kind) if isinstance(kind, type) and is_dataclass(kind) else {}
        if name not in fields:
            raise WrongInputError(f"There is no {path!r} in a document.")
        kind = fields[name]
    return kind
