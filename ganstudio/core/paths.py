"""Where the program's own files lie."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "assets"


def user_folder() -> Path:
    """Return the folder for settings and recent files (`GANSTUDIO_HOME` overrides the system's choice)."""
    chosen = os.environ.get("GANSTUDIO_HOME")
    if chosen:
        return Path(chosen)
    from platformdirs import user_data_path

    return user_data_path("ganstudio", appauthor=False)
