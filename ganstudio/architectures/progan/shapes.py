"""ProGAN's hyper-parameters read back from tensor shapes."""

from ganstudio.architectures.progan.discriminator import ProGANDiscriminatorConfig
from ganstudio.architectures.progan.networks import ProGANConfig
from ganstudio.core.architecture import Shapes

RESOLUTIONS = tuple(4 << i for i in range(12))


def recognise(shapes: Shapes) -> ProGANConfig | None:
    """Read the generator's hyper-parameters; None where the tensors are not ProGAN's."""
    dense, bias = shapes.get("b4.dense.weight", ()), shapes.get("b4.bias", ())
    first, colours = shapes.get("b4.conv.weight", ()), shapes.get("b4.torgb.weight", ())
    if len(dense) != 2 or len(bias) != 3 or len(first) != 4 or len(colours) != 4:
        return None
    widths = _widths(shapes, "conv1", 0)
    return ProGANConfig(
        z_dim=dense[1],
        img_channels=colours[0],
        channels=(first[0], *widths),
        unit_bias=bias[1] == 4,
    )


def recognise_discriminator(shapes: Shapes) -> ProGANDiscriminatorConfig | None:
    """Read the discriminator's hyper-parameters; None where the tensors are not ProGAN's."""
    end, out = shapes.get("b4.conv.weight", ()), shapes.get("b4.out.weight", ())
    colours = shapes.get("b4.fromrgb.weight", ())
    if len(end) != 4 or len(out) != 2 or len(colours) != 4:
        return None
    return ProGANDiscriminatorConfig(
        c_dim=out[0] - 1,
        img_channels=colours[1],
        channels=(end[0], *_widths(shapes, "conv0", 1)),
        mbstd_group=4 if end[1] > end[0] else 0,
    )


def _widths(shapes: Shapes, layer: str, dimension: int) -> tuple[int, ...]:
    found = []
    for resolution in RESOLUTIONS[1:]:
        shape = shapes.get(f"b{resolution}.{layer}.weight", ())
        if len(shape) != 4:
            break
        found.append(shape[dimension])
    return tuple(found)
