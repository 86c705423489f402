"""The models that come with the program, by name."""

from pathlib import Path

from ganstudio.core.errors import UnknownModelError
from ganstudio.core.paths import ASSETS

MODEL_FILE = "model.safetensors"
ENCODERS = "encoders"
SEGMENTER = Path("segmenters") / "faces-segmenter" / MODEL_FILE


def shipped_names(root: Path = ASSETS) -> tuple[str, ...]:
    """Return the names of the shipped models in alphabetical order."""
    return tuple(sorted(path.parent.name for path in (root / "models").glob(f"*/{MODEL_FILE}")))


def shipped_encoders(root: Path = ASSETS) -> tuple[Path, ...]:
    """Return the files of the shipped encoders."""
    return tuple(sorted((root / ENCODERS).glob(f"*/{MODEL_FILE}")))


def shipped_segmenter(root: Path = ASSETS) -> Path:
    """Return the file of the shipped segmenter of faces."""
    return root / SEGMENTER


def locate(name_or_path: str | Path, root: Path = ASSETS) -> Path:
    """Return the file of a shipped model's name or of a path; raises UnknownModelError."""
    text = str(name_or_path)
    if text in shipped_names(root):
        return root / "models" / text / MODEL_FILE
    try:
        path = Path(name_or_path).expanduser()
        if path.is_dir() and (path / MODEL_FILE).is_file():
            return path / MODEL_FILE
        if text and path.exists():
            return path
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        sentence = f"{text[:80]!r} cannot be reached ({reason}); check the name and its folder."
        raise UnknownModelError(sentence) from error
    raise UnknownModelError(
        f"There is no shipped model and no file called {text!r}; "
        f"shipped models: {', '.join(shipped_names(root)) or 'none'}."
    )


def display_name(path: Path, root: Path = ASSETS) -> str:
    """Return a shipped model's name for its file, any other path as it is."""
    shipped = path.name == MODEL_FILE and path.parent.parent == root / "models"
    return path.parent.name if shipped else str(path)
