"""The pickle machine reads plain data exactly as pickle would, in every protocol."""

import pickle
from argparse import Namespace
from collections import OrderedDict, defaultdict
from collections.abc import Hashable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.checkpoints.interpreter import Findings
from ganstudio.checkpoints.pickles import budget_for, read_legacy, read_plain, read_zip
from ganstudio.checkpoints.refusals import BrokenStreamError, HostileStreamError, LimitError
from ganstudio.checkpoints.source import MemorySource
from ganstudio.core.foreign import (
    ForeignBytes,
    ForeignName,
    ForeignObject,
    ForeignTensor,
    ForeignText,
    ForeignValue,
    UnsoundTensorError,
)
from tests.checkpoints.nvidia_writer import torch_bytes

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
KEYS: st.SearchStrategy[Hashable] = (
    st.text(max_size=8) | st.integers(-(2**59), 2**59) | st.binary(max_size=6) | st.booleans() | st.none()
)
SCALARS = (
    KEYS | st.integers(-(2**200), 2**200) | st.floats(allow_nan=False)
    | st.complex_numbers(max_magnitude=1e9, allow_nan=False) | st.binary(max_size=3000)
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.tuples(inner)
    | st.dictionaries(KEYS, inner, max_size=4) | st.sets(KEYS, max_size=4) | st.frozensets(KEYS, max_size=4),
    max_leaves=20,
)  # fmt: skip


def read(stream: bytes) -> ForeignValue:
    """Read one plain pickle."""
    source = MemorySource(stream)
    return read_plain(source, Findings(budget_for(source)))


def settled(value: object) -> object:
    """The value with long byte strings read into memory."""
    return value.read() if isinstance(value, ForeignBytes) else value


@given(VALUES)
def test_plain_data_round_trips(value: object) -> None:
    for protocol in PROTOCOLS:
        assert read(pickle.dumps(value, protocol)) == value


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("length", [0, 1, 255, 256, 4096, 4097, 70_000])
def test_bytes_of_every_length(protocol: int, length: int) -> None:
    value = bytes(range(256)) * (length // 256 + 1)
    assert settled(read(pickle.dumps(value[:length], protocol))) == value[:length]
    assert settled(read(pickle.dumps(bytearray(value[:length]), protocol))) == value[:length]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_shared_and_cyclic_values_stay_shared(protocol: int) -> None:
    shared = [1, 2]
    value: dict[str, object] = {"a": shared, "b": shared}
    value["self"] = value
    found = read(pickle.dumps(value, protocol))
    assert isinstance(found, dict)
    assert found["a"] is found["b"]
    assert found["self"] is found


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_named_containers_become_dictionaries(protocol: int) -> None:
    value = {"args": Namespace(size=256, lr=0.5), "order": OrderedDict(b=1, a=2), "count": defaultdict(int, x=3)}
    assert read(pickle.dumps(value, protocol)) == {"args": {"size": 256, "lr": 0.5}, "order": {"b": 1, "a": 2},
                                                   "count": {"x": 3}}  # fmt: skip


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("kind", ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1", "c8", "c16"])
def test_arrays_and_scalars(protocol: int, kind: str) -> None:
    array = (np.arange(24).reshape(2, 3, 4) % 5).astype(kind)
    found = read(pickle.dumps([array, np.asfortranarray(array), array[1, 2, 3], array[:0]], protocol))
    assert isinstance(found, list)
    for tensor in found[:2]:
        assert isinstance(tensor, ForeignTensor)
        assert np.array_equal(tensor.load().numpy(), array)
    assert found[2] == array[1, 2, 3].item()
    assert found[3].shape == (0, 3, 4)


STORED = {
    "plain": torch.arange(24.0).reshape(2, 3, 4),
    "strided": torch.arange(24.0).reshape(4, 6)[1:, ::2],
    "transposed": torch.arange(6).reshape(2, 3).t(),
    "expanded": torch.arange(3.0).expand(4, 3),
    "empty": torch.empty(0, 5),
    "scalar": torch.tensor(2.5, dtype=torch.float64),
    "bfloat": torch.arange(5, dtype=torch.bfloat16),
    "half": torch.arange(5, dtype=torch.float16),
    "complex": torch.complex(torch.arange(3.0), torch.ones(3)),
    "bool": torch.tensor([True, False]),
    "parameter": torch.nn.Parameter(torch.ones(2, 2)),
}


@pytest.mark.parametrize("legacy", [False, True], ids=["archive", "legacy"])
def test_tensors_equal_what_torch_reads(legacy: bool) -> None:
    stored = {**STORED, "shared": STORED["plain"][1], "order": OrderedDict(weight=STORED["plain"])}
    content = torch_bytes(stored, legacy=legacy)
    source = MemorySource(content)
    findings = Findings(budget_for(source))
    found = read_legacy(source, 0, len(content), findings) if legacy else read_zip(source, findings)
    assert isinstance(found, dict)
    import io

    expected = torch.load(io.BytesIO(content), weights_only=True)
    assert found.keys() == expected.keys()
    for name in STORED:
        loaded = found[name].load()
        assert loaded.dtype == expected[name].dtype
        assert torch.equal(loaded, expected[name].detach())
    assert found["shared"].storage is found["plain"].storage


@pytest.mark.parametrize("protocol", range(2, 6))
def test_storages_inside_byte_strings(protocol: int) -> None:
    stored = {name: tensor for name, tensor in STORED.items() if name != "complex"}
    found = read(pickle.dumps(stored, protocol))
    assert isinstance(found, dict)
    for name, tensor in stored.items():
        assert torch.equal(found[name].load(), tensor.detach())


def test_a_whole_module_stays_data() -> None:
    found = read(pickle.dumps(torch.nn.Linear(2, 3), 4))
    assert isinstance(found, ForeignObject)
    assert found.name() == "torch.nn.modules.linear.Linear"
    assert isinstance(found.state, dict)
    assert found.state["_parameters"]["weight"].shape == (3, 2)


NONSENSE = [
    b"", b".", b"\x80\x04", b"\x80\x09N.", b"N", b"NN.", b"(N.", b"h\x05.", b"0.", b"u.", b"]Na", b"\x80\x02\xffN.",
    b"K", b"X\xff\x00\x00\x00a.", b"}]Ns.", b"I12x\n.", b"NNa.", b"N}b.", b"]}b.", b"V\\ud8\n.", b"S'a\n.", b"Fx\n.",
]  # fmt: skip


@pytest.mark.parametrize("stream", NONSENSE)
def test_nonsense_is_refused(stream: bytes) -> None:
    with pytest.raises((BrokenStreamError, HostileStreamError)):
        read(stream)


def test_a_value_after_the_end_is_refused() -> None:
    with pytest.raises(BrokenStreamError, match="follow"):
        read(pickle.dumps(1, 2) + b"N.")


def test_an_unknown_name_stays_a_name() -> None:
    assert read(b"cstrange.place\nThing\n.") == ForeignName("strange.place", "Thing")


@pytest.mark.parametrize("kind", [">f2", ">f4", ">f8", ">i2", ">i8", ">u4", ">c8", ">c16", ">i1"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_big_endian_numbers(protocol: int, kind: str) -> None:
    array = (np.arange(24).reshape(2, 3, 4) % 5).astype(kind)
    found = read(pickle.dumps([array, np.asfortranarray(array), array[1, 2, 3]], protocol))
    assert isinstance(found, list)
    for tensor in found[:2]:
        assert np.array_equal(tensor.load().numpy(), array)
    assert found[2] == array[1, 2, 3].item()


def test_work_is_limited() -> None:
    source = MemorySource(b"]" + b"0]" * 2000 + b".")
    findings = Findings(budget_for(source))
    findings.budget.instructions = 1000
    with pytest.raises(LimitError):
        read_plain(source, findings)


def test_numbers_that_are_not_there_cannot_be_read() -> None:
    tensor = read(pickle.dumps(np.arange(5), 4))
    assert isinstance(tensor, ForeignTensor)
    with pytest.raises(UnsoundTensorError):
        tensor.reshaped(2, 3)
    with pytest.raises(UnsoundTensorError):
        ForeignTensor(tensor.storage, tensor.dtype, (6,), (1,))


@pytest.mark.parametrize("protocol", range(2, 6))
def test_large_storages_stay_in_the_file(protocol: int) -> None:
    weight = torch.randn(600, 700, generator=torch.Generator().manual_seed(1))
    found = read(pickle.dumps({"w": torch.nn.Parameter(weight), "v": weight[5:9, ::3]}, protocol))
    assert isinstance(found, dict)
    assert torch.equal(found["w"].load(), weight)
    assert torch.equal(found["v"].load(), weight[5:9, ::3])


def test_long_texts_stay_in_the_file() -> None:
    found = read(pickle.dumps(["x" * (2 << 20)], 2))
    assert isinstance(found, list)
    assert isinstance(found[0], ForeignText)


def test_long_bytes_written_as_text_must_be_latin() -> None:
    text = pickle.dumps("\u4e00" * (1 << 19), 2)[2:-1]
    found = read(b"\x80\x02c_codecs\nencode\n" + text + b"X\x06\x00\x00\x00latin1\x86R.")
    assert isinstance(found, ForeignBytes)
    with pytest.raises(BrokenStreamError, match="unreadable"):
        found.read()
