"""Packages that the program cannot live with as sources of assets: installed into an environment of their own."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from assets.builders.package import Package, SourcePackageError

WHOLE = "whole"  # a file that says of which list all was installed


@dataclass(frozen=True, slots=True)
class PythonEnvironment(Package):
    """The packages that `file` in `folder` lists with their versions."""

    folder: Path = Path()

    def fetch(self, folder: Path) -> Path:
        """Make an environment in `folder`, unless it is there, and return its Python; raises SourcePackageError.

        One whose set-up was interrupted is set up again.
        """
        place = folder / self.folder.name
        python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        whole = place / WHOLE
        if whole.is_file() and whole.read_text("utf-8") == self.sha256:
            return python
        listed = str(self.folder / self.file)
        for command in (
            [sys.executable, "-m", "venv", str(place)],
            [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "-r", listed],
        ):
            result = subprocess.run(command, capture_output=True, text=True, check=False)
            if result.returncode != 0:
                reason = (result.stderr.strip().splitlines() or ["pip said nothing"])[-1]
                raise SourcePackageError(
                    f"The packages of {self.name} {self.version} could not be installed ({reason}); check the "
                    "connection."
                )
        whole.write_text(self.sha256, "utf-8")
        return python
