"""Modules of foreign programs, read as trees of named tensors and constructor arguments."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ganstudio.core.foreign import (
    ForeignName,
    ForeignObject,
    ForeignTensor,
    ForeignValue,
    StateDict,
    state_dict_in,
)

PERSISTENT = ForeignName("torch_utils.persistence", "_reconstruct_persistent_obj")
DEEPEST_MODULE = 40


@dataclass(frozen=True)
class ForeignModule:
    """One module: its class name, the arguments it was made with, and its attributes as plain data."""

    class_name: str
    arguments: Mapping[str, ForeignValue]
    attributes: Mapping[str, ForeignValue]

    def own_tensors(self) -> StateDict:
        """Parameters and stored buffers of this module alone."""
        hidden = self.attributes.get("_non_persistent_buffers_set")
        skipped = hidden if isinstance(hidden, (set, frozenset)) else frozenset()
        found: StateDict = {}
        for group in ("_parameters", "_buffers"):
            for name, tensor in _entries(self.attributes.get(group)):
                if isinstance(tensor, ForeignTensor) and name not in skipped:
                    found[name] = tensor
        return found

    def children(self) -> dict[str, "ForeignModule"]:
        """The modules directly inside this one."""
        inside = {name: as_module(value) for name, value in _entries(self.attributes.get("_modules"))}
        return {name: module for name, module in inside.items() if module is not None}

    def walk(self, path: str = "", depth: int = 0) -> Iterator[tuple[str, "ForeignModule"]]:
        """This module and all inside it with their dotted paths."""
        yield path, self
        if depth >= DEEPEST_MODULE:
            return
        for name, child in self.children().items():
            yield from child.walk(f"{path}.{name}" if path else name, depth + 1)

    def tensors(self) -> StateDict:
        """All tensors under the names that `state_dict()` would give them."""
        return {
            f"{path}.{name}" if path else name: tensor
            for path, module in self.walk()
            for name, tensor in module.own_tensors().items()
        }


def as_module(value: ForeignValue) -> ForeignModule | None:
    """Read an inert record as a module: one that carries its own source text, or a plain pickled one."""
    if not isinstance(value, ForeignObject):
        return None
    if value.callee == PERSISTENT:
        record = value.args[0] if value.args else None
        if not isinstance(record, dict):
            return None
        state = record.get("state")
        class_name = str(record.get("class_name", ""))
    else:
        state, class_name = value.state, value.name()
    if not isinstance(state, dict) or "_modules" not in state:
        return None
    arguments = state.get("_init_kwargs")
    return ForeignModule(class_name, dict(_entries(arguments)), dict(_entries(state)))


@dataclass(frozen=True)
class Found:
    """Named tensors and the key of the file that they lay under ('' for the whole file)."""

    key: str
    tensors: StateDict
    module: ForeignModule | None = None


def find_weights(root: ForeignValue, keys: Iterable[str]) -> Found | None:
    """The first of `keys` that holds named tensors or a module."""
    entries = root if isinstance(root, dict) else {}
    for key in keys:
        found = weights_in(entries.get(key), key)
        if found is not None:
            return found
    return None


def weights_in(value: ForeignValue, key: str = "") -> Found | None:
    """The named tensors of a flat dictionary or of a module."""
    tensors = state_dict_in(value)
    if tensors is not None:
        return Found(key, tensors)
    module = as_module(value)
    if module is None:
        return None
    return Found(key, {name.removeprefix("module."): tensor for name, tensor in module.tensors().items()}, module)


def other_keys(root: ForeignValue, *used: str) -> tuple[str, ...]:
    """The top-level keys of a file beside those that were used."""
    if not isinstance(root, dict) or not any(used):
        return ()
    return tuple(str(key)[:60] for key in root if key not in used)


def _entries(value: ForeignValue) -> list[tuple[str, ForeignValue]]:
    if not isinstance(value, dict):
        return []
    return [(name, entry) for name, entry in value.items() if isinstance(name, str)]
