"""A small chart names values on its axis, also within a single decade of a logarithmic one."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from ganstudio.gui.canvas.small_chart import Series, SmallChart


@pytest.mark.parametrize(
    ("low", "high", "labelled"),
    [
        (0.002, 40.0, [0.01, 0.1, 1.0, 10.0]),
        (0.3, 7.0, [0.5, 1.0, 2.0, 5.0]),
        (2.0, 7.0, [2.0, 5.0]),
        (2.1, 4.5, [2.5, 3.0, 4.0]),
    ],
)
def test_a_logarithmic_axis_always_names_values(qtbot: QtBot, low: float, high: float, labelled: list[float]) -> None:
    chart = SmallChart("Gradients", "How strong they are", 132)
    qtbot.addWidget(chart)
    chart.show_series([Series("G", np.array([1.0, 2.0]), np.array([low, high]))], "steps", log=True)
    assert chart.labelled() == pytest.approx(labelled)


def test_values_that_are_all_the_same_are_named(qtbot: QtBot) -> None:
    chart = SmallChart("Gradients", "How strong they are", 132)
    qtbot.addWidget(chart)
    chart.show_series([Series("G", np.array([1.0, 2.0]), np.array([0.6, 0.6]))], "steps", log=True)
    assert chart.labelled() == pytest.approx([0.6], rel=0.01)
    chart.grab()
