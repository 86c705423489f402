"""The command lines: what is written, and what is said where something is wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ganstudio import cli, open_model
from ganstudio.core.document import ClassChoice, LatentPoint
from ganstudio.core.pixels import to_pixels
from ganstudio.core.store import Store
from ganstudio.studio.generation import SeedsError, parse_seeds
from ganstudio.studio.pictures import sheet
from ganstudio.studio.recipes import draw_recipe, recipe_document

MODEL = "faces-dcgan"


def test_generate_writes_the_pictures_that_the_model_gives(tmp_path: Path) -> None:
    assert cli.main(["generate", "--model", MODEL, "--seeds", "3,0-1", "--psi", "0.7", "--out", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.glob("*.png")) == [
        "seed0000.png", "seed0001.png", "seed0003.png", "sheet.png",
    ]  # fmt: skip
    expected = to_pixels(open_model(MODEL, device="cpu").sample([3, 0, 1], psi=0.7))
    for seed, pixels in zip((3, 0, 1), expected, strict=True):
        written = np.asarray(Image.open(tmp_path / f"seed{seed:04d}.png"))
        assert np.abs(written.astype(int) - pixels.astype(int)).max() <= 1
    laid = np.asarray(Image.open(tmp_path / "sheet.png"))
    assert recipe_document(tmp_path / "sheet.png", Store()).inputs["z"] == LatentPoint.of_seed(3)
    assert np.array_equal(
        laid, sheet(np.stack([np.asarray(Image.open(tmp_path / f"seed{s:04d}.png")) for s in (3, 0, 1)]))
    )


def test_every_generated_picture_carries_its_recipe(tmp_path: Path, styled_model: Path) -> None:
    asked = ["--seeds", "3,8", "--psi", "0.7", "--cutoff", "4", "--class", "7"]
    assert cli.main(["generate", "--model", str(styled_model), *asked, "--out", str(tmp_path)]) == 0
    for seed in (3, 8):
        path = tmp_path / f"seed{seed:04d}.png"
        document = recipe_document(path, Store())
        assert (document.inputs["z"], document.inputs["class"]) == (LatentPoint.of_seed(seed), ClassChoice(7))
        assert (document.psi, document.cutoff) == (0.7, 4)
        difference = np.asarray(Image.open(path)).astype(int) - draw_recipe(path).astype(int)
        assert np.abs(difference).max() <= 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["generate", "--model", "nobody", "--out", "{tmp}"], MODEL),
        (["generate", "--model", MODEL, "--out", "{tmp}/file/below"], "cannot be written to"),
        (["generate", "--model", MODEL, "--out", "{tmp}", "--seeds", "5-1"], "write 1-5"),
        (["generate", "--model", MODEL, "--out", "{tmp}", "--class", "2"], "has no classes"),
        (["generate", "--model", MODEL, "--out", "{tmp}", "--cutoff", "2"], "leave the cutoff out"),
        (["generate", "--model", MODEL, "--out", "{tmp}", "--psi", "nan"], "psi is nan"),
        (["generate", "--model", MODEL, "--out", "{tmp}", "--psi", "9"], "from -1 to 2"),
        (["generate", "--model", "faces", "--out", "{tmp}", "--cutoff", "11"], "from 0 to 10"),
        (["generate", "--model", "faces", "--out", "{tmp}", "--cutoff", "-1"], "from 0 to 10"),
        (["generate", "--model", MODEL, "--out", "{tmp}", "--device", "abacus"], "abacus"),
        (["assets", "build", "nothing"], MODEL),
        (["dance"], "data, assets, test"),
        (["--dance"], "--dance"),
        (["--size", "wide"], "such as 1600x1000"),
        (["--size", "10x10"], "out of bounds"),
        (["--size", "1280x320"], "from 960x600"),
        (["--model", "nobody"], MODEL),
        (["--open", "{tmp}/missing.pkl"], "does not exist"),
        (["--screenshot", "{tmp}/file/below/shot.png"], "cannot be written to"),
        (["--screenshot", "{tmp}/shot.gif"], "must end in .png"),
        (["--screenshot", "{tmp}"], "must end in .png"),
        (["--open", "a" * 300], "does not exist or cannot be reached"),
        (["--model", "a" * 300], "cannot be reached"),
        (["--screenshot", "{tmp}/shot.png", "--workspace", "kitchen"], "there are: explore"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    arguments: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert cli.main([argument.format(tmp=tmp_path) for argument in arguments]) in (1, 2)
    said = capsys.readouterr()
    assert says in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_assets_list_names_everything_with_its_licence(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["assets", "list"]) == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in (MODEL, "lpips-vgg16", "lpips-alex", "samples", "MIT", "CC0-1.0"))


def test_window_options_become_launch_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.pkl").touch()
    read = cli.read_launch_options(["--open", "own.pkl", "--size", "1280x800", "--theme", "dark", "--model", MODEL])
    assert (read.open, read.size, read.theme.value, read.model) == (tmp_path / "own.pkl", (1280, 800), "dark", MODEL)
    assert cli.read_launch_options([]).size is None


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=20, unique=True))
def test_single_seeds_come_back_in_their_order(seeds: list[int]) -> None:
    assert parse_seeds(",".join(map(str, seeds))) == tuple(seeds)


@given(st.integers(0, 2**32 - 1001), st.integers(0, 1000))
def test_ranges_are_inclusive(first: int, more: int) -> None:
    assert parse_seeds(f"{first}-{first + more}, {first}") == tuple(range(first, first + more + 1))


@pytest.mark.parametrize("text", ["", "a", "1,", "-1", "1--2", "1.5", "4294967296", "0-4294967295"])
def test_other_texts_are_no_seeds(text: str) -> None:
    with pytest.raises(SeedsError):
        parse_seeds(text)


def test_a_sheet_keeps_order_and_fills_with_grey() -> None:
    pictures = np.arange(5, dtype=np.uint8)[:, None, None, None] * np.ones((1, 4, 6, 3), np.uint8)
    laid = sheet(pictures)
    assert laid.shape == (8, 18, 3)
    assert [int(laid[y, x, 0]) for y in (0, 4) for x in (0, 6, 12)] == [0, 1, 2, 3, 4, 128]


def start(arguments: list[str], **display: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line in a process of its own, with only these display settings."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "GANSTUDIO_STARTED")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    root = str(Path(__file__).resolve().parents[1])
    return subprocess.run(
        [sys.executable, "-m", "ganstudio.cli", *arguments],
        env={**kept, "PYTHONPATH": root, **display}, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux can be without a display")
@pytest.mark.parametrize("display", [{}, {"DISPLAY": ":4711"}])
def test_without_a_display_the_window_is_saved(display: dict[str, str]) -> None:
    result = start([], **display)
    assert result.returncode == 0, result.stderr
    assert 'xvfb-run -s "-screen 0 1600x1000x24" python launcher.py' in result.stdout
    assert "ssh -X " in result.stdout
    folder = Path(result.stdout.rpartition("The window is in ")[2].partition("window.png")[0])
    with Image.open(folder / "window.png") as window:
        assert window.size == (1600, 1000)
    with Image.open(folder / "sheet.png") as samples:
        assert samples.size == (256, 256)


def test_a_screenshot_prints_one_line_of_timings_and_replaces_the_last(tmp_path: Path) -> None:
    (tmp_path / "shot.png").write_bytes(b"an earlier one")
    result = start(["--screenshot", str(tmp_path / "shot.png"), "--size", "1280x800"])
    assert result.returncode == 0, result.stderr
    timings = json.loads(result.stdout)
    assert 0 < timings["start_to_window_s"] <= timings["start_to_first_picture_s"]
    with Image.open(tmp_path / "shot.png") as shot:
        assert shot.size == (1280, 800)
