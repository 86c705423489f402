"""The card beside every asset."""

import json
from dataclasses import asdict
from pathlib import Path

from ganstudio.studio.assets import Card

CARD = "card.json"


def write_card(card: Card, folder: Path) -> None:
    """Write `card.json` into the asset's folder, without the fields that have nothing to say."""
    content = {key: value for key, value in asdict(card).items() if value}
    text = json.dumps(content, indent=2, ensure_ascii=False)
    (folder / CARD).write_text(text + "\n", encoding="utf-8")


def rounded(value: float) -> float:
    """Keep the two leading digits: the rest depends on the processor that measured."""
    return float(f"{value:.1e}")
