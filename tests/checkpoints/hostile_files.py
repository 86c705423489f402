"""Files made to run code, to take memory or to read outside their data. The payload creates a canary file."""

import io
import pickle
import struct
import zipfile
from pathlib import Path

import torch

from ganstudio.architectures.stylegan2 import TINY
from ganstudio.architectures.stylegan2.networks import GeneratorNetwork
from tests.checkpoints import nvidia_writer as nvidia


def text(value: str) -> bytes:
    """A text as protocol 2 writes it."""
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def call(module: str, name: str, argument: bytes) -> bytes:
    """GLOBAL, one argument, REDUCE."""
    return b"c" + module.encode() + b"\n" + name.encode() + b"\n" + argument + b"\x85R"


def simple(body: bytes, protocol: int = 2) -> bytes:
    """A stream of its own."""
    return b"\x80" + bytes([protocol]) + body + b"."


def replaced_pickle(archive: bytes, stream: bytes) -> bytes:
    """A torch.save archive whose description is another."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            new.writestr(entry.filename, stream if entry.filename.endswith("data.pkl") else old.read(entry))
    return target.getvalue()


def tensor_stream(size: bytes, stride: bytes, offset: bytes = b"K\x00") -> bytes:
    """The description of one tensor over the storage '0' of 64 numbers."""
    storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu") + b"K@tQ"
    return simple(
        b"ctorch._utils\n_rebuild_tensor_v2\n("
        + storage
        + offset
        + size
        + stride
        + b"\x89ccollections\nOrderedDict\n)RtR"
    )


def codes(command: str) -> dict[str, bytes]:
    """Files that try to run `command`."""
    argument = text(command)
    system = call("os", "system", argument)
    archive = nvidia.torch_bytes({"w": torch.zeros(64)})
    legacy_start = pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1001, 2) + pickle.dumps({}, 2)
    legacy = legacy_start + simple(system) + pickle.dumps([], 2)
    nested = b"\x80\x03ctorch.storage\n_load_from_bytes\nB" + struct.pack("<I", len(legacy)) + legacy + b"\x85R."
    python = text(f"__import__('os').system({command!r})")
    shell = b"(" + text("shell") + b"\x88d"
    tampered = {name: tensor.clone() for name, tensor in GeneratorNetwork(TINY).state_dict().items()}
    snapshot = nvidia.snapshot(G_ema=nvidia.generator(TINY, tampered, source=f"import os\nos.system({command!r})\n"))
    with nvidia.published_names():
        tampered_file = pickle.dumps(snapshot, 4)
    return {
        "system": simple(system),
        "system_posix": simple(call("posix", "system", argument)),
        "system_stack_global": simple(text("os") + text("system") + b"\x93" + argument + b"\x85R", 4),
        "eval": simple(call("builtins", "eval", python)),
        "eval_old_name": simple(call("__builtin__", "eval", python)),
        "popen_new_ex": simple(b"csubprocess\nPopen\n" + argument + b"\x85" + shell + b"\x92", 4),
        "popen_new": simple(b"csubprocess\nPopen\n" + argument + b"\x85\x81"),
        "instance": b"(" + b"S" + repr(command).encode() + b"\nios\nsystem\n.",
        "object": b"(cos\nsystem\nS" + repr(command).encode() + b"\no.",
        "dotted": simple(text("torch") + text("os.system") + b"\x93" + argument + b"\x85R", 4),
        "getattr": simple(b"cbuiltins\ngetattr\ncos\n\n" + text("system") + b"\x86R" + argument + b"\x85R"),
        "partial": simple(b"cfunctools\npartial\ncos\nsystem\n" + argument + b"\x86R)R"),
        "object_array": simple(
            b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R"
            b"(K\x01K\x01\x85cnumpy\ndtype\n"
            + text("O8")
            + b"\x89\x88\x87R(K\x03"
            + text("|")
            + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tb\x89]"
            + system
            + b"atb",
            3,
        ),
        "archive": replaced_pickle(archive, simple(system)),
        "legacy": legacy,
        "nested": nested,
        "broken_tail": simple(system)[:-1],
        "after_stop": pickle.dumps({"a": 1}, 4) + simple(system),
        "extension": simple(b"\x82\x01" + argument + b"\x85R"),
        "build_function": simple(b"ctorch._utils\n_rebuild_tensor_v2\n}" + text("__code__") + argument + b"sb"),
        "codec": simple(b"c_codecs\nencode\n" + argument + text("rot13") + b"\x86R"),
        "dill_code": simple(call("dill._dill", "_load_type", text("CodeType"))),
        "hub": simple(call("torch.hub", "load", argument)),
        "in_unused_part": simple(b"}" + text("D") + system + b"s"),
        "tampered_source": tampered_file,
    }


def bombs() -> dict[str, bytes]:
    """Files that claim sizes they do not have."""
    archive = nvidia.torch_bytes({"w": torch.zeros(64)})
    laughs = b"]" + b"".join(b"q" + bytes([i]) + b"0]h" + bytes([i]) + b"ah" + bytes([i]) + b"a" for i in range(200))
    return {
        "memo": simple(b"Nr\xff\xff\xff\xff0}r\xfe\xff\xff\xff"),
        "long_text": b"\x80\x04\x8d" + struct.pack("<Q", 1 << 60) + b"abc.",
        "long_bytes": b"\x80\x04\x8e" + struct.pack("<Q", 1 << 60) + b"abc.",
        "long_integer": b"\x80\x02\x8b" + struct.pack("<I", 0x7FFFFFFF) + b"abc.",
        "negative_length": b"\x80\x02\x8b" + struct.pack("<i", -5) + b"abc.",
        "laughs": simple(laughs),
        "deep": simple(b")" + b"\x85" * 200_000),
        "deep_lists": simple(b"]" * 200_000 + b"a" * 199_999),
        "deep_marks": simple(b"(" * 200_000 + b"t" * 200_000),
        "past_storage": replaced_pickle(archive, tensor_stream(b"M\x00\x01\x85", b"K\x01\x85")),
        "negative_stride": replaced_pickle(archive, tensor_stream(b"K\x08\x85", b"J\xff\xff\xff\xff\x85", b"K\x10")),
        "expanded": replaced_pickle(archive, tensor_stream(b"J\x00\x00\x00@\x85", b"K\x00\x85")),
        "negative_offset": replaced_pickle(archive, tensor_stream(b"K\x08\x85", b"K\x01\x85", b"J\xff\xff\xff\xff")),
        "tensor_table": (10**8).to_bytes(8, "little") + b"{" + b" " * 64,
        "colliding_keys": simple(
            b"}("
            + b"".join(b"\x8a\x0b" + (i * ((1 << 61) - 1)).to_bytes(11, "little") + b"N" for i in range(1, 5000))
            + b"u"
        ),
    }


def write_all(folder: Path, command: str) -> list[Path]:
    """Write every hostile file into `folder`."""
    paths = []
    for name, content in {**codes(command), **bombs()}.items():
        path = folder / f"{name}.pkl"
        path.write_bytes(content)
        paths.append(path)
    return paths
