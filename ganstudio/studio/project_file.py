"""Projects on disk: documents, kept latents, the timeline, the arrays they speak of, and the whole history."""

from pathlib import Path
from typing import Any

import numpy as np

from ganstudio.core.files import with_ending, write_file
from ganstudio.core.store import Store
from ganstudio.studio.history import Tree
from ganstudio.studio.plain_form import BrokenValueError, from_plain
from ganstudio.studio.recipe_file import MARK, array_from, broken, packed_json, put_array, read_json
from ganstudio.studio.tree_form import TreeReader, TreeWriter

FORMAT = 1
SUFFIX = ".ganstudio"


def save_project(path: Path, tree: Tree, store: Store) -> None:
    """Write a project whole or not at all: a safetensors file, its header the history, its tensors the arrays' bytes.

    Raises `SaveError`, and WrongInputError where an array is not in the store.
    """
    from safetensors.numpy import save

    plain, refs = TreeWriter().changes(tree)
    tensors = {ref.digest: np.frombuffer(store.get(ref).tobytes(), np.uint8) for ref in refs}
    arrays = {ref.digest: {"shape": list(ref.shape), "dtype": ref.dtype} for ref in refs}
    top = packed_json({MARK: "project", "format": FORMAT, **plain, "arrays": arrays})
    data = save(tensors, {MARK: top.decode("utf-8", "replace")})
    write_file(path, [data], len(data))


def open_project(path: Path, store: Store) -> Tree:
    """Return a project's history and put its arrays into the store.

    Raises BrokenFileError, or NewerFileError for a file of a newer version.
    """
    try:
        header, tensors = _content(path)
    except OSError as error:
        raise broken(path.name, error.strerror or "it does not answer") from error
    top = read_json(header.encode("utf-8", "surrogatepass"), "project", FORMAT, path.name)
    reader = TreeReader()
    try:
        _take_arrays(top.get("arrays"), tensors, store)
        reader.take(top)
        return reader.tree()
    except BrokenValueError as error:
        raise broken(path.name, str(error)) from error


def _content(path: Path) -> tuple[str, dict[str, bytes]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            header = (file.metadata() or {}).get(MARK, "")
            return header, {name: file.get_tensor(name).tobytes() for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise broken(path.name, "it is no project of GAN Studio, or it was cut off") from error


def _take_arrays(described: Any, tensors: dict[str, bytes], store: Store) -> None:
    if not isinstance(described, dict):
        raise BrokenValueError("arrays: named arrays are expected")
    for digest, entry in described.items():
        place = f"arrays.{digest[:40]}"
        if digest not in tensors or not isinstance(entry, dict):
            raise BrokenValueError(f"{place}: the array is not in the file")
        shape = from_plain(entry.get("shape"), tuple[int, ...], f"{place}.shape")
        put_array(digest, array_from(tensors[digest], shape, entry.get("dtype"), place), store, place)


def is_project(path: Path) -> bool:
    """Whether a file's name is a project's."""
    return path.suffix.casefold() == SUFFIX


def project_name(path: Path | None) -> str:
    """The name of a project, as titles and lists show it."""
    return path.stem if path is not None else "Untitled"


def with_suffix(path: Path) -> Path:
    """Return the path under which a project is saved."""
    return with_ending(path, (SUFFIX,))
