"""The networks of a run of StyleGAN2: what both look like for the data, and what growing needs beside them."""

import math

from torch import nn

from ganstudio.architectures.stylegan2.discriminator import StyleGAN2DiscriminatorConfig
from ganstudio.architectures.stylegan2.networks import StyleGAN2Config, Wiring, channel_plan
from ganstudio.architectures.stylegan2.recipe_options import StyleGAN2Options
from ganstudio.core.errors import StudioError
from ganstudio.core.recipe import DataFacts
from ganstudio.layers.activation import ACTIVATIONS
from ganstudio.layers.equalized import EqualizedConv2d
from ganstudio.layers.resample import SMOOTH


class UnsuitableOptionsError(StudioError):
    """Options that do not fit each other or the data."""


def network_configs(
    options: StyleGAN2Options, facts: DataFacts
) -> tuple[StyleGAN2Config, StyleGAN2DiscriminatorConfig]:
    """Return what both networks look like for these data; raises UnsuitableOptionsError."""
    blocks = int(math.log2(max(facts.resolution, 1))) - 1
    if facts.resolution != 4 << max(blocks - 1, 1):
        raise UnsuitableOptionsError(
            f"StyleGAN2 needs pictures with a side of 8, 16, 32, ... pixels, not {facts.resolution}; "
            "choose another resolution for the data."
        )
    channels = options.channels or channel_plan(facts.resolution, options.channel_base, options.channel_max)
    if len(channels) < blocks:
        raise UnsuitableOptionsError(
            f"The option channels has {len(channels)} widths, but {facts.resolution} px need {blocks}; "
            "add some, or leave it out."
        )
    if options.batch % options.mbstd_group:
        raise UnsuitableOptionsError(
            f"A batch of {options.batch} cannot be split into groups of {options.mbstd_group} for the minibatch "
            "statistic; change batch or mbstd_group."
        )
    generator = StyleGAN2Config(
        z_dim=options.z_dim,
        c_dim=facts.c_dim,
        w_dim=options.w_dim,
        img_channels=facts.img_channels,
        channels=channels[:blocks],
        architecture=options.generator_wiring,
        mapping_layers=options.mapping_layers,
        conv_clamp=options.conv_clamp,
        use_noise=options.use_noise,
    )
    return generator, StyleGAN2DiscriminatorConfig(
        c_dim=facts.c_dim,
        img_channels=facts.img_channels,
        channels=channels[:blocks],
        architecture=options.discriminator_wiring,
        conv_clamp=options.conv_clamp,
        mbstd_group=options.mbstd_group,
    )


def colour_layers(options: StyleGAN2Options, config: StyleGAN2DiscriminatorConfig) -> nn.ModuleDict:
    """Return the layers by which pictures enter at the resolutions that a growing run begins with."""
    layers = nn.ModuleDict()
    if options.grow_from is None:
        return layers
    if options.generator_wiring is not Wiring.SKIP:
        raise UnsuitableOptionsError(
            "Growing needs a generator with skip connections; set generator_wiring to skip or leave out grow_from."
        )
    if not 8 <= options.grow_from <= config.resolution or options.grow_from & (options.grow_from - 1):
        raise UnsuitableOptionsError(
            f"A run cannot grow from {options.grow_from} to {config.resolution} px; choose 8, 16, ... for grow_from."
        )
    if config.architecture is Wiring.SKIP:
        return layers
    for index in range(int(math.log2(options.grow_from)) - 2, len(config.channels) - 1):
        layers[f"b{4 << index}"] = EqualizedConv2d(
            config.img_channels,
            config.channels[index],
            1,
            activation=ACTIVATIONS[config.activation],
            clamp=config.conv_clamp,
            resample_filter=SMOOTH,
        )
    return layers
