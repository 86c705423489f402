"""The colours of both themes, by what they are for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tones:
    """Three surfaces, two lines, two texts, one accent, one alarm; neutral greys let pictures keep their colour."""

    dark: bool
    base: str
    raised: str
    field: str
    line: str
    line_strong: str
    text: str
    muted: str
    accent: str
    on_accent: str
    accent_soft: str
    danger: str
    danger_soft: str
    backdrop: str
    on_backdrop: str


LIGHT = Tones(
    dark=False,
    base="#e9e9e8",
    raised="#f6f6f5",
    field="#ffffff",
    line="#d3d3d1",
    line_strong="#83837f",
    text="#1d1d1c",
    muted="#585855",
    accent="#0b6e66",
    on_accent="#ffffff",
    accent_soft="#d5e8e5",
    danger="#a8231c",
    danger_soft="#fbe3e0",
    backdrop="#c2c2c2",
    on_backdrop="#2b2b2b",
)

DARK = Tones(
    dark=True,
    base="#171717",
    raised="#202021",
    field="#2b2b2c",
    line="#373738",
    line_strong="#7b7b7d",
    text="#ececeb",
    muted="#a9a9a8",
    accent="#63c9ba",
    on_accent="#06201d",
    accent_soft="#1f3b38",
    danger="#ff9a90",
    danger_soft="#40211f",
    backdrop="#333333",
    on_backdrop="#d8d8d8",
)

TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    ("text", "base"),
    ("text", "raised"),
    ("text", "field"),
    ("text", "accent_soft"),
    ("muted", "base"),
    ("muted", "raised"),
    ("muted", "field"),
    ("muted", "accent_soft"),
    ("accent", "base"),
    ("accent", "raised"),
    ("accent", "field"),
    ("accent", "accent_soft"),
    ("on_accent", "accent"),
    ("danger", "danger_soft"),
    ("text", "danger_soft"),
    ("danger", "raised"),
    ("on_backdrop", "backdrop"),
)
"""Which text colour is ever put on which surface."""

MARK_PAIRS: tuple[tuple[str, str], ...] = (
    ("line_strong", "raised"),
    ("line_strong", "field"),
    ("line_strong", "base"),
    ("accent", "backdrop"),
)
"""Marks that carry meaning without being text: edges of controls, the focus ring."""

UNIT = 8
RADIUS = 6
TEXT_PX = 13
SMALL_PX = 11
TARGET = 28
