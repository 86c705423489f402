"""What every test stands on: offscreen Qt, few threads, folders of its own, the reference numbers."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before anything imports Qt
os.environ.pop("GANSTUDIO_STARTED", None)
os.environ["OMP_NUM_THREADS"] = "1"  # tests are small; a second thread only waits for the first

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--full", action="store_true", help="also the middle-sized robustness runs (marker `full`)"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--full"):
        return
    for item in items:
        if item.get_closest_marker("full"):
            item.add_marker(pytest.mark.skip(reason="a middle-sized run: start with --full"))


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _same_numbers() -> None:
    import torch

    torch.manual_seed(0)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder of the program, fresh for each test."""
    folder = tmp_path / "home"
    monkeypatch.setenv("GANSTUDIO_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def _nothing_trains_on() -> Iterator[None]:
    """A run outlives the window that began it; here it ends with its test."""
    yield
    module = sys.modules.get("ganstudio.training.child")
    while module is not None and module.AT_WORK:
        module.AT_WORK.pop().kill()


def reference_folder() -> Path | None:
    """Return the folder of the reference numbers, None where this machine has none."""
    folder = Path(os.environ.get("GANSTUDIO_REFERENCE") or ROOT.parent / "shared" / "reference")
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of the reference numbers; a test that asks for it is skipped where there is none."""
    folder = reference_folder()
    if folder is None:
        pytest.skip("the reference numbers are not on this machine (GANSTUDIO_REFERENCE names their folder)")
    return folder


@pytest.fixture(scope="session")
def styled_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small conditional StyleGAN2 with noise, 32 px, as a file."""
    import torch

    from ganstudio.architectures.stylegan2 import StyleGAN2Config, card
    from ganstudio.checkpoints.checkpoint import Checkpoint
    from ganstudio.checkpoints.format import save_checkpoint

    torch.manual_seed(3)
    small = StyleGAN2Config(z_dim=16, c_dim=12, w_dim=16, channels=(16, 16, 16, 16), mapping_layers=2)
    path = tmp_path_factory.mktemp("models") / "small-styles.safetensors"
    save_checkpoint(path, Checkpoint(card.id, small, {"generator": dict(card.build(small).network.state_dict())}))
    return path


@pytest.fixture(scope="session")
def painter_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small SPADE of five classes with a style and its encoder, 64 px, as a file."""
    from dataclasses import replace

    import torch

    from ganstudio.architectures.spade import card
    from ganstudio.checkpoints.checkpoint import Checkpoint
    from ganstudio.checkpoints.format import save_checkpoint

    torch.manual_seed(6)
    classes = ("background", "hair", "skin", "eyes", "hat")
    small = replace(card.presets["tiny"], classes=classes, colours=(), resolution=64)
    path = tmp_path_factory.mktemp("models") / "small-painter.safetensors"
    save_checkpoint(path, Checkpoint(card.id, small, {"generator": dict(card.build(small).network.state_dict())}))
    return path


@pytest.fixture
def tiny_segmenter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """A small network that finds classes, in the place of the shipped one; returns its classes."""
    import torch

    from ganstudio.architectures.segmenter import card
    from ganstudio.architectures.segmenter.networks import SegmenterConfig
    from ganstudio.checkpoints import shipped
    from ganstudio.checkpoints.checkpoint import Checkpoint
    from ganstudio.checkpoints.format import save_checkpoint
    from ganstudio.engine import segmenting

    torch.manual_seed(5)
    classes = ("background", "hair", "eyes", "moon")
    small = SegmenterConfig(16, 3, (4, 8), classes)
    path = tmp_path / "tiny-segmenter.safetensors"
    save_checkpoint(path, Checkpoint(card.id, small, {"generator": dict(card.build(small).network.state_dict())}))
    for module in (shipped, segmenting):
        monkeypatch.setattr(module, "shipped_segmenter", lambda: path)
    return classes


@pytest.fixture
def quick_parts(tiny_segmenter: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """The search for parts, short, and content with what random weights do; returns the segmenter's classes."""
    from functools import partial

    from ganstudio.engine import units
    from ganstudio.latent import unit_effects

    monkeypatch.setattr(unit_effects.UnitPaint, "is_clear", lambda *_told, **_way: True)
    monkeypatch.setattr(units, "find_units", partial(units.find_units, samples=3))
    for module, name, value in (
        (units, "BATCH", 2),
        (unit_effects, "SETTINGS", 1),
        (unit_effects, "COUNTS", (4,)),
        (unit_effects, "STRENGTHS", (1.0,)),
    ):
        monkeypatch.setattr(module, name, value)
    return tiny_segmenter


@pytest.fixture
def tiny_enlarger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A small network that enlarges four times, in the place of the shipped one; returns the name in recipes."""
    import torch

    from ganstudio.architectures.srgan import card
    from ganstudio.architectures.srgan.networks import SRGANConfig
    from ganstudio.checkpoints.checkpoint import Checkpoint
    from ganstudio.checkpoints.format import save_checkpoint
    from ganstudio.engine import enlarging

    torch.manual_seed(4)
    small = SRGANConfig(width=6, blocks=1, growth=3)
    path = tmp_path / "tiny-enlarger" / "model.safetensors"
    path.parent.mkdir()
    save_checkpoint(path, Checkpoint(card.id, small, {"generator": dict(card.build(small).network.state_dict())}))
    monkeypatch.setattr(enlarging, "shipped_enlarger", lambda: path)
    return path.parent.name
