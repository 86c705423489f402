"""Sample photos: pictures in the public domain or under CC0, byte for byte as scikit-image carries them."""

from pathlib import Path

from assets.builders.builder import Builder
from assets.builders.card import write_card
from assets.builders.package import Package
from ganstudio.core.paths import ASSETS
from ganstudio.studio.assets import Card, Licence

PACKAGE = Package(
    "scikit-image",
    "0.25.2",
    "scikit_image-0.25.2-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "24cc986e1f4187a12aa319f777b36008764e856e5013666a4a83f8df083c2641",
    ("--only-binary=:all:", "--python-version=3.11", "--platform=manylinux2014_x86_64"),
)

CC0 = "CC0-1.0"
PUBLIC_DOMAIN = "public domain"

SPACEX_PHOTOS = "https://www.flickr.com/photos/spacexphotos/"

PHOTOS = (
    ("astronaut.png", "Astronaut Eileen Collins", "NASA", PUBLIC_DOMAIN, "NASA Great Images, https://flic.kr/p/r9qvLn"),
    ("camera.png", "Photographer with a camera, in gray", "Lav Varshney", CC0, "given by the photographer"),
    ("chelsea.png", "Chelsea the cat", "Stéfan van der Walt", CC0, "given by the photographer"),
    ("coffee.png", "A cup of coffee", "Rachel Michetti", CC0, "given by the photographer"),
    ("rocket.jpg", "Launch of DSCOVR", "SpaceX", PUBLIC_DOMAIN, SPACEX_PHOTOS + "16511594820/"),
)


def make_samples(archive: Path, target: Path) -> None:
    """Write the photos and their card."""
    keys = ("file", "title", "author", "licence", "origin")
    for photo in PHOTOS:
        (target / photo[0]).write_bytes(PACKAGE.read(archive, f"skimage/data/{photo[0]}"))
    card = Card(
        name="samples",
        title="Sample photos",
        summary="Five photos to try inversion, editing and comparison on: a face, a person, an animal, "
        "an object and a scene.",
        licence=Licence(
            "CC0-1.0",
            "the authors named beside each file",
            "licences/CC0-1.0.txt",
            "Each file is given under CC0 by its author or in the public domain, as the package's notes say.",
        ),
        files=tuple(dict(zip(keys, photo, strict=True)) for photo in PHOTOS),
        source=PACKAGE.as_source(),
    )
    write_card(card, target)


SAMPLES = Builder("samples", ASSETS / "samples", PACKAGE, make_samples)
