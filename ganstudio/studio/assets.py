"""What ships with the studio: one card beside each asset."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ganstudio.core.errors import StudioError
from ganstudio.core.paths import ASSETS


class BrokenCardError(StudioError):
    """A card beside an asset cannot be read."""


class UnknownAssetError(StudioError):
    """No asset that can be built carries the name."""


@dataclass(frozen=True)
class Licence:
    """Who allows what; `text` is the licence's file below `assets/`."""

    spdx: str
    holder: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class Source:
    """The file of the Python package index that an asset is built from."""

    package: str
    version: str
    file: str
    sha256: str


@dataclass(frozen=True)
class Number:
    """One measured value: over how many cases, with what error, and by which network."""

    metric: str
    value: float
    n: int
    error: str
    network: str


@dataclass(frozen=True)
class Run:
    """The training run that a model comes from; `command` repeats it, `licence` is that of the data."""

    command: str
    preset: str
    images_seen: int
    data: str
    licence: str


@dataclass(frozen=True)
class Card:
    """What an asset is, where it comes from and under which licence; `numbers` were measured on it.

    `sheet` is the file beside the card with the pictures of seeds 0 to 63, none left out; `framing` says where a model
    of faces has eyes, nose and corners of the mouth, in shares of its pictures' sides.
    """

    name: str
    title: str
    summary: str
    licence: Licence
    source: Source | None = None
    architecture: str = ""
    training: str = ""
    numbers: tuple[Number, ...] = ()
    files: tuple[Mapping[str, str], ...] = ()
    run: Run | None = None
    sheet: str = ""
    framing: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Asset:
    """A folder of files with its card; `size` is in bytes."""

    name: str
    kind: str
    folder: Path
    size: int
    card: Card

    @property
    def sheet(self) -> Path | None:
        """The file with uncurated pictures, where the asset is a model that has one."""
        return self.folder / self.card.sheet if self.card.sheet else None


def shipped_assets(root: Path = ASSETS) -> tuple[Asset, ...]:
    """Return every asset that has a card, models first."""
    folders = sorted(path.parent for path in root.glob("**/card.json") if "builders" not in path.parts)
    found = (_asset(folder, root) for folder in folders)
    return tuple(sorted(found, key=lambda asset: (asset.kind != "models", asset.kind, asset.name)))


def _asset(folder: Path, root: Path) -> Asset:
    files = [path for path in folder.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    kind = folder.relative_to(root).parts[0]
    return Asset(name=folder.name, kind=kind, folder=folder, size=size, card=read_card(folder / "card.json"))


def read_card(path: Path) -> Card:
    """Return the card in a file; fields that a card does not know are left aside."""
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Card).validate_json(path.read_bytes())
    except OSError as problem:
        raise BrokenCardError(f"The card {path} cannot be read ({problem.strerror}).") from problem
    except ValidationError as problem:
        first = problem.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the text"
        reason = f"The card {path} is broken at {place} ({first['msg']}); build the asset again."
        raise BrokenCardError(reason) from problem


def builders() -> dict[str, Callable[[], Path]]:
    """Return what rebuilds each asset in its place, by name: from its package, or by training it again."""
    registry = importlib.import_module("assets.builders")
    kinds = (registry.BUILDERS, registry.TRAINED, registry.ENCODERS, registry.SEGMENTERS)
    return {name: builder.build for kind in kinds for name, builder in kind.items()}


def build_asset(name: str) -> Path:
    """Rebuild one asset in its place and return it."""
    known = builders()
    if name not in known:
        raise UnknownAssetError(
            f"No asset is called {name!r}; these can be built: {', '.join(sorted(known))}."
        )
    return known[name]()
