"""Opening StyleGAN files of other programs: pickles of the authors' code, state dicts of the PyTorch port."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from ganstudio.architectures.stylegan import PRESETS
from ganstudio.architectures.stylegan.checkpoint import read_tensorflow
from ganstudio.architectures.stylegan.discriminator import Discriminator, StyleGANDiscriminatorConfig
from ganstudio.architectures.stylegan.networks import GeneratorNetwork, StyleGANConfig
from ganstudio.checkpoints.checkpoint import DISCRIMINATOR, GENERATOR, Checkpoint
from ganstudio.checkpoints.interpreter import Findings
from ganstudio.checkpoints.pickles import budget_for, read_plain
from ganstudio.checkpoints.reader import read_checkpoint
from ganstudio.checkpoints.source import FileSource
from ganstudio.core.foreign import Mismatch
from tests.checkpoints.tensorflow_writer import Network, conv, dense, write

TINY = replace(PRESETS["tiny"], channels=(12, 10, 8, 6, 5, 4))
CRITIC = StyleGANDiscriminatorConfig(channels=(12, 10, 8, 6, 5, 4), dense_width=9)
FINISH = {"noise_strength": "Noise/weight", "bias": "bias"}
CRITIC_LAYERS = {"conv0": "Conv0", "conv1": "Conv1_down", "conv": "Conv", "fc": "Dense0", "out": "Dense1"}


def shaken(network: nn.Module) -> nn.Module:
    """A network in which nothing is left at zero or one."""
    with torch.no_grad():
        for tensor in network.state_dict().values():
            tensor.add_(0.3 * (torch.rand(tensor.shape) - 0.5))
    return network.eval().requires_grad_(False)


def laid_out(tensor: torch.Tensor) -> torch.Tensor:
    return {4: conv, 2: dense, 1: lambda t: t}[tensor.ndim](tensor)


def synthesis_variables(network: GeneratorNetwork, fused: int) -> dict[str, torch.Tensor]:
    """The synthesis network's tensors as the authors name and store them."""
    synthesis, found = network.synthesis, {"lod": network.synthesis.lod}
    for index, block in enumerate(synthesis.blocks):
        side = block.resolution
        names = (("Const", "Conv") if block.start is not None else ("Conv0_up", "Conv1"))
        if block.start is not None and hasattr(block.start, "dense"):
            names = ("Dense", "Conv")
            found["4x4/Dense/weight"] = dense(block.start.dense.weight)
        elif block.start is not None:
            found["4x4/Const/const"] = block.start.const[None]
        for row, (layer, name) in enumerate(zip(block.style_layers, names, strict=True)):
            path = f"{side}x{side}/{name}/"
            found[f"{path}bias"] = layer.bias
            if layer.use_noise:
                found[f"{path}Noise/weight"] = layer.noise_strength
                found[f"noise{2 * index + row}"] = layer.noise_const[None, None]
            if layer.affine is not None:
                found[f"{path}StyleMod/weight"] = dense(layer.affine.weight)
                found[f"{path}StyleMod/bias"] = layer.affine.bias
            if hasattr(layer, "conv"):
                turned = name == "Conv0_up" and side >= fused
                kernel = layer.conv.weight.flip(2, 3) if turned else layer.conv.weight
                found[f"{path}weight"] = conv(kernel)
        lod = len(synthesis.blocks) - 1 - index
        found |= {f"ToRGB_lod{lod}/weight": conv(block.torgb.weight), f"ToRGB_lod{lod}/bias": block.torgb.bias}
    return found


def generator_record(network: GeneratorNetwork, settings: dict[str, object], fused: int) -> Network:
    mapping = {name: t for name, t in network.mapping.state_dict().items() if name.startswith("fc")}
    variables = {f"Dense{name[2:].replace('.', '/')}": laid_out(tensor) for name, tensor in mapping.items()}
    if hasattr(network.mapping, "label"):
        variables["LabelConcat/weight"] = dense(network.mapping.label.weight)
    inside = {
        "synthesis": Network("G_synthesis", 3, settings, synthesis_variables(network, fused), {}),
        "mapping": Network("G_mapping", 3, settings, variables, {}),
    }
    return Network("G_style", 3, settings, {"dlatent_avg": network.mapping.w_avg}, inside)


def critic_record(network: Discriminator) -> Network:
    variables = {"lod": network.lod}
    for name, tensor in network.state_dict().items():
        if name == "lod":
            continue
        block, layer, part = name.split(".")
        side = int(block[1:])
        lod = (network.config.resolution // side).bit_length() - 1
        path = f"FromRGB_lod{lod}" if layer == "fromrgb" else f"{side}x{side}/{CRITIC_LAYERS[layer]}"
        variables[f"{path}/{part}"] = laid_out(tensor)
    return Network("D_basic", 3, {"mbstd_group_size": 2}, variables)


def same(checkpoint: Checkpoint, network: str, original: nn.Module) -> None:
    expected = original.state_dict()
    assert checkpoint.tensors[network].keys() == expected.keys()
    for name, tensor in checkpoint.tensors[network].items():
        assert torch.equal(tensor, expected[name]), name


@pytest.mark.parametrize(("setting", "fused"), [("auto", 128), (True, 0), (False, 1 << 20)])
def test_the_authors_training_pickle(setting: object, fused: int, tmp_path: Path) -> None:
    network, critic = shaken(GeneratorNetwork(TINY)), shaken(Discriminator(CRITIC))
    assert isinstance(network, GeneratorNetwork)
    assert isinstance(critic, Discriminator)
    network.synthesis.lod.fill_(0.25)
    record = generator_record(network, {"fused_scale": setting, "mapping_lrmul": 0.02}, fused)
    path = write(tmp_path / "a.pkl", (record, critic_record(critic), record), 3)
    checkpoint = read_checkpoint(path, (GENERATOR, DISCRIMINATOR))
    assert checkpoint.architecture == "stylegan"
    assert checkpoint.config == replace(TINY, mapping_lr=0.02)
    assert checkpoint.configs[DISCRIMINATOR] == replace(CRITIC, mbstd_group=2)
    same(checkpoint, GENERATOR, network)
    same(checkpoint, DISCRIMINATOR, critic)
    assert checkpoint.report is not None
    assert any("0.25" in sentence for sentence in checkpoint.report.sentences())


@pytest.mark.parametrize("name", ["tiny-conditional", "tiny-plain"])
def test_earlier_configurations_alone(name: str, tmp_path: Path) -> None:
    config = PRESETS[name]
    network = shaken(GeneratorNetwork(config))
    assert isinstance(network, GeneratorNetwork)
    settings = {
        "blur_filter": list(config.blur_filter) or None,
        "use_instance_norm": config.instance_norm,
        "use_pixel_norm": config.pixel_norm,
    }
    checkpoint = read_checkpoint(write(tmp_path / "a.pkl", generator_record(network, settings, 128), 3))
    assert checkpoint.config == config
    same(checkpoint, GENERATOR, network)


def refusal(path: Path) -> str:
    """What the authors' dialect says about a file that it does not read."""
    with FileSource(path) as source:
        found = read_tensorflow(read_plain(source, Findings(budget_for(source))))
    assert isinstance(found, Mismatch)
    return found.reason


def test_unknown_settings_and_variables_are_refused(tmp_path: Path) -> None:
    network = shaken(GeneratorNetwork(TINY))
    assert isinstance(network, GeneratorNetwork)
    record = generator_record(network, {"nonlinearity": "relu"}, 128)
    assert "'relu'" in refusal(write(tmp_path / "relu.pkl", record, 3))
    record = generator_record(network, {"use_wscale": False}, 128)
    assert "use_wscale" in refusal(write(tmp_path / "unscaled.pkl", record, 3))
    record = generator_record(network, {}, 128)
    variables = record.state["variables"]
    assert isinstance(variables, list)
    variables.append(("synthesis/8x8/Conv0_up/mod_bias", variables[0][1]))
    assert "mod_bias" in refusal(write(tmp_path / "odd.pkl", record, 3))


def port_names(network: GeneratorNetwork) -> dict[str, torch.Tensor]:
    """A state dict of the port with this network's weights."""
    found = {"truncation.avg_latent": network.mapping.w_avg}
    for name, tensor in network.mapping.state_dict().items():
        if name.startswith("fc"):
            found[f"g_mapping.map.dense{name[2:]}"] = tensor
    for index, block in enumerate(network.synthesis.blocks):
        path = "g_synthesis.init_block." if index == 0 else f"g_synthesis.blocks.{index - 1}."
        names = ("", "conv.") if index == 0 else ("conv0_up.", "conv1.")
        for row, (layer, name) in enumerate(zip(block.style_layers, names, strict=True)):
            epilogue = f"{path}epi{row + 1}."
            found[f"{path}{name}bias"] = layer.bias
            found[f"{epilogue}top_epi.noise.weight"] = layer.noise_strength
            found[f"{epilogue}style_mod.lin.weight"] = layer.affine.weight
            found[f"{epilogue}style_mod.lin.bias"] = layer.affine.bias
            if hasattr(layer, "conv"):
                turned = name == "conv0_up." and block.resolution >= 128
                found[f"{path}{name}weight"] = layer.conv.weight.flip(2, 3) if turned else layer.conv.weight
        if index == 0:
            found[f"{path}const"] = block.start.const[None]
        else:
            found[f"{path}conv0_up.intermediate.kernel"] = torch.ones(1, 1, 3, 3)
        found[f"g_synthesis.to_rgb.{index}.weight"] = block.torgb.weight
        found[f"g_synthesis.to_rgb.{index}.bias"] = block.torgb.bias
    return found


def test_the_port(tmp_path: Path) -> None:
    network = shaken(GeneratorNetwork(TINY))
    assert isinstance(network, GeneratorNetwork)
    network.synthesis.lod.zero_()
    path = tmp_path / "GAN_GEN_SHADOW.pth"
    torch.save(port_names(network), path)
    checkpoint = read_checkpoint(path)
    assert checkpoint.config == TINY
    opened = GeneratorNetwork(StyleGANConfig(**vars(TINY)))
    opened.load_state_dict(checkpoint.tensors[GENERATOR])
    for name, tensor in checkpoint.tensors[GENERATOR].items():
        if not name.endswith("noise_const"):
            assert torch.equal(tensor, network.state_dict()[name]), name
    again = read_checkpoint(path).tensors[GENERATOR]
    assert all(torch.equal(t, again[name]) for name, t in checkpoint.tensors[GENERATOR].items())
