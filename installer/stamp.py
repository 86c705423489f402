"""What a finished set-up notes down, and whether it still holds."""

import json
import os
import sys
from pathlib import Path

from installer.places import PYTHON, REQUIREMENTS, STAMP, VENV, SetupError


def read_stamp() -> dict[str, object]:
    """Return what the finished set-up noted down; empty where none was finished."""
    try:
        noted = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}


def write_stamp(stamp: dict[str, object]) -> None:
    """Note down a finished set-up, whole or not at all."""
    draft = STAMP.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    draft.replace(STAMP)


def requirements_text() -> str:
    """Return the pinned requirements."""
    try:
        return REQUIREMENTS.read_text(encoding="utf-8")
    except OSError as problem:
        reason = f"{REQUIREMENTS} cannot be read ({problem.strerror}): fetch GAN Studio again."
        raise SetupError(reason) from problem


def python_version() -> str:
    """Return the version of Python that decides which packages fit, such as 3.11."""
    return ".".join(str(part) for part in sys.version_info[:2])


def package_folders() -> list[Path]:
    """Return where the environment keeps its packages."""
    return list(VENV.glob("[Ll]ib/site-packages" if os.name == "nt" else "lib/python*/site-packages"))


def installed() -> list[str]:
    """Return the installed packages as `name-version`, found by the names of their folders only."""
    return sorted(found.stem for folder in package_folders() for found in folder.glob("*.dist-info"))


def is_sound(stamp: dict[str, object]) -> bool:
    """Tell in milliseconds whether the environment is what the stamp describes, with nothing lost since."""
    packages = stamp.get("packages")
    return (
        isinstance(packages, list)
        and stamp.get("python") == python_version()
        and stamp.get("folder") == str(VENV)
        and (VENV / "pyvenv.cfg").is_file()
        and os.access(PYTHON, os.X_OK)
        and PYTHON.stat().st_size > 0
        and set(packages) <= set(installed())
    )


def damaged(problem: OSError) -> SetupError:
    """Return the error for an environment that cannot be started, which the next start makes anew."""
    STAMP.unlink(missing_ok=True)
    return SetupError(f"{PYTHON} does not run ({problem.strerror}); start again to repair it.")
