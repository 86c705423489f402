"""Avatars: illustrated faces in five styles whose designs are under CC0, with the parts that each is made of."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from assets.builders.builder import Builder
from assets.builders.card import write_card
from assets.builders.node_packages import NodePackages
from assets.builders.package import SourcePackageError
from ganstudio.core.paths import ASSETS
from ganstudio.core.store import Array
from ganstudio.data.archive import ArchiveWriter
from ganstudio.data.import_images import picture_name, png
from ganstudio.studio.assets import Card, Licence

NAME = "avatars-64"
COUNT, RESOLUTION, DRAWN = 4000, 64, 256
STYLES = ("lorelei", "notionists", "open-peeps", "pixel-art", "thumbs")
NODE = Path(__file__).parent / "avatars_node"
LOCK = NODE / "package-lock.json"
PACKAGES = NodePackages(
    "@dicebear/collection", "9.4.3", LOCK.name, hashlib.sha256(LOCK.read_bytes()).hexdigest(), folder=NODE
)
Attributes = dict[str, str]


def drawn(place: Path) -> Iterator[tuple[Attributes, Array]]:
    """Yield the parts of each avatar and its picture, uint8 `[3, R, R]`, averaged from one four times as large."""
    node = shutil.which("node")
    if node is None:
        raise SourcePackageError("Avatars are drawn by Node.js: install version 20 and build again.")
    command = [node, "draw.mjs", str(COUNT), str(DRAWN)]
    with subprocess.Popen(command, cwd=place, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for line in process.stdout:
            picture = Image.frombytes("RGBA", (DRAWN, DRAWN), process.stdout.read(DRAWN * DRAWN * 4))
            small = np.asarray(picture.convert("RGB").reduce(DRAWN // RESOLUTION))
            yield json.loads(line), small.transpose(2, 0, 1)
    if process.returncode != 0:
        raise SourcePackageError("Node.js stopped drawing avatars; its message stands above.")


def make_avatars(place: Path, target: Path) -> None:
    """Write the archive of pictures, classes (the style) and attributes, and the card."""
    labels: list[tuple[str, int]] = []
    attributes: dict[str, Attributes] = {}
    with ArchiveWriter(target / f"{NAME}.zip") as archive:
        for number, (parts, pixels) in enumerate(drawn(place)):
            name = picture_name(number)
            archive.add(name, png(pixels))
            labels.append((name, STYLES.index(parts["style"])))
            attributes[name] = parts
        notes = {"dataset.json": {"labels": labels, "classes": STYLES}, "attributes.json": attributes}
        for name, content in notes.items():
            archive.add(name, json.dumps(content).encode(), compress=True)
    write_card(card(len(labels)), target)


def card(count: int) -> Card:
    """Say what the pictures are and whom they are from."""
    return Card(
        name=NAME,
        title="Avatars (64 px)",
        summary=f"{count} illustrated faces at 64 x 64 pixels in five styles: {', '.join(STYLES)}. The style is the "
        "class (dataset.json); attributes.json names the parts and colours that each one is made of.",
        licence=Licence(
            "CC0-1.0",
            "Lisa Wischofsky, Zoish, Pablo Stanley and DiceBear (designs)",
            "licences/CC0-1.0-dicebear-designs.txt",
            "Each style's package gives its designs under CC0 1.0 (LICENSE, section Design); licences/CC0-1.0.txt is "
            "its text. Drawn with DiceBear (MIT) and resvg "
            "(MPL-2.0), neither of which is part of the pictures.",
        ),
        source=PACKAGES.as_source(),
    )


AVATARS = Builder(NAME, ASSETS / "data" / NAME, PACKAGES, make_avatars)
