"""Settings that shapes do not show, from NVIDIA's records of every layer's construction."""

from collections.abc import Iterator
from dataclasses import replace

from ganstudio.architectures.stylegan2.discriminator import StyleGAN2DiscriminatorConfig
from ganstudio.architectures.stylegan2.networks import StyleGAN2Config, Wiring
from ganstudio.core.foreign import ForeignValue
from ganstudio.core.foreign_modules import ForeignModule

CLAMP_OF_FLAT_SETTINGS = 256.0
"""What a generator clamps at whose settings lie flat and do not say."""


def settings_of(module: ForeignModule, config: StyleGAN2Config) -> StyleGAN2Config:
    """Complete a generator's config that was read from shapes."""
    tree = dict(module.walk())
    nested = module.arguments.get("synthesis_kwargs")
    usual_clamp = None if isinstance(nested, dict) else CLAMP_OF_FLAT_SETTINGS
    layers = [part for path, part in tree.items() if path.startswith("synthesis.") and _is_layer(path)]
    mapping = [tree[path] for path in ("mapping", "mapping.fc0") if path in tree]
    beta = next(_numbers(mapping, "w_avg_beta"), None)
    return replace(
        config,
        architecture=_wiring(tree, "synthesis.b", config.architecture),
        conv_clamp=_clamp(layers, usual_clamp),
        activation=_activation(layers, config.activation),
        mapping_activation=_activation(mapping, config.mapping_activation),
        mapping_lr=_learning_rate(tree, config.mapping_lr),
        w_avg_beta=config.w_avg_beta if beta is None else beta,
    )


def settings_of_discriminator(
    module: ForeignModule, config: StyleGAN2DiscriminatorConfig
) -> StyleGAN2DiscriminatorConfig:
    """Complete a discriminator's config that was read from shapes."""
    tree = dict(module.walk())
    layers = [part for path, part in tree.items() if path.startswith("b") and not path.startswith("b4") and "." in path]
    mapping = [tree[path] for path in ("mapping", "mapping.fc0") if path in tree]
    ends = [part for path, part in tree.items() if path in ("b4", "b4.mbstd", "b4.conv")]
    group: ForeignValue = 4
    for part in ends:
        for key in ("mbstd_group_size", "group_size"):
            group = part.arguments.get(key, part.attributes.get(key, group))
    return replace(
        config,
        architecture=_wiring(tree, "b", config.architecture),
        conv_clamp=_clamp(layers, None),
        activation=_activation(layers, config.activation),
        mapping_activation=_activation(mapping, config.mapping_activation),
        epilogue_activation=_activation(ends, config.epilogue_activation),
        mapping_lr=_learning_rate(tree, config.mapping_lr),
        mbstd_group=group if type(group) is int and group > 0 else None,
    )


def _is_layer(path: str) -> bool:
    return path.rsplit(".", 1)[-1] in ("conv0", "conv1", "torgb")


def _recorded(parts: list[ForeignModule], key: str) -> Iterator[ForeignValue]:
    """What each part's construction, or else its present state, says about `key`."""
    for part in parts:
        for record in (part.arguments, part.attributes):
            if key in record:
                yield record[key]
                break


def _numbers(parts: list[ForeignModule], key: str) -> Iterator[float]:
    for value in _recorded(parts, key):
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            yield float(value)


def _clamp(layers: list[ForeignModule], usual: float | None) -> float | None:
    for value in _recorded(layers, "conv_clamp"):
        return float(value) if isinstance(value, (int, float)) else None
    return usual


def _activation(parts: list[ForeignModule], usual: str) -> str:
    """The layers' activation; skip connections, which are linear, do not count."""
    found = (
        value for value in _recorded(parts, "activation") if isinstance(value, str) and value != "linear"
    )
    return next(found, usual)


def _learning_rate(tree: dict[str, ForeignModule], usual: float) -> float:
    first = [tree[path] for path in ("mapping.fc0", "mapping") if path in tree]
    for key in ("lr_multiplier", "bias_gain"):
        for value in _numbers(first, key):
            return value
    return usual


def _wiring(tree: dict[str, ForeignModule], prefix: str, seen: Wiring) -> Wiring:
    blocks = [
        part
        for path, part in tree.items()
        if path.startswith(prefix) and "." not in path.removeprefix(prefix)
    ]
    for value in _recorded(blocks, "architecture"):
        if value in tuple(Wiring):
            return Wiring(str(value))
    return seen
