"""Photos of every kind open or say why not, and keep what they carry when they are saved."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.core.errors import SaveError, StudioError
from ganstudio.core.store import Array
from ganstudio.data.decoding import BrokenPictureError, open_picture
from ganstudio.data.faces.paste import Change, paste_into
from ganstudio.data.faces.square import Square
from ganstudio.data.photos import (
    MissingPhotoError,
    Photo,
    PhotoFormatError,
    PhotoSizeError,
    photo_of,
    read_photo,
    save_photo,
)
from tests.data.odd_pictures import ORIENTATION, SWAPPED, broken, encoded, gradient, raw_png, valid

MAKER, THUMBNAIL = 0x010F, 0x0201


def reopened(photo: Photo, pixels: Array, path: Path) -> Image.Image:
    """Save a photo and open what was written."""
    save_photo(photo, pixels, path)
    picture = Image.open(io.BytesIO(path.read_bytes()))
    picture.load()
    return picture


@pytest.mark.parametrize(("name", "data"), list(valid()), ids=[name for name, _ in valid()])
def test_every_kind_is_shown_as_the_one_reader_shows_it(name: str, data: bytes) -> None:
    photo = photo_of(data, name)
    expected = np.asarray(open_picture(data, name).convert("RGB"))
    assert np.array_equal(photo.shown, expected)
    assert photo.pixels.shape == photo.shown.shape
    assert photo.size == (expected.shape[1], expected.shape[0])


@pytest.mark.parametrize(("name", "data"), list(broken()), ids=[name for name, _ in broken()])
def test_what_cannot_be_read_is_refused_in_a_sentence(name: str, data: bytes) -> None:
    with pytest.raises((BrokenPictureError, PhotoSizeError)) as caught:
        photo_of(data, name)
    assert str(caught.value).startswith(name)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("animated.gif", "holds 2 pictures"),
        ("animated.png", "holds 2 pictures"),
        ("cmyk.jpeg", "CMYK"),
        ("deep-grey.png", "16 bits"),
        ("deep-rgb.png", "16 bits"),
        ("deep-grey.tiff", "16 bits"),
        ("alpha.png", "transparent"),
        ("palette-transparent.png", "transparent"),
    ],
)
def test_what_is_not_as_in_the_file_is_said(name: str, words: str) -> None:
    (note,) = photo_of(dict(valid())[name], name).notes
    assert words in note
    assert photo_of(dict(valid())["rgb.png"], "rgb.png").notes == ()


def test_a_panorama_is_read_at_a_part_of_its_size() -> None:
    data = encoded(Image.new("L", (30_000, 3_000), 140), "JPEG", quality=30)
    photo = photo_of(data, "wide.jpg")
    assert photo.size == (15_000, 1_500)
    assert "30000 x 3000" in photo.notes[0]
    assert np.abs(photo.pixels[700, ::5000].astype(int) - 140).max() < 6


def test_what_is_too_large_names_the_way_out() -> None:
    header = encoded(Image.new("L", (64, 64)), "JPEG", progressive=True)
    place = header.index(b"\xff\xc2") + 5
    progressive = header[:place] + struct.pack(">HH", 20_000, 30_000) + header[place + 4 :]
    baseline = encoded(Image.new("L", (64, 64)), "JPEG")
    place = baseline.index(b"\xff\xc0") + 5
    huge = baseline[:place] + struct.pack(">HH", 60_000, 60_000) + baseline[place + 4 :]
    for name, data in (
        ("p.jpg", progressive), ("h.jpg", huge), ("w.png", raw_png(30_000, 5_000, 8, 2, b"\0")),
        ("b.png", raw_png(30_000, 30_000, 8, 0, b"\0")),
    ):  # fmt: skip
        with pytest.raises(PhotoSizeError, match=r"80 million pixels\. Save it smaller"):
            photo_of(data, name)


def test_pictures_of_phones_and_videos_are_named() -> None:
    for brand, words in ((b"heic", "HEIC.*export it as JPEG"), (b"avif", "AVIF"), (b"mp42", "is a video")):
        data = struct.pack(">I", 24) + b"ftyp" + brand + bytes(40)
        with pytest.raises(PhotoFormatError, match=words):
            photo_of(data, "IMG_1.HEIC")


def test_files_that_are_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.jpg", tmp_path, Path("a\0b")):
        with pytest.raises(MissingPhotoError):
            read_photo(path)
    (tmp_path / "a.png").write_bytes(encoded(gradient(), "PNG"))
    assert np.array_equal(read_photo(tmp_path / "a.png").pixels, np.asarray(gradient()))


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp", ".jpg"])
def test_notes_of_the_camera_and_the_profile_are_kept(suffix: str, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "a camera"
    photo = photo_of(encoded(gradient(), "JPEG", exif=exif, icc_profile=SWAPPED, quality=95), "a.jpg")
    assert photo.size == (8, 12), "it is upright"
    saved = reopened(photo, photo.pixels, tmp_path / f"b{suffix}")
    assert saved.size == (8, 12)
    assert saved.getexif()[MAKER] == "a camera"
    assert saved.getexif().get(ORIENTATION, 1) == 1
    assert saved.info["icc_profile"] == SWAPPED


def test_only_the_square_changes_also_with_a_profile_and_transparency(tmp_path: Path) -> None:
    picture = gradient(60, 50)
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    photo = photo_of(encoded(picture, "PNG", icc_profile=SWAPPED), "a.png")
    assert np.array_equal(photo.pixels, np.asarray(picture)[..., :3])
    green = np.full((16, 16, 3), (30, 220, 40), dtype=np.uint8)
    pasted = paste_into(photo, Change(green), Square(30, 25, 30))
    saved = reopened(photo, pasted, tmp_path / "b.png")
    pixels, before = np.asarray(saved), np.asarray(picture)
    assert np.array_equal(pixels[:8], before[:8])
    assert np.array_equal(pixels[..., 3], before[..., 3])
    again = photo_of((tmp_path / "b.png").read_bytes(), "b.png")
    assert pixels[25, 30, 0] > 150, "the photo's profile calls green what others call red"
    shown = again.shown[45, 30].astype(int)
    assert np.array_equal(shown, photo.shown[45, 30])
    share = pixels[25, 30, 3] / 255
    assert np.abs(again.shown[25, 30] - (np.array((30, 220, 40)) * share + 255 * (1 - share))).max() < 12


def test_a_thumbnail_of_the_old_photo_is_not_kept(tmp_path: Path) -> None:
    thumbnail = encoded(gradient(16, 16), "JPEG")
    first = struct.pack("<H", 1) + struct.pack("<HHII", MAKER, 2, 4, int.from_bytes(b"abc\0", "little"))
    second = 8 + len(first) + 4
    entries = struct.pack("<HHII", 0x0103, 3, 1, 6) + struct.pack("<HHII", THUMBNAIL, 4, 1, second + 42)
    entries += struct.pack("<HHII", 0x0202, 4, 1, len(thumbnail))
    body = b"II*\0" + struct.pack("<I", 8) + first + struct.pack("<I", second)
    body += struct.pack("<H", 3) + entries + bytes(4) + thumbnail
    data = encoded(gradient(), "JPEG", exif=b"Exif\0\0" + body)
    assert thumbnail in data
    photo = photo_of(data, "a.jpg")
    save_photo(photo, photo.pixels, tmp_path / "b.jpg")
    content = (tmp_path / "b.jpg").read_bytes()
    assert b"abc" in content
    assert thumbnail[-40:] not in content


def test_a_picture_that_fits_no_format_is_not_saved(tmp_path: Path) -> None:
    photo = photo_of(encoded(gradient(), "PNG"), "a.png")
    with pytest.raises(PhotoFormatError, match=r"use .png"):
        save_photo(photo, photo.pixels, tmp_path / "a.heic")
    with pytest.raises(StudioError, match="to be saved"):
        save_photo(photo, photo.pixels[1:], tmp_path / "a.png")
    with pytest.raises(SaveError):
        save_photo(photo, photo.pixels, tmp_path / "none" / "a.png")
    assert not list(tmp_path.iterdir())
