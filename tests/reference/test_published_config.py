"""Constructor arguments of the published code that change a network's shape end up in ours."""

import pytest
import torch

from ganstudio.architectures.stylegan2.discriminator import Discriminator
from ganstudio.architectures.stylegan2.networks import GeneratorNetwork
from tests.reference.published_config import discriminator_config, generator_config, with_square_filters

GENERATOR = {"z_dim": 9, "c_dim": 0, "w_dim": 11, "img_resolution": 16, "img_channels": 3}
DISCRIMINATOR = {"c_dim": 3, "img_resolution": 16, "img_channels": 1, "channel_base": 128, "channel_max": 12}


def test_layers_that_do_not_resample_keep_the_usual_filter() -> None:
    synthesis = {"channel_base": 128, "channel_max": 12, "resample_filter": [1, 2, 1], "architecture": "resnet"}
    shapes = {
        name: tuple(tensor.shape)
        for name, tensor in GeneratorNetwork(
            generator_config(GENERATOR | {"synthesis_kwargs": synthesis})
        ).state_dict().items()
        if name.endswith("resample_filter")
    }  # fmt: skip
    assert {name for name, shape in shapes.items() if shape == (4, 4)} == {
        f"synthesis.b{r}.conv1.resample_filter" for r in (4, 8, 16)
    }
    assert {name for name, shape in shapes.items() if shape == (3, 3)} == {
        *(f"synthesis.b{r}.resample_filter" for r in (4, 8, 16)),
        *(f"synthesis.b{r}.{layer}.resample_filter" for r in (8, 16) for layer in ("conv0", "skip")),
    }


def test_parts_of_a_discriminator_have_their_own_settings() -> None:
    config = discriminator_config(
        DISCRIMINATOR | {
            "cmap_dim": 7,
            "block_kwargs": {"activation": "swish", "resample_filter": [1, 2, 1], "freeze_layers": 2},
            "mapping_kwargs": {"num_layers": 2, "embed_features": 5, "layer_features": 9},
            "epilogue_kwargs": {"activation": "relu", "mbstd_group_size": None, "mbstd_num_channels": 2},
        }
    )  # fmt: skip
    state = Discriminator(config).state_dict()
    assert (config.activation, config.epilogue_activation, config.mapping_activation) == ("swish", "relu", "lrelu")
    assert config.mbstd_group is None
    assert state["b4.conv.weight"].shape == (12, 14, 3, 3)
    assert state["b4.conv.resample_filter"].shape == state["b16.conv0.resample_filter"].shape == (4, 4)
    assert state["b16.conv1.resample_filter"].shape == state["b8.resample_filter"].shape == (3, 3)
    assert state["mapping.embed.weight"].shape == (5, 3)
    assert (state["mapping.fc0.weight"].shape, state["mapping.fc1.weight"].shape) == ((9, 5), (7, 9))


def test_unknown_arguments_are_not_passed_over() -> None:
    with pytest.raises(AssertionError, match="kernel_colour"):
        generator_config(GENERATOR | {"synthesis_kwargs": {"kernel_colour": 1}})
    with pytest.raises(AssertionError, match="depth"):
        generator_config(GENERATOR | {"mapping_kwargs": {"depth": 1}})


def test_long_filters_are_published_as_a_line() -> None:
    line = torch.tensor([1.0, 2.0, 1.0]) / 4
    squares = with_square_filters({"b8.resample_filter": line, "b8.bias": line})
    assert torch.equal(squares["b8.resample_filter"], torch.outer(line, line))
    assert squares["b8.bias"] is line


@pytest.mark.parametrize(
    ("kernel", "expected"),
    [
        (None, (1.0, 3.0, 3.0, 1.0)),
        ([1, 2, 1], (1.0, 2.0, 1.0)),
        ([[1, 2, 1], [2, 4, 2], [1, 2, 1]], (1.0, 2.0, 1.0)),
        ([[4, 8], [8, 16]], (2.0, 4.0)),
    ],
)
def test_filters_of_every_form(kernel: object, expected: tuple[float, ...]) -> None:
    synthesis = {"resample_filter": kernel, "kernel_size": 3}
    assert generator_config(GENERATOR | {"synthesis_kwargs": synthesis}).resample_filter == pytest.approx(expected)


def test_other_kernel_sizes_are_not_passed_over() -> None:
    with pytest.raises(AssertionError, match="three by three"):
        generator_config(GENERATOR | {"synthesis_kwargs": {"kernel_size": 5}})
