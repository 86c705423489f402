"""Python's own pauses are short once the computing is loaded."""

import gc
import sys
from collections.abc import Iterator

import pytest

from ganstudio.core.store import Store
from ganstudio.engine.compute import rendering_backend
from ganstudio.engine.pauses import HANDOVER_S

TORCHS_OBJECTS = 50_000


@pytest.fixture
def usual_python() -> Iterator[None]:
    interval = sys.getswitchinterval()
    gc.unfreeze()
    sys.setswitchinterval(0.005)
    yield
    gc.unfreeze()
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("usual_python")
def test_the_window_gets_the_interpreter_at_once_and_no_collection_looks_through_torch() -> None:
    rendering_backend(Store())
    assert sys.getswitchinterval() == pytest.approx(HANDOVER_S)
    frozen = gc.get_freeze_count()
    assert frozen > TORCHS_OBJECTS
    assert len(gc.get_objects()) < frozen / 4


@pytest.mark.usefixtures("usual_python")
def test_garbage_of_later_is_still_collected() -> None:
    rendering_backend(Store())
    frozen = gc.get_freeze_count()
    rendering_backend(Store())
    assert gc.get_freeze_count() <= frozen
