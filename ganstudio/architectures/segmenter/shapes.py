"""A segmenter's hyper-parameters read back from tensor shapes."""

from ganstudio.architectures.segmenter.networks import SegmenterConfig
from ganstudio.core.architecture import Shapes

MOST_HALVINGS = 12


def recognise(shapes: Shapes) -> SegmenterConfig | None:
    """Read the hyper-parameters; None where the tensors are not a segmenter's. Classes get numbers as names."""
    stem, head = shapes.get("stem.conv.weight", ()), shapes.get("head.weight", ())
    if len(stem) != 4 or len(head) != 4 or "lateral.0.weight" not in shapes:
        return None
    widths = [stem[0]]
    while len(widths) <= MOST_HALVINGS and (shape := shapes.get(f"down.{len(widths) - 1}.0.conv.weight")):
        widths.append(shape[0])
    names = tuple(str(number) for number in range(head[0]))
    return SegmenterConfig(img_channels=stem[1], widths=tuple(widths), classes=names)
