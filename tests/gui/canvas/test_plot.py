"""Ticks are round numbers, and what is shown is said."""

import pytest
from pytestqt.qtbot import QtBot

from ganstudio.gui.canvas.plot import Axis, Plot, number_in_words


@pytest.mark.parametrize(
    ("low", "high", "most", "ticks"),
    [
        (0.0, 0.5, 5, [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]),
        (-3.2, 7.9, 4, [0.0, 5.0]),
        (-0.11, 0.72, 4, [0.0, 0.5]),
        (0.0, 12_345.0, 3, [0.0, 5000.0, 10_000.0]),
    ],
)
def test_ticks_are_round(low: float, high: float, most: int, ticks: list[float]) -> None:
    assert Axis(low, high, "").ticks(most) == ticks


def test_numbers_are_short() -> None:
    assert [number_in_words(value) for value in (-0.5, 12_000.0, 0.123456)] == ["−0.5", "12k", "0.1235"]


def test_a_plot_draws_bars_a_curve_and_nothing(qtbot: QtBot) -> None:
    plot = Plot("Histogram", "How many values")
    qtbot.addWidget(plot)
    plot.resize(220, 136)
    plot.show_nothing("Too few pixels.")
    empty = plot.grab().toImage()
    plot.show_bars([0, 4, 2], Axis(-1.0, 2.0, "value"), "count")
    assert plot.points == ((-1.0, 0.0), (0.0, 4.0), (1.0, 2.0))
    bars = plot.grab().toImage()
    plot.show_curve([0.1, 0.2], [3.0, 3.0], Axis(0.0, 0.5, "cycles per pixel"), "power, dB")
    curve = plot.grab().toImage()
    assert len({image.cacheKey() for image in (empty, bars, curve)}) == 3
    assert empty != bars != curve
    assert "power, dB over cycles per pixel" in plot.accessibleDescription()
