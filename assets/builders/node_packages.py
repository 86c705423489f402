"""Packages for Node.js as sources of assets: installed by npm into a folder of their own, pinned by a lock file."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from assets.builders.package import Package, SourcePackageError


@dataclass(frozen=True, slots=True)
class NodePackages(Package):
    """The packages that `folder` describes (package.json and a lock file with the digest of each) and its scripts."""

    folder: Path = Path()

    def fetch(self, folder: Path) -> Path:
        """Install into `folder` and return where the scripts can be run; raises SourcePackageError."""
        place = folder / self.folder.name
        shutil.copytree(self.folder, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
        npm = shutil.which("npm")
        if npm is None:
            raise SourcePackageError(f"{self.name} {self.version} needs npm: install Node.js 20 and build again.")
        result = subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=place, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if result.returncode != 0:
            reason = (result.stderr.strip().splitlines() or ["npm said nothing"])[-1]
            raise SourcePackageError(
                f"The packages of {self.name} {self.version} could not be installed ({reason}); check the connection."
            )
        return place
