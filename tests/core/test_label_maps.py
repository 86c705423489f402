"""Painted label maps: tiles in a store, sizes, and what networks take."""

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from ganstudio.core.document import PaintedMap
from ganstudio.core.errors import WrongInputError
from ganstudio.core.inputs import LabelMap, Latent
from ganstudio.core.label_maps import (
    indices_of,
    one_hot,
    packed_map,
    painted,
    plain_map,
    repainted,
    resized,
    tile_of,
    unpacked_map,
)
from ganstudio.core.store import Array, ArrayRef, Store
from ganstudio.engine.model import first_values

maps = nps.arrays(np.uint8, st.tuples(st.integers(1, 90), st.integers(1, 90)), elements=st.integers(0, 3))


@given(maps)
def test_a_map_comes_back_from_its_tiles(indices: Array) -> None:
    store = Store()
    value = painted(indices, store)
    np.testing.assert_array_equal(indices_of(value, store), indices)
    assert value == painted(indices.astype(np.int64), store)


@given(maps, st.data())
def test_a_stroke_replaces_the_tiles_that_it_touched(indices: Array, data: st.DataObject) -> None:
    store = Store()
    before = painted(indices, store)
    row, column = (data.draw(st.integers(0, side - 1)) for side in indices.shape)
    changed = indices.copy()
    changed[row, column] = 9
    after = repainted(before, changed, store)
    np.testing.assert_array_equal(indices_of(after, store), changed)
    across = -(-before.width // before.tile)
    touched = row // before.tile * across + column // before.tile
    assert [i for i, (a, b) in enumerate(zip(before.tiles, after.tiles, strict=True)) if a != b] == [touched]
    assert repainted(after, indices, store) == before


def test_a_plain_map_needs_no_store() -> None:
    value = plain_map(64, 100)
    assert not indices_of(value, Store()).any()
    assert indices_of(value, Store()).shape == (64, 100)
    assert painted(np.zeros((64, 100), np.uint8), Store()) == value


def test_tiles_grow_with_the_map() -> None:
    assert [tile_of(side, 1) for side in (1, 16, 64, 128, 129, 256, 512, 4096)] == [16, 16, 16, 16, 32, 32, 64, 512]


@pytest.mark.parametrize(
    "wrong",
    [np.zeros((0, 3), np.uint8), np.zeros((2, 2, 2), np.uint8), np.full((2, 2), 256), np.eye(2), -np.eye(2, dtype=int)],
)
def test_what_is_no_map_says_so(wrong: Array) -> None:
    with pytest.raises(WrongInputError, match="label map"):
        painted(wrong, Store())


def test_a_map_of_another_size_is_no_stroke() -> None:
    with pytest.raises(WrongInputError, match="64 × 32 px"):
        repainted(plain_map(64, 32), np.zeros((32, 64), np.uint8), Store())


def test_tiles_that_do_not_fill_a_map_are_refused() -> None:
    ref = Store().put(np.ones((16, 16), np.uint8))
    good = PaintedMap(20, 16, 16, (ref, None))
    for fields in ({"height": 40}, {"tiles": (ref,)}, {"tiles": (None, ref)}, {"tile": 0}, {"width": 1 << 20}):
        with pytest.raises(WrongInputError):
            dataclasses.replace(good, **fields)
    with pytest.raises(WrongInputError):
        PaintedMap(16, 16, 16, (ArrayRef("0", (16, 16), "<f4"),))


@given(maps, st.integers(1, 40), st.integers(1, 40), st.integers(1, 4))
def test_resizing_takes_the_nearest_pixel(indices: Array, height: int, width: int, times: int) -> None:
    taken = resized(indices, height, width)
    assert taken.shape == (height, width)
    for row, column in ((0, 0), (height - 1, width - 1), (height // 2, width // 3)):
        y, x = (row + 0.5) * indices.shape[0] / height, (column + 0.5) * indices.shape[1] / width
        assert taken[row, column] == indices[int(y), int(x)]
    larger = indices.repeat(times, axis=0).repeat(times, axis=1)
    np.testing.assert_array_equal(resized(indices, *larger.shape), larger)
    np.testing.assert_array_equal(resized(larger, *indices.shape), indices)


@given(maps)
def test_planes_say_where_each_class_is(indices: Array) -> None:
    planes = one_hot(torch.from_numpy(indices)[None], 4)
    assert planes.shape == (1, 4, *indices.shape)
    assert planes.dtype == torch.float32
    np.testing.assert_array_equal(planes.argmax(dim=1)[0], indices)
    assert torch.equal(planes.sum(dim=1), torch.ones(1, *indices.shape))
    assert torch.equal(one_hot(torch.from_numpy(indices)[None], 2), planes[:, :2])


@given(maps)
def test_a_header_carries_a_map(indices: Array) -> None:
    found = unpacked_map(packed_map(indices))
    assert found is not None
    np.testing.assert_array_equal(found, indices)


WHOLE = packed_map(np.eye(3, dtype=np.uint8))


@pytest.mark.parametrize(
    "broken",
    [
        None, "map", {}, WHOLE | {"height": 2}, WHOLE | {"height": 4}, WHOLE | {"width": "3"}, WHOLE | {"width": 10**9},
        WHOLE | {"indices": "%"}, WHOLE | {"indices": "AAAA"}, WHOLE | {"height": -3, "width": -3},
    ],
)  # fmt: skip
def test_what_is_no_map_in_a_header_is_left_alone(broken: Any) -> None:
    assert unpacked_map(broken) is None


def test_a_map_that_unpacks_without_end_is_cut_off() -> None:
    assert unpacked_map(packed_map(np.zeros((4096, 4096), np.uint8)) | {"height": 3, "width": 3}) is None


def test_a_model_begins_with_the_map_in_its_file() -> None:
    store, inputs = Store(), (LabelMap("map", ("background", "hair"), 3, height=2), Latent("z", 4))
    header = {"first_seed": 5, "first_map": packed_map(np.eye(3, dtype=np.uint8))}
    value = first_values(inputs, header, store)["map"]
    assert isinstance(value, PaintedMap)
    np.testing.assert_array_equal(indices_of(value, store), np.eye(3))
    plain = plain_map(2, 3)
    assert first_values(inputs, header, None)["map"] == plain
    assert first_values(inputs, {}, store)["map"] == plain
    unknown = {"first_map": packed_map(np.full((3, 3), 2, np.uint8))}
    assert first_values(inputs, unknown, store)["map"] == plain
