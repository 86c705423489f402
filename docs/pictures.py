"""Takes the pictures of the guides from the real window: `python docs/pictures.py`, with the program's own Python."""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402
from PyQt6.QtWidgets import QApplication  # noqa: E402

from ganstudio.core.document import LatentPoint, StyleSource  # noqa: E402
from ganstudio.core.paths import ASSETS  # noqa: E402
from ganstudio.core.project import Keyframe, Timeline  # noqa: E402
from ganstudio.gui.app import Studio, application, make_studio  # noqa: E402
from ganstudio.gui.panels.paint_page import PaintPage  # noqa: E402
from ganstudio.gui.theme.appearance import Appearance  # noqa: E402
from ganstudio.gui.window import MainWindow  # noqa: E402
from ganstudio.studio.launch import LaunchOptions, Theme  # noqa: E402
from ganstudio.studio.painting.strokes import Touch  # noqa: E402
from ganstudio.studio.settings import Settings  # noqa: E402

OUT = ROOT / "docs" / "screenshots"
SIZE = (1440, 900)
PATIENCE_S = 120.0
SEEDS = (3, 8, 15, 22, 31, 40)


def wait(app: QApplication, reached: Callable[[], bool], rest_s: float = 0.5) -> None:
    """Let the window work until something is reached, and a moment longer."""
    ends = time.monotonic() + PATIENCE_S
    while not reached() and time.monotonic() < ends:
        app.processEvents()
        time.sleep(0.01)
    ends = time.monotonic() + rest_s
    while time.monotonic() < ends:
        app.processEvents()
        time.sleep(0.01)


def open_studio(app: QApplication, model: str, theme: Theme, workspace: str = "explore") -> Studio:
    """Open the window on a model, with settings of its own."""
    window = MainWindow(Appearance(app, theme))
    window.resize(*SIZE)
    studio = make_studio(Settings(folder=Path(tempfile.mkdtemp())), window)
    window.show()
    app.processEvents()
    path = Path(model)
    studio.begin(LaunchOptions(open=path if path.exists() else None, model=model, workspace=workspace))
    wait(app, lambda: studio.session.frame is not None and not studio.session.frame.preview)
    return studio


def take(app: QApplication, studio: Studio, name: str, rest_s: float = 1.5) -> None:
    """Save what the window shows."""
    wait(app, lambda: not studio.session.jobs, rest_s)
    studio.window.grab().save(str(OUT / f"{name}.png"))
    sys.stdout.write(f"{OUT / name}.png\n")


def training(app: QApplication, model: str, run: Path) -> None:
    """Show how a run is prepared, and one that is watched; it is left as it is."""
    studio = open_studio(app, model, Theme.DARK, "train")
    runs = studio.session.runs
    wait(app, lambda: runs.draft.catalogue is not None)
    runs.draft.choose_data("model:faces-dcgan")
    take(app, studio, "train-new", 4.0)
    runs.attach(run)
    wait(app, lambda: runs.reading is not None)
    take(app, studio, "train-run", 4.0)
    studio.window.close()
    studio.end()


def editing(app: QApplication, model: str) -> None:
    """Show a photo in its frame, and what a search found for it."""
    studio = open_studio(app, model, Theme.DARK, "photo")
    photo = studio.session.photo
    photo.open(ASSETS / "samples" / "astronaut.png")
    wait(app, lambda: photo.hand is not None and photo.aligned is not None)
    take(app, studio, "edit-photo")
    studio.window.perform("photo.start")
    wait(app, lambda: photo.search.best is not None and not photo.search.busy)
    take(app, studio, "edit-photo-search", 3.0)
    studio.window.close()
    studio.end()


def painting(app: QApplication, model: str) -> None:
    """Show the model's own map with hair painted on, a file with colours of its own, and the map of a photo."""
    studio = open_studio(app, model, Theme.DARK, "paint")
    session, page = studio.session, studio.window.panel(PaintPage)
    hands, asked = session.painting, session.painting.asked
    assert page is not None
    assert asked is not None
    hands.choose(asked.classes.index("hair"))
    for place in ((0.07, 0.55), (0.09, 0.7), (0.11, 0.85), (0.93, 0.5), (0.93, 0.65), (0.91, 0.8)):
        hands.begin(Touch((place[0] * asked.resolution, place[1] * asked.resolution)))
        hands.end()
    wait(app, lambda: session.frame is not None and session.frame.document == session.document)
    hands.styles.take("A")
    page.map_canvas.show_pointer((0.91 * asked.resolution, 0.8 * asked.resolution))
    take(app, studio, "paint")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "foreign.png"
        assert hands.labels is not None
        faded = np.array(asked.palette, np.float64)[hands.labels] * 0.8 + 40
        Image.fromarray(faded.astype(np.uint8)).save(file)
        hands.files.open(file)
        wait(app, lambda: hands.files.pending is not None)
        take(app, studio, "paint-colours")
    hands.files.dismiss()
    before = session.document
    hands.photos.open(ASSETS / "samples" / "astronaut.png")
    wait(app, lambda: session.document != before)
    wait(app, lambda: session.frame is not None and session.frame.document == session.document)
    page.map_canvas.show_pointer(None)
    take(app, studio, "paint-photo")
    studio.window.close()
    studio.end()


def main(model: str) -> None:
    """Go through the states that the guides speak of."""
    app = application()
    light = open_studio(app, model, Theme.LIGHT)
    take(app, light, "explore-light")
    light.window.close()
    studio = open_studio(app, model, Theme.DARK)
    session, window = studio.session, studio.window
    take(app, studio, "explore-dark")
    for seed in SEEDS:
        session.change("Seed", "inputs.z", LatentPoint.of_seed(seed))
        window.book.action("keep").trigger()
    rows = session.model.n_latent if session.model is not None else 0
    coarse = (1.0,) * 4 + (0.0,) * (rows - 4)
    fine = (0.0,) * (rows - 2) + (1.0,) * 2
    sources = (
        StyleSource(LatentPoint.of_seed(8), coarse, "seed 8"),
        StyleSource(LatentPoint.of_seed(15), fine, "seed 15"),
    )
    session.change("Mix", "mixing", sources)
    window.reveal("Style mixing")
    take(app, studio, "mixing")
    session.change("Mix", "mixing", ())
    window.reveal("Mixing sheet")
    take(app, studio, "mixing-sheet", 6.0)
    window.reveal("Layers")
    take(app, studio, "layers", 4.0)
    window.reveal("Picture")
    window.stage.show_page("Picture")
    frames = tuple(Keyframe(LatentPoint.of_seed(seed), 2.0, name=f"seed {seed}") for seed in SEEDS[:4])
    session.change_project("Path", {"timeline": Timeline(frames, closed=True)})
    take(app, studio, "timeline", 25.0)
    window.close()
    studio.end()


if __name__ == "__main__":
    if sys.argv[1:2] == ["paint"]:
        painting(application(), sys.argv[2] if len(sys.argv) > 2 else "face-painter")
    elif sys.argv[1:2] == ["photo"]:
        editing(application(), sys.argv[2] if len(sys.argv) > 2 else "faces")
    elif len(sys.argv) > 2:  # a model, and the folder of a run to watch
        training(application(), sys.argv[1], Path(sys.argv[2]))
    else:
        main(sys.argv[1] if len(sys.argv) > 1 else "faces")
