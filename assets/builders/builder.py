"""The shape of a builder: one asset made again from one pinned package."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assets.builders.package import PACKAGES_VARIABLE, Package


@dataclass(frozen=True, slots=True)
class Builder:
    """Makes the asset `name`, whose place is `folder`; `make(archive, target)` does the writing."""

    name: str
    folder: Path
    package: Package
    make: Callable[[Path, Path], None]

    @property
    def source(self) -> str:
        """The package and version that the asset is built from."""
        return f"{self.package.name}=={self.package.version}"

    def build(self, target: Path | None = None, packages: Path | None = None) -> Path:
        """Write the asset into `target` (its place when None) and return it; raises SourcePackageError.

        The package is looked for in `packages` (when None: in the folder that the environment variable
        GANSTUDIO_PACKAGES names) and downloaded where it is not there.
        """
        target = target or self.folder
        named = os.environ.get(PACKAGES_VARIABLE)
        packages = packages or (Path(named) if named else None)
        with tempfile.TemporaryDirectory() as scratch:
            archive = self.package.fetch(packages or Path(scratch))
            target.mkdir(parents=True, exist_ok=True)
            self.make(archive, target)
        return target
