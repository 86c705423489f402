"""What nobody knows does no harm in a part of a file that nobody needs."""

import pickle
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import torch

from ganstudio.architectures.stylegan2 import TINY
from ganstudio.architectures.stylegan2.networks import GeneratorNetwork
from ganstudio.checkpoints.checkpoint import NETWORKS
from ganstudio.checkpoints.reader import read_checkpoint
from ganstudio.checkpoints.refusals import HostileFileError, UnknownFileError
from tests.checkpoints import hostile_files
from tests.checkpoints import nvidia_writer as nvidia
from tests.checkpoints import port_writer as port

Critic = type("Critic", (), {"__module__": "mycompany.critic"})
NAME = r"mycompany\.critic\.Critic"


@pytest.fixture(autouse=True)
def _somebodys_module(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("mycompany.critic")
    module.Critic = Critic  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "mycompany", types.ModuleType("mycompany"))
    monkeypatch.setitem(sys.modules, "mycompany.critic", module)


def state() -> dict[str, torch.Tensor]:
    """The weights of a small generator."""
    torch.manual_seed(0)
    return GeneratorNetwork(TINY).state_dict()


def critic() -> object:
    """An object with a state, of a class that is known to nobody."""
    made = Critic()
    made.layers = [1, 2]
    return made


def opened(path: Path) -> str:
    """Read both networks, compare the generator, return the report."""
    found = read_checkpoint(path, NETWORKS)
    assert all(torch.equal(found.tensors["generator"][name], tensor) for name, tensor in state().items())
    assert found.report is not None
    return str(found.report)


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("key", ["D", "optimizer", "progress", "augment_pipe", "anything"])
@pytest.mark.parametrize("first", [False, True], ids=["behind", "in front"])
def test_an_unknown_class_in_an_unused_part(key: str, first: bool, protocol: int, tmp_path: Path) -> None:
    wanted = {"G_ema": nvidia.generator(TINY, state())}
    made = {key: critic(), **wanted} if first else {**wanted, key: critic()}
    said = opened(nvidia.write_pickle(tmp_path / "a.pkl", made, protocol))
    assert f"Ignored: {key}." in said
    assert "Not understood, and ignored because the model does not need it: mycompany.critic.Critic." in said


@pytest.mark.parametrize("legacy", [False, True], ids=["archive", "legacy"])
def test_an_unknown_optimizer_beside_weights(legacy: bool, tmp_path: Path) -> None:
    made = {"g_ema": port.generator(TINY, state()), "d_optim": critic(), "latent_avg": state()["mapping.w_avg"]}
    (tmp_path / "a.pt").write_bytes(nvidia.torch_bytes(made, legacy=legacy))
    said = str(read_checkpoint(tmp_path / "a.pt").report)
    assert "mycompany.critic.Critic" in said


def test_a_wanted_network_with_an_unknown_class_is_refused(tmp_path: Path) -> None:
    made = nvidia.generator(TINY, state())
    inner = made.meta["state"]
    assert isinstance(inner, dict)
    inner["_forward_hooks"]["hook"] = critic()
    path = nvidia.write_pickle(tmp_path / "a.pkl", {"G_ema": made}, 4)
    with pytest.raises(HostileFileError, match=rf"a\.pkl.*{NAME}"):
        read_checkpoint(path)
    again = nvidia.write_pickle(tmp_path / "b.pkl", {"G_ema": nvidia.generator(TINY, state()), "G": made}, 4)
    assert "mycompany" in opened(again)


def test_a_network_of_an_unknown_class_is_refused(tmp_path: Path) -> None:
    made = critic()
    made.__dict__.update(_modules={}, _parameters=state(), _buffers={})
    path = nvidia.write_pickle(tmp_path / "a.pkl", {"G_ema": made}, 4)
    with pytest.raises(HostileFileError, match=NAME):
        read_checkpoint(path)


def test_an_unknown_file_lists_its_unknown_names(tmp_path: Path) -> None:
    (tmp_path / "a.pkl").write_bytes(pickle.dumps({"G_ema": critic()}, 4))
    with pytest.raises(UnknownFileError, match=rf"it names {NAME}"):
        read_checkpoint(tmp_path / "a.pkl")


@pytest.mark.parametrize(("module", "name"), [("os", "system"), ("subprocess", "Popen"), ("builtins", "eval")])
@pytest.mark.parametrize("first", [False, True], ids=["behind", "in front"])
def test_harmful_names_are_refused_anywhere(module: str, name: str, first: bool, tmp_path: Path) -> None:
    with nvidia.published_names():
        stream = pickle.dumps({"G_ema": nvidia.generator(TINY, state())}, 2)[2:-1]
    added = hostile_files.text("D") + hostile_files.call(module, name, hostile_files.text("true"))
    front = b"}q\xf0" + added + b"s" + hostile_files.text("rest") + stream + b"s"
    path = tmp_path / "a.pkl"
    path.write_bytes(hostile_files.simple(front if first else stream + added + b"s"))
    with pytest.raises(HostileFileError, match=rf"{module}\.{name}"):
        read_checkpoint(path)


@pytest.mark.parametrize("protocol", [2, 4, 5])
@pytest.mark.parametrize("value", [
    np.array(["one", "two"]), np.array([b"raw"]), np.str_("one"), np.array("2020-01-01", dtype="datetime64[D]"),
    np.zeros(3, dtype=[("a", "f4"), ("b", "i2")]), np.arange(3, dtype=">f4"),
], ids=["text", "bytes", "scalar", "date", "record", "big-endian"])  # fmt: skip
def test_arrays_of_other_things_in_an_unused_part(value: object, protocol: int, tmp_path: Path) -> None:
    made = {"G_ema": nvidia.generator(TINY, state()), "classes": value}
    assert "Ignored: classes." in opened(nvidia.write_pickle(tmp_path / "a.pkl", made, protocol))


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_sparse_tensors_in_an_unused_part(tmp_path: Path) -> None:
    made = {"G_ema": state(), "mask": torch.eye(3).to_sparse()}
    torch.save(made, tmp_path / "a.pt")
    assert "Ignored: mask." in opened(tmp_path / "a.pt")
