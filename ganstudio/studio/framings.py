"""How the pictures of a model are framed around the face: from the cards of what ships, or measured."""

from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.core.paths import ASSETS
from ganstudio.studio.assets import read_card

if TYPE_CHECKING:
    from ganstudio.data.faces.framing import Framing
    from ganstudio.engine.model import Model

MEASURED = 48


def shipped_framing(name: str, root: Path = ASSETS) -> "Framing | None":
    """Return the framing on the card of a shipped model, or on that of the model which drew its training pictures."""
    from ganstudio.data.faces.framing import Framing

    seen: set[str] = set()
    while name and name not in seen:
        seen.add(name)
        file = root / "models" / name / "card.json"
        if not file.is_file():
            return None
        card = read_card(file)
        if card.framing:
            return Framing(card.framing)
        name = card.run.data if card.run else ""
    return None


def framing_of(model: "Model", root: Path = ASSETS) -> "Framing | None":
    """Return the framing of any model: the card's, or the median of 48 of its pictures; None where they show no faces.

    Measuring takes a few seconds.
    """
    from ganstudio.core.pixels import to_pixels
    from ganstudio.data.faces.framing import measured_framing
    from ganstudio.data.faces.judge import shipped_detector

    if Path(model.info.path).is_relative_to(root):
        return shipped_framing(model.info.name, root)
    pictures = to_pixels(model.sample(range(MEASURED))).transpose(0, 3, 1, 2)
    return measured_framing(shipped_detector(), pictures)
