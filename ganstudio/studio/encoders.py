"""The encoders that a person's models have: beside their files, opened, trained in known runs, or shipped."""

import json
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal

from ganstudio.checkpoints.shipped import MODEL_FILE, shipped_encoders
from ganstudio.core.frame import ModelInfo
from ganstudio.studio.recipe_file import MARK
from ganstudio.studio.settings import RECENT_KEPT

if TYPE_CHECKING:
    from ganstudio.studio.session import Session

ENCODER_FILE = "encoder.safetensors"
SUFFIX = ".safetensors"


class Encoders:
    """Lives on the main thread; reads no more than the heads of files."""

    changed = Signal()

    def __init__(self, session: "Session") -> None:
        """Read nothing yet."""
        self._session = session

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that may be encoders, those that were opened first, then what runs came to."""
        opened = (Path(text) for text in self._session.settings.encoders)
        return (*opened, *(run / MODEL_FILE for run in self._session.runs.paths))

    def serve(self, info: ModelInfo) -> bool:
        """Whether a model has one."""
        return has_encoder(info, self.files)

    def take(self, path: Path) -> str:
        """Answer photos with the encoder in a file from now on, whenever its model is open; say so in words."""
        session, path = self._session, path.expanduser().absolute()
        settings, info = session.settings, session.model
        others = [text for text in settings.encoders if text != str(path)]
        settings.encoders = [str(path), *others][:RECENT_KEPT]
        settings.save_soon()
        self.changed.emit()
        digest, name = encoded_by(path)
        if info is not None and info.digest == digest:
            return f"{path.name} is the encoder of this model now: “Encoder” and “Both” answer photos with it."
        return f"{path.name} is an encoder; it answers photos whenever its model{f', {name},' if name else ''} is open."


def is_encoder(path: Path) -> bool:
    """Whether a file is an encoder that names its model."""
    return path.suffix.lower() == SUFFIX and bool(encoded_by(path)[0])


def has_encoder(info: ModelInfo, known: Sequence[Path] = ()) -> bool:
    """Whether an encoder of a model is among known files, lies beside the model's own, or ships."""
    files = (*known, Path(info.path).parent / ENCODER_FILE, *shipped_encoders())
    return any(encoded_by(path)[0] == info.digest for path in files)


def encoded_by(path: Path) -> tuple[str, str]:
    """Return the digest and the name of the model that an encoder's file names, empty where it names none."""
    try:
        return _encoded_by(path, path.stat().st_mtime_ns)
    except (OSError, ValueError):
        return "", ""


@lru_cache(maxsize=512)
def _encoded_by(path: Path, _written: int) -> tuple[str, str]:
    from safetensors import SafetensorError, safe_open

    with suppress(OSError, SafetensorError, ValueError, TypeError, AttributeError):
        with safe_open(path, framework="np") as file:
            encodes = json.loads((file.metadata() or {}).get(MARK, "{}")).get("provenance", {}).get("encodes", {})
        return str(encodes.get("digest", "")), str(encodes.get("name", ""))
    return "", ""
