"""The program as it is started: a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
RUN = """
import sys
from pathlib import Path
from ganstudio.gui.app import run
from ganstudio.studio.launch import LaunchOptions, Theme
kind, target, opened, breakage, workspace = sys.argv[1:]
exec(breakage)
sys.exit(run(LaunchOptions(**{kind: Path(target)}, size=(1280, 800), theme=Theme.DARK, workspace=workspace or None,
                           open=Path(opened) if opened else None)))
"""


def launch(
    kind: str, target: Path, opened: str = "", breakage: str = "", workspace: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, kind, str(target), opened, breakage, workspace],
        cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True, text=True, timeout=150, check=False,
    )  # fmt: skip


def test_a_screenshot_shows_the_window_and_prints_its_timings(tmp_path: Path) -> None:
    target = tmp_path / "window.png"
    done = launch("screenshot", target)
    assert done.returncode == 0, done.stderr
    timings = json.loads(done.stdout)
    assert 0 < timings["start_to_window_s"] < timings["start_to_first_picture_s"]
    with Image.open(target) as saved:
        assert saved.size == (1280, 800)
        pixels = np.asarray(saved)
    face = pixels[200:600, 450:780].reshape(-1, 3)
    assert len(np.unique(face, axis=0)) > 1000


def test_a_screenshot_of_a_workspace_without_the_picture_ends_too(tmp_path: Path) -> None:
    done = launch("screenshot", tmp_path / "window.png", workspace="photo")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "window.png").stat().st_size > 10_000


def test_a_first_look_brings_a_sheet_of_sixteen_faces(tmp_path: Path) -> None:
    done = launch("first_look", tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (256, 256)
        cells = np.asarray(sheet).reshape(4, 64, 4, 64, 3).swapaxes(1, 2).reshape(16, -1)
    assert len(np.unique(cells, axis=0)) == 16
    assert (tmp_path / "window.png").stat().st_size > 10_000


@pytest.mark.parametrize("content", [b"", b"no model at all"], ids=["empty", "text"])
def test_a_file_that_is_no_model_ends_a_screenshot_with_its_reason(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "broken.pkl"
    file.write_bytes(content)
    target = tmp_path / "window.png"
    done = launch("screenshot", target, str(file))
    assert done.returncode == 1
    assert "broken.pkl" in done.stderr
    assert target.exists()


BROKEN_ATTACH = """
from ganstudio.gui.window import MainWindow
def attach(*_): raise ZeroDivisionError("by nothing")
MainWindow.attach = attach
"""


@pytest.mark.parametrize("kind", ["screenshot", "first_look"])
def test_a_window_that_fails_while_it_comes_to_life_ends_the_program(tmp_path: Path, kind: str) -> None:
    done = launch(kind, tmp_path / "window.png", breakage=BROKEN_ATTACH)
    assert done.returncode == 1
    assert "Something went wrong inside the program (ZeroDivisionError: by nothing)" in done.stderr


SLOW_PICTURES = """
import time
from ganstudio.engine.rendering import Rendering
drawn = Rendering.render
def slow(self, document, stale):
    yield from drawn(self, document, stale)
    time.sleep(3600)
Rendering.render = slow
"""


def test_the_program_ends_while_a_picture_is_still_computed(tmp_path: Path) -> None:
    done = launch("screenshot", tmp_path / "window.png", breakage=SLOW_PICTURES)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)


NEVER_FIRST = ("torch", "av", "scipy", "cv2", "PIL")


def test_the_window_is_there_before_anything_heavy_is_loaded() -> None:
    """A window that loads torch first would stay unpainted for seconds."""
    script = f"import ganstudio.gui.app, sys; print([m for m in {NEVER_FIRST} if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert told.stdout.strip() == "[]"
