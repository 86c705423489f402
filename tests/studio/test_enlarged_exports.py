"""Exports enlarged on their way out: pictures, grids, frames, films and what the command line writes."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from PIL import Image

from ganstudio.core.store import Store
from ganstudio.studio import exporting
from ganstudio.studio.exporting import ExportOptions
from ganstudio.studio.generation import GenerateOptions, generate
from ganstudio.studio.opening import open_file
from ganstudio.studio.recipe_file import Enlargement
from ganstudio.studio.recipes import draw_recipe, recipe_in
from tests.studio.conftest import Running
from tests.studio.test_exporting import PATH, pixels_of, saved

Run = Callable[[str | Path], Running]
LARGER = ExportOptions(enlarge=True, fps=20)


def enlargement(path: Path) -> Enlargement:
    found = recipe_in(path, Store()).enlarged
    assert found is not None
    return found


def test_a_picture_is_enlarged_and_its_recipe_says_so(
    run: Run, styled_model: Path, tiny_enlarger: str, tmp_path: Path
) -> None:
    running = run(styled_model)
    session, path, plain = running.session, tmp_path / "large.png", tmp_path / "plain.png"
    picture, document, shares = running.settle().pictures["picture"], session.document, []
    session.jobs_changed.connect(lambda: shares.extend(job.progress.fraction for job in session.jobs))
    assert saved(running, lambda: exporting.export_picture(session, path, LARGER)) == [f"Saved {path}."]
    assert pixels_of(path).shape == (128, 128, 3)
    assert len({share for share in shares if 0 < share < 1}) > 2, "the network's blocks are told one by one"
    made = enlargement(path)
    assert (made.times, made.network) == (4, tiny_enlarger)
    assert np.array_equal(draw_recipe(path), picture)
    saved(running, lambda: exporting.export_picture(session, plain, ExportOptions()))
    assert recipe_in(plain, Store()).enlarged is None
    session.change("Else", "psi", 0.3)
    notes: list[str] = []
    session.noted.connect(notes.append)
    open_file(session, path)
    running.until(lambda: session.document == document)
    assert notes == [f"The file shows this picture enlarged 4× with {tiny_enlarger}."]


@pytest.mark.usefixtures("tiny_enlarger")
def test_the_wanted_side_holds_after_enlarging(run: Run, styled_model: Path, tmp_path: Path) -> None:
    running, path = run(styled_model), tmp_path / "sided.webp"
    options = dataclasses.replace(LARGER, side=100)
    saved(running, lambda: exporting.export_picture(running.session, path, options))
    assert pixels_of(path).shape == (100, 100, 3)
    assert enlargement(path).times == 4


@pytest.mark.usefixtures("tiny_enlarger")
def test_grids_seeds_and_frames(
    run: Run, styled_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = run(styled_model)
    session, grid, limited = running.session, tmp_path / "grid.jpg", tmp_path / "limited.png"
    named = exporting.seed_documents(session, range(3))
    documents = [document for _, document in named]
    saved(running, lambda: exporting.export_grid(session, grid, documents, LARGER))
    assert pixels_of(grid).shape == (256, 256, 3)
    assert enlargement(grid).times == 4
    monkeypatch.setattr(exporting, "SHEET_LIMIT_PX", 200)
    saved(running, lambda: exporting.export_grid(session, limited, documents, LARGER))
    assert pixels_of(limited).shape == (200, 200, 3)
    saved(running, lambda: exporting.export_pictures(session, tmp_path / "many", ".png", named, LARGER))
    session.change_project("Path", {"timeline": PATH})
    saved(running, lambda: exporting.export_frames(session, tmp_path / "frames", ".png", LARGER))
    files = sorted((tmp_path / "many").iterdir()) + sorted((tmp_path / "frames").glob("frame*"))
    assert len(files) == 3 + exporting.frame_count(PATH, 20)
    for path in files:
        assert pixels_of(path).shape == (128, 128, 3)
        assert enlargement(path).times == 4


@pytest.mark.usefixtures("tiny_enlarger")
def test_a_film_is_enlarged_frame_by_frame_and_can_be_cancelled(run: Run, styled_model: Path, tmp_path: Path) -> None:
    running, path = run(styled_model), tmp_path / "walk.mp4"
    session = running.session
    session.change_project("Path", {"timeline": PATH})
    saved(running, lambda: exporting.export_film(session, path, LARGER))
    with av.open(str(path)) as film:
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert [frame.shape for frame in frames] == [(128, 128, 3)] * exporting.frame_count(PATH, 20)
    made = recipe_in(path, Store())
    assert (made.timeline, made.enlarged and made.enlarged.times) == (PATH, 4)
    number = exporting.export_film(session, tmp_path / "never.mp4", LARGER)
    running.until(lambda: any(0 < job.progress.fraction < 1 for job in session.jobs))
    session.cancel_job(number)
    running.until(lambda: not session.jobs)
    assert [each.name for each in tmp_path.iterdir() if "never" in each.name] == []


@pytest.mark.usefixtures("tiny_enlarger")
def test_the_command_line_enlarges(styled_model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    steps = list(generate(GenerateOptions(out, str(styled_model), seeds="3-4", enlarge=True)))
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions)
    assert [pixels_of(out / name).shape for name in ("seed0003.png", "seed0004.png")] == [(128, 128, 3)] * 2
    with Image.open(out / "sheet.png") as image:
        assert image.size == (64, 32)
    assert torch.is_grad_enabled()
