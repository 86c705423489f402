"""TensorFlow networks read from pickles: names, settings, layouts, and what is not one."""

from pathlib import Path

import pytest
import torch

from ganstudio.checkpoints.interpreter import Findings
from ganstudio.checkpoints.pickles import budget_for, read_plain
from ganstudio.checkpoints.source import FileSource
from ganstudio.core.foreign import ForeignTensor
from ganstudio.core.foreign_networks import ForeignPair, flipped, loaded, networks_in, out_first, permuted
from tests.checkpoints.tensorflow_writer import SOURCE, Network, write

KERNEL = torch.arange(2 * 2 * 3 * 5.0).reshape(2, 2, 3, 5)


def opened(path: Path) -> tuple[ForeignPair | None, dict[str, torch.Tensor], int]:
    """The networks of a file, the first one's numbers, and the length of the program text in it."""
    with FileSource(path) as source:
        findings = Findings(budget_for(source))
        pair = networks_in(read_plain(source, findings))
        values = {name: loaded(tensor).clone() for name, tensor in pair.generator.variables().items()} if pair else {}
        return pair, values, sum(code.length for code in findings.code.values())


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("version", [2, 3])
def test_the_averaged_generator_is_taken(version: int, protocol: int, tmp_path: Path) -> None:
    inside = {"synthesis": Network("G_synthesis", version, {"fmap_max": 8}, {"4x4/Conv/weight": KERNEL})}
    networks = tuple(
        Network(function, version, {"latent_size": size, "use": None}, {"lod": torch.tensor(1.5)}, inside)
        for function, size in (("G_style", 10), ("D_basic", 11), ("G_style", 12))
    )
    pair, values, program = opened(write(tmp_path / "a.pkl", networks, version, protocol))
    assert pair is not None
    assert pair.averaged
    assert pair.ignored == ("G",)
    assert pair.generator.number("latent_size", 0) == 12
    assert pair.generator.number("use", 7) == 7
    assert pair.generator.function == "G_style"
    assert pair.generator.version == version
    assert pair.generator.components["synthesis"].number("fmap_max", 0) == 8
    assert pair.discriminator is not None
    assert pair.discriminator.function == "D_basic"
    assert values.keys() == {"lod", "synthesis/4x4/Conv/weight"}
    assert values["lod"] == 1.5
    assert torch.equal(values["synthesis/4x4/Conv/weight"], KERNEL)
    assert program == len(SOURCE)


def test_one_network_alone(tmp_path: Path) -> None:
    made = Network("G_paper", 2, {}, {"lod": torch.tensor(0.0)})
    pair, values, _ = opened(write(tmp_path / "a.pkl", made, 2))
    assert pair is not None
    assert pair.discriminator is None
    assert not pair.averaged
    assert values["lod"] == 0.0


def test_other_values_are_no_networks() -> None:
    assert networks_in({"G": 1}) is None
    assert networks_in((1, 2, 3)) is None
    assert networks_in(()) is None


@pytest.mark.parametrize("stored", [True, False], ids=["in a file", "in memory"])
def test_layouts(stored: bool, tmp_path: Path) -> None:
    kernel: ForeignTensor | torch.Tensor = KERNEL
    path = write(tmp_path / "a.pkl", Network("G_paper", 2, {}, {"w": KERNEL, "d": KERNEL[0, 0]}), 2)
    with FileSource(path) as source:
        pair = networks_in(read_plain(source, Findings(budget_for(source))))
        assert pair is not None
        dense = pair.generator.variables()["d"]
        if stored:
            kernel = pair.generator.variables()["w"]
            assert isinstance(kernel, ForeignTensor)
        assert torch.equal(loaded(out_first(kernel)), KERNEL.permute(3, 2, 0, 1))
        assert torch.equal(loaded(out_first(dense)), KERNEL[0, 0].t())
        assert torch.equal(loaded(permuted(kernel, 2, 3, 0, 1)), KERNEL.permute(2, 3, 0, 1))
        assert torch.equal(flipped(out_first(kernel)), KERNEL.permute(3, 2, 0, 1).flip(2, 3))
        with pytest.raises(ValueError, match="dimensions"):
            permuted(dense, 0, 1, 2)
