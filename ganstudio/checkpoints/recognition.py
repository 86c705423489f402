"""What a file is, told from its first bytes; its name is never trusted."""

from dataclasses import dataclass
from enum import StrEnum

from ganstudio.checkpoints.pickles import LEGACY_START
from ganstudio.checkpoints.source import Source
from ganstudio.checkpoints.tensor_file import looks_like_tensor_file

GET_WEIGHTS = "Save the weights as a PyTorch state_dict or as safetensors and open that."
CHOOSE = "Choose a checkpoint instead."


class Container(StrEnum):
    """The wrappings that are opened."""

    TENSORS = "a safetensors file"
    TORCH_ZIP = "a PyTorch archive"
    TORCH_LEGACY = "a PyTorch file in the layout of before 2020"
    PICKLE = "a pickle"


@dataclass(frozen=True)
class Foreign:
    """A file that is no model, or none that is opened: what it is and what to do."""

    what: str
    remedy: str


SIGNATURES: tuple[tuple[int, bytes, Foreign], ...] = (
    (0, b"\xff\xd8\xff", Foreign("a JPEG picture, not a model", CHOOSE)),
    (0, b"\x89PNG\r\n", Foreign("a PNG picture, not a model", CHOOSE)),
    (0, b"GIF8", Foreign("a GIF picture, not a model", CHOOSE)),
    (8, b"WEBP", Foreign("a WebP picture, not a model", CHOOSE)),
    (4, b"ftyp", Foreign("a film, not a model", CHOOSE)),
    (0, b"%PDF", Foreign("a PDF document, not a model", CHOOSE)),
    (0, b"\x1f\x8b", Foreign("a gzip archive", "Unpack it first and open what is inside.")),
    (0, b"BZh", Foreign("a bzip2 archive", "Unpack it first and open what is inside.")),
    (0, b"\xfd7zXZ", Foreign("an xz archive", "Unpack it first and open what is inside.")),
    (0, b"7z\xbc\xaf", Foreign("a 7-Zip archive", "Unpack it first and open what is inside.")),
    (0, b"Rar!", Foreign("a RAR archive", "Unpack it first and open what is inside.")),
    (0, b"\x89HDF", Foreign("an HDF5 file (Keras, TensorFlow Hub), which is not opened", GET_WEIGHTS)),
    (0, b"\x93NUMPY", Foreign("a numpy array (a latent or a direction), not a model", CHOOSE)),
    (
        257,
        b"ustar",
        Foreign(
            "a tar archive, perhaps a PyTorch file of 2016 or 2017, which is not opened",
            "Open it in an old PyTorch you trust and save it again, or unpack it.",
        ),
    ),
    (0, b"\x7fELF", Foreign("a program, not a model", CHOOSE)),
    (0, b"MZ", Foreign("a Windows program, not a model", CHOOSE)),
    (4, b"TFL3", Foreign("a TensorFlow Lite model, which is not opened", GET_WEIGHTS)),
    (0, b"GGUF", Foreign("a GGUF language model, which is not opened", CHOOSE)),
    (
        0,
        b"version https://git-lfs",
        Foreign(
            "a Git LFS pointer of a few lines instead of the model itself",
            "Fetch the real file with “git lfs pull” and open that.",
        ),
    ),
)


def recognise(source: Source) -> Container | Foreign:
    """Name the container, or say what the file is instead."""
    head = source.data[:512]
    for offset, mark, foreign in SIGNATURES:
        if head[offset : offset + len(mark)] == mark:
            return foreign
    if head.startswith(b"PK"):
        return Container.TORCH_ZIP
    if looks_like_tensor_file(source):
        return Container.TENSORS
    if head[2:].startswith(LEGACY_START) and head[:1] == b"\x80":
        return Container.TORCH_LEGACY
    if head[:1] == b"\x80" and head[1:2] <= b"\x05" and head[1:2]:
        return Container.PICKLE
    return _text(head) or (Container.PICKLE if _old_pickle(source) else _nothing(head))


def _text(head: bytes) -> Foreign | None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        return Foreign(
            "a web page instead of a model",
            "The download went wrong: open its address in a browser and save the file itself.",
        )
    return None


def _old_pickle(source: Source) -> bool:
    """Whether it may be a pickle of protocol 0 or 1, which has no mark of its own."""
    return source.data[:1] in b"(]}c)IFLSVNXKMJGTU" and source.data[-1:] == b"."


def _nothing(head: bytes) -> Foreign:
    if head.isascii() and all(byte >= 32 or byte in b"\t\r\n\f" for byte in head):
        return Foreign("a text file, not a model", CHOOSE)
    if not head.strip(b"\0"):
        return Foreign("filled with zeros", "Download or copy the file again.")
    return Foreign("not in any layout that models are stored in", CHOOSE)


def ruled_out(found: Container | Foreign) -> tuple[tuple[str, str], ...]:
    """One reason for every container that the file is not in."""
    reasons = {
        Container.TENSORS: "it does not begin with a table of tensors",
        Container.TORCH_ZIP: "it does not begin as a zip archive",
        Container.TORCH_LEGACY: "it does not begin with PyTorch's magic number",
        Container.PICKLE: "it does not begin as a pickle",
    }
    return tuple((kind.value, reason) for kind, reason in reasons.items() if kind is not found)
