"""Maps and styles of photos, and classes painted into generators without maps: real networks, small ones."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganstudio.core.document import LatentArray, PaintedMap, PaintUnits
from ganstudio.core.frame import Problem
from ganstudio.core.inputs import LabelMap
from ganstudio.core.label_maps import indices_of
from ganstudio.core.paths import ASSETS
from ganstudio.engine import units
from ganstudio.engine.segmenting import open_segmenter
from ganstudio.latent.unit_effects import UnitPaint, Way
from ganstudio.latent.units import Dissection, StageUnits
from ganstudio.studio.opening import open_file
from ganstudio.studio.painting.concepts import REGION, Concept, can_paint_concepts, missing_in_words, tried_in_words
from ganstudio.studio.painting.map_files import MapFileError
from ganstudio.studio.painting.photo_map import translation
from ganstudio.studio.painting.strokes import Touch
from tests.studio.conftest import Running

Run = Callable[[str | Path], Running]
ASTRONAUT = ASSETS / "samples" / "astronaut.png"


def test_a_photo_becomes_a_map_with_its_style_in_one_step(
    run: Run, painter_model: Path, tiny_segmenter: tuple[str, ...]
) -> None:
    running = run(painter_model)
    session = running.session
    photos, asked = session.painting.photos, session.painting.asked
    assert photos.possible
    before = session.document
    session.painting.take_file(ASTRONAUT)
    assert "astronaut.png" in photos.words
    running.until(lambda: session.document != before)
    assert session.undo_label == "Map of astronaut.png"
    assert len(session.history) == 1
    assert isinstance(session.document.inputs["z"], LatentArray)
    value = session.document.inputs["map"]
    assert isinstance(value, PaintedMap)
    labels = indices_of(value, session.store)
    assert asked is not None
    assert set(np.unique(labels)) <= {asked.classes.index(name) for name in ("background", "hair", "eyes")}
    assert "No face" not in photos.words
    running.settle()
    session.undo()
    assert session.document == before


def test_a_picture_without_a_face_is_used_and_named(
    run: Run, painter_model: Path, tiny_segmenter: tuple[str, ...], tmp_path: Path
) -> None:
    running = run(painter_model)
    session = running.session
    noise = np.random.default_rng(0).integers(0, 255, (90, 70, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    session.painting.photos.open(tmp_path / "noise.png")
    running.until(lambda: "No face was found in noise.png" in session.painting.photos.words)
    pixels = noise[10:80]
    found = open_segmenter()(torch.zeros(1, 3, 64, 64))
    assert found.shape == (1, 64, 64)
    assert pixels.shape == (70, 70, 3)
    problems: list[Problem] = []
    session.failed.connect(problems.append)
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    document = session.document
    session.painting.styles.open(tmp_path / "broken.jpg")
    running.until(lambda: bool(problems))
    assert "broken.jpg" in problems[0].sentence
    assert session.document == document


def test_classes_are_matched_by_name() -> None:
    asked = LabelMap("map", ("sky", "hair", "eyes"), 8)
    table, missing = translation(("background", "eyes", "hair", "hat"), asked)
    assert table.tolist() == [0, 2, 1, 0]
    assert missing == ("background", "hat")
    with pytest.raises(MapFileError, match="paint the map by hand"):
        translation(("background", "hair"), LabelMap("map", ("sky", "sea"), 8))


def test_a_map_dropped_anywhere_goes_to_the_map_a_photo_does_not(run: Run, painter_model: Path, tmp_path: Path) -> None:
    index = np.zeros((64, 64), np.uint8)
    index[:32] = 2
    path = tmp_path / "map.png"
    Image.fromarray(index).save(path)
    running = run(painter_model)
    session = running.session
    wanted: list[str] = []
    session.painting.workspace_wanted.connect(wanted.append)
    open_file(session, path)
    running.until(lambda: bool(session.painting.labels.any()))  # type: ignore[union-attr]
    assert wanted == ["paint"]
    assert np.array_equal(session.painting.labels, index)
    open_file(session, ASTRONAUT)
    running.until(lambda: session.project.photo is not None)
    assert np.array_equal(session.painting.labels, index)


def test_without_a_map_to_paint_a_dropped_one_is_a_photo(running: Running, tmp_path: Path) -> None:
    Image.fromarray(np.zeros((64, 64), np.uint8)).save(tmp_path / "map.png")
    open_file(running.session, tmp_path / "map.png")
    running.until(lambda: running.session.project.photo is not None)


@pytest.fixture
def parts(run: Run, styled_model: Path, quick_parts: tuple[str, ...]) -> Running:
    return run(styled_model)


def painted(running: Running) -> list[PaintUnits]:
    return [edit for edit in running.session.document.edits if isinstance(edit, PaintUnits)]


def test_parts_are_found_painted_measured_and_taken_back(parts: Running) -> None:
    session, concepts = parts.session, parts.session.painting.concepts
    assert can_paint_concepts(session.model)
    before = parts.settle().pictures["picture"]
    concepts.begin(Touch((5, 5)))
    assert not painted(parts)  # nothing is known yet
    noted: list[str] = []
    session.noted.connect(noted.append)
    concepts.look()
    assert concepts.searching
    parts.until(lambda: concepts.found is not None and not concepts.searching)
    assert concepts.concept.name == "hair"
    assert noted == ["The parts of this model are known: paint them."]
    concepts.begin(Touch((20, 20)))
    concepts.go(Touch((44, 20)))
    concepts.end()
    (edit,) = painted(parts)
    assert edit.name == "Add hair"
    mask = session.store.get(edit.mask)
    assert mask.shape == (REGION, REGION)
    assert (mask[20, 20:44] == 1).all()
    assert mask[40:].max() == 0
    assert len(session.history) == 1
    assert not np.array_equal(parts.settle().pictures["picture"], before)
    concepts.begin(Touch((20, 40)))
    concepts.end()
    (edit,) = painted(parts)  # the same class goes on
    assert session.store.get(edit.mask)[40, 20] == 1
    assert session.store.get(edit.mask)[20, 40] == 1
    concepts.choose(Concept("hair", remove=True))
    concepts.begin(Touch((20, 40)))
    concepts.end()
    assert [each.name for each in painted(parts)] == ["Add hair", "Remove hair"]
    assert len(session.history) == 3
    concepts.watch(watched=True)
    parts.until(lambda: concepts.effect is not None)
    assert concepts.effect is not None
    assert 0.0 <= concepts.effect.before <= 1.0
    assert concepts.effect.outside >= 0.0
    for _ in range(3):
        session.undo()
    assert np.array_equal(parts.settle().pictures["picture"], before)


def test_models_with_maps_and_those_without_a_segmenter_have_no_parts(
    run: Run, painter_model: Path, running: Running, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from ganstudio.checkpoints import shipped

    monkeypatch.setattr(shipped, "shipped_segmenter", lambda: tmp_path / "none")
    assert not can_paint_concepts(running.session.model)
    monkeypatch.setattr(shipped, "shipped_segmenter", lambda: painter_model)
    assert can_paint_concepts(running.session.model)
    assert not can_paint_concepts(run(painter_model).session.model)
    assert not can_paint_concepts(None)


def test_what_cannot_be_painted_is_said_in_plain_words() -> None:
    iou = torch.tensor([[0.5], [0.4], [0.3], [0.0]])
    stage = StageUnits("b8", torch.zeros(1), iou, torch.zeros(4, 1), torch.zeros(4, 1))
    hair = UnitPaint("b8", (0,), (1.0,), 1.5, 0.0, 0.34, 0.02, 0.05, 16)
    faint = UnitPaint("b8", (0,), (1.0,), 1.5, 0.5, 0.49, 0.02, 0.05, 16)
    paints = {Way(1, remove=False): hair, Way(1, remove=True): faint, Way(2, remove=True): faint}
    found = units.Parts(Dissection(("skin", "hair", "nose", "glasses"), 8, (stage,)), paints)
    assert found.names == ("hair",)
    assert missing_in_words(found) == (
        "No units change skin, nose clearly. Its pictures show no glasses, so that cannot be painted."
    )
    assert tried_in_words(Concept("hair"), found.paint_of("hair", remove=False)) == (
        "Tried on 16 pictures: hair filled 0 % of a rim around it before, 34 % after; elsewhere 5 % changed."
    )
    gone = Concept("hair", remove=True)
    assert tried_in_words(gone, found.paint_of("hair", remove=True)) == (
        "Nothing that was tried removes hair clearly in this model's pictures."
    )


def test_nothing_is_painted_where_nothing_acts(parts: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    concepts = parts.session.painting.concepts
    concepts.look()
    parts.until(lambda: concepts.found is not None and not concepts.searching)
    monkeypatch.setattr(UnitPaint, "is_clear", lambda *_told, **_way: False)
    concepts.begin(Touch((20, 20)))
    concepts.end()
    assert not painted(parts)
    assert "clearly" in concepts.note
