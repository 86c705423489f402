"""Several codes for a photo: searched for, gone on with, kept, edited, exported, journalled, opened again, undone."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganstudio.core.document import (
    Document,
    LatentArray,
    LatentPoint,
    MoveAlong,
    StyleSource,
    joined_codes,
)
from ganstudio.core.errors import WrongInputError
from ganstudio.core.inverting import Method
from ganstudio.core.joined_codes import JoinCodes
from ganstudio.core.store import Array, Store
from ganstudio.engine.model import Model, open_model
from ganstudio.engine.rendering import Rendering
from ganstudio.engine.sheets import draw_together
from ganstudio.latent.staged import StagedDocument
from ganstudio.studio import exporting, kept
from ganstudio.studio.exporting import ExportOptions
from ganstudio.studio.journal import JOURNAL, read_journal
from ganstudio.studio.opening import open_file
from ganstudio.studio.photo_run import Plan, fitting, meetings_of
from ganstudio.studio.project_file import open_project, save_project
from ganstudio.studio.retouching import Retouching
from ganstudio.studio.session import Session
from tests.studio.conftest import Running
from tests.studio.test_photo import opened, searched

PLAN = Plan(method=Method.CODES, codes=3, stage="b8", steps=3)


def picture(running: Running) -> Array:
    return next(iter(running.settle().pictures.values())).astype(int)


def joined(session: Session) -> JoinCodes:
    join = joined_codes(session.document)
    assert join is not None
    return join


@pytest.mark.parametrize("name", ["faces-dcgan", "styled"])
def test_codes_are_found_gone_on_with_edited_and_taken_back(
    run: Callable[[str | Path], Running], styled_model: Path, name: str
) -> None:
    running = run(styled_model if name == "styled" else name)
    session = opened(running)
    before, search = session.project, session.photo.search
    searched(running, PLAN)
    first, join = session.document, joined(session)
    assert (join.count, join.stages) == (3, ("b4", "b8"))
    assert search.picture is not None
    assert np.abs(picture(running) - search.picture).max() <= 1
    assert isinstance(session.document.inputs["z"], LatentArray)
    assert np.abs(session.store.get(join.offsets).mean(axis=0)).max() < 1e-5, "the latent is the codes' mean"
    assert len(search.curves["perceptual"]) == 3
    assert {"photo", "codes", "3 codes that meet at b8"} < set(session.project.kept[-1].tags)
    assert session.project.kept[-1].document == first
    assert "3 codes that meet at b8" in search.words
    found = search.best
    assert found is not None
    assert search.can_go_on
    search.choose(dataclasses.replace(PLAN, steps=400))
    search.go_on()
    running.until(lambda: len(search.curves["perceptual"]) >= 6)
    search.stop()
    running.until(lambda: not search.busy)
    assert search.best is not None
    assert search.best.lpips < found.lpips
    whole = picture(running)
    search.join(on=False)
    assert joined_codes(session.document) is None
    assert np.abs(picture(running) - whole).max() > 2, "the mean alone draws another picture"
    assert search.parted is not None
    session.undo()
    assert np.array_equal(picture(running), whole)
    moved = MoveAlong(session.store.put(np.ones(session.document.inputs["z"].array.shape[-1], np.float32)), 0.7)
    session.change("Move", "edits", (*session.document.edits, moved))
    assert np.abs(picture(running) - whole).max() > 2
    for _ in range(3):
        session.undo()
    assert session.project == before


def test_an_ordinary_search_does_not_go_on_from_several_codes(running: Running) -> None:
    session = opened(running)
    searched(running, PLAN)
    session.photo.search.choose(Plan(steps=2))
    assert not session.photo.search.can_go_on
    searched(running, Plan(steps=2))
    assert joined_codes(session.document) is None
    session.photo.search.choose(PLAN)
    assert session.photo.search.can_go_on, "several codes are spread around one"


def test_codes_are_in_the_journal_in_projects_and_in_exported_pictures(running: Running, tmp_path: Path) -> None:
    session = opened(running)
    session.recovery.begin()
    search = session.photo.search
    search.choose(dataclasses.replace(PLAN, steps=10_000))
    search.start()
    running.until(lambda: search.best is not None and joined_codes(session.document) is not None)
    search.stop()
    running.until(lambda: not search.busy)
    shown = picture(running)
    session.recovery.end()
    journal = next((session.settings.folder / "sessions").iterdir()) / JOURNAL
    store = Store()
    found = read_journal(journal, store)
    assert found is not None
    assert found.tree.nodes[-1].project == session.project
    again = Rendering(store).pictures([found.tree.nodes[-1].project.document])[0]
    assert np.abs(again.astype(int) - shown).max() <= 1
    save_project(tmp_path / "p.ganstudio", session.history.tree, session.store)
    assert open_project(tmp_path / "p.ganstudio", Store()).nodes[-1].project == session.project
    out, found_by = tmp_path / "picture.png", session.document
    said: list[str] = []
    session.noted.connect(said.append)
    exporting.export_picture(session, out, ExportOptions())
    running.until(lambda: any(str(out) in words for words in said))
    session.change("Seed", "inputs.z", LatentPoint.of_seed(7))
    open_file(session, out)
    running.until(lambda: session.document == found_by)
    assert np.array_equal(picture(running), shown)
    with Image.open(out) as file:
        assert np.abs(np.asarray(file.convert("RGB")).astype(int) - shown).max() <= 1


def test_sheets_and_paths_draw_codes_one_after_the_other(styled_model: Path) -> None:
    model, store = open_model(styled_model, "cpu"), Store()
    document = with_codes(model, store)
    coarse = dataclasses.replace(document, mixing=(StyleSource(LatentPoint.of_seed(8), (1.0, 1.0)),))
    plain = dataclasses.replace(document, edits=())
    documents = [document, coarse, plain, document]
    drawn = [each.pictures for each in draw_together(model.generator, documents, store, 4) if each.pictures is not None]
    alone = [StagedDocument(model.generator, each, store) for each in documents]
    with torch.no_grad():
        expected = torch.cat([each.picture(each.code) for each in alone])
    torch.testing.assert_close(torch.cat(drawn), expected, rtol=1e-4, atol=1e-4)
    assert (expected[0] - expected[2]).abs().max() > 0.01


def test_no_amount_draws_the_latent_alone_and_equal_codes_draw_one(styled_model: Path) -> None:
    model, store = open_model(styled_model, "cpu"), Store()
    document = with_codes(model, store)
    (join,) = document.edits
    assert isinstance(join, JoinCodes)
    rows, units = store.get(join.offsets), store.get(join.weights)
    same = dataclasses.replace(
        join, offsets=store.put(np.zeros_like(rows)), weights=store.put(np.full_like(units, 1 / len(units)))
    )
    little = dataclasses.replace(join, amount=1e-7)
    pictures = [
        Rendering(store).pictures([dataclasses.replace(document, edits=edits)])[0].astype(int)
        for edits in ((), (same,), (little,), (dataclasses.replace(join, amount=0.0),), (join,))
    ]
    assert all(np.abs(each - pictures[0]).max() <= 1 for each in pictures[1:4])
    assert np.abs(pictures[4] - pictures[0]).max() > 2


@pytest.mark.parametrize(
    "broken",
    [
        {"stages": ("b4", "b16")},
        {"stages": ("b8", "b16")},
        {"weights": (3, 5)},
        {"offsets": (3, 2, 16)},
        {"offsets": (2, 8, 16)},
        {"offsets": (3, 16)},
    ],
)
def test_codes_of_another_model_are_refused_in_words(styled_model: Path, broken: dict[str, tuple[int, ...]]) -> None:
    model, store = open_model(styled_model, "cpu"), Store()
    document = with_codes(model, store)
    (join,) = document.edits
    values = {
        name: value if name == "stages" else store.put(np.ones(value, np.float32)) for name, value in broken.items()
    }
    wrong = dataclasses.replace(document, edits=(dataclasses.replace(join, **values),))  # type: ignore[arg-type]
    with pytest.raises(WrongInputError, match="do not fit this model's layers"):
        StagedDocument(model.generator, wrong, store)


def test_tools_say_what_several_codes_cannot_do_and_do_the_rest(running: Running) -> None:
    session = opened(running)
    searched(running, PLAN)
    retouching = Retouching(session)
    retouching.paint(np.full((8, 8), 255, np.uint8), np.zeros((8, 8, 3), np.uint8))
    assert "several codes" in retouching.missing
    before = session.document
    retouching.start()
    assert not retouching.busy
    assert session.document == before
    session.photo.search.join(on=False)
    assert retouching.missing == ""
    session.undo()
    info = session.model
    assert info is not None
    kept.lend(session, len(session.project.kept) - 1)
    assert session.document.inputs["z"] == session.project.kept[-1].latent


def test_a_look_inside_says_that_codes_have_not_met_yet(running: Running) -> None:
    session = opened(running)
    searched(running, PLAN)
    running.settle()
    layers, join = session.layers, joined(session)
    layers.watch(watched=True)
    told = {}
    for stage in ("b4", join.stage):
        layers.show_stage(stage)
        running.until(lambda stage=stage: layers.seen is not None and layers.seen.look.stage == stage and layers.idle)  # type: ignore[misc]
        assert layers.seen is not None
        told[stage] = layers.seen.codes
    assert told == {"b4": join.count, join.stage: 1}
    session.photo.search.join(on=False)
    layers.show_stage("b4")
    running.settle()
    running.until(lambda: layers.idle and layers.seen is not None and layers.seen.document == session.document)
    assert layers.seen is not None
    assert layers.seen.codes == 1


def test_plans_name_a_stage_that_the_model_has(running: Running, run: Callable[[str | Path], Running]) -> None:
    info = running.session.model
    assert info is not None
    assert [stage.name for stage in meetings_of(info)] == ["b4", "b8", "b16"]
    assert fitting(Plan(method=Method.CODES, stage="b512"), info).stage == "b16"
    assert fitting(PLAN, info).stage == "b8"
    plain = run("digits-gan").session.model
    assert plain is not None
    assert fitting(PLAN, plain).method is Method.OPTIMISE, "its layers have no places"


def with_codes(model: Model, store: Store) -> Document:
    """A document of a model that three codes draw, which meet at 8 px."""
    random = np.random.RandomState(5)
    units = next(stage.units for stage in model.info.stages if stage.name == "b8")
    offsets = store.put(random.randn(3, model.info.n_latent, 16).astype(np.float32))
    weights = store.put(random.rand(3, units).astype(np.float32))
    return dataclasses.replace(model.info.document, edits=(JoinCodes(("b4", "b8"), offsets, weights),))
