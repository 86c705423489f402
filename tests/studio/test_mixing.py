"""Groups of layers, weights of sources, and sheets."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ganstudio.core.device import Precision
from ganstudio.core.document import Document, LatentPoint, StyleSource
from ganstudio.core.frame import ModelInfo
from ganstudio.core.progress import JobStatus, Urgency
from ganstudio.core.store import Store
from ganstudio.studio import mixing
from ganstudio.studio.mixing_sheet import HEAD, MixingSheet, SheetHead, composed, drawing, saving
from ganstudio.studio.recipes import recipe_in
from tests.studio.conftest import Running

LARGE = (4, 4, 8, 8, 16, 16, 32, 32, 64, 64, 128, 128, 256, 256, 512, 512, 1024, 1024)
SOURCE = StyleSource(LatentPoint(1.0), (0.0, 0.5, 1.0), "one")


def test_layers_are_coarse_middle_or_fine() -> None:
    groups = mixing.layer_groups(LARGE)
    assert [g.title for g in groups] == ["coarse 4–8", "middle 16–32", "fine 64–1024"]
    assert [g.rows for g in groups] == [(0, 1, 2, 3), (4, 5, 6, 7), tuple(range(8, 18))]
    assert [g.title for g in mixing.layer_groups((4, 8, 8, 16))] == ["coarse 4–8", "middle 16"]


def test_weights_are_set_by_rows() -> None:
    assert mixing.weighted(SOURCE, (0, 3), 0.25, 4).weights == (0.25, 0.5, 1.0, 0.25)
    assert mixing.only_in(SOURCE, (1,), 4).weights == (0.0, 1.0, 0.0, 0.0)


def test_a_whole_source_is_scaled_in_its_relations() -> None:
    assert mixing.scaled_to(SOURCE, 0.5, 4).weights == (0.0, 0.25, 0.5, 0.0)
    assert mixing.scaled_to(StyleSource(LatentPoint(), ()), 0.3, 2).weights == (0.3, 0.3)


def test_a_new_source_takes_what_is_free() -> None:
    groups = mixing.layer_groups((4, 8, 16, 64))
    sources: mixing.Sources = ()
    for number in range(4):
        sources = (*sources, mixing.new_source(sources, LatentPoint(float(number)), "", groups))
    assert [s.weights for s in sources] == [(1, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (0, 0, 0, 0)]
    assert mixing.own_share(sources, 0) == 0.0


@pytest.fixture
def styled(run: Callable[[str | Path], Running], styled_model: Path) -> Running:
    return run(styled_model)


def info_of(running: Running) -> ModelInfo:
    assert running.session.model is not None
    return running.session.model


def sheet_of(running: Running) -> MixingSheet:
    rows = tuple(SheetHead(*mixing.seed_source(seed)) for seed in (0, 1))
    columns = tuple(SheetHead(*mixing.seed_source(seed)) for seed in (7, 8, 9))
    coarse = mixing.layer_groups(info_of(running).layer_resolutions)[0]
    return MixingSheet(running.session.document, "z", rows, columns, coarse.rows)


def test_a_cell_is_the_rows_latent_with_the_columns_layers(styled: Running) -> None:
    sheet = sheet_of(styled)
    cell = sheet.document(1, 2)
    assert cell.inputs["z"] == LatentPoint.of_seed(1)
    assert cell.mixing == (StyleSource(LatentPoint.of_seed(9), (1.0, 1.0, 1.0), "seed 9"),)
    assert sheet.document(HEAD, 2).inputs["z"] == LatentPoint.of_seed(9)
    assert sheet.document(1, HEAD).mixing == ()
    assert len(sheet.cells()) == 2 * 3 + 2 + 3
    assert sheet.words(1, 2) == "seed 1 with layers of seed 9"


def test_a_sheet_is_drawn_step_by_step_and_equals_its_cells(styled: Running) -> None:
    session, sheet = styled.session, sheet_of(styled)
    documents = tuple(sheet.cells().values())
    pictures: dict[Document, np.ndarray] = {}
    seen: list[JobStatus] = []

    def watch(status: JobStatus) -> None:
        seen.append(status)
        if isinstance(status.progress.result, tuple):
            pictures.update(status.progress.result)

    session.add_job("Sheet", drawing(documents, session.store, None), watch, Urgency.QUICK)
    styled.until(lambda: bool(seen) and seen[-1].is_over)
    assert pictures.keys() == set(documents)
    assert len(seen) > len(documents)
    for document in documents:
        session.change_many("Go", {"inputs": document.inputs, "mixing": document.mixing})
        frame = next(iter(styled.settle().pictures.values()))
        assert np.abs(pictures[document].astype(int) - frame.astype(int)).max() <= 1


def test_a_sheet_is_saved_with_its_heads(styled: Running, tmp_path: Path) -> None:
    from PIL import Image

    sheet, path = sheet_of(styled), tmp_path / "sheet.png"
    seen: list[JobStatus] = []
    styled.session.add_job("Save", saving(sheet, styled.session.store, path, 32), seen.append)
    styled.until(lambda: bool(seen) and seen[-1].is_over)
    assert seen[-1].progress.fraction == 1.0
    with Image.open(path) as picture:
        assert picture.size == (4 * 33 - 1, 3 * 33 - 1)
    assert recipe_in(path, Store()).document == sheet.document(0, 0)


def test_a_saved_sheet_is_exact_in_every_precision(styled: Running, tmp_path: Path) -> None:
    from PIL import Image

    sheet, store = sheet_of(styled), styled.session.store
    laid: list[np.ndarray] = []
    for precision in Precision:
        styled.session.set_device("cpu", precision)
        path, seen = tmp_path / f"{precision}.png", list[JobStatus]()
        styled.session.add_job("Save", saving(sheet, store, path, 32), seen.append)
        styled.until(lambda seen=seen: bool(seen) and seen[-1].is_over)  # type: ignore[misc]
        with Image.open(path) as picture:
            laid.append(np.asarray(picture).astype(int))
    assert np.abs(laid[0] - laid[1]).max() <= 1  # one by one or together: roundings alone


def test_the_corner_of_a_sheet_stays_grey(styled: Running) -> None:
    sheet = sheet_of(styled)
    laid = composed(sheet, {place: np.zeros((4, 4, 3), np.uint8) for place in sheet.cells()})
    assert laid.shape == (3 * 5 - 1, 4 * 5 - 1, 3)
    assert (laid[:4, :4] == 128).all()
    assert (laid[:4, 5:9] == 0).all()
