"""Handwritten digits, 8 x 8 pixels, for the smallest examples."""

import gzip
import json
from pathlib import Path

import numpy as np

from assets.builders.builder import Builder
from assets.builders.card import write_card
from assets.builders.package import Package
from ganstudio.core.paths import ASSETS
from ganstudio.data.archive import ArchiveWriter
from ganstudio.data.import_images import picture_name, png
from ganstudio.studio.assets import Card, Licence

NAME = "digits-8"
PACKAGE = Package(
    "scikit-learn",
    "1.5.2",
    "scikit_learn-1.5.2-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "f8b0ccd4a902836493e026c03256e8b206656f91fbcc4fde28c57a5b752561f1",
    ("--only-binary=:all:", "--python-version=3.11", "--platform=manylinux2014_x86_64"),
)
MEMBER = "sklearn/datasets/data/digits.csv.gz"
MOST_INK = 16


def make_digits(archive: Path, target: Path) -> None:
    """Write the archive of pictures with their digits as classes, and the card."""
    lines = gzip.decompress(PACKAGE.read(archive, MEMBER)).decode().splitlines()
    table = np.array([[float(value) for value in line.split(",")] for line in lines])
    pixels = np.round(table[:, :-1] * 255 / MOST_INK).astype(np.uint8).reshape(-1, 1, 8, 8)
    labels = [(picture_name(number), int(digit)) for number, digit in enumerate(table[:, -1])]
    with ArchiveWriter(target / f"{NAME}.zip") as prepared:
        for (name, _), picture in zip(labels, pixels, strict=True):
            prepared.add(name, png(picture))
        notes = {"labels": labels, "classes": [str(digit) for digit in range(10)], "channels": 1}
        prepared.add("dataset.json", json.dumps(notes).encode(), compress=True)
    card = Card(
        name=NAME,
        title="Handwritten digits (8 px)",
        summary=f"{len(labels)} digits written by hand, grey, 8 x 8 pixels; dataset.json says which digit each is.",
        licence=Licence(
            "CC-BY-4.0",
            "E. Alpaydin, C. Kaynak",
            "licences/CC-BY-4.0-handwritten-digits.txt",
            "The test set of Optical Recognition of Handwritten Digits (UCI Machine Learning Repository, 1998, "
            "https://doi.org/10.24432/C50P49), which its record there gives under CC BY 4.0; taken from scikit-learn's "
            "copy (BSD-3-Clause). Ink from 0 to 16 became brightness from 0 to 255.",
        ),
        source=PACKAGE.as_source(),
    )
    write_card(card, target)


DIGITS = Builder(NAME, ASSETS / "data" / NAME, PACKAGE, make_digits)
