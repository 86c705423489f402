"""Files of other programs open as the model they hold; all others say why not."""

import errno
import gzip
import mmap
import os
import pickle
import re
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ganstudio.architectures import dcgan, stylegan2
from ganstudio.architectures.dcgan.networks import DCGANDiscriminatorConfig
from ganstudio.architectures.stylegan2.discriminator import Discriminator, StyleGAN2DiscriminatorConfig
from ganstudio.architectures.stylegan2.networks import GeneratorNetwork, StyleGAN2Config, Wiring
from ganstudio.checkpoints.checkpoint import NETWORKS, Checkpoint
from ganstudio.checkpoints.reader import read_checkpoint
from ganstudio.checkpoints.refusals import (
    CheckpointError,
    EmptyFileError,
    MissingFileError,
    OversizeError,
    UnknownFileError,
    UnsupportedFileError,
)
from tests.checkpoints import nvidia_writer as nvidia
from tests.checkpoints import port_writer as port

SKIP = replace(stylegan2.TINY, conv_clamp=256.0, mapping_lr=0.02, w_avg_beta=0.998)
PLAIN = replace(SKIP, architecture=Wiring.ORIGINAL, mapping_hidden=9, img_channels=1, conv_clamp=None)
RESIDUAL = replace(SKIP, architecture=Wiring.RESIDUAL, c_dim=3, mapping_embed=6, conv_clamp=1.5)
PRUNED = replace(SKIP, channels=(7, 11, 5, 3))
CRITIC = StyleGAN2DiscriminatorConfig(channels=(10, 8, 6), conv_clamp=256.0, mbstd_group=8)
CONDITIONAL = replace(CRITIC, architecture=Wiring.SKIP, c_dim=3, cmap_dim=5, mapping_layers=2, mbstd_group=None)


def drawn(network: torch.nn.Module, seed: int = 0) -> dict[str, torch.Tensor]:
    """Random weights, constants as they are."""
    random = torch.Generator().manual_seed(seed)
    return {
        name: tensor.clone() if name.endswith("resample_filter") or not tensor.is_floating_point()
        else torch.randn(tensor.shape, generator=random)
        for name, tensor in network.state_dict().items()
    }  # fmt: skip


def assert_same(found: Checkpoint, network: str, expected: dict[str, torch.Tensor]) -> None:
    """Compare every tensor bit by bit."""
    weights = found.tensors[network]
    assert weights.keys() == expected.keys()
    for name, tensor in expected.items():
        assert torch.equal(weights[name], tensor), name


def said(found: Checkpoint) -> str:
    """The report's text."""
    assert found.report is not None
    return str(found.report)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("flat", [False, True], ids=["nested", "flat"])
@pytest.mark.parametrize("config", [SKIP, PLAIN, RESIDUAL, PRUNED], ids=["skip", "orig", "resnet", "pruned"])
def test_snapshots(config: StyleGAN2Config, flat: bool, protocol: int, tmp_path: Path) -> None:
    mean, raw = drawn(GeneratorNetwork(config)), drawn(GeneratorNetwork(config), 1)
    critic = drawn(Discriminator(CRITIC), 2)
    made = nvidia.snapshot(G=nvidia.generator(config, raw, flat=flat), D=nvidia.discriminator(CRITIC, critic),
                           G_ema=nvidia.generator(config, mean, flat=flat))  # fmt: skip
    path = nvidia.write_pickle(tmp_path / "network-snapshot.pkl", made, protocol)
    found = read_checkpoint(path, NETWORKS)
    assert found.architecture == "stylegan2"
    assert found.config == config
    assert_same(found, "generator", mean)
    assert found.configs["discriminator"] == CRITIC
    assert_same(found, "discriminator", critic)
    assert "NVIDIA StyleGAN2 snapshot" in said(found)
    assert "Used: G_ema, D." in said(found)
    assert "Ignored: training_set_kwargs, augment_pipe, G." in said(found)
    assert "That code was not run" in said(found)


def test_a_conditional_critic_is_kept(tmp_path: Path) -> None:
    critic = drawn(Discriminator(CONDITIONAL))
    made = nvidia.snapshot(G_ema=nvidia.generator(RESIDUAL, drawn(GeneratorNetwork(RESIDUAL))),
                           D=nvidia.discriminator(CONDITIONAL, critic))  # fmt: skip
    path = nvidia.write_pickle(tmp_path / "a.pkl", made, 4)
    alone = read_checkpoint(path)
    assert "discriminator" not in alone.tensors
    assert alone.configs["discriminator"] == CONDITIONAL
    assert "discriminator (D) is in the file" in said(alone)
    found = read_checkpoint(path, NETWORKS)
    assert found.configs["discriminator"] == CONDITIONAL
    assert_same(found, "discriminator", critic)


def test_a_whole_network_saved_by_torch(tmp_path: Path) -> None:
    weights = drawn(GeneratorNetwork(SKIP))
    found = read_checkpoint(nvidia.write_archive(tmp_path / "tuned.pt", nvidia.generator(SKIP, weights)))
    assert found.config == SKIP
    assert_same(found, "generator", weights)


def test_the_raw_generator_stands_in(tmp_path: Path) -> None:
    made = nvidia.snapshot(G=nvidia.generator(SKIP, drawn(GeneratorNetwork(SKIP))))
    found = read_checkpoint(nvidia.write_pickle(tmp_path / "a.pkl", made, 3))
    assert "G_ema) is missing" in said(found)


def test_a_missing_average_is_estimated_the_same_each_time(tmp_path: Path) -> None:
    weights = drawn(GeneratorNetwork(SKIP))
    del weights["mapping.w_avg"]
    path = nvidia.write_pickle(tmp_path / "a.pkl", nvidia.snapshot(G_ema=nvidia.generator(SKIP, weights)), 4)
    first, again = (read_checkpoint(path).tensors["generator"]["mapping.w_avg"] for _ in range(2))
    assert torch.equal(first, again)
    assert 0 < float(first.abs().max()) < 10


@pytest.mark.parametrize("legacy", [False, True], ids=["archive", "legacy"])
def test_the_port_with_its_training_state(legacy: bool, tmp_path: Path) -> None:
    config = replace(stylegan2.TINY, channels=(12, 10, 8))
    critic_config = StyleGAN2DiscriminatorConfig(channels=(10, 8, 6))
    ours, critic = drawn(GeneratorNetwork(config)), drawn(Discriminator(critic_config))
    file = {"g": port.generator(config, drawn(GeneratorNetwork(config), 1)), "g_ema": port.generator(config, ours),
            "d": port.discriminator(16, critic), "args": Namespace(size=16), "ada_aug_p": 0.1,
            "g_optim": {"state": {0: {"step": 5}}, "param_groups": []}}  # fmt: skip
    (tmp_path / "150000.pt").write_bytes(nvidia.torch_bytes(file, legacy=legacy))
    found = read_checkpoint(tmp_path / "150000.pt", NETWORKS)
    assert found.config == config
    estimated = found.tensors["generator"]["mapping.w_avg"]
    assert_same(found, "generator", {**ours, "mapping.w_avg": estimated})
    assert_same(found, "discriminator", critic)
    assert "was estimated" in said(found)
    assert "Ignored: g, args, ada_aug_p, g_optim." in said(found)


@pytest.mark.parametrize("rows", [None, 6])
def test_the_port_with_its_average(rows: int | None, tmp_path: Path) -> None:
    config = stylegan2.TINY
    ours = drawn(GeneratorNetwork(config))
    average = ours["mapping.w_avg"] if rows is None else ours["mapping.w_avg"].repeat(rows, 1)
    torch.save({"g_ema": port.generator(config, ours), "latent_avg": average}, tmp_path / "a.pt")
    found = read_checkpoint(tmp_path / "a.pt")
    assert torch.allclose(found.tensors["generator"].pop("mapping.w_avg"), ours.pop("mapping.w_avg"))  # type: ignore[attr-defined]
    assert_same(found, "generator", ours)
    assert "Used: g_ema, latent_avg." in said(found)
    assert "estimated" not in said(found)


def test_the_port_inside_an_encoder_file(tmp_path: Path) -> None:
    ours = drawn(GeneratorNetwork(stylegan2.TINY))
    state = {f"decoder.{name}": tensor for name, tensor in port.generator(stylegan2.TINY, ours).items()}
    torch.save({"state_dict": {**state, "encoder.a.weight": torch.ones(2)}, "latent_avg": ours["mapping.w_avg"]},
               tmp_path / "e4e.pt")  # fmt: skip
    found = read_checkpoint(tmp_path / "e4e.pt")
    assert_same(found, "generator", ours)
    assert "encoder in the file was left out" in said(found)


@pytest.mark.parametrize("wrap", [
    lambda g, _: g, lambda g, d: {"netG_state_dict": g, "netD_state_dict": d, "epoch": 3},
    lambda g, d: {"netG": {f"module.{name}": tensor for name, tensor in g.items()}, "netD": d},
    lambda g, _: {"state_dict": g}, lambda g, d: {"generator": g, "discriminator": d},
], ids=["bare", "named", "parallel", "state", "pair"])  # fmt: skip
@pytest.mark.parametrize("config", [
    dcgan.PRESETS["tiny"], replace(dcgan.TINY, channels=(9, 8, 7, 6, 5), img_channels=1, z_dim=5, bias=True),
    replace(dcgan.TINY, channels=(16, 8, 4, 2)),
], ids=["32", "128", "64"])  # fmt: skip
def test_dcgan_states(config: dcgan.DCGANConfig, wrap: object, tmp_path: Path) -> None:
    other = DCGANDiscriminatorConfig(config.img_channels, (4, 6, 8))
    ours, critic = drawn(dcgan.DCGANGenerator(config).network), drawn(dcgan.Discriminator(other))
    assert callable(wrap)
    torch.save(wrap(ours, critic), tmp_path / "weights.tar")
    found = read_checkpoint(tmp_path / "weights.tar", NETWORKS)
    assert found.config == config
    assert_same(found, "generator", ours)
    if "discriminator" in found.tensors:
        assert found.configs["discriminator"] == other
        assert_same(found, "discriminator", critic)
    assert f"{config.resolution}×{config.resolution}" in said(found)


def test_dcgan_under_other_numbers_and_without_counters(tmp_path: Path) -> None:
    ours = drawn(dcgan.DCGANGenerator(dcgan.TINY).network)
    moved = {f"net.{int(name.split('.')[1]) + 2}.{name.split('.')[2]}": tensor for name, tensor in ours.items()
             if not name.endswith("num_batches_tracked")}  # fmt: skip
    torch.save(moved, tmp_path / "a.pth")
    found = read_checkpoint(tmp_path / "a.pth")
    assert_same(found, "generator", ours)


def test_weights_that_are_not_finite_are_reported(tmp_path: Path) -> None:
    ours = drawn(dcgan.DCGANGenerator(dcgan.TINY).network)
    ours["main.0.weight"][0, 0, 0, 0] = torch.nan
    torch.save(ours, tmp_path / "a.pth")
    assert "generator.main.0.weight" in said(read_checkpoint(tmp_path / "a.pth"))


def test_one_missing_or_misshapen_tensor_is_named(tmp_path: Path) -> None:
    for change, word in (({"synthesis.b8.conv0.affine.bias": None}, "missing"),
                         ({"synthesis.b8.conv0.bias": torch.ones(99)}, "shape"),
                         ({"synthesis.b8.extra": torch.ones(1)}, "not part")):  # fmt: skip
        weights = {**drawn(GeneratorNetwork(SKIP)), **change}
        torch.save({name: value for name, value in weights.items() if value is not None}, tmp_path / "a.pt")
        with pytest.raises(UnknownFileError, match=f"synthesis.b8.*{word}|{word}.*synthesis.b8"):
            read_checkpoint(tmp_path / "a.pt")


def test_an_unknown_file_has_a_reason_from_every_reader(tmp_path: Path) -> None:
    torch.save({"encoder": torch.ones(2)}, tmp_path / "a.pt")
    with pytest.raises(UnknownFileError) as caught:
        read_checkpoint(tmp_path / "a.pt")
    names = [name for name, _ in caught.value.reasons]
    assert len(names) == len(set(names)) >= 8
    assert all(reason in str(caught.value) for _, reason in caught.value.reasons)
    first, header, *lines = str(caught.value).split("\n")
    assert first.startswith("a.pt is a PyTorch archive")
    assert first.endswith("or convert it to one.")
    assert header == "Why each known kind was ruled out:"
    assert len(lines) == len(names)


FOREIGN = {
    "cat.jpg": (b"\xff\xd8\xff\xe0" + bytes(100), "JPEG picture"),
    "cat.png": (b"\x89PNG\r\n\x1a\n" + bytes(100), "PNG picture"),
    "page.pkl": (b"<!DOCTYPE html><html>", "web page"),
    "notes.txt": (b"hello, these are notes", "text file"),
    "zeros.pt": (bytes(5000), "zeros"),
    "pointer.pkl": (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
    "model.pt.gz": (gzip.compress(b"x" * 100), "gzip"),
    "weights.h5": (b"\x89HDF\r\n\x1a\n" + bytes(100), "HDF5"),
    "old.pth": (bytes(257) + b"ustar" + bytes(300), "tar archive"),
    "noise.bin": (b"\x01\x02\x03\x04" * 50, "not in any layout"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_files_are_named(name: str, tmp_path: Path) -> None:
    content, word = FOREIGN[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnknownFileError, match=word) as caught:
        read_checkpoint(tmp_path / name)
    assert name in str(caught.value)


def test_archives_that_are_not_models(tmp_path: Path) -> None:
    np.savez(tmp_path / "w.npz", w=np.zeros(3))
    with pytest.raises(UnsupportedFileError, match="numpy archive"):
        read_checkpoint(tmp_path / "w.npz")
    np.save(tmp_path / "w.npy", np.zeros(3))
    with pytest.raises(UnknownFileError, match="numpy array"):
        read_checkpoint(tmp_path / "w.npy")


@pytest.mark.parametrize(("name", "word"), [("dnnlib.tflib.network", "TensorFlow StyleGAN"), ("network", "Theano")])
def test_older_pickles_are_named(name: str, word: str, tmp_path: Path) -> None:
    stream = b"\x80\x02c" + name.encode() + b"\nNetwork\n)\x81}X\x07\x00\x00\x00versionK\x04sb."
    (tmp_path / "tf.pkl").write_bytes(stream)
    with pytest.raises(UnsupportedFileError, match=rf"tf\.pkl.*{word}"):
        read_checkpoint(tmp_path / "tf.pkl")


IMPOSSIBLE = {"conv_clamp": (float("nan"), float("inf"), -1.0), "mapping_lr": (float("nan"), float("inf"), 1e300, -1.0)}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in IMPOSSIBLE for value in IMPOSSIBLE[name]])
@pytest.mark.parametrize("average", [True, False], ids=["average", "no average"])
def test_impossible_settings_are_named(name: str, value: float, average: bool, tmp_path: Path) -> None:
    config, weights = replace(SKIP, **{name: value}), drawn(GeneratorNetwork(SKIP))  # type: ignore[arg-type]
    if not average:
        del weights["mapping.w_avg"]
    made = nvidia.snapshot(G_ema=nvidia.generator(config, weights))
    with pytest.raises(UnknownFileError, match=re.escape(f"setting {name} is {value}")):
        read_checkpoint(nvidia.write_pickle(tmp_path / "a.pkl", made, 4))


def test_a_critic_with_impossible_settings_is_left_out(tmp_path: Path) -> None:
    config = replace(CRITIC, conv_clamp=float("nan"))
    made = nvidia.snapshot(G_ema=nvidia.generator(SKIP, drawn(GeneratorNetwork(SKIP))),
                           D=nvidia.discriminator(config, drawn(Discriminator(CRITIC))))  # fmt: skip
    found = read_checkpoint(nvidia.write_pickle(tmp_path / "a.pkl", made, 4), NETWORKS)
    assert "discriminator" not in found.tensors
    assert "setting conv_clamp is nan" in said(found)


def test_stylegan3_is_named(tmp_path: Path) -> None:
    made = nvidia.snapshot(G_ema=nvidia.generator(SKIP, {"synthesis.input.freqs": torch.ones(4, 2)}))
    with pytest.raises(UnknownFileError, match="StyleGAN3"):
        read_checkpoint(nvidia.write_pickle(tmp_path / "a.pkl", made, 4))


def test_a_critic_that_does_not_fit_is_left_out(tmp_path: Path) -> None:
    critic = drawn(Discriminator(CRITIC))
    critic["b4.fc.weight"] = torch.ones(3, 3)
    made = nvidia.snapshot(G_ema=nvidia.generator(SKIP, drawn(GeneratorNetwork(SKIP))),
                           D=nvidia.discriminator(CRITIC, critic))  # fmt: skip
    found = read_checkpoint(nvidia.write_pickle(tmp_path / "a.pkl", made, 4), NETWORKS)
    assert "discriminator" not in found.tensors
    assert "b4.fc.weight" in said(found)


@pytest.mark.parametrize("name", ["synthesis.b4.resample_filter", "mapping.fc1.weight", "synthesis.b4.const"])
@pytest.mark.parametrize("shape", [(), (0,), (70_000, 2), (3, 3)], ids=str)
def test_nonsense_in_known_places_is_a_mismatch(name: str, shape: tuple[int, ...], tmp_path: Path) -> None:
    weights = {**drawn(GeneratorNetwork(SKIP)), name: torch.zeros(shape)}
    del weights["mapping.w_avg"]
    torch.save(weights, tmp_path / "a.pt")
    with pytest.raises(UnknownFileError):
        read_checkpoint(tmp_path / "a.pt")


def test_short_memory_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(*_args: object, **_options: object) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    (tmp_path / "a.pkl").write_bytes(pickle.dumps({"a": 1}, 4))
    for place, name in ((mmap, "mmap"), (Path, "open")):
        with monkeypatch.context() as changed:
            changed.setattr(place, name, no_memory)
            with pytest.raises(OversizeError, match=r"a\.pkl needs more memory .* Close other programs"):
                read_checkpoint(tmp_path / "a.pkl")


def test_pipes_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pkl")
    with pytest.raises(MissingFileError, match="pipe"):
        read_checkpoint(tmp_path / "pipe.pkl")


def test_missing_empty_and_folders(tmp_path: Path) -> None:
    (tmp_path / "empty.pkl").touch()
    for path, kind in ((tmp_path / "none.pkl", MissingFileError), (tmp_path / "empty.pkl", EmptyFileError),
                       (tmp_path, MissingFileError)):  # fmt: skip
        with pytest.raises(kind, match=path.name):
            read_checkpoint(path)


@pytest.mark.parametrize("kind", ["pickle", "archive", "legacy"])
def test_every_truncation_is_refused(kind: str, tmp_path: Path) -> None:
    weights = drawn(dcgan.DCGANGenerator(dcgan.TINY).network)
    content = pickle.dumps(weights, 4) if kind == "pickle" else nvidia.torch_bytes(weights, legacy=kind == "legacy")
    path = tmp_path / "cut.pt"
    for length in [*range(1, 300, 23), *range(300, len(content), len(content) // 30), len(content) - 1]:
        path.write_bytes(content[:length])
        with pytest.raises(CheckpointError, match=r"cut\.pt"):
            read_checkpoint(path)
