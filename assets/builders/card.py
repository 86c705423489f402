"""The card beside every asset: what it is, where it comes from, who allows what, and its measured numbers."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from assets.builders.package import Package

CARD = "card.json"


@dataclass(frozen=True, slots=True)
class Licence:
    """Who allows what, and where the text lies below `assets/`."""

    spdx: str
    holder: str
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """One measured value: over how many cases, with what error, and by which network."""

    metric: str
    value: float
    n: int
    error: str
    network: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a person reads about an asset before using it."""

    name: str
    title: str
    architecture: str
    summary: str
    licence: Licence
    training: str
    numbers: tuple[Number, ...] = ()
    files: tuple[dict[str, str], ...] = ()

    def write(self, folder: Path, package: Package) -> None:
        """Write `card.json` into the asset's folder."""
        source = {key: getattr(package, key) for key in ("version", "file", "sha256")}
        content = asdict(self) | {"source": {"package": package.name} | source}
        text = json.dumps(content, indent=2, ensure_ascii=False)
        (folder / CARD).write_text(text + "\n", encoding="utf-8")


def rounded(value: float) -> float:
    """Keep the two leading digits: the rest depends on the processor that measured."""
    return float(f"{value:.1e}")
