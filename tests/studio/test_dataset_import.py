"""The data command: what it prepares, checks and draws."""

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from ganstudio.cli import main
from ganstudio.data.images import open_pictures
from tests.data.made_sets import folder_of, numbered


def test_prepare_says_what_came_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = folder_of(tmp_path / "source", {**numbered(5), "bad.png": b"bad"})
    target = tmp_path / "set.zip"
    options = ["--out", str(target), "--resolution", "4", "--labels", "none", "--mirrored"]
    assert main(["data", "prepare", str(source), *options]) == 0
    said = capsys.readouterr().out
    assert "10 pictures are in" in said
    assert "1 file could not be used, such as bad.png (it is damaged" in said
    assert open_pictures(target).facts.resolution == 4
    assert main(["data", "prepare", str(source), *options]) == 1
    assert "exists already" in capsys.readouterr().err


def test_names_that_are_no_text_are_shown_with_question_marks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = folder_of(tmp_path / "source", numbered(2))
    (source / os.fsdecode(b"bad\xff.png")).write_bytes(b"bad")
    for target in (tmp_path / "set.zip", tmp_path / "set"):
        assert main(["data", "prepare", str(source), "--out", str(target), "--resolution", "4"]) == 0
        assert "such as bad?.png (it is damaged" in capsys.readouterr().out
    assert main(["data", "check", str(source)]) == 0
    assert "bad?.png: it is damaged" in capsys.readouterr().out


def test_check_names_broken_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check", str(folder_of(tmp_path, {**numbered(3), "cut.png": b"x"}))]) == 0
    said = capsys.readouterr().out
    assert "3 of 4 pictures can be used." in said
    assert "cut.png: it is damaged" in said


def test_faces_are_drawn_the_same_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one.zip", "two.zip"):
        assert main(["data", "faces-64", "--out", str(tmp_path / name), "--count", "5"]) == 0
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    pictures = open_pictures(tmp_path / "one.zip")
    assert (len(pictures), pictures.facts.resolution) == (5, 64)
    assert len(np.unique(pictures.reader().read(range(5)).pixels)) > 100
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert b"faces-dcgan" in archive.read("dataset.json")
    assert main(["data", "faces-64", "--out", str(tmp_path / "one.zip")]) == 1
    assert "choose another one" in capsys.readouterr().err
