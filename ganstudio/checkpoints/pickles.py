"""Pickle streams as they come in files: plain, in PyTorch's old sequence, in its zip archives, and nested."""

import contextlib
from collections.abc import Callable, Collection
from pathlib import PurePosixPath

from ganstudio.checkpoints.budget import DEEPEST_NESTING, DEEPEST_STREAM, Budget
from ganstudio.checkpoints.instructions import run_stream
from ganstudio.checkpoints.interpreter import Findings, Interpreter
from ganstudio.checkpoints.policy import Standing, printable, standing
from ganstudio.checkpoints.refusals import (
    BrokenStreamError,
    HostileStreamError,
    LimitError,
    UnsupportedStreamError,
)
from ganstudio.checkpoints.source import Source, TextSource
from ganstudio.checkpoints.torch_values import PartOfStorage, StorageTable, view_of
from ganstudio.checkpoints.zip_archive import Entry, directory, place
from ganstudio.core.foreign import ForeignBytes, ForeignName, ForeignObject, ForeignStorage, ForeignValue
from ganstudio.core.foreign_networks import TRIO

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
LEGACY_START = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19"


def budget_for(source: Source) -> Budget:
    """The work allowed for a file of this size."""
    return Budget(decoded=(64 << 20) + 4 * source.length)


def read_plain(source: Source, findings: Findings) -> ForeignValue:
    """One pickle that fills the whole file."""
    meaning = _interpreter(findings, None, 0)
    root, position = run_stream(source, 0, source.length, meaning, findings.budget)
    if position != source.length:
        raise BrokenStreamError(f"{source.length - position} bytes follow where it should end")
    check_depth(root)
    return root


def read_legacy(source: Source, start: int, stop: int, findings: Findings, depth: int = 0) -> ForeignValue:
    """PyTorch's sequence of before 2020: magic number, version, machine, value, storage keys, storages."""
    if depth > DEEPEST_STREAM:
        raise LimitError("its streams are nested too deeply")
    storages, parts = StorageTable(), list[PartOfStorage]()

    def resolve(key: ForeignValue) -> ForeignValue:
        if isinstance(key, tuple) and len(key) == 4 and key[0] == "module":
            findings.program(key[3])
            return key[1]
        storage, view = storages.identify(key, 6)
        part = view_of(storage, view)
        if isinstance(part, PartOfStorage):
            parts.append(part)
        return part

    position = start
    values: list[ForeignValue] = []
    for _ in range(5):
        value, position = run_stream(source, position, stop, _interpreter(findings, resolve, depth), findings.budget)
        values.append(value)
    if values[:2] != [LEGACY_MAGIC, 1001] or not isinstance(values[4], list):
        raise BrokenStreamError("it is not the sequence that PyTorch writes")
    if isinstance(values[2], dict) and values[2].get("little_endian") is False:
        raise UnsupportedStreamError("it was written on a big-endian machine")
    position = _place_storages(source, position, stop, storages, values[4])
    for part in parts:
        part.settle()
    if position != stop and depth:
        raise BrokenStreamError("bytes follow where a tensor's data should end")
    if not depth:
        check_depth(values[3])
    return values[3]


def _place_storages(source: Source, position: int, stop: int, storages: StorageTable, keys: list[ForeignValue]) -> int:
    for key in keys:
        storage = storages.by_key.get(key) if isinstance(key, str) else None
        if storage is None or storage.source is not None:
            raise BrokenStreamError("its list of storages does not fit its tensors")
        if position + 8 > stop:
            raise BrokenStreamError("it ends in the middle")
        count = int.from_bytes(source.data[position : position + 8], "little", signed=True)
        position += 8
        if count != storage.count or position + storage.nbytes > stop:
            raise BrokenStreamError("a storage is shorter than its tensors need, so the file is cut off")
        storage.source, storage.start = source, position
        position += storage.nbytes
    missing = [key for key, storage in storages.by_key.items() if storage.source is None and storage.count]
    if missing:
        raise BrokenStreamError(f"{len(missing)} of its storages are missing")
    return position


def read_zip(source: Source, findings: Findings) -> ForeignValue:
    """PyTorch's archive of since 2020."""
    entries = directory(source)
    pickle = _pickle_entry(entries)
    root = str(PurePosixPath(pickle.name).parent)
    if f"{root}/constants.pkl" in entries or any(name.startswith(f"{root}/code/") for name in entries):
        raise UnsupportedStreamError(
            "it is a TorchScript archive, which holds program code instead of plain weights. "
            "Save the model's state_dict() with torch.save"
        )
    order = entries.get(f"{root}/byteorder")
    if order is not None:
        start, length = place(source, order)
        if source.data[start : start + min(length, 16)] != b"little":
            raise UnsupportedStreamError("it was written on a big-endian machine")
    storages = StorageTable()

    def resolve(key: ForeignValue) -> ForeignValue:
        storage, _ = storages.identify(key, 5)
        if storage.source is None:
            name = f"{root}/data/{key[2]}" if isinstance(key, tuple) else ""
            if name not in entries:
                raise BrokenStreamError(f"the archive lacks the entry {name!r}")
            start, length = place(source, entries[name])
            if length != storage.nbytes:
                raise BrokenStreamError(f"the entry {name!r} has {length} bytes instead of {storage.nbytes}")
            storage.source, storage.start = source, start
        return storage

    start, length = place(source, pickle)
    meaning = _interpreter(findings, resolve, 0)
    value, position = run_stream(source, start, start + length, meaning, findings.budget)
    if position != start + length:
        raise BrokenStreamError("bytes follow where its description should end")
    check_depth(value)
    return value


def _pickle_entry(entries: dict[str, Entry]) -> Entry:
    found = [entry for name, entry in entries.items() if PurePosixPath(name).name == "data.pkl"]
    if not found:
        if entries and all(name.endswith(".npy") for name in entries):
            raise UnsupportedStreamError("it is a numpy archive (.npz) of arrays, not a model")
        models = [name for name in entries if name.endswith((".pt", ".pth", ".pkl", ".safetensors"))]
        inside = f". Unpack {models[0]!r} from it first and open that" if models else ""
        raise UnsupportedStreamError(f"it is a zip archive and not a PyTorch file (no data.pkl inside){inside}")
    if len(found) > 1 or "/" not in found[0].name:
        raise BrokenStreamError("the archive holds several descriptions, or one outside a folder")
    return found[0]


def _interpreter(findings: Findings, resolve: Callable[[ForeignValue], ForeignValue] | None, depth: int) -> Interpreter:
    def nested(raw: ForeignBytes) -> ForeignStorage:
        source = raw.source
        if not isinstance(source, Source):
            raise BrokenStreamError("a tensor's data is not in the file")
        with source.decoded() if isinstance(source, TextSource) else contextlib.nullcontext():
            storage = read_legacy(source, raw.start, raw.start + raw.length, findings, depth + 1)
        if not isinstance(storage, ForeignStorage):
            raise BrokenStreamError("a tensor's data is not a storage")
        return storage

    return Interpreter(findings, resolve, nested)


def check_depth(root: ForeignValue) -> None:
    """Refuse values nested deeper than any model; each value is visited once, so sharing costs nothing."""
    seen: set[int] = set()
    waiting = [(root, 0)]
    while waiting:
        value, depth = waiting.pop()
        inside = _inside(value)
        if not inside or id(value) in seen:
            continue
        if depth > DEEPEST_NESTING:
            raise LimitError("its values are nested too deeply")
        seen.add(id(value))
        waiting.extend((item, depth + 1) for item in inside)


def _inside(value: ForeignValue) -> list[ForeignValue]:
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, ForeignObject):
        return [value.callee, *value.args, value.state, *value.options.values(), *value.items]
    return []


def refuse_unknown(root: ForeignValue, keys: Collection[str]) -> None:
    """Refuse a file whose wanted parts hold a name that is not known; `keys` are its entries, else all is wanted."""
    if isinstance(root, (tuple, list)) and len(root) == len(TRIO):
        root = dict(zip(TRIO, root, strict=True))
    whole = not isinstance(root, dict) or any(key not in root for key in keys)
    waiting = [root] if whole or not isinstance(root, dict) else [root[key] for key in keys]
    seen: set[int] = set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, ForeignName):
            if standing(value) is Standing.UNKNOWN:
                raise HostileStreamError(
                    f"its model needs “{printable(value)}”, which is not on the list of names that models are known "
                    "to use"
                )
        elif id(value) not in seen:
            seen.add(id(value))
            waiting.extend(_inside(value))
            waiting.extend(value if isinstance(value, (dict, set, frozenset)) else ())
