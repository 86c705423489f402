"""Latents in the field's files: z `[n, z_dim]`, w `[n, w_dim]` or ws `[n, n_latent, w_dim]` as .npy, .npz or .pt."""

import io
import math
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ganstudio.checkpoints.reader import open_contents
from ganstudio.checkpoints.recognition import Foreign
from ganstudio.checkpoints.refusals import StreamError
from ganstudio.checkpoints.source import FileSource
from ganstudio.core.document import Space
from ganstudio.core.errors import StudioError
from ganstudio.core.files import write_file
from ganstudio.core.foreign import ForeignTensor, ForeignValue, UnsoundTensorError
from ganstudio.core.store import Array
from ganstudio.engine.model import Model

NUMPY_FILES, TORCH_FILES = (".npy", ".npz"), (".pt", ".pth")
MOST_BYTES = 256 << 20
MOST_LATENTS = 10_000
LEAST_SKEWNESS = 0.5
DEEPEST = 3
NAMES_OF_W = {"w", "ws", "projected_w", "dlatent", "dlatents", "latent", "w_plus", "wp"}
NONSENSE = (ArithmeticError, EOFError, LookupError, MemoryError, OSError, TypeError, ValueError, zipfile.BadZipFile)
"""What reading raises when a file's contents contradict each other."""


class LatentFileError(StudioError):
    """A file that holds no latents of the open model."""


@dataclass(frozen=True, slots=True)
class LatentSizes:
    """How long a model's latents are; `w_dim` and `n_latent` are 0 where it has no W."""

    z_dim: int
    w_dim: int
    n_latent: int

    @staticmethod
    def of(model: Model) -> "LatentSizes":
        """Return the sizes of an open model."""
        w_dim = 0 if model.w_avg is None else len(model.w_avg)
        return LatentSizes(model.z_dim, w_dim, model.info.n_latent if w_dim else 0)

    def in_words(self) -> str:
        """What fits, as one reads it."""
        z = f"z [n, {self.z_dim}]"
        return f"{z}, w [n, {self.w_dim}] or ws [n, {self.n_latent}, {self.w_dim}]" if self.w_dim else z


@dataclass(frozen=True, slots=True)
class LatentRows:
    """The latents of one array of a file: its name there, their space, and one float32 array each.

    `guessed` says that neither name nor shape told the space.
    """

    name: str
    space: Space
    rows: tuple[Array, ...]
    guessed: bool = False


def read_latents(path: Path, sizes: LatentSizes) -> tuple[LatentRows, ...]:
    """Return what a file holds for a model of these sizes; nothing in the file is run. Raises LatentFileError."""
    arrays = list(_arrays(path))
    found = [rows for name, array in arrays if (rows := _latents(name, array, sizes)) is not None]
    if not found:
        shapes = ", ".join(f"{name or 'array'} {list(array.shape)}" for name, array in arrays[:4]) or "no arrays"
        raise LatentFileError(
            f"{path.name} holds {shapes}, but this model's latents are {sizes.in_words()}; open the model that they "
            "were made with first."
        )
    if sum(len(each.rows) for each in found) > MOST_LATENTS:
        raise LatentFileError(f"{path.name} holds more than {MOST_LATENTS} latents; save a part of them.")
    if not all(np.isfinite(row).all() for each in found for row in each.rows):
        raise LatentFileError(f"{path.name} holds values that are not finite; make the file again.")
    return tuple(found)


def looks_like_latents(path: Path) -> bool:
    """Tell whether a file is one of latents rather than a model, from its name and a look inside."""
    suffix = path.suffix.lower()
    if suffix in NUMPY_FILES:
        return True
    if suffix not in TORCH_FILES or not path.is_file() or path.stat().st_size > MOST_BYTES:
        return False
    try:
        arrays = list(_torch_arrays(path))
    except (StudioError, StreamError, *NONSENSE):
        return False
    return bool(arrays) and all(len(a.shape) <= DEEPEST and (not n or n in NAMES_OF_W | {"z"}) for n, a in arrays)


def _arrays(path: Path) -> Iterator[tuple[str, Array]]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise LatentFileError(f"{path.name} is larger than {MOST_BYTES >> 20} MB; save fewer latents in one file.")
        yield from _numpy_arrays(path) if path.suffix.lower() in NUMPY_FILES else _torch_arrays(path)
    except (StreamError, UnsoundTensorError, *NONSENSE) as error:
        raise LatentFileError(f"{path.name} cannot be read ({error}); save the latents again.") from error


def _numpy_arrays(path: Path) -> Iterator[tuple[str, Array]]:
    if path.suffix.lower() == ".npy":
        with path.open("rb") as file:
            yield "", np.lib.format.read_array(file, allow_pickle=False)
        return
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
            raise LatentFileError(f"{path.name} unpacks to more than {MOST_BYTES >> 20} MB; save fewer latents.")
    with np.load(path, allow_pickle=False) as arrays:
        for name in arrays.files:
            yield name, arrays[name]


def _torch_arrays(path: Path) -> Iterator[tuple[str, Array]]:
    with FileSource(path) as source:
        contents = open_contents(source)
        if isinstance(contents, Foreign):
            raise LatentFileError(f"{path.name} is {contents.what}; choose a file of latents.")
        for name, tensor in _tensors("", contents.root, 0):
            if tensor.nbytes <= MOST_BYTES and tensor.dtype.is_floating_point:
                yield name, tensor.load().float().numpy()


def _tensors(name: str, value: ForeignValue, depth: int) -> Iterator[tuple[str, ForeignTensor]]:
    """Find tensors in dictionaries and lists; projections keep them two levels down, beside other things."""
    if isinstance(value, ForeignTensor):
        yield name, value
    elif isinstance(value, dict) and depth < DEEPEST:
        for key, inner in value.items():
            known = isinstance(key, str) and key.lower() in NAMES_OF_W | {"z"}
            if known or not isinstance(inner, ForeignTensor):
                yield from _tensors(str(key).lower() if known else name, inner, depth + 1)
    elif isinstance(value, list | tuple) and depth < DEEPEST:
        for inner in value:
            yield from _tensors(name, inner, depth + 1)


def _latents(name: str, array: Array, sizes: LatentSizes) -> LatentRows | None:
    if array.dtype.kind not in "fiu" or not 1 <= array.ndim <= DEEPEST or not array.size:
        return None
    rows = np.asarray(array, dtype=np.float32)
    rows = rows[None] if rows.ndim == 1 else rows
    layered = sizes.w_dim and rows.shape[-1] == sizes.w_dim and sizes.n_latent > 1
    if layered and (rows.shape[1:] == (sizes.n_latent, sizes.w_dim) or _is_one_ws(name, rows, sizes)):
        each = rows if rows.ndim == 3 else rows[None]
        return LatentRows(name, Space.W_PLUS, tuple(each))
    if rows.ndim == 3:
        if rows.shape[1] != 1:
            return None
        rows = rows[:, 0]
    fits_z, fits_w = rows.shape[1] == sizes.z_dim, bool(sizes.w_dim) and rows.shape[1] == sizes.w_dim
    guessed = fits_z and fits_w and name.lower() not in NAMES_OF_W | {"z"}
    if fits_w and (name.lower() in NAMES_OF_W or not fits_z or (guessed and leans(rows))):
        return LatentRows(name, Space.W, tuple(rows), guessed)
    return LatentRows(name, Space.Z, tuple(rows), guessed) if fits_z else None


def leans(rows: Array) -> bool:
    """Whether values `[n, dim]` lean to one side, as those of w do, for a leaky rectifier made them; N(0, I) does not.

    Rows of w of the shipped models have a skewness of 0.8 or more, and the mean over n rows of z errs by √(6 / n dim).
    """
    apart = rows.astype(np.float64) - rows.mean(axis=1, keepdims=True)
    spread = np.maximum(np.square(apart).mean(axis=1), np.finfo(np.float64).tiny)
    skewness = float((np.power(apart, 3).mean(axis=1) / np.power(spread, 1.5)).mean())
    return skewness > max(LEAST_SKEWNESS, 4.0 * math.sqrt(6.0 / rows.size))


def _is_one_ws(name: str, rows: Array, sizes: LatentSizes) -> bool:
    """Whether two dimensions are the layers of a single latent, as projectors write it."""
    return rows.ndim == 2 and name.lower() in NAMES_OF_W and len(rows) == sizes.n_latent


def write_latents(path: Path, space: Space, rows: Sequence[Array], names: Sequence[str]) -> None:
    """Write `[n, z_dim]`, `[n, w_dim]` or `[n, n_latent, w_dim]` float32, by the suffix; raises SaveError."""
    array = np.stack([np.asarray(row, dtype=np.float32) for row in rows])
    buffer = io.BytesIO()
    match path.suffix.lower():
        case ".npz":
            labels = np.array(names)
            if space is Space.Z:
                np.savez(buffer, z=array, names=labels)
            else:
                np.savez(buffer, w=array, names=labels)
        case ".pt" | ".pth":
            torch.save({"z" if space is Space.Z else "w": torch.from_numpy(array)}, buffer)
        case _:
            np.save(buffer, array, allow_pickle=False)
    data = buffer.getvalue()
    write_file(path, [data], len(data))
