"""What a model says of the map that it draws from."""

from ganstudio.core.frame import ModelInfo
from ganstudio.core.inputs import LabelMap


def map_input(info: ModelInfo | None) -> LabelMap | None:
    """Return the map that a model asks for; None where it takes none."""
    return next((each for each in info.inputs if isinstance(each, LabelMap)), None) if info is not None else None
