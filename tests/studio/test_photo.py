"""A photo in hand: opened, framed, searched for, kept through undo, projects and crashes, and pasted back."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.core.document import LatentArray, LatentPoint, OffsetStyles, Space
from ganstudio.core.inverting import Method, psnr_of
from ganstudio.core.paths import ASSETS
from ganstudio.core.progress import Progress
from ganstudio.core.project import Edge, PasteOptions
from ganstudio.core.square import Square
from ganstudio.core.store import Array, Store
from ganstudio.data.faces.paste import Change, paste
from ganstudio.data.faces.square import cut
from ganstudio.studio.encoders import has_encoder
from ganstudio.studio.enlargement import PictureEnlarging
from ganstudio.studio.journal import JOURNAL, read_journal
from ganstudio.studio.opening import open_file, opener_of
from ganstudio.studio.photo_reading import aligned_picture
from ganstudio.studio.photo_run import Plan, fitting, mask_of, spaces_of
from ganstudio.studio.project_file import open_project, save_project
from ganstudio.studio.session import Session
from tests.studio.conftest import PATIENCE_S, Running

ASTRONAUT = ASSETS / "samples" / "astronaut.png"


def opened(running: Running, path: Path = ASTRONAUT) -> Session:
    """Open a photo and wait until it is framed and cut out."""
    session = running.session
    open_file(session, path)
    running.until(lambda: session.project.photo is not None and session.photo.aligned is not None)
    return session


def pixels(file: Path) -> Array:
    """What a picture file shows."""
    with Image.open(file) as picture:
        return np.asarray(picture.convert("RGB"))


def searched(running: Running, plan: Plan) -> Session:
    """Search with a plan to its end."""
    session = running.session
    session.photo.search.choose(plan)
    session.photo.search.start()
    running.until(lambda: not session.photo.search.busy)
    return session


def test_a_picture_without_a_recipe_is_a_photo_and_its_face_is_framed(running: Running) -> None:
    session = opened(running)
    hand = session.project.photo
    assert hand is not None
    assert (hand.name, hand.width, hand.height, hand.face, len(hand.faces)) == ("astronaut.png", 512, 512, 1, 1)
    assert abs(hand.square.x - 220) < 30
    assert abs(hand.square.y - 110) < 40
    assert session.photo.aligned is not None
    assert session.photo.aligned.shape == (64, 64, 3)
    before = session.photo.aligned
    session.photo.frame(hand.square.moved(40, 0), "drag")
    session.photo.frame(hand.square.moved(80, 0).turned(0.3), "drag")
    session.end_gesture()
    running.until(lambda: session.photo.idle and not np.array_equal(session.photo.aligned, before))
    moved = session.project.photo
    assert moved is not None
    assert (moved.face, moved.square) == (0, hand.square.moved(80, 0).turned(0.3))
    session.undo()
    assert session.project.photo == hand
    session.photo.frame(Square(-900, 900, 1e9), None)
    assert session.project.photo is not None
    assert session.project.photo.square == Square(0, 512, 2048)
    session.photo.choose_face(1)
    assert session.project.photo == hand
    session.undo()
    session.undo()
    session.undo()
    assert session.project.photo is None


def test_no_face_takes_the_middle_and_says_so_and_errors_lose_nothing(running: Running, tmp_path: Path) -> None:
    Image.fromarray(np.full((40, 60, 3), (90, 120, 200), np.uint8)).save(tmp_path / "sky.png")
    session = opened(running, tmp_path / "sky.png")
    hand = session.project.photo
    assert hand is not None
    assert (hand.square, hand.face) == (Square(30, 20, 40), 0)
    assert "No face was found" in hand.notes[0]
    problems: list[str] = []
    session.failed.connect(lambda problem: problems.append(problem.sentence))
    (tmp_path / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(40))
    (tmp_path / "wide.bmp").write_bytes(b"BM" + bytes(30))
    for number, name in enumerate(("phone.heic", "wide.bmp", "gone.tiff"), start=1):
        open_file(session, tmp_path / name)
        running.until(lambda number=number: len(problems) == number and not session.photo.reading)  # type: ignore[misc]
        assert name in problems[-1]
    assert session.project.photo == hand
    assert opener_of(tmp_path / "any.avif").invitation == "Drop to edit the photo"


def test_a_search_becomes_the_document_in_one_step(run: Callable[[str | Path], Running], styled_model: Path) -> None:
    running = run(styled_model)
    session = opened(running)
    before = session.project
    plan = Plan(space=Space.STYLE, steps=3)
    searched(running, plan)
    found = session.document
    frame = running.settle()
    latent = found.inputs["z"]
    assert isinstance(latent, LatentArray)
    assert (latent.space, latent.array.shape) == (Space.W_PLUS, (8, 16))
    assert len(found.noise.maps) == len(session.model.noise_resolutions if session.model else ())
    assert all(isinstance(edit, OffsetStyles) for edit in found.edits)
    assert found.edits
    search = session.photo.search
    assert search.picture is not None
    drawn = next(iter(frame.pictures.values())).astype(int)
    assert np.abs(drawn - search.picture).max() <= 1
    kept = session.project.kept[-1]
    assert kept.document == found
    assert {"photo", "optimise", "style"} < set(kept.tags)
    assert session.project.photo is not None
    assert session.project.photo.found == found
    assert len(search.curves["perceptual"]) == 3
    assert not search.can_go_on
    session.undo()
    assert session.project == before
    session.redo()
    assert session.document == found


def test_a_search_goes_on_from_what_it_found_and_stops_with_the_best(running: Running) -> None:
    session = opened(running)
    searched(running, Plan(steps=2))
    first = session.photo.search.best
    assert first is not None
    assert isinstance(session.document.inputs["z"], LatentArray)
    back = session.photo.back
    back.choose(PasteOptions(only_change=True))
    session.undo()
    assert back.options == PasteOptions()
    session.redo()
    back.watch(watched=True)
    running.until(lambda: back.pasted is not None and back.idle)
    assert session.project.photo is not None
    shown = session.store.get(session.project.photo.pixels)
    assert back.pasted is not None
    assert np.array_equal(back.pasted, shown)  # nothing was changed yet
    back.watch(watched=False)
    search = session.photo.search
    search.choose(Plan(steps=500))
    search.go_on()
    running.until(lambda: len(search.curves["perceptual"]) >= 5)
    search.hold(paused=True)
    running.until(lambda: search.held)
    search.hold(paused=False)
    search.stop()
    running.until(lambda: not search.busy)
    assert search.best is not None
    assert search.best.lpips <= first.lpips
    assert session.document == search.best.document
    assert len(session.project.kept) == 2


def test_a_search_leaves_what_a_person_looks_at_meanwhile(running: Running) -> None:
    session = opened(running)
    session.photo.search.choose(Plan(steps=3))
    session.photo.search.start()
    session.change("Seed", "inputs.z", LatentPoint.of_seed(7))
    running.until(lambda: not session.photo.search.busy)
    assert session.value("inputs.z") == LatentPoint.of_seed(7)
    assert session.project.kept[-1].name.startswith("astronaut · 0.")


def test_the_best_so_far_is_in_the_journal_and_in_projects(running: Running, tmp_path: Path) -> None:
    session = opened(running)
    session.recovery.begin()
    search = session.photo.search
    search.choose(Plan(steps=10_000))
    search.start()
    running.until(lambda: search.best is not None)
    best = session.document
    written: list[bool] = []
    journal = next((session.settings.folder / "sessions").iterdir()) / JOURNAL
    while not written:
        store = Store()
        found = read_journal(journal, store)
        project = None if found is None else found.tree.nodes[-1].project
        if project is not None and project.document.inputs == best.inputs:
            assert project.photo is not None
            assert store.get(project.photo.pixels).shape == (512, 512, 3)
            written.append(True)
        running.session.receive(running._events.get(timeout=PATIENCE_S))
        best = session.document if not written else best
    search.stop()
    running.until(lambda: not search.busy)
    save_project(tmp_path / "p.ganstudio", session.history.tree, session.store)
    store = Store()
    again = open_project(tmp_path / "p.ganstudio", store).nodes[-1].project
    assert again == session.project
    session.recovery.end()


def test_the_picture_goes_back_into_the_photo(running: Running, tmp_path: Path) -> None:
    photo = tmp_path / "me.png"
    photo.write_bytes(ASTRONAUT.read_bytes())
    session = opened(running, photo)
    back = session.photo.back
    back.watch(watched=True)
    running.until(lambda: back.pasted is not None and back.idle)
    assert back.pasted is not None
    said: list[str] = []
    problems: list[str] = []
    session.noted.connect(said.append)
    session.failed.connect(lambda problem: problems.append(problem.sentence))
    for edge in Edge:
        back.choose(PasteOptions(edge))
        out = tmp_path / f"{edge.value}.png"
        back.export(out)
        running.until(lambda out=out: any(str(out) in words for words in said))  # type: ignore[misc]
        pasted, original = pixels(out), pixels(photo)
        changed = (pasted != original).any(axis=2)
        assert 0.02 < changed.mean() < 0.5
    back.export(photo)
    running.until(lambda: bool(problems))
    assert "never written over" in problems[0]
    photo.unlink()
    back.export(tmp_path / "later.png")
    running.until(lambda: "is gone" in said[-1])
    assert pixels(tmp_path / "later.png").shape == (512, 512, 3)


@pytest.mark.usefixtures("tiny_enlarger")
def test_the_picture_goes_back_enlarged(running: Running, tmp_path: Path) -> None:
    session = opened(running)
    back, hand, out = session.photo.back, session.project.photo, tmp_path / "enlarged.png"
    assert hand is not None
    larger: list[Array] = []

    def enlarging() -> Iterator[Progress]:
        larger.append((yield from PictureEnlarging("cpu").enlarged(running.settle().pictures["picture"])))

    assert list(enlarging())
    (large,) = larger
    assert large.shape == (256, 256, 3)
    back.choose(PasteOptions(enlarge=True))
    said: list[str] = []
    session.noted.connect(said.append)
    back.export(out)
    running.until(lambda: any(str(out) in words for words in said))
    assert np.array_equal(pixels(out), paste(pixels(ASTRONAUT), Change(large), hand.square))
    back.watch(watched=True)
    running.until(lambda: back.pasted is not None and back.idle)
    assert back.pasted is not None
    assert np.array_equal(back.pasted, pixels(out))
    session.undo()
    assert back.options == PasteOptions()


def test_a_small_face_in_a_large_photo_is_seen_as_sharp_as_it_is_searched_for(
    running: Running, tmp_path: Path
) -> None:
    large = np.full((400, 9000, 3), 120, np.uint8)
    large[:, 5000:5400] = pixels(ASTRONAUT)[:400, 50:450]
    photo = tmp_path / "wide.png"
    Image.fromarray(large).save(photo)
    session = opened(running, photo)
    hand = session.project.photo
    assert hand is not None
    assert len(hand.faces) == 1
    assert session.model is not None
    side = session.model.resolution
    running.until(lambda: session.photo.idle)
    aligned = session.photo.aligned
    assert aligned is not None
    assert hand.shown_square.side < side < hand.square.side, "the kept copy has too few pixels"
    assert np.array_equal(aligned, cut(large, hand.square, side))
    assert np.array_equal(aligned, aligned_picture(hand, side, session.store))
    photo.unlink()
    session.photo.frame(hand.square.moved(1.0, 0.0), None)
    running.until(lambda: session.photo.idle)
    moved = session.project.photo
    assert moved is not None
    assert session.photo.aligned is not None
    assert np.array_equal(session.photo.aligned, cut(session.store.get(moved.pixels), moved.shown_square, side))


def test_a_mask_says_what_counts(running: Running) -> None:
    session = opened(running)
    mask = np.zeros((32, 32), np.uint8)
    mask[:16] = 255
    session.photo.paint_mask(mask)
    searched(running, Plan(steps=2))
    hand, aligned, best = session.project.photo, session.photo.aligned, session.photo.search.best
    assert hand is not None
    assert aligned is not None
    assert best is not None
    counts = mask_of(hand, 64, session.store)
    assert counts is not None
    assert counts.mean() == pytest.approx(0.5)
    apart = running.settle().pictures["picture"] / 127.5 - aligned / 127.5
    inside, all_over = ((apart**2).mean(axis=2) * counts).sum() / counts.sum(), (apart**2).mean()
    assert best.psnr == pytest.approx(psnr_of(inside), abs=0.1)
    assert abs(best.psnr - psnr_of(all_over)) > 0.2, "what lies outside counts for nothing"
    session.photo.paint_mask(None)
    assert session.project.photo.mask is None


def test_plans_fit_models(running: Running, run: Callable[[str | Path], Running], styled_model: Path) -> None:
    plain, styled = running.session.model, run(styled_model).session.model
    assert plain is not None
    assert styled is not None
    assert spaces_of(plain) == (Space.Z,)
    assert spaces_of(styled) == (Space.W_PLUS, Space.W, Space.Z, Space.STYLE)
    plan = fitting(Plan(), plain)
    assert (plan.method, plan.space) == ("optimise", Space.Z)
    assert dataclasses.replace(plan, space=Space.W_PLUS) == fitting(plan, styled) or plan.space is Space.Z


@pytest.mark.parametrize("model", ["digits-gan"])
def test_gray_models_without_faces_take_any_photo(run: Callable[[str | Path], Running], model: str) -> None:
    running = run(model)
    session = opened(running, ASSETS / "samples" / "coffee.png")
    searched(running, Plan(steps=2))
    assert isinstance(next(iter(session.document.inputs.values())), LatentArray)
    kept = session.project.kept[-1]
    assert "LPIPS" not in " ".join((*kept.tags, session.photo.search.words)), "they are too small for it"
    assert session.photo.search.words.startswith("PSNR ")
    assert kept.name.endswith(" dB")


def test_a_tuned_model_is_a_file_of_its_own(run: Callable[[str | Path], Running], styled_model: Path) -> None:
    running = run(styled_model)
    session = opened(running)
    first = session.document
    searched(running, Plan(method=Method.PIVOTAL, steps=6))
    assert session.model is not None  # at once
    frame = running.settle()
    tuned = session.settings.folder / "tuned" / "small-styles astronaut 1.safetensors"
    assert tuned.is_file()
    assert session.document.model.name == str(tuned)
    assert session.model.digest == session.document.model.digest != first.model.digest
    search = session.photo.search
    assert search.picture is not None
    drawn = next(iter(frame.pictures.values())).astype(int)
    assert np.abs(drawn - search.picture).mean() < 1
    session.undo()
    running.until(lambda: session.model is not None and session.model.digest == first.model.digest)
    running.settle()


def test_where_a_tuned_model_cannot_be_kept_the_latent_is_and_its_numbers_are_its_own(
    running: Running,
) -> None:
    session = opened(running)
    problems: list[str] = []
    session.failed.connect(lambda problem: problems.append(problem.sentence))
    session.settings.folder.mkdir(exist_ok=True)
    (session.settings.folder / "tuned").write_bytes(b"in the way")
    searched(running, Plan(method=Method.PIVOTAL, steps=16))
    running.until(lambda: bool(problems))
    assert "cannot be written to" in problems[0]
    best, aligned = session.photo.search.best, session.photo.aligned
    assert best is not None
    assert aligned is not None
    drawn = running.settle()
    assert drawn.document == best.document == session.project.kept[-1].document
    apart = drawn.pictures["picture"] / 127.5 - aligned / 127.5
    assert best.psnr == pytest.approx(psnr_of((apart**2).mean()), abs=0.1)


def test_an_encoder_answers_at_once_and_the_search_goes_on_from_there(run: Callable[[str | Path], Running]) -> None:
    running = run("faces")
    session = opened(running)
    assert session.model is not None
    if not has_encoder(session.model):
        pytest.skip("no encoder ships for these faces")
    assert session.photo.search.plan.method is Method.HYBRID
    for method in (Method.ENCODER, Method.HYBRID):
        assert fitting(Plan(method=method, space=Space.Z), session.model).space is Space.W_PLUS
    said: list[str] = []
    session.noted.connect(said.append)
    searched(running, Plan(method=Method.ENCODER))
    running.settle()
    best = session.photo.search.best
    assert best is not None
    assert [words for words in said if "latent" in words] == [
        f"The latent is kept: LPIPS {best.lpips:.4f} by the encoder."
    ]
    assert best is not None
    assert best.steps == 0
    assert best.psnr > 10
    searched(running, Plan(steps=2))
    assert session.photo.search.best is not None
    assert session.photo.search.best.lpips <= best.lpips
