"""Recipes: what is written is read again, and what is broken says so."""

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.core.document import Document, FrozenMap, LatentArray, LatentPoint, ModelRef, MoveAlong, Space
from ganstudio.core.errors import StudioError
from ganstudio.core.project import Keyframe, PhotoInHand, Project, Timeline
from ganstudio.core.square import Square
from ganstudio.core.store import Store
from ganstudio.studio.plain_form import Pool, arrays_in, from_plain, to_plain
from ganstudio.studio.recipe_file import (
    INSIDE_BYTES,
    BrokenFileError,
    MissingArraysError,
    NewerFileError,
    document_of,
    read_recipe,
    recipe_of,
    split_recipe,
)
from tests.studio.documents import STORE, documents, projects

DOCUMENT = Document(ModelRef("faces", "abc"), FrozenMap({"z": LatentPoint(1.5, 2.0)}), psi=0.7)


def with_array(values: np.ndarray[Any, Any]) -> tuple[Document, Store]:
    store = Store()
    return dataclasses.replace(DOCUMENT, edits=(MoveAlong(store.put(values), 1.0),)), store


@given(documents)
@settings(max_examples=60)
def test_a_document_comes_back_with_its_arrays(document: Document) -> None:
    store = Store()
    assert document_of(recipe_of(document, STORE), store) == document
    for ref in arrays_in(document).values():
        np.testing.assert_array_equal(store.get(ref), STORE.get(ref))


@given(projects)
@settings(max_examples=30)
def test_a_project_comes_back_through_json(project: Project) -> None:
    assert from_plain(json.loads(json.dumps(to_plain(project))), Project) == project


@given(st.lists(projects, min_size=1, max_size=4))
@settings(max_examples=15)
def test_what_is_shared_is_written_once(several: list[Project]) -> None:
    written, read = Pool(Document), Pool(Document)
    plain = json.loads(json.dumps([to_plain(project, written) for project in several]))
    assert len(written.plain) == len(set(written._values))
    for entry in written.plain:
        read.read(entry, "values")
    assert [from_plain(each, Project, "", read) for each in plain] == several


def read_or_told(data: bytes) -> Document | None:
    """What a recipe says; None where an error told which file is broken."""
    try:
        return document_of(data, Store(), name="walk.png")
    except StudioError as error:
        if "walk.png" in str(error):
            return None
        raise


def changed(data: bytes, place: int, byte: int) -> bytes:
    place %= len(data)
    return data[:place] + bytes([byte]) + data[place + 1 :]


@given(documents, st.integers(0, 10**6), st.integers(0, 255), st.integers(0, 10**6))
@settings(max_examples=60)
def test_broken_bytes_end_in_a_sentence(document: Document, place: int, byte: int, end: int) -> None:
    whole = recipe_of(document, STORE)
    for data in (changed(whole, place, byte), whole[: end % len(whole)], whole + b"}"):
        assert isinstance(read_or_told(data), Document | None)


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=8,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(each for key, below in inner for each in places(below, (*path, key)))]


@given(documents, st.data(), junk)
@settings(max_examples=60)
def test_other_values_in_any_place_end_in_a_sentence(document: Document, data: st.DataObject, wrong: Any) -> None:
    top = json.loads(recipe_of(document, STORE))
    path = data.draw(st.sampled_from(places(top)))
    at = top
    for key in path[:-1]:
        at = at[key]
    if path:
        at[path[-1]] = wrong
    else:
        top = wrong
    read = read_or_told(json.dumps(top).encode())
    if read is not None:
        assert document_of(recipe_of(read, STORE), Store()) == read or "nan" in json.dumps(top)


@pytest.mark.parametrize(
    ("path", "wrong", "words"),
    [
        (("psi",), "much", r"document\.psi: a number is expected, not 'much'"),
        (("psi",), True, r"document\.psi: a number"),
        (("inputs", "z", "kind"), "LatentCube", r"document\.inputs\.z: one of LatentPoint, .* not 'LatentCube'"),
        (("noise", "mode"), "loud", r"document\.noise\.mode: one of none, fixed, random"),
        (("depth",), 3, r"document: Document has nothing called 'depth'"),
        (("edits",), [{"kind": "MoveAlong"}], r"document\.edits\[0\]: 'direction' is missing"),
    ],
)
def test_the_place_of_what_is_wrong_is_named(path: tuple[str, ...], wrong: Any, words: str) -> None:
    top = json.loads(recipe_of(DOCUMENT, STORE))
    at = top["document"]
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = wrong
    with pytest.raises(BrokenFileError, match=rf"^walk\.png cannot be read: {words}.*another copy"):
        document_of(json.dumps(top).encode(), Store(), name="walk.png")


def test_what_an_older_version_did_not_write_has_its_default() -> None:
    top = json.loads(recipe_of(DOCUMENT, STORE))
    del top["document"]["cutoff"], top["document"]["noise"]["turn"]
    assert document_of(json.dumps(top).encode(), Store()) == DOCUMENT


def test_a_newer_file_asks_for_an_update() -> None:
    top = json.loads(recipe_of(DOCUMENT, STORE)) | {"format": 2}
    with pytest.raises(NewerFileError, match=r"format 2.*Update"):
        document_of(json.dumps(top).encode(), Store())


def test_numbers_without_end_come_back() -> None:
    document = dataclasses.replace(DOCUMENT, psi=math.inf)
    assert document_of(recipe_of(document, STORE), Store()) == document
    nan = document_of(recipe_of(dataclasses.replace(DOCUMENT, psi=math.nan), STORE), Store())
    assert math.isnan(nan.psi)


def test_deep_nesting_is_told() -> None:
    deep = b'{"ganstudio":"recipe","format":1,"document":' + b"[" * 200_000
    with pytest.raises(BrokenFileError):
        document_of(deep, Store())
    blend: dict[str, Any] = {"kind": "LatentPoint"}
    for _ in range(150):
        blend = {"kind": "LatentBlend", "parts": [[blend, 1.0]], "space": "w"}
    top = json.loads(recipe_of(DOCUMENT, STORE))
    top["document"]["inputs"]["z"] = blend
    with pytest.raises(BrokenFileError, match="deeply"):
        document_of(json.dumps(top).encode(), Store())


def test_a_small_recipe_stays_inside() -> None:
    document, store = with_array(np.ones(512, np.float32))
    split = split_recipe(document, store)
    assert split.beside is None
    assert len(split.inside) <= INSIDE_BYTES
    assert document_of(split.inside, Store()) == document


def test_large_arrays_go_beside() -> None:
    document, store = with_array(np.ones((18, 512), np.float32) * 3)
    document = dataclasses.replace(document, edits=(*document.edits, MoveAlong(store.put(np.ones(16)), 2.0)))
    split = split_recipe(document, store, limit=10_000)
    assert len(split.inside) <= 10_000
    assert split.beside is not None
    with pytest.raises(MissingArraysError, match=r"walk\.png leaves out arrays.*\.recipe"):
        document_of(split.inside, Store(), name="walk.png")
    fresh = Store()
    assert document_of(split.inside, fresh, split.beside) == document
    assert all(np.array_equal(fresh.get(ref), store.get(ref)) for ref in arrays_in(document).values())
    assert document_of(split.beside, Store()) == document
    assert document_of(split.inside, store) == document  # the arrays are at hand


def test_a_document_too_large_itself_goes_beside() -> None:
    document = dataclasses.replace(DOCUMENT, edits=(MoveAlong(STORE.put(np.ones(3)), 1.0, tuple(range(1000))),))
    split = split_recipe(document, STORE, limit=1000)
    assert len(split.inside) <= 1000
    assert split.beside is not None
    with pytest.raises(MissingArraysError):
        document_of(split.inside, Store())
    assert document_of(split.inside, Store(), split.beside) == document


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"dtype": "O"}, "no numbers"),
        ({"dtype": "nothing"}, "no element type"),
        ({"dtype": None}, "no numbers"),
        ({"shape": [3, -1]}, "do not fill"),
        ({"shape": [10**9, 10**9]}, "do not fill"),
        ({"data": "!!!"}, "base64"),
        ({"data": ""}, "do not fill"),
        ({"dtype": "<u4"}, "does not match its name"),
    ],
)
def test_arrays_that_are_not_what_they_say_are_refused(change: dict[str, Any], words: str) -> None:
    document, store = with_array(np.ones(16, np.float32))
    top = json.loads(recipe_of(document, store))
    next(iter(top["arrays"].values())).update(change)
    with pytest.raises(BrokenFileError, match=rf"arrays\..*{words}"):
        document_of(json.dumps(top).encode(), Store())


def test_a_recipe_does_not_tell_whose_home_the_model_lies_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    homes = [tmp_path / "someone", tmp_path / "another"]
    monkeypatch.setattr(Path, "home", lambda: homes[0])
    file = homes[0] / "models" / "mine.safetensors"
    document, store = with_array(np.zeros(4, np.float32))
    document = dataclasses.replace(document, model=ModelRef(str(file), "abc"))
    split = split_recipe(document, store, limit=100)
    assert split.beside is not None
    for written in (split.inside, split.beside):
        assert b"someone" not in written
        assert b"mine.safetensors" in written
    assert document_of(split.beside, store) == document
    monkeypatch.setattr(Path, "home", lambda: homes[1])
    assert document_of(split.beside, store).model.name == str(homes[1] / "models" / "mine.safetensors")


def test_a_photo_s_place_is_told_by_the_home_of_whoever_reads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    homes = [tmp_path / "someone", tmp_path / "another"]
    monkeypatch.setattr(Path, "home", lambda: homes[0])
    document, store = with_array(np.zeros(4, np.float32))
    document = dataclasses.replace(document, model=ModelRef(str(homes[0] / "mine.safetensors"), "abc"))
    pixels = store.put(np.zeros((8, 8, 3), np.uint8))
    photo = PhotoInHand("me.jpg", str(homes[0] / "me.jpg"), 8, 8, pixels, Square(0.0, 0.0, 8.0), found=document)
    written = split_recipe(document, store, photo=photo).inside
    assert b"someone" not in written
    assert read_recipe(written, store).photo == photo
    monkeypatch.setattr(Path, "home", lambda: homes[1])
    found = read_recipe(written, store).photo
    assert found is not None
    assert found.found is not None
    assert (found.path, found.found.model.name) == (str(homes[1] / "me.jpg"), str(homes[1] / "mine.safetensors"))


def test_a_videos_path_travels_along() -> None:
    end = LatentArray(Space.W, STORE.put(np.ones(16)))
    timeline = Timeline((Keyframe(LatentPoint(3.0)), Keyframe(end)), closed=True)
    assert read_recipe(recipe_of(DOCUMENT, STORE, timeline), Store()).timeline == timeline
