"""Folders and archives of pictures for tests."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from tests.data.odd_pictures import encoded


def plain(number: int, side: int = 8) -> bytes:
    """A PNG whose pixels all are `number`, so that it can be told from the others."""
    return encoded(Image.fromarray(np.full((side, side, 3), number, dtype=np.uint8)), "PNG")


def folder_of(path: Path, files: Mapping[str, bytes]) -> Path:
    """Write files below a folder."""
    for name, data in files.items():
        place = path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return path


def archive_of(path: Path, files: Mapping[str, bytes]) -> Path:
    """Write files into a zip archive under exactly these names."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def numbered(count: int) -> dict[str, bytes]:
    """Pictures a/000.png, a/001.png, ... of the brightness of their number."""
    return {f"a/{number:03d}.png": plain(number) for number in range(count)}
