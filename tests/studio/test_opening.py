"""Several files at once: the first is shown, the others are kept, listed or watched, and said."""

from pathlib import Path

from ganstudio.core.document import LatentPoint
from ganstudio.studio.exporting import ExportOptions, export_picture
from ganstudio.studio.opening import open_files
from tests.studio.conftest import Running


def test_pictures_and_models_that_come_together(running: Running, styled_model: Path, tmp_path: Path) -> None:
    session = running.session
    said: list[str] = []
    session.noted.connect(said.append)
    for seed in (3, 4):
        session.change_many("Seed", {"inputs.z": LatentPoint.of_seed(seed), "psi": 0.7})
        export_picture(session, tmp_path / f"seed{seed}.png", ExportOptions())
        running.until(lambda seed=seed: f"Saved {tmp_path / f'seed{seed}.png'}." in said)  # type: ignore[misc]
    session.change("Seed", "inputs.z", LatentPoint.of_seed(0))
    first, second = tmp_path / "seed3.png", tmp_path / "seed4.png"
    (tmp_path / "digits").mkdir()
    open_files(session, [first, second, styled_model, first])
    words = f"Opening seed3.png; the latent of seed4.png is kept; {styled_model.name} waits in the library."
    assert words in said
    running.until(lambda: bool(session.project.kept) and session.value("inputs.z") == LatentPoint.of_seed(3))
    (kept,) = session.project.kept
    assert (kept.name, kept.latent, kept.document.psi) == ("seed4", LatentPoint.of_seed(4), 0.7)
    assert session.library.recent[0].path == str(styled_model)
    assert session.model is not None
    assert session.model.architecture == "dcgan"


def test_one_file_is_simply_opened(running: Running, styled_model: Path) -> None:
    session = running.session
    said: list[str] = []
    session.noted.connect(said.append)
    open_files(session, [styled_model, styled_model])
    running.until(lambda: session.model is not None and session.model.architecture == "stylegan2")
    assert said == []
