"""The recipe of a picture: its whole document, the model's name and digest, and the arrays it speaks of."""

import base64
import binascii
import hashlib
import json
import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ganstudio.core.document import Document
from ganstudio.core.errors import StudioError
from ganstudio.core.project import PhotoInHand, Timeline
from ganstudio.core.store import ArrayRef, Store
from ganstudio.studio.plain_form import BrokenValueError, Plain, arrays_in, from_plain, to_plain

FORMAT = 1
MARK = "ganstudio"
INSIDE_BYTES = 48_000
SUFFIX = ".recipe"
IN_HOME = "~/"
BESIDE = "beside"  # names the file beside by the SHA-256 of its content
NUMBERS = "biufc"  # the kinds of array elements: numbers, never objects


class BrokenFileError(StudioError):
    """A file of the program's own cannot be read."""


class NewerFileError(StudioError):
    """A file was written by a newer version of the program."""


class MissingArraysError(StudioError):
    """A recipe speaks of arrays that lie in a file beside it."""


@dataclass(frozen=True, slots=True)
class Enlargement:
    """What made an exported picture larger than the one that its document draws."""

    times: int
    network: str
    digest: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """What an exported picture or video is made from; `enlarged` says what was done to the picture after that.

    The `photo` that was edited is there only where a person asks for it.
    """

    document: Document
    timeline: Timeline | None = None
    enlarged: Enlargement | None = None
    photo: PhotoInHand | None = None


@dataclass(frozen=True, slots=True)
class SplitRecipe:
    """What goes inside an exported file, and what lies beside it where it is too large for that.

    What lies beside is a whole recipe of its own, so that either file alone says all it can.
    """

    inside: bytes
    beside: bytes | None = None


def recipe_of(document: Document, store: Store, timeline: Timeline | None = None) -> bytes:
    """Return a document's recipe as JSON in UTF-8, with every array it speaks of."""
    recipe = Recipe(document, timeline)
    return _written(recipe, packed_arrays(arrays_in(recipe).values(), store))


def split_recipe(
    document: Document,
    store: Store,
    timeline: Timeline | None = None,
    limit: int = INSIDE_BYTES,
    enlarged: Enlargement | None = None,
    photo: PhotoInHand | None = None,
) -> SplitRecipe:
    """Return a document's recipe in at most `limit` bytes, and the whole one beside it where that leaves arrays out."""
    recipe = Recipe(document, timeline, enlarged, photo)
    whole = _written(recipe, packed_arrays(arrays_in(recipe).values(), store))
    if len(whole) <= limit:
        return SplitRecipe(whole)
    arrays, mark = dict[str, Plain](), hashlib.sha256(whole).hexdigest()
    for ref in sorted(arrays_in(recipe).values(), key=lambda ref: store.get(ref).nbytes):
        more = {**arrays, **packed_arrays([ref], store)}
        if len(_written(recipe, more, mark)) > limit:
            break
        arrays = more
    inside = _written(recipe, arrays, mark)
    if len(inside) > limit:
        model = {"name": _without_home(document.model.name), "digest": document.model.digest}
        inside = packed_json({MARK: "recipe", "format": FORMAT, "model": model, BESIDE: mark})
    return SplitRecipe(inside, whole)


def document_of(data: bytes, store: Store, beside: bytes | None = None, name: str = "The recipe") -> Document:
    """Return the document of a recipe and put its arrays into the store; `name` is what errors speak of.

    Raises BrokenFileError, NewerFileError, or MissingArraysError where arrays lie in a file beside it.
    """
    return read_recipe(data, store, beside, name).document


def read_recipe(data: bytes, store: Store, beside: bytes | None = None, name: str = "The recipe") -> Recipe:
    """Return what a recipe says, with the same errors as `document_of`."""
    top = read_json(data, "recipe", FORMAT, name)
    if beside is not None and not _is_whole(top):
        if top.get(BESIDE) not in (None, hashlib.sha256(beside).hexdigest()):
            raise MissingArraysError(_strange_words(name))
        return read_recipe(beside, store, None, f"The {SUFFIX} file of {name}")
    with_document = top.get("document")
    if with_document is None:
        raise MissingArraysError(_beside_words(name))
    try:
        timeline, enlarged, photo = (top.get(part) for part in ("timeline", "enlarged", "photo"))
        recipe = Recipe(
            _here(from_plain(with_document, Document, "document")),
            None if timeline is None else from_plain(timeline, Timeline, "timeline"),
            None if enlarged is None else from_plain(enlarged, Enlargement, "enlarged"),
            None if photo is None else _photo_here(from_plain(photo, PhotoInHand, "photo")),
        )
        unpack_arrays(top.get("arrays"), store)
    except BrokenValueError as error:
        raise broken(name, str(error)) from error
    missing = [ref for ref in arrays_in(recipe).values() if not has(store, ref)]
    if missing:
        raise MissingArraysError(_beside_words(name))
    return recipe


def _is_whole(top: dict[str, Any]) -> bool:
    return "document" in top and top.get("whole") is True


def _beside_words(name: str) -> str:
    return (
        f"{name} leaves out arrays too large for it; they lie in the {SUFFIX} file that was exported beside it. "
        f"Put both files into one folder again, or open the {SUFFIX} file."
    )


def _strange_words(name: str) -> str:
    return (
        f"{name} leaves out arrays too large for it, and the {SUFFIX} file beside it belongs to another picture. "
        "Put the one that was exported with it there, or open the project."
    )


def _written(recipe: Recipe, arrays: Mapping[str, Plain], beside: str = "") -> bytes:
    top: dict[str, Any] = {MARK: "recipe", "format": FORMAT, "whole": len(arrays) == len(arrays_in(recipe))}
    if beside:
        top[BESIDE] = beside
    top |= {"document": to_plain(_for_others(recipe.document)), "arrays": dict(arrays)}
    if recipe.timeline is not None:
        top["timeline"] = to_plain(recipe.timeline)
    if recipe.enlarged is not None:
        top["enlarged"] = to_plain(recipe.enlarged)
    if recipe.photo is not None:
        photo, found = recipe.photo, recipe.photo.found
        shown = None if found is None else _for_others(found)
        top["photo"] = to_plain(replace(photo, path=_without_home(photo.path), found=shown))
    return packed_json(top)


def _for_others(document: Document) -> Document:
    return replace(document, model=replace(document.model, name=_without_home(document.model.name)))


def _without_home(name: str) -> str:
    """A name for a file that others may see: a path in this person's home does not tell whose it is."""
    home = _home()
    return f"{IN_HOME}{name.removeprefix(home)}" if home and name.startswith(home) else name


def _here(document: Document) -> Document:
    return replace(document, model=replace(document.model, name=_at_home(document.model.name)))


def _photo_here(photo: PhotoInHand) -> PhotoInHand:
    return replace(photo, path=_at_home(photo.path), found=None if photo.found is None else _here(photo.found))


def _at_home(name: str) -> str:
    return f"{_home()}{name.removeprefix(IN_HOME)}" if name.startswith(IN_HOME) else name


def _home() -> str:
    try:
        return f"{Path.home()}{os.sep}"
    except RuntimeError:  # some systems' users have none
        return ""


def packed_json(top: dict[str, Any]) -> bytes:
    """Return JSON without blanks, in UTF-8."""
    return json.dumps(top, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode("utf-8", "surrogatepass")


def read_json(data: bytes, what: str, newest: int, name: str) -> dict[str, Any]:
    """Return the top of a JSON file of the program's own; raises BrokenFileError or NewerFileError."""
    try:
        top = json.loads(data.decode("utf-8", "surrogatepass"))
    except ValueError as error:
        raise broken(name, "it is no JSON text") from error
    except RecursionError as error:
        raise broken(name, "it is nested too deeply") from error
    if not isinstance(top, dict) or top.get(MARK) != what:
        raise broken(name, f"it does not begin as a {what} of GAN Studio")
    form = top.get("format")
    if type(form) is not int or form < 1:
        raise broken(name, "its format has no number")
    if form > newest:
        raise NewerFileError(
            f"{name} was written by a newer GAN Studio (format {form}; this one reads up to {newest}). "
            "Update the program to open it."
        )
    return top


def broken(name: str, reason: str) -> BrokenFileError:
    """Return the error that says what is wrong in a file, where, and what to do."""
    return BrokenFileError(f"{name} cannot be read: {reason}. Take another copy of the file, or make it anew.")


def has(store: Store, ref: ArrayRef) -> bool:
    """Whether the store holds an array just as it is spoken of."""
    try:
        array = store.get(ref)
    except StudioError:
        return False
    return (array.shape, array.dtype.str) == (ref.shape, ref.dtype)


def packed_arrays(refs: Iterable[ArrayRef], store: Store) -> dict[str, Plain]:
    """Return arrays by digest as shape, element type and base64 text."""
    return {
        ref.digest: {
            "shape": list(ref.shape),
            "dtype": ref.dtype,
            "data": base64.b64encode(store.get(ref).tobytes()).decode("ascii"),
        }
        for ref in refs
    }


def unpack_arrays(packed: Plain, store: Store) -> None:
    """Put packed arrays into the store; raises BrokenValueError where one is not what its digest names."""
    if not isinstance(packed, dict):
        raise BrokenValueError("arrays: named arrays are expected")
    for digest, entry in packed.items():
        _unpack_array(digest, entry, store)


def _unpack_array(digest: str, entry: Plain, store: Store) -> None:
    place = f"arrays.{digest[:40]}"
    try:
        raw = base64.b64decode(entry["data"], validate=True)
        shape = from_plain(entry["shape"], tuple[int, ...], f"{place}.shape")
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise BrokenValueError(f"{place}: shape, dtype and data in base64 are expected") from error
    put_array(digest, array_from(raw, shape, entry.get("dtype"), place), store, place)


def array_from(raw: bytes, shape: tuple[int, ...], dtype: Plain, place: str) -> "np.ndarray[Any, Any]":
    """Return an array of numbers around its bytes; raises BrokenValueError where they do not fit."""
    try:
        kind = np.dtype(dtype if isinstance(dtype, str) else None)
    except (TypeError, ValueError, SyntaxError) as error:
        raise BrokenValueError(f"{place}: {str(dtype)[:40]!r} is no element type") from error
    if not isinstance(dtype, str) or kind.kind not in NUMBERS or kind.subdtype is not None:
        raise BrokenValueError(f"{place}: its elements are no numbers")
    if any(side < 0 for side in shape) or len(shape) > 32 or math.prod(shape) * kind.itemsize != len(raw):
        raise BrokenValueError(f"{place}: {len(raw)} bytes do not fill the shape {shape[:8]}")
    return np.frombuffer(raw, kind).reshape(shape)


def put_array(digest: str, array: "np.ndarray[Any, Any]", store: Store, place: str) -> None:
    """Put an array into the store; raises BrokenValueError where its content is not what `digest` names."""
    if store.put(array).digest != digest:
        raise BrokenValueError(f"{place}: the content does not match its name")
