"""Why a file was not opened: one class per reason that a user can act on."""

from pathlib import Path

from ganstudio.core.errors import StudioError


class CheckpointError(StudioError):
    """A model file could not be opened."""


class MissingFileError(CheckpointError):
    """There is no such file, or it may not be read."""


class EmptyFileError(CheckpointError):
    """The file has no bytes."""


class BrokenFileError(CheckpointError):
    """The file contradicts itself: cut off, damaged, or made to mislead."""


class HostileFileError(CheckpointError):
    """The file names something that a model has no business naming."""


class UnsupportedFileError(CheckpointError):
    """The file was recognised and is of a kind that is not opened."""


class OversizeError(CheckpointError):
    """The file asks for more memory or work than a model of its size needs."""


class UnknownFileError(CheckpointError):
    """No reader knows the file; `reasons` holds one line per reader, shown below a first line that stands alone."""

    def __init__(self, path: Path, what: str, remedy: str, reasons: tuple[tuple[str, str], ...]) -> None:
        self.reasons = reasons
        lines = "".join(f"\n- not {name}: {reason}" for name, reason in reasons)
        super().__init__(f"{path.name} is {what}. {remedy}\nWhy each known kind was ruled out:{lines}")


class StreamError(Exception):
    """Base of what the reading code raises before the file's name is added."""


class BrokenStreamError(StreamError):
    """The bytes contradict themselves."""


class HostileStreamError(StreamError):
    """The stream names something hostile or unknown."""


class UnsupportedStreamError(StreamError):
    """The stream is sound and of a kind that is not read."""


class LimitError(StreamError):
    """The stream goes beyond a limit."""


def short_of_memory(path: Path) -> OversizeError:
    """Say that the machine, not the file, is at fault."""
    return OversizeError(
        f"{path.name} needs more memory than this machine has free. Close other programs and try again."
    )


def named(path: Path, error: StreamError) -> CheckpointError:
    """Turn what the reading code found into a sentence with the file's name and the remedy."""
    if isinstance(error, HostileStreamError):
        return HostileFileError(
            f"{path.name} was not opened: {error}. Nothing in it was run. Get the model from "
            "its authors, or ask them for a safetensors file."
        )
    if isinstance(error, UnsupportedStreamError):
        return UnsupportedFileError(f"{path.name} cannot be opened: {error}.")
    if isinstance(error, LimitError):
        return OversizeError(
            f"{path.name} was not opened: {error}. No model of this size needs that; "
            "download the file again or choose another one."
        )
    return BrokenFileError(f"{path.name} is damaged: {error}. Download or copy the file again.")
