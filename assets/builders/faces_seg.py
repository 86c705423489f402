"""Faces with label maps: drawn by the shipped DCGAN, measured by MediaPipe, cut into hair, skin, eyes and so on."""

import hashlib
import io
import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from assets.builders.builder import Builder
from assets.builders.card import write_card
from assets.builders.face_parts import BROWS, EYES, HAIR, NAMES, NOSE, SMALL, label_map, turned_away
from assets.builders.package import SourcePackageError
from assets.builders.python_environment import PythonEnvironment
from assets.builders.trained import CC0_TEXT, HOLDER
from ganstudio.core.palette import class_colours
from ganstudio.core.paths import ASSETS
from ganstudio.core.store import Array
from ganstudio.data.archive import ArchiveWriter
from ganstudio.data.generated import GeneratedOptions, GeneratedPictures
from ganstudio.data.sources import CLASSES_NOTE
from ganstudio.studio.assets import Card, Licence, Number, read_card
from ganstudio.studio.model_drawer import ModelDrawer

NAME, DRAWER = "faces-seg-64", "faces-dcgan"
COUNT, AT_ONCE = 4096, 1024
MOST_TURNED = 0.75
LEAST_FACE, MOST_FACE = 0.12, 0.7
FRONTAL = 0.2
QUALITY = 92
SHEET, ACROSS, SHOWN = "sheet.png", 6, 72
ENVIRONMENT = Path(__file__).parent / "mediapipe_env"
LIST = ENVIRONMENT / "mediapipe-packages.txt"
PACKAGES = PythonEnvironment(
    "mediapipe", "0.10.21", LIST.name, hashlib.sha256(LIST.read_bytes()).hexdigest(), folder=ENVIRONMENT
)
Found = tuple[Array, Array, Array]


def measured(python: Path, pictures: Array, scratch: Path) -> tuple[Array, Array]:
    """Return landmarks `[N, 478, 2]` and person masks `[N, 256, 256]` of pictures `[N, 64, 64, 3]`."""
    given, found = scratch / "pictures.npy", scratch / "found.npz"
    np.save(given, pictures)
    command = [str(python), str(ENVIRONMENT / "face_mesh.py"), str(given), str(found)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise SourcePackageError(f"MediaPipe did not measure the faces: {result.stderr.strip()[-300:]}")
    with np.load(found) as arrays:
        return arrays["points"], arrays["persons"]


def drawn(python: Path, scratch: Path) -> Iterator[Found]:
    """Yield pictures, landmarks and person masks of the DCGAN's faces in parts."""
    reader = GeneratedPictures(ModelDrawer(DRAWER), GeneratedOptions(stream="pairs")).reader()
    for first in range(0, COUNT, AT_ONCE):
        pictures = reader.read(range(first, min(first + AT_ONCE, COUNT))).pixels.transpose(0, 2, 3, 1)
        yield pictures, *measured(python, pictures, scratch)


def make_faces(python: Path, target: Path) -> None:
    """Write the archive of pairs, a sheet of the first ones, and the card."""
    with tempfile.TemporaryDirectory() as scratch:
        pack(drawn(python, Path(scratch)), target)


def pack(parts: Iterator[Found], target: Path) -> None:
    """Write what is found in the pictures; only whole faces that do not turn away are kept."""
    maps: list[Array] = []
    turns: list[float] = []
    shown: list[Array] = []
    asked = faces = 0
    colours = np.array(class_colours(len(NAMES)), dtype=np.uint8)
    with ArchiveWriter(target / f"{NAME}.zip") as archive:
        for pictures, points, persons in parts:
            asked += len(pictures)
            faces += int(np.isfinite(points[:, 0, 0]).sum())
            for picture, marks, person in zip(pictures, points, persons, strict=True):
                if not np.isfinite(marks).all() or turned_away(marks) > MOST_TURNED:
                    continue
                labels = label_map(picture, marks, person)
                if not LEAST_FACE <= np.isin(labels, range(HAIR + 1, NOSE + 3)).mean() <= MOST_FACE:
                    continue
                stem = f"{len(maps):05d}"
                archive.add(f"images/{stem}.jpg", encoded(Image.fromarray(picture), "JPEG"))
                archive.add(f"labels/{stem}.png", encoded(in_palette(labels, colours), "PNG"))
                maps.append(labels)
                turns.append(turned_away(marks))
                if len(shown) < SHOWN:
                    shown.append(np.concatenate([picture, colours[labels]], axis=1))
        classes = [{"name": name, "colour": colours[i].tolist()} for i, name in enumerate(NAMES)]
        archive.add(CLASSES_NOTE, json.dumps({"classes": classes}, indent=1).encode(), compress=True)
    rows = np.stack(shown).reshape(-1, ACROSS, SMALL, 2 * SMALL, 3).transpose(0, 2, 1, 3, 4)
    Image.fromarray(rows.reshape(-1, ACROSS * 2 * SMALL, 3)).save(target / SHEET, optimize=True)
    write_card(card(np.stack(maps), np.array(turns), faces, asked), target)


def encoded(picture: Image.Image, kind: str) -> bytes:
    """Return the bytes of a picture's file: PNG, or JPEG with full colour resolution."""
    memory = io.BytesIO()
    options = {"optimize": True} if kind == "PNG" else {"quality": QUALITY, "subsampling": 0, "optimize": True}
    picture.save(memory, kind, **options)
    return memory.getvalue()


def in_palette(labels: Array, colours: Array) -> Image.Image:
    """Return a map as a palette picture whose indices are the classes."""
    picture = Image.frombytes("P", (labels.shape[1], labels.shape[0]), labels.tobytes())
    picture.putpalette(colours.ravel().tolist())
    return picture


def symmetry(maps: Array, kind: int) -> Array:
    """Return for each map the smaller part of a class, left or right of the nose, as a share of the larger one."""
    columns = np.arange(maps.shape[2])
    nose = (maps == NOSE).sum(axis=1)
    middle = (nose * columns).sum(axis=1) / np.maximum(nose.sum(axis=1), 1)
    counts = (maps == kind).sum(axis=1)
    left = (counts * (columns < middle[:, None])).sum(axis=1)
    right = (counts * (columns > middle[:, None])).sum(axis=1)
    shares: Array = np.minimum(left, right) / np.maximum(np.maximum(left, right), 1)
    return shares


def numbers(maps: Array, turns: Array, faces: int, asked: int) -> tuple[Number, ...]:
    """Say how consistent the maps are."""
    by = "MediaPipe 0.10.21 face mesh and selfie segmentation"
    frontal = maps[turns <= FRONTAL]
    areas = [
        Number(f"area of {name}", float(f"{100 * (maps == i).mean():.3g}"), len(maps), "percent of the pixels", by)
        for i, name in enumerate(NAMES)
    ]
    sides = [
        Number(f"symmetry of {NAMES[kind]}", float(f"{np.median(symmetry(frontal, kind)):.3g}"), len(frontal),
               "median of smaller to larger side; faces turned by at most a fifth", by)
        for kind in (BROWS, EYES)
    ]  # fmt: skip
    return (
        Number("faces found", float(f"{100 * faces / asked:.4g}"), asked, "percent of the pictures drawn", by),
        Number("pairs kept", float(f"{100 * len(maps) / asked:.4g}"), asked, "percent of the pictures drawn", by),
        *areas,
        *sides,
    )


def card(maps: Array, turns: Array, faces: int, asked: int) -> Card:
    """Say what the pairs are and what they come from."""
    of_drawer = read_card(ASSETS / "models" / DRAWER / "card.json").licence
    return Card(
        name=NAME,
        title="Faces with label maps (64 px)",
        summary=f"{len(maps)} faces at 64 x 64 pixels with maps of {len(NAMES)} classes: {', '.join(NAMES)}. The "
        "pictures are drawn by the model faces-dcgan. Maps come from landmarks, a person mask and colours, so hair "
        "and clothes are sometimes taken for each other; headwear counts as hair, beards as skin. The class glasses "
        "is empty: glasses are not told from eyes and skin.",
        licence=Licence(
            "CC0-1.0",
            HOLDER,
            CC0_TEXT,
            f"Pictures drawn by {DRAWER}: {of_drawer.spdx}, {of_drawer.holder} ({of_drawer.text}); its own training "
            "pictures carry a research licence, see its card. Measured with MediaPipe (Apache-2.0), which is no part "
            "of the data.",
        ),
        source=PACKAGES.as_source(),
        numbers=numbers(maps, turns, faces, asked),
        sheet=SHEET,
    )


FACES_SEG = Builder(NAME, ASSETS / "data" / NAME, PACKAGES, make_faces)
