"""Both themes can be read, and every icon is there."""

import json
from pathlib import Path

import pytest
import qtawesome
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ganstudio.gui.theme.appearance import Appearance, ink, interface_font, palette_of
from ganstudio.gui.theme.icons import IconName, icon
from ganstudio.gui.theme.style_sheet import style_sheet
from ganstudio.gui.theme.tokens import DARK, LIGHT, MARK_PAIRS, TEXT_PAIRS, TEXT_PX, Tones
from ganstudio.studio.launch import Theme

THEMES = pytest.mark.parametrize("tones", [LIGHT, DARK], ids=["light", "dark"])


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """Contrast ratio (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_contrast_formula_knows_its_ends() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@THEMES
@pytest.mark.parametrize("pair", TEXT_PAIRS, ids="-".join)
def test_text_can_be_read(tones: Tones, pair: tuple[str, str]) -> None:
    assert contrast(getattr(tones, pair[0]), getattr(tones, pair[1])) >= 4.5


@THEMES
@pytest.mark.parametrize("pair", MARK_PAIRS, ids="-".join)
def test_marks_can_be_seen(tones: Tones, pair: tuple[str, str]) -> None:
    assert contrast(getattr(tones, pair[0]), getattr(tones, pair[1])) >= 3.0


@THEMES
def test_pictures_lie_on_neutral_grey(tones: Tones) -> None:
    r, g, b = (int(tones.backdrop[i : i + 2], 16) for i in (1, 3, 5))
    assert r == g == b
    assert 0x20 < r < 0xE0


@pytest.mark.parametrize("name", list(IconName), ids=lambda name: name.name)
def test_icons_exist_and_are_of_one_family(name: IconName) -> None:
    charmap = json.loads(next((Path(qtawesome.__file__).parent / "fonts").glob("phosphor-charmap*.json")).read_text())
    family, _, drawing = name.value.partition(".")
    assert family == "ph"
    assert drawing in charmap


def test_an_icon_draws_something_in_the_colour_of_its_role(qapp: QApplication) -> None:
    Appearance(qapp, Theme.DARK)
    image = icon(IconName.PLAY).pixmap(32, 32).toImage()
    drawn = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    solid = [colour for colour in drawn if colour.alpha() == 255]
    assert solid
    assert {colour.name() for colour in solid} == {DARK.text}


def test_the_theme_is_put_on_the_application_and_on_every_part_and_told(qapp: QApplication, qtbot: QtBot) -> None:
    appearance = Appearance(qapp, Theme.LIGHT)
    parts = [QWidget(), QWidget()]
    for part in parts:
        qtbot.addWidget(part)
    appearance.dress(*parts)
    assert {part.styleSheet() for part in parts} == {style_sheet(LIGHT)}
    told: list[Theme] = []
    appearance.changed.connect(told.append)
    assert ink(qapp.palette().ColorRole.Window).name() == LIGHT.base
    appearance.choose(Theme.DARK)
    assert ink(qapp.palette().ColorRole.Window).name() == DARK.base
    assert not appearance.settled
    qtbot.waitUntil(lambda: appearance.settled)
    assert {part.styleSheet() for part in parts} == {style_sheet(DARK)}
    appearance.choose(Theme.DARK)
    assert told == [Theme.DARK]


def test_cycling_visits_every_theme(qapp: QApplication) -> None:
    appearance = Appearance(qapp, Theme.SYSTEM)
    seen = []
    for _ in Theme:
        appearance.cycle()
        seen.append(appearance.choice)
    assert seen == [Theme.LIGHT, Theme.DARK, Theme.SYSTEM]


def test_the_font_has_equal_figures(qapp: QApplication) -> None:
    font = interface_font()
    assert font.pixelSize() == TEXT_PX
    assert [font.featureValue(tag) for tag in font.featureTags()] == [1]


@THEMES
def test_every_role_of_the_palette_is_set(tones: Tones) -> None:
    palette = palette_of(tones)
    assert palette.color(palette.ColorRole.WindowText).name() == tones.text
    assert palette.color(palette.ColorRole.Highlight).name() == tones.accent
