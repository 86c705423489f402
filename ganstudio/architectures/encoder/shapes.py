"""An encoder's hyper-parameters read back from tensor shapes."""

from itertools import accumulate

from ganstudio.architectures.encoder.networks import HALVINGS, EncoderConfig, LatentDiscriminatorConfig, Mode
from ganstudio.core.architecture import Shapes

MOST = 512
PUBLISHED_UNITS = {24: (3, 4, 14, 3), 49: (3, 13, 30, 3), 50: (3, 8, 36, 3)}
"""Units per stage by their sum, where equal widths do not show them: 50, 100 and 152 layers."""


def recognise(shapes: Shapes) -> EncoderConfig | None:
    """Read the hyper-parameters; None where the tensors are not an encoder's."""
    first = shapes.get("input_layer.0.weight", ())
    widths = _along(shapes, "body.{}.res_layer.3.weight")
    if len(first) != 4 or not widths or "latlayer2.weight" not in shapes:
        return None
    halvings = [_halvings(shapes, i) for i in range(len(_along(shapes, "styles.{}.linear.weight")))]
    units = _units(first[0], widths, shapes)
    if not halvings or not halvings[0] or units is None:
        return None
    end = list(accumulate(units))
    linear, convolution = shapes["styles.0.linear.weight"], shapes["styles.0.convs.0.weight"]
    return EncoderConfig(
        mode=Mode.IR_SE if "body.0.res_layer.5.fc1.weight" in shapes else Mode.IR,
        img_channels=first[1],
        resolution=1 << (halvings[0] + HALVINGS),
        widths=tuple(widths[i - 1] for i in end),
        units=units,
        n_latent=len(halvings),
        w_dim=linear[0],
        style_width=convolution[0],
        middle_from=sum(h == halvings[0] for h in halvings),
        fine_from=sum(h <= halvings[0] + 1 for h in halvings),
    )


def recognise_discriminator(shapes: Shapes) -> LatentDiscriminatorConfig | None:
    """Read the latent discriminator's hyper-parameters; None where the tensors are not its."""
    layers = _along(shapes, "layers.{}.weight")
    return LatentDiscriminatorConfig(shapes["layers.0.weight"][1], len(layers)) if layers else None


def _along(shapes: Shapes, pattern: str) -> list[int]:
    """Return the outputs of layers that are numbered from 0 on."""
    found: list[int] = []
    while len(found) < MOST and (shape := shapes.get(pattern.format(len(found)))):
        found.append(shape[0])
    return found


def _halvings(shapes: Shapes, style: int) -> int:
    count = 0
    while count < MOST and f"styles.{style}.convs.{2 * count}.weight" in shapes:
        count += 1
    return count


def _units(first: int, widths: list[int], shapes: Shapes) -> tuple[int, ...] | None:
    """Return how many units each stage has: stages begin where widths change, or as published."""
    begins = [0, *(i for i in range(1, len(widths)) if widths[i] != widths[i - 1])]
    lateral = [shapes.get(f"latlayer{i}.weight", (0, 0))[1] for i in (2, 1)]
    if len(begins) == HALVINGS and [widths[i] for i in begins] == [first, *lateral, widths[-1]]:
        return tuple(b - a for a, b in zip(begins, [*begins[1:], len(widths)], strict=True))
    units = PUBLISHED_UNITS.get(len(widths))
    if units is None or set(begins) - {0, *accumulate(units)}:
        return None
    return units
