"""Pictures of every kind become 8 bits of one size; damaged ones are named."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from ganstudio.data.decoding import BrokenPictureError, Fit, Shaping, decode, open_picture
from tests.data import odd_pictures
from tests.data.odd_pictures import encoded, gradient

SMALL = Shaping(8)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
VALID, BROKEN = dict(odd_pictures.valid()), dict(odd_pictures.broken())


@pytest.mark.parametrize("name", VALID)
def test_every_kind_opens(name: str) -> None:
    pixels = decode(VALID[name], name, SMALL)
    assert (pixels.dtype, pixels.shape) == (np.uint8, (3, 8, 8))
    assert decode(VALID[name], name, Shaping(8, grey=True)).shape == (1, 8, 8)


@pytest.mark.parametrize("name", BROKEN)
def test_damage_is_named(name: str) -> None:
    with pytest.raises(BrokenPictureError) as caught:
        decode(BROKEN[name], name, SMALL)
    assert str(caught.value).startswith(f"{name} cannot be used: it")
    assert str(caught.value).endswith("Replace or remove it.")


def decode_or_refuse(name: str, data: bytes) -> bool:
    """Decode; a refusal counts as an answer, anything else fails."""
    try:
        pixels = decode(data, name, SMALL)
    except BrokenPictureError:
        return False
    return pixels.shape == (3, 8, 8)


def test_changed_bytes_are_read_or_refused() -> None:
    answers = [decode_or_refuse(name, data) for name, data in odd_pictures.mutated(200)]
    assert 20 < sum(answers) < 180


@pytest.mark.full
def test_many_changed_bytes_are_read_or_refused() -> None:
    answers = [decode_or_refuse(name, data) for name, data in odd_pictures.mutated(2500)]
    assert 250 < sum(answers) < 2250


def test_bombs_are_refused_by_their_size() -> None:
    for name in ("large-bomb.png", "bomb.bmp", "bomb.gif", "bomb.ppm", "wide-bomb.png", "bomb.png"):
        with pytest.raises(BrokenPictureError, match="million"):
            decode(BROKEN[name], name, SMALL)


def test_sixteen_bits_keep_their_scale() -> None:
    values = np.array([[0, 257, 128, 65535]], dtype=np.uint16)
    for kind in ("PNG", "TIFF"):
        picture = open_picture(encoded(Image.fromarray(values), kind), "deep")
        assert np.asarray(picture).tolist() == [[0, 1, 0, 255]]
    colours = open_picture(VALID["deep-rgba.png"], "deep")
    assert np.asarray(colours).tolist() == [[[255, 0, 0]]]


def test_real_numbers_are_read_as_shares() -> None:
    picture = open_picture(encoded(Image.fromarray(np.array([[0.0, 0.5, 1.0]], dtype=np.float32)), "TIFF"), "real")
    assert np.asarray(picture).tolist() == [[0, 128, 255]]


def test_transparency_lies_over_the_background() -> None:
    picture = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    picture.putpixel((0, 0), (255, 0, 0, 255))
    picture.putpixel((1, 0), (255, 0, 0, 128))
    seen = np.asarray(open_picture(encoded(picture, "PNG"), "glass", background=(0, 0, 200)))
    assert seen[0, 0].tolist() == [255, 0, 0]
    assert seen[3, 3].tolist() == [0, 0, 200]
    assert seen[0, 1].tolist() == [128, 0, 100]
    key = encoded(Image.new("RGB", (2, 2), (9, 9, 9)), "PNG", transparency=(9, 9, 9))
    assert np.asarray(open_picture(key, "key", background=(1, 2, 3)))[0, 0].tolist() == [1, 2, 3]


def test_cmyk_and_palettes_keep_their_colours() -> None:
    red = Image.new("RGB", (8, 8), (250, 10, 10))
    for data in (encoded(red.convert("CMYK"), "TIFF"), encoded(red.quantize(4), "PNG")):
        assert np.abs(decode(data, "red", SMALL).astype(int)[:, 4, 4] - [250, 10, 10]).max() <= 3


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_colours_of_another_profile_become_those_of_srgb(kind: str) -> None:
    red = Image.new("RGB", (16, 16), (220, 100, 100))
    assert np.abs(colour_of(encoded(red, kind, icc_profile=odd_pictures.SWAPPED)) - [100, 220, 100]).max() <= 4
    assert np.abs(colour_of(encoded(red, kind)) - [220, 100, 100]).max() <= 4


def colour_of(data: bytes) -> np.ndarray:
    """The colour in the middle of a picture, as it is seen."""
    return decode(data, "colour", SMALL)[:, 4, 4].astype(int)


def test_profiles_reach_palettes_grey_and_transparent_pictures() -> None:
    swapped, linear = odd_pictures.SWAPPED, odd_pictures.LINEAR_GREY
    red = Image.new("RGB", (16, 16), (220, 100, 100))
    assert np.abs(colour_of(encoded(red.quantize(4), "PNG", icc_profile=swapped)) - [100, 220, 100]).max() <= 4
    glass = Image.new("RGBA", (16, 16), (220, 100, 100, 128))
    seen = colour_of(encoded(glass, "PNG", icc_profile=swapped))
    assert np.abs(seen - [177, 237, 177]).max() <= 4, "the background is white as it was"
    grey = Image.new("L", (16, 16), 55)  # 0.2157 of the light, which sRGB writes as 128
    assert np.abs(colour_of(encoded(grey, "PNG", icc_profile=linear)) - 128).max() <= 2
    veiled = Image.new("LA", (16, 16), (55, 255))
    assert np.abs(colour_of(encoded(veiled, "PNG", icc_profile=linear)) - 128).max() <= 2
    deep = Image.fromarray(np.full((16, 16), 55 * 257, dtype=np.uint16))
    assert np.abs(colour_of(encoded(deep, "PNG", icc_profile=linear)) - 128).max() <= 2


def test_a_profile_that_does_not_fit_changes_nothing() -> None:
    red = Image.new("RGB", (16, 16), (220, 100, 100))
    for odd in (b"no profile at all", odd_pictures.SWAPPED[:200], odd_pictures.LINEAR_GREY, SRGB):
        assert np.abs(colour_of(encoded(red, "PNG", icc_profile=odd)) - [220, 100, 100]).max() <= 1
    cmyk = encoded(red.convert("CMYK"), "TIFF", icc_profile=odd_pictures.SWAPPED)
    assert np.abs(colour_of(cmyk) - [220, 100, 100]).max() <= 4


def test_a_large_photo_is_read_at_a_fraction_of_its_size() -> None:
    photo = encoded(Image.new("RGB", (4000, 3000), (9, 200, 30)), "JPEG")
    assert open_picture(photo, "photo", wanted=64).size == (500, 375), "an eighth, the least that JPEG offers"
    assert open_picture(photo, "photo", wanted=512).size == (2000, 1500)
    assert open_picture(photo, "photo").size == (4000, 3000)
    cut = decode(photo, "photo", Shaping(8, box=(3990, 2990, 4000, 3000)))
    assert np.abs(cut[:, 4, 4].astype(int) - [9, 200, 30]).max() <= 3, "a box is in pixels of the whole photo"


def test_the_ceiling_is_80_million_pixels() -> None:
    largest = encoded(Image.new("1", (10_000, 8_000), 1), "PNG")
    assert (decode(largest, "largest", SMALL) == 255).all()
    with pytest.raises(BrokenPictureError, match="10000 x 8001 pixels are more than 80 million"):
        decode(encoded(Image.new("1", (10_000, 8_001)), "PNG"), "larger", SMALL)


@pytest.mark.parametrize("turn", range(1, 9))
def test_the_cameras_note_turns_the_picture(turn: int) -> None:
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    upright = gradient(64, 48)
    exif = Image.Exif()
    exif[odd_pictures.ORIENTATION] = turn
    stored = upright.transpose(turns[turn]) if turn in turns else upright
    seen = open_picture(encoded(stored, "PNG", exif=exif), "turned")
    assert seen.size == upright.size
    assert np.array_equal(np.asarray(seen), np.asarray(upright))


def test_of_an_animation_the_first_frame_is_taken() -> None:
    first, second = Image.new("RGB", (8, 8), (250, 0, 0)), Image.new("RGB", (8, 8), (0, 0, 250))
    for kind in ("GIF", "PNG", "WEBP", "TIFF"):
        data = encoded(first, kind, save_all=True, append_images=[second])
        red, _, blue = decode(data, "animated", SMALL).mean(axis=(1, 2))
        assert red > 200 > 50 > blue, kind


def test_the_middle_is_cut_out() -> None:
    pixels = np.zeros((10, 30, 3), dtype=np.uint8)
    pixels[:, 10:20] = 200
    middle = decode(encoded(Image.fromarray(pixels), "PNG"), "wide", Shaping(10))
    assert (middle == 200).all()


def test_bars_fill_what_is_missing() -> None:
    white = encoded(Image.new("RGB", (40, 20), (0, 0, 0)), "PNG")
    padded = decode(white, "wide", Shaping(16, fit=Fit.PAD, background=(9, 8, 7)))
    assert padded[:, 0, 0].tolist() == [9, 8, 7] == padded[:, 15, 15].tolist()
    assert (padded[:, 4:12] == 0).all()


def test_a_box_is_cut_out_by_hand() -> None:
    whole = np.asarray(gradient(40, 40))
    cut = decode(encoded(gradient(40, 40), "PNG"), "box", Shaping(8, box=(4, 10, 12, 18)))
    assert np.array_equal(cut, whole[10:18, 4:12].transpose(2, 0, 1))
    with pytest.raises(BrokenPictureError, match="outside"):
        decode(encoded(gradient(40, 40), "PNG"), "box", Shaping(8, box=(50, 50, 60, 60)))


def test_shrinking_averages() -> None:
    board = np.indices((64, 64)).sum(axis=0) % 2 * 255
    small = decode(encoded(Image.fromarray(board.astype(np.uint8)), "PNG"), "board", Shaping(8))
    assert np.abs(small.astype(int) - 127).max() <= 3


@given(st.binary(max_size=400))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(BrokenPictureError):
        decode(data, "anything", SMALL)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 33), st.sampled_from(Fit), st.booleans())
def test_any_size_becomes_the_one_asked_for(width: int, height: int, side: int, fit: Fit, grey: bool) -> None:
    shaping = Shaping(side, grey=grey, fit=fit)
    assert decode(odd_pictures.png(width, height), "any", shaping).shape == shaping.shape
