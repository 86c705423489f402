"""Where the environment and its notes lie, and the one error of the set-up."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "requirements.txt"
VENV = ROOT / ".venv"
LOCK = ROOT / ".venv.lock"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "studio-setup.json"
LOG = VENV / "studio-setup.log"


class SetupError(Exception):
    """The environment cannot be made ready; the message says why and what to do."""
