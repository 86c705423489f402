"""The launcher, for real: its own folder, a real environment, a real pip, and a small stand-in for torch."""

import ast
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import launcher
from ganstudio.cli import commands, window_parser
from installer import environment, libraries
from installer.packages import explain
from installer.places import SetupError
from installer.torch_build import resolve_build, torch_source

ROOT = Path(__file__).resolve().parents[1]


def make_wheel(folder: Path, name: str, version: str) -> None:
    """Write the smallest wheel that pip installs."""
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}/__init__.py", "")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


class Copy:
    """A product folder of its own, with a command line that only shows how it was called."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.wheels = folder / "product", folder / "wheels"
        self.wheels.mkdir(parents=True)
        shutil.copytree(ROOT / "installer", self.folder / "installer")
        shutil.copy(ROOT / "launcher.py", self.folder)
        (self.folder / "ganstudio").mkdir()
        (self.folder / "ganstudio" / "cli.py").write_text(
            "import os, sys, json\n"
            "print(json.dumps([sys.argv[1:], sys.prefix, os.getcwd(), float(os.environ['GANSTUDIO_STARTED'])]))\n"
            "sys.exit(7 if 'seven' in sys.argv else 0)\n"
        )
        (self.folder / "requirements.txt").write_text("torch==2.13.0\nsmall-thing==1.0\n")
        self.stamp = self.folder / ".venv" / "studio-setup.json"

    def environment(self) -> dict[str, str]:
        """Return settings under which pip sees the wheels of this copy alone."""
        mine = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels)}
        return {**os.environ, **mine}

    def command(self, *arguments: str) -> list[str]:
        """Return the command that starts this copy."""
        return [sys.executable, str(self.folder / "launcher.py"), *arguments]

    def start(self, *arguments: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
        """Start this copy and wait for its end."""
        return subprocess.run(
            self.command(*arguments), env=self.environment(), cwd=cwd, capture_output=True, text=True, check=False
        )


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy that was set up once, with the local wheel that pip offers."""
    copy = Copy(tmp_path_factory.mktemp("launcher"))
    make_wheel(copy.wheels, "torch", "2.13.0+cpu")
    make_wheel(copy.wheels, "small_thing", "1.0")
    first = copy.start("generate", "--seeds", "1-3")
    assert first.returncode == 0, first.stderr
    assert "torch 2.13.0+cpu: taken from" in first.stderr
    assert "nothing to download" in first.stderr
    return copy


def test_any_script_of_the_environment_finds_the_program(product: Copy, tmp_path: Path) -> None:
    (product.folder / "ganstudio" / "__init__.py").touch()
    assert product.start("generate").returncode == 0
    python = product.folder / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    command = [str(python), "-I", "-c", "import ganstudio; print(ganstudio.__file__)"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()).parent == product.folder / "ganstudio"


def test_a_second_start_sets_nothing_up_and_hands_everything_over(product: Copy, tmp_path: Path) -> None:
    noted = product.stamp.read_bytes()
    second = product.start("anything", "seven", "--psi", "0.5", cwd=tmp_path)
    arguments, prefix, cwd, started = json.loads(second.stdout)
    assert second.returncode == 7
    assert second.stderr == ""
    assert arguments == ["anything", "seven", "--psi", "0.5"]
    assert Path(prefix) == product.folder / ".venv"
    assert Path(cwd) == tmp_path
    assert started > product.stamp.stat().st_mtime
    assert product.stamp.read_bytes() == noted


@pytest.mark.parametrize("damage", ["stamp", "package", "python", "pyvenv", "moved"])
def test_damage_is_noticed(product: Copy, damage: str, tmp_path: Path) -> None:
    copy = tmp_path / "product"
    shutil.copytree(product.folder, copy, symlinks=True)
    venv = copy / ".venv"
    stamp = venv / "studio-setup.json"
    if damage != "moved":
        stamp.write_text(stamp.read_text().replace(str(product.folder), str(copy)))
    look = [sys.executable, "-c", "from installer.environment import *; print(is_current(read_stamp(), None))"]

    def is_current() -> str:
        return subprocess.run(look, cwd=copy, capture_output=True, text=True, check=True).stdout.strip()

    assert is_current() == str(damage != "moved")
    if damage == "stamp":
        stamp.write_text('{"half": ')
    elif damage == "package":
        shutil.rmtree(next(venv.glob("lib/python*/site-packages/small_thing-*.dist-info")))
    elif damage == "python":
        (venv / "bin" / "python").unlink()
        (venv / "bin" / "python").touch(mode=0o755)
    elif damage == "pyvenv":
        (venv / "pyvenv.cfg").unlink()
    assert is_current() == "False"


def test_a_wheel_that_nobody_offers_is_one_sentence_and_two_starts_repair_what_it_left(product: Copy) -> None:
    requirements = product.folder / "requirements.txt"
    before = requirements.read_text()
    requirements.write_text(before + "not-there==9.9\n")
    failed = product.start("generate")
    assert failed.returncode == 1
    assert failed.stdout == ""
    last = failed.stderr.splitlines()[-1]
    assert "No package not-there==9.9 exists for Python" in last
    assert last.endswith(f"Details: {product.folder / '.venv' / 'studio-setup.log'}")

    make_wheel(product.wheels, "not_there", "9.9")
    starts = [
        subprocess.Popen(product.command("generate"), env=product.environment(), stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]  # fmt: skip
    results = [start.communicate() for start in starts]
    assert [start.returncode for start in starts] == [0, 0]
    assert sum("Setting GAN Studio up" in said for _, said in results) == 1
    assert all(json.loads(out)[0] == ["generate"] for out, _ in results)
    assert "not_there-9.9" in json.loads(product.stamp.read_text())["packages"]


def test_a_file_in_the_way_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    (tmp_path / ".venv").write_text("someone's own file")
    environment.clear_away()
    assert [path.read_text() for path in tmp_path.glob(".venv.set-aside-*")] == ["someone's own file"]
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(
    ("log", "says"),
    [
        ("NewConnectionError(...)\nERROR: No matching distribution found for torch", "could not be reached"),
        ("ERROR: Could not install packages: [Errno 28] No space left on device", "disk is full: 8500 MB"),
        ("SSLError(SSLCertVerificationError(1, 'CERTIFICATE_VERIFY_FAILED'", "certificate"),
        ("ERROR: No matching distribution found for PyQt6==6.11.0", "No package PyQt6==6.11.0 exists for Python 3"),
        ("ERROR: [Errno 13] Permission denied: '.venv'", "cannot be written to"),
        ("ERROR: something new", "something new"),
    ],
)
def test_pips_failures_become_one_sentence(log: str, says: str) -> None:
    sentence = explain(log, "cuda")
    assert says in sentence
    assert "\n" not in sentence


def test_builds_come_from_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert torch_source("cuda", "2.13.0") == ["torch===2.13.0"]
    assert torch_source("cpu", "2.13.0")[0] == "torch===2.13.0+cpu"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert torch_source("cpu", "2.13.0") == ["torch===2.13.0"]
    with pytest.raises(SetupError, match="no CUDA on macOS"):
        torch_source("cuda", "2.13.0")
    assert resolve_build("auto") == "cpu"


def test_the_torch_option_may_stand_anywhere() -> None:
    assert launcher.split_torch_option(["generate", "--torch", "cuda", "--psi", "1"]) == (
        "cuda",
        ["generate", "--psi", "1"],
    )
    assert launcher.split_torch_option(["--torch=cpu"]) == ("cpu", [])
    assert launcher.split_torch_option(["test", "-k", "x"]) == (None, ["test", "-k", "x"])
    for wrong in (["--torch"], ["--torch", "rocm"]):
        with pytest.raises(ValueError, match="takes auto, cpu, cuda"):
            launcher.split_torch_option(wrong)


def test_an_old_python_is_told_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    ast.parse((ROOT / "launcher.py").read_text(), feature_version=(3, 8))
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    assert launcher.main([]) == 1
    assert "needs Python 3.11 or newer; this is Python 3.9" in capsys.readouterr().err


def test_the_help_knows_every_command_and_option() -> None:
    options = [option for action in window_parser()._actions for option in action.option_strings]
    assert all(option in launcher.HELP for option in options)
    described = {line.split()[0] for line in launcher.HELP.splitlines() if line.startswith("  ")}
    assert set(commands()) <= described
    assert "translate" not in described


def test_missing_libraries_are_named_with_their_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    missing = {"libxcb-icccm.so.4", "libxcb-keysyms.so.1"}
    monkeypatch.setattr(libraries, "loads", lambda name: name not in missing)
    monkeypatch.setattr(libraries, "read_stamp", dict)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/dnf" if name == "dnf" else None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    libraries.check_libraries(needs_window=False)
    assert capsys.readouterr().err == ""
    libraries.check_libraries(needs_window=True)
    assert "libxcb-icccm.so.4, libxcb-keysyms.so.1" in (said := capsys.readouterr().err)
    assert "sudo dnf install -y xcb-util-wm xcb-util-keysyms" in said
    missing.add("libEGL.so.1")
    with pytest.raises(SetupError, match=r"Qt needs libEGL.so.1 .* sudo dnf install -y mesa-libEGL$"):
        libraries.check_libraries(needs_window=False)
