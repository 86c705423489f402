"""Pictures with label maps: layouts, kinds of maps, errors that say what to do, and pairs that stay together."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ganstudio.core.errors import StudioError
from ganstudio.core.map_classes import MapClasses
from ganstudio.data.decoding import BrokenPictureError
from ganstudio.data.images import FilePictures, PictureOptions, open_pictures
from ganstudio.data.labels import LabelsError
from ganstudio.data.loading import BatchLoader, Rows
from ganstudio.data.paired import cut_to_square, read_map
from ganstudio.data.reading import Broken
from ganstudio.data.sources import SourceError
from tests.data.made_pairs import COLOURS, MIRROR, NAMES, SHADE, classes_note, map_of, pairs, palette_map, picture_of
from tests.data.made_sets import archive_of, folder_of, numbered
from tests.data.odd_pictures import encoded

CLASSES = MapClasses(NAMES, COLOURS)
Place = Callable[[Path, Mapping[str, bytes]], Path]


def opened(path: Path, files: Mapping[str, bytes], resolution: int | None = None) -> FilePictures:
    return open_pictures(archive_of(path / "pairs.zip", files), PictureOptions(resolution=resolution))


def first_batch(pictures: FilePictures, count: int, workers: int = 0) -> Rows:
    with BatchLoader(pictures, count, seed=1, workers=workers) as loader:
        return loader.rows(0, range(count))


@pytest.mark.parametrize("root", ["", "my pairs/"])
@pytest.mark.parametrize("place", [archive_of, folder_of])
def test_pairs_are_known_by_their_layout(tmp_path: Path, place: Place, root: str) -> None:
    pictures = open_pictures(place(tmp_path / "pairs", pairs(7, root=root)))
    facts = pictures.facts
    assert (facts.resolution, facts.img_channels, facts.count, facts.c_dim) == (16, 3, 7, 0)
    assert facts.map_classes == MapClasses(NAMES, COLOURS, ((1, 2),))
    shown = first_batch(pictures, 7)
    assert shown.maps is not None
    assert (shown.maps.dtype, shown.maps.shape, shown.instances) == (torch.int64, (7, 16, 16), None)
    assert torch.equal(shown.maps * SHADE, shown.pixels[:, 0].long())
    assert sorted(shown.pixels[:, 1, 0, 0].tolist()) == list(range(7))


def test_plain_pictures_stay_plain(tmp_path: Path) -> None:
    pictures = open_pictures(folder_of(tmp_path, {**numbered(3), "classes.json": b"{}"}))
    assert pictures.facts.map_classes is None
    assert first_batch(pictures, 3).maps is None


@pytest.mark.parametrize("workers", [0, 2])
def test_instances_come_with_16_bits(tmp_path: Path, workers: int) -> None:
    pictures = opened(tmp_path, pairs(6, instances=True))
    assert pictures.facts.map_classes == MapClasses(NAMES, COLOURS, ((1, 2),), instances=True)
    shown = first_batch(pictures, 6, workers)
    assert shown.maps is not None
    assert shown.instances is not None
    assert torch.equal(shown.instances, shown.maps * 300 + shown.pixels[:, 1].long())


@pytest.mark.parametrize("size", [(37, 24), (24, 50), (16, 16)])
def test_pictures_and_maps_are_cut_alike(tmp_path: Path, size: tuple[int, int]) -> None:
    labels = np.zeros((size[1], size[0]), dtype=np.uint8)
    labels[:, size[0] // 2 :] = 3
    files = {
        "classes.json": classes_note(),
        "images/a.png": encoded(Image.fromarray(picture_of(labels, 0)), "PNG"),
        "labels/a.png": encoded(Image.fromarray(labels), "PNG"),
    }
    shown = first_batch(opened(tmp_path, files, 8), 1)
    assert shown.maps is not None
    half = shown.pixels[0, 0].float() / SHADE
    assert ((half - shown.maps[0]).abs() <= 0.5 + 0.1).all()  # Lanczos overshoots a little


def test_mirroring_turns_pairs_and_swaps_sides() -> None:
    labels = torch.from_numpy(np.stack([map_of(number, 12) for number in range(4)])).long()
    pixels = torch.from_numpy(np.stack([picture_of(map_of(number, 12), number) for number in range(4)]))
    pixels = pixels.permute(0, 3, 1, 2)
    rows = Rows(pixels, None, labels, labels + 9)
    chosen = torch.tensor([True, False, True, False])[:, None, None]
    turned = rows.mirrored(chosen, MapClasses(NAMES, COLOURS, ((1, 2),)))
    assert turned.maps is not None
    assert turned.instances is not None
    for row in range(4):
        if row % 2:
            assert torch.equal(turned.maps[row], labels[row])
            assert torch.equal(turned.pixels[row], pixels[row])
            assert torch.equal(turned.instances[row], labels[row] + 9)
        else:
            assert torch.equal(turned.maps[row], torch.tensor(MIRROR)[labels[row].flip(1)])
            assert torch.equal(turned.pixels[row], pixels[row].flip(2))
            assert torch.equal(turned.instances[row], labels[row].flip(1) + 9)


def test_the_held_out_part_is_fixed_and_keeps_its_maps(tmp_path: Path) -> None:
    pictures = opened(tmp_path, pairs(60))
    trained, held = pictures.split()
    assert held is not None
    again = opened(tmp_path, pairs(60)).split()[1]
    assert again is not None
    assert again.names == held.names
    assert not set(trained.names) & set(held.names)
    assert len(trained) + len(held) == 60
    shown = first_batch(held, len(held))
    assert shown.maps is not None
    assert torch.equal(shown.maps * SHADE, shown.pixels[:, 0].long())


def test_a_changed_map_changes_the_fingerprint(tmp_path: Path) -> None:
    files = pairs(4)
    before = opened(tmp_path, files).fingerprint
    assert opened(tmp_path, files).fingerprint == before
    files["labels/002.png"] = encoded(Image.fromarray(np.zeros((16, 16), np.uint8)), "PNG")
    assert opened(tmp_path, files).fingerprint != before
    files["labels/002.png"] = pairs(4)["labels/002.png"]
    files["classes.json"] = classes_note(mirrored=[])
    assert opened(tmp_path, files).fingerprint != before


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        (b"[]", "no list of classes"),
        (b"{", "no list of classes"),
        (classes_note(classes=[], mirrored=[]), "1 to 256"),
        (classes_note(classes=["left", "right", "left"]), "a name occurs twice"),
        (classes_note(classes=[{"name": "left", "colour": [1, 2]}]), "is no colour"),
        (classes_note(classes=[{"name": "left", "colour": [1, 2, 256]}, "right"]), "is no colour"),
        (classes_note(classes=["left", {"name": "right", "color": [0, 0, 0]}]), "a colour occurs twice"),
        (classes_note(mirrored=[["left", "nobody"]]), "no list of classes"),
        (classes_note(mirrored=[["left", "right"], ["left", "sky"]]), "mirrored twice"),
        (classes_note(classes=[str(number) for number in range(257)], mirrored=[]), "1 to 256"),
    ],
)
def test_classes_that_cannot_be_read_are_refused(tmp_path: Path, note: bytes, reason: str) -> None:
    with pytest.raises(LabelsError, match=reason) as caught:
        opened(tmp_path, {**pairs(3), "classes.json": note})
    assert "classes.json" in str(caught.value)


def without(name: str) -> dict[str, bytes]:
    return {key: data for key, data in pairs(3, instances=True).items() if not key.startswith(name)}


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (without("labels/001"), r"images/001.png in .* no map of the same name in labels/; add"),
        (without("instances/002"), r"images/002.png in .* no map of the same name in instances/"),
        (without("labels"), r"no pictures in images/ or labels/"),
        (without("classes.json"), r"but no classes.json; pairs lie in"),
        ({**pairs(2), "images/000.jpg": b""}, "differ in their endings alone"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, files: Mapping[str, bytes], reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        opened(tmp_path, files)


def png(pixels: np.ndarray) -> bytes:
    return encoded(Image.fromarray(pixels), "PNG")


WRONG = [
    (png(np.zeros((16, 15), np.uint8)), r"in its map labels/\S+, which has 15 x 16 pixels, the picture has 16 x 16"),
    (png(np.full((16, 16), 4, np.uint8)), r"the index 4 is no class: classes.json names 4, from 0 to 3; add"),
    (png(np.full((16, 16, 3), 17, np.uint8)), r"the colour #111111 \(row 0, column 0\) is none of the 4 classes"),
    (b"broken", r"it is damaged"),
]


@pytest.mark.parametrize(("data", "reason"), WRONG)
def test_a_map_that_does_not_fit_is_named(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(BrokenPictureError, match=reason):
        opened(tmp_path, {**pairs(3), "labels/000.png": data})
    pictures = opened(tmp_path, {**pairs(3), "labels/001.png": data})
    with BatchLoader(pictures, 3, seed=0) as loader:
        shown = loader.rows(0, range(3))
    assert set(loader.broken) == {"images/001.png"}
    assert sorted(shown.pixels[:, 1, 0, 0].tolist()) == [0, 2, 2], "the next whole pair stands in"
    checked = [step for step in pictures.check() if isinstance(step, tuple)]
    assert [name for name, _ in checked] == ["images/001.png"]
    found: Broken = checked[0]
    assert "labels/001.png" in found[1]


def test_what_a_source_without_a_whole_picture_suffers_from_is_said(tmp_path: Path) -> None:
    pictures = open_pictures(folder_of(tmp_path, {f"{i}.png": b"" for i in range(3)}), PictureOptions(resolution=8))
    with pytest.raises(SourceError, match=r"None of the 3 .* of 0.png: it is"):
        pictures.reader().read([0])


@given(st.lists(st.integers(0, 3), min_size=6, max_size=6), st.permutations(range(4)))
def test_every_kind_of_map_says_the_same(values: list[int], order: list[int]) -> None:
    labels = np.array(values, dtype=np.uint8).reshape(2, 3)
    renumbered = Image.fromarray(np.array(order, np.uint8)[labels], "L").convert("P")
    renumbered.putdata(np.array(order, np.uint8)[labels].ravel().tolist())
    palette = np.zeros((4, 3), np.uint8)
    palette[order] = COLOURS
    renumbered.putpalette(palette.ravel().tolist())
    strange = palette_map(labels)
    strange.putpalette([7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10, 10])  # no colours of classes: the indices count
    see_through = Image.fromarray(np.array(COLOURS, np.uint8)[labels]).convert("RGBA")
    kinds = [Image.fromarray(labels), palette_map(labels), renumbered, strange, see_through]
    for kind in (*kinds, Image.fromarray(labels.astype(np.uint16)), see_through.convert("RGB")):
        assert np.array_equal(read_map(encoded(kind, "PNG"), "map.png", CLASSES), labels)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
def test_a_square_is_cut_from_the_middle(height: int, width: int, side: int) -> None:
    rows, columns = np.mgrid[:height, :width]
    found = cut_to_square(rows * 100 + columns, side)
    assert found.shape == (side, side)
    least = min(height, width)
    assert (found // 100 >= (height - least) // 2).all()
    assert (found % 100 >= (width - least) // 2).all()
    assert (found // 100 < (height - least) // 2 + least + 1).all()
    if side == height == width:
        assert np.array_equal(found, rows * 100 + columns)


def test_errors_are_for_people(tmp_path: Path) -> None:
    with pytest.raises(StudioError):
        opened(tmp_path, {"classes.json": classes_note(), "images/a.png": png(np.zeros((4, 4, 3), np.uint8))})
