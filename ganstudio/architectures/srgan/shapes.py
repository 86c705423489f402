"""The generators' hyper-parameters read back from tensor shapes."""

from ganstudio.architectures.srgan.networks import Design, SRGANConfig, SRGANDiscriminatorConfig
from ganstudio.core.architecture import Shapes

SCALES = (1, 2, 4)
MOST_BLOCKS = 512


def recognise(shapes: Shapes) -> SRGANConfig | None:
    """Read the hyper-parameters; None where the tensors are of none of the three designs."""
    return _rrdb(shapes) or _srresnet(shapes) or _plain(shapes)


def _rrdb(shapes: Shapes) -> SRGANConfig | None:
    first, last = shapes.get("conv_first.weight", ()), shapes.get("conv_last.weight", ())
    dense = shapes.get("body.0.rdb1.conv1.weight", ())
    if len(first) != 4 or len(last) != 4 or len(dense) != 4 or "conv_up2.weight" not in shapes:
        return None
    scale = next((s for s in SCALES if first[1] == last[0] * (4 // s) ** 2), 0)
    if not scale:
        return None
    blocks = _count(shapes, "body.{}.rdb1.conv1.weight")
    return SRGANConfig(Design.RRDB, scale, first[0], blocks, dense[0], last[0])


def _srresnet(shapes: Shapes) -> SRGANConfig | None:
    first = shapes.get("block1.0.weight", ())
    if len(first) != 4 or "block1.1.weight" not in shapes:
        return None
    blocks = _count(shapes, "block{}.conv1.weight", 2)
    doublings = _count(shapes, f"block{blocks + 3}.{{}}.conv.weight")
    if not blocks or f"block{blocks + 2}.0.weight" not in shapes:
        return None
    return SRGANConfig(Design.SRRESNET, 1 << doublings, first[0], blocks, 0, first[1])


def _plain(shapes: Shapes) -> SRGANConfig | None:
    first, last = shapes.get("conv_first.weight", ()), shapes.get("conv_last.weight", ())
    blocks = _count(shapes, "body.{}.conv1.weight")
    if len(first) != 4 or len(last) != 4 or not blocks or "conv_hr.weight" not in shapes:
        return None
    return SRGANConfig(Design.PLAIN, 1 << _count(shapes, "upconv{}.weight", 1), first[0], blocks, 0, last[0])


def recognise_discriminator(shapes: Shapes) -> SRGANDiscriminatorConfig | None:
    """Read the discriminator's widths; None where the tensors are not its."""
    convolutions = [shapes.get(name, ()) for name in ("net.0.weight", "net.2.weight")]
    while len(shape := shapes.get(f"net.{3 * len(convolutions) - 1}.weight", ())) == 4 and shape[2] == 3:
        convolutions.append(shape)
    dense = shapes.get(f"net.{3 * len(convolutions)}.weight", ())
    if any(len(shape) != 4 for shape in convolutions) or len(dense) != 4 or len(convolutions) % 2:
        return None
    widths = tuple(shape[0] for shape in convolutions[::2])
    return SRGANDiscriminatorConfig(convolutions[0][1], widths, dense[0])


def _count(shapes: Shapes, pattern: str, first: int = 0) -> int:
    """Count names that follow each other from `first` on."""
    found = 0
    while found < MOST_BLOCKS and pattern.format(first + found) in shapes:
        found += 1
    return found
