"""Frozen documents and the paths into them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.core.document import (
    ClassChoice,
    Document,
    FrozenMap,
    LatentPoint,
    NoiseMode,
    replaced,
    value_at,
)
from ganstudio.core.errors import WrongInputError
from ganstudio.core.project import Project
from ganstudio.core.store import Store

DOCUMENT = Document(inputs=FrozenMap({"z": LatentPoint(1.0, 2.0), "class": ClassChoice(3)}))


@given(psi=st.floats(-1, 2), x=st.floats(-1e3, 1e3))
def test_a_path_changes_one_field(psi: float, x: float) -> None:
    changed = replaced(replaced(DOCUMENT, ["psi"], psi), ["inputs", "z", "x"], x)
    assert value_at(changed, ["psi"]) == psi
    assert value_at(changed, ["inputs", "z"]) == LatentPoint(x, 2.0)
    assert changed.inputs["class"] == ClassChoice(3)
    assert replaced(changed, ["inputs", "z", "x"], 1.0) == replaced(DOCUMENT, ["psi"], psi)


def test_equal_documents_have_equal_hashes() -> None:
    other = Document(inputs=FrozenMap({"class": ClassChoice(3), "z": LatentPoint(1.0, 2.0)}))
    assert other == DOCUMENT
    assert hash(other) == hash(DOCUMENT)
    assert hash(Project((DOCUMENT,))) == hash(Project((other,)))


def test_wrong_paths_name_what_there_is() -> None:
    with pytest.raises(WrongInputError, match="there are: z, class"):
        replaced(DOCUMENT, ["inputs", "text"], 1)
    with pytest.raises(WrongInputError, match="no field called 'strenght'"):
        replaced(DOCUMENT, ["noise", "strenght"], 1)
    with pytest.raises(WrongInputError):
        replaced(DOCUMENT, ["psi", "deeper"], 1)
    assert replaced(DOCUMENT, ["noise", "mode"], NoiseMode.NONE).noise.mode is NoiseMode.NONE


def test_the_store_keeps_arrays_once_and_unchanged() -> None:
    store, array = Store(), np.arange(6.0).reshape(2, 3)
    ref = store.put(array)
    array[0, 0] = 99.0
    assert store.get(ref)[0, 0] == 0.0
    assert store.put(np.arange(6.0).reshape(2, 3)) == ref
    assert store.put(np.arange(6.0).reshape(3, 2)) != ref
    assert store.put(np.arange(6, dtype=np.float32).reshape(2, 3)) != ref
    with pytest.raises(ValueError, match="read-only"):
        store.get(ref)[0, 0] = 1.0
    with pytest.raises(WrongInputError, match="not in this project's store"):
        Store().get(ref)
