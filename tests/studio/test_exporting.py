"""Exports: pixels, recipes inside, films as streams, what is cancelled or cannot be written; texts that draw again."""

import dataclasses
import shlex
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import ganstudio
from ganstudio.core.device import Precision
from ganstudio.core.document import ClassChoice, LatentArray, LatentPoint, NoiseMode, NoiseSetting, Space, StyleSource
from ganstudio.core.errors import SaveError
from ganstudio.core.files import SPARE, DiskFullError
from ganstudio.core.project import Keyframe, PhotoInHand, Timeline
from ganstudio.core.square import Square
from ganstudio.core.store import Array, Store
from ganstudio.studio import exporting, recipes
from ganstudio.studio.carried import carried_recipe, gif_ending, picture_bytes
from ganstudio.studio.exporting import ExportOptions
from ganstudio.studio.film import Film
from ganstudio.studio.kept import keep
from ganstudio.studio.kept_files import export_sheet
from ganstudio.studio.opening import open_file
from ganstudio.studio.recipe_file import MissingArraysError
from ganstudio.studio.session import Session
from tests.studio.conftest import Running

Run = Callable[[str | Path], Running]
PATH = Timeline((Keyframe(LatentPoint.of_seed(1), 0.3), Keyframe(LatentPoint.of_seed(2), 0.3)), fps=20)


def saved(running: Running, start: Callable[[], int]) -> list[str]:
    """Run an export to its end."""
    notes: list[str] = []
    problems: list[str] = []
    running.session.noted.connect(notes.append)
    running.session.failed.connect(lambda problem: problems.append(problem.sentence))
    start()
    running.until(lambda: bool(notes or problems))
    return notes + problems


def pixels_of(path: Path) -> Array:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_a_picture_brings_its_state_back(suffix: str, run: Run, styled_model: Path, tmp_path: Path) -> None:
    running = run(styled_model)
    session = running.session
    session.change_many(
        "Something", {"mixing": (StyleSource(LatentPoint.of_seed(9), (0.0, 1.0), "neün"),), "psi": 0.7}
    )
    document, picture = session.document, running.settle().pictures["picture"]
    session.set_device("cpu", Precision.FAST)
    path = tmp_path / f"out{suffix}"
    best = ExportOptions(quality=100)
    assert saved(running, lambda: exporting.export_picture(session, path, best)) == [f"Saved {path}."]
    limit = 0 if suffix != ".jpg" else 12
    assert np.abs(pixels_of(path).astype(int) - picture).max() <= limit
    session.set_device("cpu", Precision.EXACT)
    session.change_many("Else", {"mixing": (), "psi": 1.0})
    open_file(session, path)
    running.until(lambda: session.document == document)
    assert np.array_equal(running.settle().pictures["picture"], picture)
    session.undo()
    assert session.document.mixing == ()


def test_large_arrays_lie_beside_the_picture(run: Run, styled_model: Path, tmp_path: Path) -> None:
    running = run(styled_model)
    session = running.session
    rows = [session.store.put(np.random.default_rng(i).normal(size=(8, 16))) for i in range(80)]
    sources = tuple(StyleSource(LatentArray(Space.W_PLUS, row), (0.01,) * 8) for row in rows)
    session.change("Much", "mixing", sources)
    document, path = session.document, tmp_path / "big.png"
    saved(running, lambda: exporting.export_picture(session, path, ExportOptions()))
    inside = carried_recipe(path)
    assert inside is not None
    assert len(inside) <= 48_000
    fresh = Store()
    assert recipes.recipe_in(path, fresh).document == document
    assert np.array_equal(fresh.get(rows[79]), session.store.get(rows[79]))
    again = tmp_path / "big.jpg"
    session.change("Else", "psi", 0.5)
    saved(running, lambda: exporting.export_picture(session, again, ExportOptions()))
    assert recipes.recipe_in(path, Store()).document == document  # each has a file of its own
    assert recipes.recipe_in(again, Store()).document == session.document
    beside = tmp_path / "big.png.recipe"
    beside.rename(tmp_path / "big.recipe")  # as earlier versions called it
    assert recipes.recipe_in(path, Store()).document == document
    (tmp_path / "big.recipe").write_bytes((tmp_path / "big.jpg.recipe").read_bytes())
    with pytest.raises(MissingArraysError, match=r"big\.png .* belongs to another picture"):
        recipes.recipe_in(path, Store())
    (tmp_path / "big.recipe").unlink()
    with pytest.raises(Exception, match=r"big\.png leaves out arrays"):
        recipes.recipe_in(path, Store())


def photo_in(session: Session) -> PhotoInHand:
    """Have a photo in hand, with what a search came to."""
    pixels = np.random.default_rng(3).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    photo = PhotoInHand("me.jpg", "/pictures/me.jpg", 240, 180, session.store.put(pixels), Square(20.0, 30.0, 100.0))
    photo = dataclasses.replace(photo, found=session.document)
    session.change_project("Photo", {"photo": photo})
    return photo


@pytest.mark.parametrize("wanted", [False, True])
def test_a_photo_travels_along_only_where_it_is_asked_for(
    wanted: bool, run: Run, styled_model: Path, tmp_path: Path
) -> None:
    running = run(styled_model)
    session = running.session
    photo, path = photo_in(session), tmp_path / "mine.png"
    saved(running, lambda: exporting.export_picture(session, path, ExportOptions(photo=wanted)))
    inside = carried_recipe(path)
    assert inside is not None
    everything = inside + b"".join(each.read_bytes() for each in tmp_path.glob("*.recipe"))
    assert (b"me.jpg" in everything) is wanted
    fresh = Store()
    found = recipes.recipe_in(path, fresh)
    assert found.photo == (photo if wanted else None)
    if wanted:
        assert np.array_equal(fresh.get(photo.pixels), session.store.get(photo.pixels))


def test_dropping_a_picture_with_its_photo_is_one_step(run: Run, styled_model: Path, tmp_path: Path) -> None:
    running = run(styled_model)
    session = running.session
    photo, path = photo_in(session), tmp_path / "mine.png"
    saved(running, lambda: exporting.export_picture(session, path, ExportOptions(photo=True)))
    again = run(styled_model)
    open_file(again.session, path)
    again.until(lambda: again.session.project.photo is not None)
    assert again.session.project.photo == photo
    again.session.undo()
    assert again.session.project.photo is None
    again.settle()


def test_broken_pictures_are_called_so(running: Running, tmp_path: Path) -> None:
    (tmp_path / "broken.webp").write_bytes(b"RIFF....WEBP")
    whole = picture_bytes(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8), ".png", None)
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty.recipe").write_bytes(b"{}")
    for name, words in (
        ("broken.webp", "broken.webp is broken"),
        ("empty.recipe", "empty.recipe is no recipe"),
        ("cut.png", "cut.png is broken"),
        ("missing.mp4", "There is no file"),
    ):
        problems: list[str] = []
        running.session.failed.connect(lambda problem, problems=problems: problems.append(problem.sentence))  # type: ignore[misc]
        open_file(running.session, tmp_path / name)
        running.until(lambda problems=problems: bool(problems))  # type: ignore[misc]
        assert words in problems[0]


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_bytes_of_any_kind_are_no_recipe(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        for suffix in (".png", ".jpg", ".webp", ".gif", ".mp4", ".recipe"):
            path = Path(folder) / f"any{suffix}"
            path.write_bytes(data)
            assert carried_recipe(path) is None


def test_a_film_stops_while_the_disk_still_has_a_little_room(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, frame = tmp_path / "walk.mp4", np.zeros((16, 16, 3), np.uint8)
    film = Film(path, (16, 16), Fraction(25))
    film.add(frame)
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: SimpleNamespace(free=SPARE))
    with pytest.raises(DiskFullError, match=r"walk\.mp4 was not written: its disk has no room left\. Free some"):
        film.add(frame)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fast", [False, True])
def test_contact_sheets_are_exact_in_every_precision(fast: bool, run: Run, styled_model: Path, tmp_path: Path) -> None:
    running = run(styled_model)
    session = running.session
    exact = running.settle().pictures["picture"]
    if fast:
        session.set_device("cpu", Precision.FAST)
    keep(session)
    assert saved(running, lambda: export_sheet(session, (0,), tmp_path / "sheet.png"))
    assert np.array_equal(pixels_of(tmp_path / "sheet.png")[: exact.shape[0], : exact.shape[1]], exact)
    assert recipes.recipe_in(tmp_path / "sheet.png", Store()).document == session.project.kept[0].document


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".gif"])
def test_a_film_has_its_frames_and_its_recipe(suffix: str, running: Running, tmp_path: Path) -> None:
    session = running.session
    session.change_project("Path", {"timeline": PATH})
    path = tmp_path / f"walk{suffix}"
    options = ExportOptions(fps=20.0, quality=100, side=33)
    assert saved(running, lambda: exporting.export_film(session, path, options)) == [f"Saved {path}."]
    with av.open(str(path)) as film:
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert len(frames) == exporting.frame_count(PATH, 20.0) == 7
    even = 33 if suffix == ".gif" else 34
    assert frames[0].shape == (even, even, 3)
    session.change("Seed", "inputs.z", LatentPoint.of_seed(1))
    first = exporting.resized(running.settle().pictures["picture"], 33)
    assert np.abs(frames[0][:33, :33].astype(int) - first).mean() < 8
    assert np.abs(frames[0].astype(int) - frames[-1]).mean() > 8
    session.change_project("Away", {"timeline": Timeline()})
    open_file(session, path)
    running.until(lambda: session.project.timeline == PATH)
    assert [file for file in tmp_path.iterdir() if file.is_file()] == [path]


def test_a_cancelled_film_leaves_nothing(running: Running, tmp_path: Path) -> None:
    session = running.session
    session.change_project("Path", {"timeline": dataclasses.replace(PATH, closed=True)})
    path = tmp_path / "walk.mp4"
    path.write_bytes(b"an older film")
    number = exporting.export_film(session, path, ExportOptions(fps=60.0))
    running.until(lambda: any(job.progress.done >= 3 for job in session.jobs))
    session.pause_job(number, paused=True)
    session.cancel_job(number)
    running.until(lambda: not session.jobs)
    assert path.read_bytes() == b"an older film"
    assert [file for file in tmp_path.iterdir() if file.is_file()] == [path]


def test_films_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    with pytest.raises(SaveError, match=r"no folder.*x\.mp4 cannot be written"):
        Film(tmp_path / "no folder" / "x.mp4", (16, 16), Fraction(30))
    film = Film(tmp_path / "x.gif", (16, 16), Fraction(30))
    film.abandon()
    assert list(tmp_path.iterdir()) == []


def test_a_bit_rate_is_kept_to(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (30, 64, 64, 3), dtype=np.uint8)
    sizes = []
    for rate in (60_000, 2_000_000):
        film = Film(tmp_path / f"{rate}.mp4", (64, 64), Fraction(15), bit_rate=rate)
        for frame in noise:
            film.add(frame)
        film.finish()
        sizes.append((tmp_path / f"{rate}.mp4").stat().st_size)
    assert sizes[1] > 2 * sizes[0]


def test_frames_kept_pictures_seeds_and_grids(running: Running, tmp_path: Path) -> None:
    session = running.session
    session.change_project("Path", {"timeline": PATH})
    saved(running, lambda: exporting.export_frames(session, tmp_path / "frames", ".png", ExportOptions(fps=10.0)))
    assert [path.name for path in sorted((tmp_path / "frames").iterdir())] == [f"frame{i:04d}.png" for i in range(4)]
    named = exporting.seed_documents(session, (3, 4))
    both = (*named, ("a/b: c?", named[0][1]), ("a_b_ c_", named[1][1]))
    saved(running, lambda: exporting.export_pictures(session, tmp_path / "seeds", ".jpg", both, ExportOptions()))
    names = sorted(path.name for path in (tmp_path / "seeds").iterdir())
    assert names == ["a_b_ c_ (2).jpg", "a_b_ c_.jpg", "seed0003.jpg", "seed0004.jpg"]
    old = (tmp_path / "seeds" / "seed0003.jpg").stat()
    saved(running, lambda: exporting.export_pictures(session, tmp_path / "seeds", ".jpg", named, ExportOptions()))
    assert (tmp_path / "seeds" / "seed0003 (2).jpg").is_file()
    assert (tmp_path / "seeds" / "seed0003.jpg").stat() == old
    documents = [document for _, document in named]
    saved(running, lambda: exporting.export_grid(session, tmp_path / "grid.png", documents, ExportOptions(side=32)))
    assert pixels_of(tmp_path / "grid.png").shape == (32, 64, 3)


def test_a_gif_with_a_comment_is_a_gif() -> None:
    recipe = b'{"ganstudio":' + b"x" * 1000
    ending = gif_ending(recipe)
    assert ending[:2] == b"\x21\xfe"
    assert ending[-2:] == b"\x00\x3b"
    assert picture_bytes(np.zeros((4, 4, 3), np.uint8), ".png", None) == picture_bytes(
        np.zeros((4, 4, 3), np.uint8), ".png", None
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"psi": 0.6, "cutoff": 3},
        {"inputs.class": ClassChoice(4), "inputs.z": LatentPoint.of_seed(11)},
        {"noise": NoiseSetting(NoiseMode.NONE)},
        {"inputs.z": LatentPoint(3.25, 1.5), "noise": NoiseSetting(NoiseMode.RANDOM, 5, 1.5)},
        {"mixing": (StyleSource(LatentPoint.of_seed(2), (1.0, 0.5), "it's “mixed”"),)},
    ],
)
def test_script_and_command_line_draw_equal_pixels(
    changes: dict[str, object], run: Run, styled_model: Path, tmp_path: Path
) -> None:
    from ganstudio import cli

    running = run(styled_model)
    session = running.session
    session.change_many("Change", changes)
    picture = running.settle().pictures["picture"]
    space: dict[str, Array] = {}
    exec(recipes.as_script(session.document, session.store), space)
    assert np.array_equal(space["picture"], picture)
    words = shlex.split(recipes.as_command(session.document, session.store))
    assert words[:3] == ["python", "launcher.py", "generate"]
    words[words.index("--out") + 1] = str(tmp_path / "out")
    assert cli.generate(words[3:]) == 0
    (path,) = [file for file in (tmp_path / "out").iterdir() if file.name != "sheet.png"]
    assert np.array_equal(pixels_of(path), picture)
    if path.name == "recipe.png":
        assert np.array_equal(ganstudio.draw_recipe(path), picture)
