"""One part of a whole: its name, its share, and a way to take it out."""

from PyQt6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.buttons import IconButton, TextButton, describe
from ganstudio.gui.widgets.slider import SliderRange, ValueSlider

SHARE = SliderRange(low=0.0, high=1.0, default=0.5, step=0.01, decimals=2)


class ShareRow(QWidget):
    """A slider whose name can be clicked, which chooses the part."""

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.number = number
        self.slider = ValueSlider(f"Share of class {number + 1}", "How much there is of it; all sum to 1", SHARE)
        self.slider.caption.hide()
        self.name = TextButton("", "Choose which class this is in the list above", "tab")
        self.name.setCheckable(True)
        self.name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.remove = IconButton(IconName.REMOVE, "Take this class out", "Take it out; the others share its part")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(0)
        inside = self.slider.layout()
        if isinstance(inside, QGridLayout):
            inside.addWidget(self.name, 0, 0, 1, 2)
            inside.addWidget(self.remove, 0, 3)
        grid.addWidget(self.slider, 0, 0)

    def show_part(self, name: str, share: float, chosen: bool) -> None:
        """Show a class and its share; the chosen one is what the list changes."""
        self.name.setText(name)
        self.name.setChecked(chosen)
        describe(self.name, f"{name}, share {share:.2f}", "Choose which class this is in the list above")
        self.slider.show_value(share)
