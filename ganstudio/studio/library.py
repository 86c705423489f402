"""The models that can be opened with a click: shipped ones and recent files."""

import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal

from ganstudio.core.frame import ModelInfo
from ganstudio.core.paths import ASSETS
from ganstudio.studio.settings import RECENT_KEPT, Settings

if TYPE_CHECKING:
    from ganstudio.studio.assets import Asset, Number

FIRST_MODEL = "faces"


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One line of the library; `path` is what opens it, `sheet` a picture of what it draws."""

    name: str
    title: str
    summary: str
    architecture: str
    path: str
    size: int
    licence: str = ""
    numbers: tuple[str, ...] = ()
    sheet: Path | None = None
    shipped: bool = True


class Library:
    """Shipped models from their cards, recent files from the settings."""

    changed = Signal()

    def __init__(self, settings: Settings, root: Path = ASSETS) -> None:
        """Read nothing yet: cards are read when they are asked for."""
        self.settings, self.root = settings, root
        self._shipped: tuple[ModelEntry, ...] | None = None

    @property
    def shipped(self) -> tuple[ModelEntry, ...]:
        """The models that come with the program, the first one first."""
        if self._shipped is None:
            self._shipped = self._read_shipped()
        return self._shipped

    @property
    def recent(self) -> tuple[ModelEntry, ...]:
        """Files opened lately that still exist, the latest first."""
        found = (_recent_entry(Path(text)) for text in self.settings.recent)
        return tuple(entry for entry in found if entry is not None)

    def remember(self, info: ModelInfo) -> None:
        """Put an opened file at the top of the recent ones; shipped models have their own place."""
        if any(info.name == entry.name for entry in self.shipped):
            return
        self.list_file(Path(info.path))

    def list_file(self, file: Path) -> None:
        """Put a file at the top of the recent ones."""
        first = str(file)
        recent = [first, *(path for path in self.settings.recent if path != first)]
        self.settings.recent = recent[:RECENT_KEPT]
        self.settings.save_soon()
        self.changed.emit()

    def entry_of(self, info: ModelInfo) -> ModelEntry | None:
        """Return the shipped entry of an open model, if it is one."""
        return next((entry for entry in self.shipped if entry.name == info.name), None)

    def _read_shipped(self) -> tuple[ModelEntry, ...]:
        from ganstudio.studio.assets import shipped_assets

        models = (asset for asset in shipped_assets(self.root) if asset.kind == "models")
        entries = [_shipped_entry(asset) for asset in models]
        return tuple(sorted(entries, key=lambda entry: (entry.name != FIRST_MODEL, entry.name)))


def _recent_entry(path: Path) -> ModelEntry | None:
    """Return the entry of a file; None where it is gone, or its folder does not answer."""
    try:
        details = path.stat()
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(details.st_mode):
        return None
    return ModelEntry(path.stem, path.name, str(path.parent), "", str(path), details.st_size, shipped=False)


def _shipped_entry(asset: "Asset") -> ModelEntry:
    card, licence = asset.card, asset.card.licence
    return ModelEntry(
        name=asset.name,
        title=card.title,
        summary=card.summary,
        architecture=card.architecture,
        path=asset.name,
        size=asset.size,
        licence=f"{licence.spdx} ({licence.holder}). {licence.note}".strip(),
        numbers=tuple(_line(number) for number in card.numbers),
        sheet=asset.sheet,
    )


def _line(number: "Number") -> str:
    return f"{number.metric}: {number.value:g} (n = {number.n}, {number.network})"
