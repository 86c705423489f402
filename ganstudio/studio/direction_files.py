"""Directions as files: the own format, a safetensors file with its words in the header, and the field's vectors."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ganstudio.core.direction import Direction, Origin
from ganstudio.core.document import Space
from ganstudio.core.errors import StudioError
from ganstudio.core.files import with_ending, write_file
from ganstudio.core.store import Array
from ganstudio.studio.plain_form import BrokenValueError, from_plain, to_plain
from ganstudio.studio.recipe_file import MARK, BrokenFileError, packed_json, read_json

if TYPE_CHECKING:
    from ganstudio.studio.latent_files import LatentSizes

SUFFIX = ".directions.safetensors"
KIND = "directions"
FORMAT = 1
MOST = 1000


class WrongDirectionError(StudioError):
    """A direction belongs to a model of another size."""


@dataclass(frozen=True, slots=True)
class Written:
    """What the header says of one direction; its vector is the tensor of the same number."""

    name: str
    sigma: float
    origin: Origin
    layers: tuple[int, ...] = ()
    reach: float = 3.0
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Library:
    """Directions of one file, the space that they lie in, and the name of the model that they were found in."""

    directions: tuple[Direction, ...]
    space: Space
    model: str = ""

    @property
    def dim(self) -> int:
        """How long their vectors are."""
        return int(self.directions[0].vector.shape[-1]) if self.directions else 0


def is_directions(path: Path) -> bool:
    """Whether a file's name is that of directions."""
    return path.name.casefold().endswith(SUFFIX)


def with_suffix(path: Path) -> Path:
    """Return the path under which directions are written."""
    plain = path if is_directions(path) else path.with_name(path.name.removesuffix(".safetensors"))
    return with_ending(plain, (SUFFIX,))


def write_directions(path: Path, library: Library) -> None:
    """Write directions whole or not at all. Raises `SaveError`."""
    from safetensors.numpy import save

    words = [
        to_plain(Written(each.name, float(each.sigma), each.origin, each.layers, float(each.reach), each.evidence))
        for each in library.directions
    ]
    top = {MARK: KIND, "format": FORMAT, "model": library.model, "space": library.space.value, "directions": words}
    tensors = {str(i): np.asarray(each.vector, np.float32) for i, each in enumerate(library.directions)}
    data = save(tensors, {MARK: packed_json(top).decode()})
    write_file(path, [data], len(data))


def read_directions(path: Path) -> Library:
    """Return what a file of directions holds; raises BrokenFileError, or NewerFileError for a newer version's."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            header = (file.metadata() or {}).get(MARK, "")
            tensors = {name: file.get_tensor(name) for name in list(file.keys())[:MOST]}
        top = read_json(header.encode("utf-8", "surrogatepass"), KIND, FORMAT, path.name)
        space = from_plain(top.get("space"), Space, "space")
        words = from_plain(top.get("directions"), tuple[Written, ...], "directions")
        found = tuple(_joined(word, tensors.get(str(i)), f"directions[{i}]") for i, word in enumerate(words))
    except (OSError, SafetensorError, BrokenValueError, ValueError, TypeError, AttributeError) as error:
        said = f"{path.name} holds no directions that can be read ({error}); save them again."
        raise BrokenFileError(said) from error
    return Library(found, space, str(top.get("model", "")))


def added(saved: Sequence[Direction], fresh: Sequence[Direction]) -> tuple[Direction, ...]:
    """Return saved directions with fresh ones behind them, of which each has a name of its own.

    One that is saved already under its name stands there once; another one of the same name gets a number.
    """
    found = list(saved)
    for each in fresh:
        found = [old for old in found if not (old.name == each.name and same_way(old, each))]
        names = {old.name for old in found}
        tried = (each.name, *(f"{each.name} ({number})" for number in range(2, len(names) + 3)))
        found.append(replace(each, name=next(name for name in tried if name not in names)))
    return tuple(found)


def same_way(first: Direction, second: Direction) -> bool:
    """Whether two directions move a latent alike."""
    steps = first.step, second.step
    return first.layers == second.layers and steps[0].shape == steps[1].shape and bool(np.allclose(*steps, atol=1e-6))


def set_aside(path: Path) -> Path | None:
    """Give a file that cannot be read another name, so that nothing is written over it; None where that fails."""
    names = (path.with_name(f"unreadable {number} {path.name}") for number in count(1))
    aside = next(name for name in names if not name.exists())
    try:
        return path.rename(aside)
    except OSError:
        return None


def _joined(word: Any, vector: Array | None, place: str) -> Direction:
    if vector is None or vector.ndim not in (1, 2) or vector.dtype.kind != "f" or not vector.size:
        raise BrokenValueError(f"{place}: its vector is missing")
    numbers = (word.sigma, word.reach)
    if not (np.isfinite(vector).all() and np.isfinite(numbers).all() and min(numbers) > 0):
        raise BrokenValueError(f"{place}: it holds values that are not finite or no ranges")
    return Direction(
        word.name, vector.astype(np.float32), word.sigma, word.origin, word.layers, word.reach, word.evidence
    )


def checked(library: Library, sizes: "LatentSizes", name: str) -> Library:
    """Return directions that fit a model of these sizes; raises WrongDirectionError for others."""
    space, dim = (Space.W, sizes.w_dim) if sizes.w_dim else (Space.Z, sizes.z_dim)
    for each in library.directions:
        shape = each.vector.shape
        fits = shape[-1] == dim and (len(shape) == 1 or shape[0] == max(sizes.n_latent, 1))
        if library.space is not space or not fits or any(row >= max(sizes.n_latent, 1) for row in each.layers):
            theirs = " x ".join(map(str, shape))
            raise WrongDirectionError(
                f"{name} holds directions of {theirs} values in {library.space.value}, but this model's have {dim} in "
                f"{space.value}; open the model that they were found in{f', {library.model}' if library.model else ''}."
            )
    return library


def vectors_of(path: Path, sizes: "LatentSizes") -> list[tuple[str, Array]]:
    """Return the named vectors `[dim]` or `[n_latent, dim]` of a .npy, .npz or .pt file; nothing in it is run."""
    from ganstudio.studio.latent_files import LatentFileError, read_latents

    try:
        found = read_latents(path, sizes)
    except LatentFileError as error:
        said = str(error).replace("latents are", "directions are like latents,")
        raise WrongDirectionError(said) from error
    vectors: list[tuple[str, Array]] = []
    for each in found:
        if sizes.w_dim and each.space is Space.Z and sizes.z_dim != sizes.w_dim:
            raise WrongDirectionError(
                f"{path.name} holds directions of {sizes.z_dim} values in z, but this model moves in w, which has "
                f"{sizes.w_dim}; choose a file of directions in w."
            )
        many = len(each.rows) > 1 or len(found) > 1
        vectors += [(f"{path.stem} {i + 1}" if many else path.stem, row) for i, row in enumerate(each.rows)]
    return vectors
