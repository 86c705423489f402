"""Arbitrary projects and documents, drawn by the declared types, so that new kinds are drawn as well."""

import dataclasses
import types
import typing
from enum import Enum
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ganstudio.core.document import Document, FrozenMap, PaintedMap
from ganstudio.core.label_maps import painted, plain_map
from ganstudio.core.project import PhotoInHand, Project
from ganstudio.core.square import Square
from ganstudio.core.store import ArrayRef, Store
from ganstudio.studio.plain_form import hints_of

STORE = Store()
REFS = [STORE.put(np.arange(n, dtype=dtype)) for n, dtype in ((0, "f4"), (16, "f4"), (3, "f8"), (5, "u1"), (2, ">i4"))]
REFS.append(STORE.put(np.ones((4, 16), np.float32)))

MAPS = [plain_map(5, 70), painted(np.eye(40, 18, dtype=np.uint8) * 3, STORE), painted(np.full((16, 16), 9), STORE)]

PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    types.NoneType: st.none(),
    bool: st.booleans(),
    int: st.integers(-(2**40), 2**40),
    float: st.floats(allow_nan=False),
    str: st.text(max_size=6),
    ArrayRef: st.sampled_from(REFS),
    PaintedMap: st.sampled_from(MAPS),
    Square: st.builds(Square, *[st.floats(0.5, 2.0**20)] * 3, st.floats(-3.0, 3.0)),
}
PICTURE = {
    "width": st.integers(1, 2**20),
    "height": st.integers(1, 2**20),
    "pixels": st.just(STORE.put(np.full((2, 3, 3), 7, np.uint8))),
    "mask": st.none() | st.just(STORE.put(np.eye(4, dtype=np.uint8))),
}


def values_of(kind: Any, deep: int = 3) -> st.SearchStrategy[Any]:
    """Values of a declared type; unions that hold themselves end after `deep` turns."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind in PLAIN:
        return PLAIN[kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    if origin in (types.UnionType, typing.Union):
        flat = [each for each in inner if each in PLAIN or "Blend" not in each.__name__]
        return st.one_of([values_of(each, deep - 1) for each in (inner if deep > 0 else flat)])
    if origin is FrozenMap:
        return st.dictionaries(st.text(max_size=4), values_of(inner[0], deep), max_size=2).map(FrozenMap)
    if origin is tuple and inner[-1] is Ellipsis:
        return st.lists(values_of(inner[0], deep), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*(values_of(each, deep) for each in inner))
    assert dataclasses.is_dataclass(kind), f"{kind} cannot be drawn, nor be written to files"
    fields = {name: values_of(hint, deep) for name, hint in hints_of(kind).items()}
    return st.builds(kind, **(fields | PICTURE if kind is PhotoInHand else fields))


documents = values_of(Document)
projects = values_of(Project)
