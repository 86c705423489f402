"""Kept latents: what is kept, found, lent, summed and moved; files in the field's shapes."""

import dataclasses
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ganstudio import open_model
from ganstudio.core.document import LatentArray, LatentBlend, LatentPoint, MoveAlong, Space, StyleSource
from ganstudio.core.latents import seed_latent
from ganstudio.core.store import Array
from ganstudio.studio import kept, kept_files
from ganstudio.studio.latent_files import (
    LatentFileError,
    LatentSizes,
    looks_like_latents,
    read_latents,
    write_latents,
)
from ganstudio.studio.opening import open_file
from tests.studio.conftest import Running

SIZES = LatentSizes(z_dim=16, w_dim=12, n_latent=8)
SAME = LatentSizes(z_dim=12, w_dim=12, n_latent=8)
Run = Callable[[str | Path], Running]


def keep_seeds(running: Running, *seeds: int) -> None:
    for seed in seeds:
        running.session.change("Seed", "inputs.z", LatentPoint.of_seed(seed))
        kept.keep(running.session)


def test_a_picture_is_kept_renamed_tagged_moved_and_brought_back(running: Running) -> None:
    session = running.session
    keep_seeds(running, 3, 4, 5)
    assert [each.name for each in session.project.kept] == ["seed 3", "seed 4", "seed 5"]
    first = session.project.kept[0].document
    kept.rename(session, 0, " Anna ")
    kept.tag(session, (0, 2), ("smiling", " smiling", "", "glasses"))
    kept.move(session, (0,), 3)
    assert [each.name for each in session.project.kept] == ["seed 4", "seed 5", "Anna"]
    assert session.project.kept[2].tags == ("smiling", "glasses")
    assert kept.found(session.project.kept, "GLASS") == [1, 2]
    kept.move(session, (2, 1), 0)
    assert [each.name for each in session.project.kept] == ["seed 5", "Anna", "seed 4"]
    session.change("Truncate", "psi", 0.2)
    kept.show(session, 1)
    assert session.document == first
    kept.lend(session, 2)
    assert session.value("inputs.z") == LatentPoint.of_seed(4)
    kept.remove(session, (0, 2))
    assert [each.name for each in session.project.kept] == ["Anna"]
    for _ in range(8):
        session.undo()
    assert [each.name for each in session.project.kept] == ["seed 3", "seed 4", "seed 5"]
    keep_seeds(running, 3)
    assert session.project.kept[3].name == "seed 3 (2)"


def test_a_mixed_picture_lends_the_ws_that_it_was_drawn_from(run: Run, styled_model: Path) -> None:
    running = run(styled_model)
    session = running.session
    session.change("Mix", "mixing", (StyleSource(LatentPoint.of_seed(9), (0.0,) * 6 + (1.0, 1.0)),))
    session.change("Truncate", "psi", 0.5)
    mixed = running.settle().pictures["picture"]
    kept.keep(session)
    running.until(lambda: bool(session.project.kept))
    latent = session.project.kept[0].latent
    assert isinstance(latent, LatentArray)
    assert latent.space is Space.W_PLUS
    session.change_many("Use it", {"mixing": (), "inputs.z": latent})
    again = running.settle().pictures["picture"]
    assert np.abs(again.astype(int) - mixed).max() <= 1


def test_smile_minus_neutral_plus_man(running: Running) -> None:
    session = running.session
    keep_seeds(running, 1, 2, 3)
    assert session.model is not None
    terms = [(each.latent, sign) for each, sign in zip(session.project.kept, (1.0, -1.0, 1.0), strict=True)]
    latent = kept.summed(terms, session.model)
    assert latent == LatentBlend(tuple(terms), Space.Z)
    z = kept.z_of(dataclasses.replace(session.project.kept[0], latent=latent), 100, session.store, has_w=False)
    directions = [seed_latent(seed, 100) / np.linalg.norm(seed_latent(seed, 100)) for seed in (1, 2, 3)]
    wanted = directions[0] - directions[1] + directions[2]
    assert z @ wanted / np.linalg.norm(z) / np.linalg.norm(wanted) == pytest.approx(1.0)
    assert 7.0 < np.linalg.norm(z) < 13.0
    assert kept.summed([], session.model) is None


def test_a_difference_becomes_a_direction_that_leads_from_one_to_the_other(run: Run, styled_model: Path) -> None:
    running = run(styled_model)
    session = running.session
    keep_seeds(running, 1, 2)
    target = running.settle().pictures["picture"]
    session.change("Seed", "inputs.z", LatentPoint.of_seed(1))
    kept.difference(session, towards=[1], away=[0], name="1 to 2")
    running.until(lambda: bool(session.document.edits))
    (edit,) = session.document.edits
    assert isinstance(edit, MoveAlong)
    assert (edit.name, edit.amount) == ("1 to 2", 1.0)
    assert edit.direction.shape == (16,)
    assert np.abs(running.settle().pictures["picture"].astype(int) - target).max() <= 1
    session.change("Off", "edits", (dataclasses.replace(edit, on=False),))
    off = running.settle().pictures["picture"]
    session.change("Away", "edits", ())
    assert np.array_equal(running.settle().pictures["picture"], off)


@settings(max_examples=40)
@given(
    suffix=st.sampled_from([".npy", ".npz", ".pt"]),
    kind=st.sampled_from([(Space.Z, (16,)), (Space.W, (12,)), (Space.W_PLUS, (8, 12))]),
    count=st.integers(1, 5),
    data=st.data(),
)
def test_what_is_written_is_read_again(
    suffix: str, kind: tuple[Space, tuple[int, ...]], count: int, data: st.DataObject
) -> None:
    space, shape = kind
    rows = data.draw(arrays(np.float32, (count, *shape), elements=st.floats(-4, 4, width=32)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"saved{suffix}"
        write_latents(path, space, list(rows), [str(i) for i in range(count)])
        (found,) = read_latents(path, SIZES)
        assert looks_like_latents(path)
    assert found.space is space
    assert np.array_equal(np.stack(found.rows), rows)


def shaped(*shape: int) -> Array:
    return np.linspace(-1, 1, int(np.prod(shape)), dtype=np.float32).reshape(shape)


@pytest.mark.parametrize(
    ("name", "array", "sizes", "space", "count"),
    [
        ("z", shaped(3, 12), SAME, Space.Z, 3),
        ("w", shaped(3, 12), SAME, Space.W, 3),
        ("w", shaped(1, 8, 12), SAME, Space.W_PLUS, 1),
        ("w", shaped(8, 12), SAME, Space.W_PLUS, 1),
        ("z", shaped(8, 12), SAME, Space.Z, 8),
        ("w", shaped(3, 1, 12), SAME, Space.W, 3),
        ("odd", shaped(12), SAME, Space.Z, 1),
        ("odd", shaped(2, 12), SIZES, Space.W, 2),
        ("odd", shaped(2, 16), SIZES, Space.Z, 2),
    ],
)
def test_the_space_is_told_from_name_and_shape(
    name: str, array: Array, sizes: LatentSizes, space: Space, count: int, tmp_path: Path
) -> None:
    np.savez(tmp_path / "some.npz", **{name: array})  # type: ignore[arg-type]
    (found,) = read_latents(tmp_path / "some.npz", sizes)
    assert (found.space, len(found.rows)) == (space, count)


@pytest.mark.parametrize("model", ["faces", "avatars-ada", "faces-stylegan"])
def test_latents_without_a_name_are_told_apart_by_how_they_lean(model: str, tmp_path: Path) -> None:
    opened = open_model(model)
    sizes = LatentSizes.of(opened)
    assert sizes.z_dim == sizes.w_dim
    z = opened.latents(range(100, 140))
    for space, rows in ((Space.Z, z), (Space.W, opened.mapping(z)[:, 0])):
        for part in (rows, *rows[:8].split(1)):
            np.save(tmp_path / "some.npy", part.numpy())
            (found,) = read_latents(tmp_path / "some.npy", sizes)
            assert (found.space, found.guessed) == (space, True)


def test_what_lies_between_seeds_has_no_z_in_models_with_w(run: Run, styled_model: Path, tmp_path: Path) -> None:
    running = run(styled_model)
    session, told, path = running.session, list[str](), tmp_path / "out.npz"
    session.change("Between", "inputs.z", LatentPoint(3.25, 1.5))
    picture = running.settle().pictures["picture"]
    kept.keep(session)
    session.failed.connect(lambda problem: told.append(problem.sentence))
    session.noted.connect(told.append)
    kept_files.export_latents(session, [0], path, Space.Z)
    running.until(lambda: bool(told))
    assert "was made in W and has no z" in told[0]
    assert not path.exists()
    kept_files.export_latents(session, [0], path, Space.W)
    running.until(lambda: f"Saved {path}" in told)
    open_file(session, path)
    running.until(lambda: "The latent of out.npz: kept as w." in told)
    kept.lend(session, 1)
    assert np.abs(running.settle().pictures["picture"].astype(int) - picture).max() <= 1


def test_latents_of_several_models_go_to_files_of_their_own(run: Run, styled_model: Path, tmp_path: Path) -> None:
    running = run(styled_model)
    session, told, path = running.session, list[str](), tmp_path / "out.npz"
    kept.keep(session)
    session.open_model("faces-dcgan")
    running.until(lambda: session.model is not None and session.model.name == "faces-dcgan")
    running.settle()
    kept.keep(session)
    names = [each.name for each in session.project.kept]
    session.failed.connect(lambda problem: told.append(problem.sentence))
    session.noted.connect(told.append)
    kept_files.export_latents(session, [0, 1], path, Space.Z)
    running.until(lambda: bool(told))
    assert f"“{names[1]}” with faces-dcgan; choose latents of one model" in told[0]
    kept_files.export_latents(session, [1], path, Space.W)
    running.until(lambda: len(told) > 1)
    assert "has no W; export it as z" in told[1]
    assert not path.exists()
    fresh, done = run("faces-dcgan"), list[str]()  # where the other model was never open
    fresh.session.change_project("Bring along", {"kept": session.project.kept})
    fresh.session.noted.connect(done.append)
    kept_files.export_latents(fresh.session, [0], path, Space.W)
    fresh.until(lambda: done == [f"Saved {path}"])
    with np.load(path) as saved:
        assert saved["w"].shape == (1, 16)


def test_projections_of_other_tools_are_found(tmp_path: Path) -> None:
    projected = tmp_path / "projection.pt"
    latent = torch.linspace(-1, 1, 96).reshape(8, 12)
    noise = [torch.zeros(1, 1, 4, 4)]
    torch.save({"a.png": {"img": torch.zeros(3, 64, 64), "latent": latent, "noise": noise}}, projected)
    (found,) = read_latents(projected, SIZES)
    assert found.space is Space.W_PLUS
    assert np.array_equal(found.rows[0], latent.numpy())
    torch.save({"conv.weight": torch.zeros(4, 12), "conv.bias": torch.zeros(12)}, tmp_path / "model.pt")
    assert not looks_like_latents(tmp_path / "model.pt")


@pytest.mark.parametrize("content", [b"", b"no array at all", b"\x93NUMPY\x01\x00v\x00{'descr'", b"PK\x03\x04 cut off"])
def test_broken_files_are_named(content: bytes, tmp_path: Path) -> None:
    for suffix in (".npy", ".npz", ".pt"):
        path = tmp_path / f"broken{suffix}"
        path.write_bytes(content)
        with pytest.raises(Exception, match=f"broken{suffix}"):
            read_latents(path, SIZES)


def test_arrays_that_do_not_fit_and_numbers_that_are_none_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "foreign.npy", shaped(2, 512))
    with pytest.raises(LatentFileError, match=r"\[2, 512\].*z \[n, 16\], w \[n, 12\] or ws \[n, 8, 12\]"):
        read_latents(tmp_path / "foreign.npy", SIZES)
    np.save(tmp_path / "none.npy", np.zeros((0, 16), dtype=np.float32))
    with pytest.raises(LatentFileError, match=r"none\.npy holds array \[0, 16\]"):
        read_latents(tmp_path / "none.npy", SIZES)
    np.save(tmp_path / "holes.npy", np.full((1, 16), np.nan, dtype=np.float32))
    with pytest.raises(LatentFileError, match="not finite"):
        read_latents(tmp_path / "holes.npy", SIZES)
    np.save(tmp_path / "objects.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(LatentFileError, match=r"objects\.npy"):
        read_latents(tmp_path / "objects.npy", SIZES)


def test_latents_go_out_and_come_back_as_the_same_pictures(run: Run, styled_model: Path, tmp_path: Path) -> None:
    running = run(styled_model)
    session = running.session
    keep_seeds(running, 7)
    picture = running.settle().pictures["picture"]
    notes: list[str] = []
    session.noted.connect(notes.append)
    for space in kept_files.spaces_offered(session):
        path = tmp_path / f"out-{space.value}.npz"
        kept_files.export_latents(session, [0], path, space)
        running.until(lambda path=path: f"Saved {path}" in notes)  # type: ignore[misc]
        before = len(session.project.kept)
        open_file(session, path)
        running.until(lambda before=before: len(session.project.kept) > before)  # type: ignore[misc]
        latent = session.project.kept[-1].latent
        assert isinstance(latent, LatentArray)
        if space is not Space.Z:  # z and w are of the same length here, and the name tells
            assert latent.space is space
        kept.lend(session, len(session.project.kept) - 1)
        again = running.settle().pictures["picture"]
        assert np.abs(again.astype(int) - picture).max() <= 1, space
    kept_files.export_sheet(session, [0, 1], tmp_path / "sheet.png")
    running.until(lambda: (tmp_path / "sheet.png").exists())


def test_what_was_made_in_w_has_no_z(run: Run, styled_model: Path, tmp_path: Path) -> None:
    running = run(styled_model)
    session = running.session
    w = LatentArray(Space.W, session.store.put(shaped(16)))
    session.change("W", "inputs.z", w)
    kept.keep(session)
    problems: list[str] = []
    session.failed.connect(lambda problem: problems.append(problem.sentence))
    kept_files.export_latents(session, [0], tmp_path / "z.npz", Space.Z)
    running.until(lambda: bool(problems))
    assert "was made in W and has no z" in problems[0]
    assert not (tmp_path / "z.npz").exists()
    assert kept.spaces_of(session.project.kept[0], session.model) == (Space.Z, Space.W)
    kept.read_as(session, (0,), Space.Z)
    assert session.project.kept[0].latent == LatentArray(Space.Z, w.array)
    kept.show(session, 0)
    running.settle()
