"""The safetensors layout: a JSON table, then the numbers; read without taking memory for them."""

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import torch

from ganstudio.checkpoints.refusals import BrokenStreamError, UnsupportedStreamError
from ganstudio.checkpoints.source import Source
from ganstudio.checkpoints.torch_values import DTYPES, tensor_view, wholes
from ganstudio.core.errors import WrongInputError
from ganstudio.core.files import write_file
from ganstudio.core.foreign import ForeignStorage, ForeignTensor, contiguous_stride

LONGEST_TABLE = 100_000_000
TYPES = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U64": "uint64",
    "U32": "uint32",
    "U16": "uint16",
    "U8": "uint8",
    "BOOL": "bool",
    "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2",
    "C64": "complex64",
}
NAMES = {DTYPES[name]: code for code, name in TYPES.items()}


def looks_like_tensor_file(source: Source) -> bool:
    """Whether the file begins as safetensors files do: a plausible length, then an opening brace."""
    return (
        source.length >= 10 and source.data[8:9] == b"{" and int.from_bytes(source.data[:8], "little") <= LONGEST_TABLE
    )


def read_tensor_file(source: Source) -> tuple[dict[str, ForeignTensor], dict[str, str]]:
    """The tensors by name, and the text metadata."""
    length = int.from_bytes(source.data[:8], "little")
    if 8 + length > source.length:
        raise BrokenStreamError("its table of tensors is cut off")
    try:
        table = json.loads(source.data[8 : 8 + length].decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise BrokenStreamError("its table of tensors is unreadable") from error
    if not isinstance(table, dict):
        raise BrokenStreamError("its table of tensors is unreadable")
    metadata = table.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise BrokenStreamError("its description is unreadable")
    start = 8 + length
    spans: list[tuple[int, int]] = []
    tensors = {name: _tensor(source, start, name, entry, spans) for name, entry in table.items()}
    reached = 0
    for first, last in sorted(spans):
        if first < reached:
            raise BrokenStreamError("two of its tensors share the same bytes")
        reached = last
    return tensors, metadata


def _tensor(source: Source, base: int, name: str, entry: object, spans: list[tuple[int, int]]) -> ForeignTensor:
    if not isinstance(entry, dict) or not {"dtype", "shape", "data_offsets"} <= entry.keys():
        raise BrokenStreamError(f"its tensor {name!r} is not described")
    if not isinstance(entry["dtype"], str) or entry["dtype"] not in TYPES:
        raise UnsupportedStreamError(f"its tensor {name!r} has the number type “{str(entry['dtype'])[:20]}”")
    dtype = DTYPES[TYPES[entry["dtype"]]]
    shape = wholes(entry["shape"], f"the shape of {name!r}")
    offsets = wholes(entry["data_offsets"], f"the place of {name!r}")
    if len(offsets) != 2 or offsets[1] - offsets[0] != math.prod(shape) * dtype.itemsize:
        raise BrokenStreamError(f"its tensor {name!r} has the wrong length")
    if base + offsets[1] > source.length:
        raise BrokenStreamError(f"its tensor {name!r} is cut off")
    if offsets[1] > offsets[0]:
        spans.append((offsets[0], offsets[1]))
    storage = ForeignStorage(dtype, math.prod(shape), source, base + offsets[0])
    return tensor_view(storage, dtype, shape, contiguous_stride(shape), 0)


def write_tensor_file(path: Path, tensors: Mapping[str, torch.Tensor], metadata: Mapping[str, str]) -> None:
    """Write tensors and text metadata in one step that either happens whole or not at all. Raises `SaveError`."""
    header = _table(tensors, metadata)
    size = len(header) + sum(tensor.nbytes for tensor in tensors.values())
    write_file(path, _chunks(header, tensors), size)


def _table(tensors: Mapping[str, torch.Tensor], metadata: Mapping[str, str]) -> bytes:
    table: dict[str, object] = {"__metadata__": dict(metadata)}
    position = 0
    for name, tensor in tensors.items():
        if tensor.dtype not in NAMES:
            raise WrongInputError(
                f"The tensor {name} has the number type {tensor.dtype}, which model files do not "
                "hold. Convert it first."
            )
        table[name] = {
            "dtype": NAMES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [position, position + tensor.nbytes],
        }
        position += tensor.nbytes
    text = json.dumps(table, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text


def _chunks(header: bytes, tensors: Mapping[str, torch.Tensor]) -> Iterator[bytes | memoryview]:
    yield header
    for tensor in tensors.values():
        if tensor.numel():
            flat = tensor.cpu().contiguous().reshape(-1).view(torch.uint8)
            yield memoryview(flat.numpy().data)
