"""Label maps in pictures of every kind, sane and odd."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from ganstudio.core.errors import SaveError, StudioError
from ganstudio.core.inputs import LabelMap
from ganstudio.core.paths import ASSETS
from ganstudio.core.store import Array
from ganstudio.studio.painting.map_files import (
    MOST_TONES,
    MapFileError,
    looks_like_map,
    nearest,
    read_map_file,
    write_map_file,
)

ASKED = LabelMap("map", ("background", "hair", "skin", "eyes"), 8)
COLOURS = ((10, 20, 30), (200, 30, 40), (240, 200, 170), (30, 60, 220))
COLOURED = LabelMap("map", ASKED.classes, 8, COLOURS)


def scene() -> Array:
    labels = np.zeros((8, 8), np.uint8)
    labels[1:7, 1:7] = 1
    labels[3:7, 2:6] = 2
    labels[4, 3] = 3
    return labels


def write(path: Path, pixels: Array, palette: tuple[tuple[int, int, int], ...] | None = None) -> Path:
    image = Image.fromarray(pixels)
    if palette is not None:
        image.putpalette([value for colour in palette for value in colour], "RGB")
    image.save(path)
    return path


def test_an_index_picture_is_read_as_it_is(tmp_path: Path) -> None:
    found = read_map_file(write(tmp_path / "m.png", scene()), ASKED)
    assert not found.unknown
    assert np.array_equal(found.labels(found.likely), scene())
    assert found.notes == ()


def test_a_sixteen_bit_index_picture_too(tmp_path: Path) -> None:
    found = read_map_file(write(tmp_path / "m.png", scene().astype(np.uint16)), ASKED)
    assert np.array_equal(found.labels(found.likely), scene())


def test_a_palette_of_the_models_colours_in_another_order_goes_by_colour(tmp_path: Path) -> None:
    turned = (3 - scene()).astype(np.uint8)
    found = read_map_file(write(tmp_path / "m.png", turned, COLOURS[::-1]), COLOURED)
    assert not found.unknown
    assert np.array_equal(found.labels(found.likely), scene())


def test_a_foreign_palette_goes_by_index(tmp_path: Path) -> None:
    strange = ((0, 0, 0), (1, 1, 1), (2, 2, 2), (3, 3, 3))
    found = read_map_file(write(tmp_path / "m.png", scene(), strange), COLOURED)
    assert not found.unknown
    assert np.array_equal(found.labels(found.likely), scene())


def test_a_picture_in_the_models_colours_is_known(tmp_path: Path) -> None:
    pixels = np.array(COLOURS, np.uint8)[scene()]
    found = read_map_file(write(tmp_path / "m.png", pixels), COLOURED)
    assert not found.unknown
    assert np.array_equal(found.labels(found.likely), scene())


def test_other_colours_are_listed_with_their_share_and_likely_class(tmp_path: Path) -> None:
    pixels = np.array(COLOURS, np.uint8)[scene()]
    pixels[scene() == 1] = (190, 40, 40)
    found = read_map_file(write(tmp_path / "m.png", pixels), COLOURED)
    (tone,) = found.unknown
    assert tone.colour == (190, 40, 40)
    assert tone.share == pytest.approx((scene() == 1).mean())
    assert tone.likely == 1
    assert np.array_equal(found.labels(found.likely), scene())
    other = [2 if each.known is None else each.known for each in found.tones]
    assert (found.labels(other)[scene() == 1] == 2).all()


def test_a_void_value_is_listed_and_all_else_kept(tmp_path: Path) -> None:
    pixels = scene()
    pixels[0, :] = 255
    found = read_map_file(write(tmp_path / "m.png", pixels), ASKED)
    (tone,) = found.unknown
    assert (tone.value, tone.likely, tone.share) == (255, 0, 0.125)
    assert np.array_equal(found.labels(found.likely), scene())


def test_what_a_person_chose_before_is_used_again(tmp_path: Path) -> None:
    pixels = np.array(COLOURS, np.uint8)[scene()]
    pixels[scene() == 3] = (1, 200, 1)
    path = write(tmp_path / "m.png", pixels)
    (tone,) = read_map_file(path, COLOURED).unknown
    again = read_map_file(path, COLOURED, {tone.name: 3})
    assert not again.unknown
    assert np.array_equal(again.labels(again.likely), scene())
    assert read_map_file(path, COLOURED, {tone.name: 77}).unknown == (tone,)


def test_other_sizes_are_brought_to_the_models_by_the_nearest_pixel(tmp_path: Path) -> None:
    large = np.kron(scene(), np.ones((5, 5), np.uint8))
    found = read_map_file(write(tmp_path / "m.png", large), ASKED)
    assert np.array_equal(found.labels(found.likely), scene())
    assert "40 × 40" in found.notes[0]
    wide = np.pad(large, ((0, 0), (20, 20)))
    found = read_map_file(write(tmp_path / "w.png", wide), ASKED)
    assert np.array_equal(found.labels(found.likely), scene())
    assert "middle" in found.notes[0]


def test_a_map_of_one_class_says_so(tmp_path: Path) -> None:
    found = read_map_file(write(tmp_path / "m.png", np.full((8, 8), 2, np.uint8)), ASKED)
    assert "one class" in found.notes[0]
    assert (found.labels(found.likely) == 2).all()


def test_a_photo_as_a_map_has_no_more_tones_than_can_be_listed(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(path, quality=95)
    asked = LabelMap("map", ASKED.classes, 64, COLOURS)
    found = read_map_file(path, asked)
    assert len(found.tones) == MOST_TONES
    assert sum(tone.share for tone in found.tones) == pytest.approx(1.0)
    assert [t.share for t in found.tones] == sorted((t.share for t in found.tones), reverse=True)
    assert found.labels(found.likely).max() < 4


def test_an_exported_map_comes_back_and_knows_its_names(tmp_path: Path) -> None:
    path = tmp_path / "mine.png"
    write_map_file(path, scene(), COLOURED)
    with Image.open(path) as picture:
        assert picture.mode == "P"
        assert np.array_equal(np.asarray(picture), scene())
        assert np.array_equal(np.asarray(picture.convert("RGB")), np.array(COLOURS, np.uint8)[scene()])
    back = read_map_file(path, COLOURED)
    assert np.array_equal(back.labels(back.likely), scene())
    other = LabelMap("map", ("eyes", "skin", "hair", "background", "hat"), 8)
    moved = read_map_file(path, other)
    assert not moved.unknown
    assert np.array_equal(moved.labels(moved.likely), 3 - scene())
    assert looks_like_map(path)
    with pytest.raises(SaveError, match=r"\.png"):
        write_map_file(tmp_path / "mine.jpg", scene(), COLOURED)


def test_a_map_for_other_classes_lists_those_that_are_missing(tmp_path: Path) -> None:
    path = tmp_path / "mine.png"
    write_map_file(path, scene(), COLOURED)
    fewer = LabelMap("map", ("background", "skin"), 8, ((0, 0, 0), (250, 190, 160)))
    found = read_map_file(path, fewer)
    assert {tone.value for tone in found.unknown} == {1, 3}


def test_broken_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(MapFileError, match=r"gone\.png"):
        read_map_file(tmp_path / "gone.png", ASKED)
    buffer = io.BytesIO()
    Image.fromarray(scene()).save(buffer, "PNG")
    for name, data in (
        ("cut.png", buffer.getvalue()[:-30]),
        ("text.png", b"not a picture"),
        ("none.png", b""),
    ):
        (tmp_path / name).write_bytes(data)
        assert not looks_like_map(tmp_path / name)
        with pytest.raises(StudioError, match=name.replace(".", r"\.")):
            read_map_file(tmp_path / name, ASKED)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.sampled_from(["1", "L", "P", "RGB", "RGBA", "I;16", "CMYK", "LA"]),
    st.integers(1, 30),
    st.integers(1, 30),
    st.integers(0, 2**16),
)
def test_any_small_picture_becomes_a_map_of_known_classes(
    tmp_path: Path, mode: str, width: int, height: int, seed: int
) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    grey = Image.fromarray(noise[..., 0].astype(np.uint16) * 257) if mode == "I;16" else None
    path = tmp_path / "odd.tif"
    (grey or Image.fromarray(noise).convert(mode)).save(path)
    found = read_map_file(path, COLOURED)
    assert found.numbers.shape == (8, 8)
    assert found.labels(found.likely).max() < 4
    assert sum(tone.share for tone in found.tones) == pytest.approx(1.0)


def test_photos_do_not_look_like_maps() -> None:
    assert not any(looks_like_map(path) for path in (ASSETS / "samples").glob("*.png"))


def test_nearest_colours_are_those_an_eye_would_choose() -> None:
    assert nearest((200, 40, 50), COLOURS) == 1
    assert nearest((0, 0, 200), COLOURS) == 3
    assert nearest((250, 220, 200), COLOURS) == 2
